// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_place.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "parameters.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/identity/reach.hpp"
#include "rapt/store/database.hpp"

namespace rapt::api {
namespace {

using bundle::ManifestAccess;
using identity::Action;
using identity::Actor;
using identity::Subject;

constexpr store::Statement kClass{
    "module_place_class",
    "SELECT c.group_id, g.path::text AS path FROM classes c JOIN groups g ON g.id = c.group_id"
    " WHERE c.id = $1 AND c.deleted_at IS NULL AND g.deleted_at IS NULL"};
constexpr store::Statement kGroup{"module_place_group",
                                  "SELECT id AS group_id, path::text AS path FROM groups"
                                  " WHERE id = $1 AND deleted_at IS NULL"};
constexpr store::Statement kAssignment{
    "module_place_assignment",
    "SELECT a.class_id, a.tool_id, c.group_id, g.path::text AS path FROM assignments a"
    " JOIN classes c ON c.id = a.class_id JOIN groups g ON g.id = c.group_id JOIN tools t ON t.id = a.tool_id"
    " WHERE a.id = $1 AND a.deleted_at IS NULL AND c.deleted_at IS NULL AND g.deleted_at IS NULL"
    " AND t.deleted_at IS NULL"};
/// The same rules as for the conversation itself (reach.hpp); with no classes, what administrators alone reach is left.
constexpr store::Statement kSession{
    "module_place_session",
    "SELECT h.* FROM (SELECT s.tool_id, s.user_id = $1 AS own, c.group_id, " RAPT_IN_REACH("s", "$3", "$4", "$5")
    " AS reached, " RAPT_IN_REACH("s", "$3", "$6", "$5")
    " AS administered FROM chat_sessions s LEFT JOIN assignments a ON a.id = s.assignment_id"
    " LEFT JOIN classes c ON c.id = a.class_id WHERE s.id = $2) h WHERE h.own OR h.reached"};

ManifestAccess highest_of(bool system_admin, bool administers, bool teaches) {
  if (system_admin) return ManifestAccess::kSystemAdmin;
  if (administers) return ManifestAccess::kGroupAdmin;
  return teaches ? ManifestAccess::kTeacher : ManifestAccess::kUser;
}

/// Of a class, group or assignment: what the rules let the caller do there.
struct PlaceKind {
  const store::Statement* statement;
  Subject subject;
  Action teaching;        ///< of those who may this, one is a teacher there,
  Subject teaching_what;  ///< of this
};

Task<Result<ModulePlace>> find_thing(Call& call, PlaceKind kind, ModulePlace place) {
  auto params = store::params(place.id);
  auto rows = co_await call.services.database.query(*kind.statement, std::move(params));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found(place.kind);
  identity::Place where{.group_path = row->text("path")};
  if (kind.subject == Subject::kClass) where.class_id = ClassId::trusted(place.id);
  if (kind.subject == Subject::kAssignment) where.class_id = row->id<ClassId>("class_id");
  const auto& actor = call.actor;
  RAPT_CO_TRY(identity::check_can(actor, Action::kRead, kind.subject, where));
  place.highest = highest_of(actor.is_system_admin(), actor.administers(where.group_path),
                             identity::can(actor, kind.teaching, kind.teaching_what, where));
  place.group = row->id<GroupId>("group_id");
  if (kind.subject == Subject::kAssignment) place.about.tool.id = row->text("tool_id");
  co_return place;
}

Task<Result<ModulePlace>> find_session(Call& call, ModulePlace place) {
  store::Params params;
  params.add(call.actor.id).add(place.id);
  identity::add_reach(params, call.actor, Subject::kSession).add_array({});
  auto rows = co_await call.services.database.query(kSession, std::move(params));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found(place.kind);
  place.highest = highest_of(call.actor.is_system_admin(), row->boolean("administered"), row->boolean("reached"));
  place.group = row->is_null("group_id") ? group_of(call.actor) : row->id<GroupId>("group_id");
  place.about.tool.id = row->text("tool_id");
  place.about.session.id = place.id;
  co_return place;
}

Task<Result<ModulePlace>> look_up(Call& call, ModulePlace place) {
  if (place.kind == "session") co_return co_await find_session(call, std::move(place));
  PlaceKind kind{&kClass, Subject::kClass, Action::kViewUsage, Subject::kClass};
  if (place.kind == "group") kind = {&kGroup, Subject::kGroup, Action::kRead, Subject::kUser};
  if (place.kind == "assignment") kind = {&kAssignment, Subject::kAssignment, Action::kUpdate, Subject::kAssignment};
  co_return co_await find_thing(call, kind, std::move(place));
}

}  // namespace

ManifestAccess highest_access(const Actor& actor) {
  if (actor.id.empty()) return ManifestAccess::kPublic;
  return highest_of(actor.is_system_admin(), actor.administers_anything(), actor.teaches_anything());
}

GroupId group_of(const Actor& actor) {
  if (!actor.groups.empty()) return actor.groups.front().group;
  return actor.classes.empty() ? GroupId() : actor.classes.front().group;
}

Result<std::string> query_place_id(const Call& call) {
  const auto id = query_id<UserId>(call, "place_id");
  if (!id) return id.error();
  return *id ? (*id)->str() : std::string();
}

Task<Result<ModulePlace>> find_module_place(Call& call, std::string kind, std::string id) {
  constexpr std::array<std::string_view, 6> kKinds{"class", "assignment", "session", "group", "home", "system"};
  if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end())
    co_return Error::invalid("place", "must be one of class, assignment, session, group, home, system");
  ModulePlace place{.kind = std::move(kind), .id = std::move(id)};
  Result<ModulePlace> found = Error::not_found(place.kind);
  if (place.kind == "home" || place.kind == "system") {
    if (!place.id.empty()) co_return Error::invalid("place_id", "must not be there: this place has none");
    place.highest = highest_access(call.actor);
    if (place.kind == "system" && !call.actor.is_system_admin())
      co_return Error::forbidden("Only system administrators see this.");
    if (place.kind == "home") place.group = group_of(call.actor);
    found = std::move(place);
  } else {
    if (place.id.empty()) co_return Error::invalid("place_id", "is required: the id of the " + place.kind);
    auto canonical = canonical_uuid(place.id);
    if (!canonical) co_return found;
    place.id = std::move(*canonical);
    found = co_await look_up(call, std::move(place));
  }
  if (!found) co_return found;
  found->about.user.id = call.actor.id.str();
  found->about.group.id = found->group.str();
  co_return found;
}

}  // namespace rapt::api
