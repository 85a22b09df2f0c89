// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/groups/group_service.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "documents.hpp"
#include "group_store.hpp"
#include "rapt/base/text.hpp"

namespace rapt::groups {
namespace {

using identity::Action;
using identity::Actor;
using identity::Subject;

constexpr std::array<std::string_view, 4> kTypes{"district", "school", "department", "custom"};

identity::Place place_of(const Group& group) {
  return {.group_path = group.path};
}

/// The group, if the actor may do that to it.
Result<Group> load_for(store::Transaction& tx, const Actor& actor, Action action, const GroupId& id) {
  auto group = load(tx, id, action != Action::kRead);
  if (!group) return group;
  RAPT_TRY(identity::check_can(actor, action, Subject::kGroup, place_of(*group)));
  return group;
}

Result<void> check_name(const std::string& name) {
  if (name.find_first_not_of(" \t\r\n") == std::string::npos) return Error::invalid("name", "must not be empty");
  if (!is_utf8(name) || count_code_points(name) > kMaxName)
    return Error::invalid("name", "must not be longer than " + std::to_string(kMaxName) + " characters");
  return {};
}

Result<void> check_type(const std::string& type) {
  if (std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end()) return {};
  return Error::invalid("type", "must be one of district, school, department, custom");
}

int depth_of(const std::string& path) {
  return 1 + static_cast<int>(std::count(path.begin(), path.end(), '.'));
}

Error too_deep() {
  return Error::conflict("Groups stand at most " + std::to_string(kMaxDepth) + " levels deep; this would be deeper.");
}

/// A path that an earlier page ended with.
/// PostgreSQL refuses longer labels.
bool has_long_label(const std::string& path) {
  constexpr std::size_t kLongestLabel = 255;
  std::size_t length = 0;
  return std::any_of(path.begin(), path.end(), [&length](char c) {
    length = c == '.' ? 0 : length + 1;
    return length > kLongestLabel;
  });
}

Result<void> check_path_cursor(const std::string& cursor) {
  const bool known = cursor.find_first_not_of("0123456789abcdef_.") == std::string::npos && cursor.size() < 4096 &&
                     !cursor.starts_with('.') && !cursor.ends_with('.') && cursor.find("..") == std::string::npos &&
                     !has_long_label(cursor);
  if (known) return {};
  return Error::invalid("cursor", "is not one that this list has answered");
}

Result<void> check_id_cursor(const std::string& cursor) {
  if (cursor.empty() || canonical_uuid(cursor)) return {};
  return Error::invalid("cursor", "is not one that this list has answered");
}

Result<void> check_unchanged(const Group& group, const std::optional<TimePoint>& expected) {
  if (!expected || *expected == group.updated_at) return {};
  Error error = Error::conflict("Somebody has changed this group meanwhile: read it again, then make your change.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

Result<Group> with_change(Group group, const GroupChange& change) {
  if (change.name) RAPT_TRY(check_name(group.name = *change.name));
  if (change.type) RAPT_TRY(check_type(group.type = *change.type));
  if (change.settings_patch_json) {
    auto settings = merged(group.settings_json, *change.settings_patch_json, "settings");
    if (!settings) return settings.error();
    group.settings_json = std::move(*settings);
  }
  if (change.theme_patch_json) {
    auto theme = merged(group.theme_json, *change.theme_patch_json, "theme");
    if (!theme) return theme.error();
    group.theme_json = std::move(*theme);
  }
  return group;
}

Result<Group> create_in(store::Transaction& tx, const Actor& actor, const NewGroup& group, TimePoint now) {
  if (group.parent.empty()) {
    if (!actor.is_system_admin())
      return Error::forbidden("Only system administrators begin a tree of groups: name the parent of this one.");
  } else {
    const auto parent = load(tx, group.parent, true);
    if (!parent) return parent.error();
    RAPT_TRY(identity::check_can(actor, Action::kCreate, Subject::kGroup, place_of(*parent)));
    if (depth_of(parent->path) >= kMaxDepth) return too_deep();
  }
  return insert(tx, GroupId::trusted(new_uuid()), group, now);
}

Result<Group> move_in(store::Transaction& tx, const Actor& actor, const GroupId& id, const GroupId& parent_id) {
  const auto group = load_for(tx, actor, Action::kUpdate, id);
  if (!group) return group;
  int depth = 0;
  if (parent_id.empty()) {
    if (!actor.is_system_admin()) return Error::forbidden("Only system administrators move a group to the top.");
  } else {
    const auto parent = load_for(tx, actor, Action::kUpdate, parent_id);
    if (!parent) return parent;
    if (parent->path == group->path || parent->path.starts_with(group->path + "."))
      return Error::conflict("A group cannot be moved below itself.");
    depth = depth_of(parent->path);
  }
  const auto levels = height(tx, *group);
  if (!levels) return levels.error();
  if (depth + *levels > kMaxDepth) return too_deep();
  return set_parent(tx, id, parent_id);
}

/// Somebody who is no system administrator neither makes one nor touches one.
Result<void> check_role_change(const Actor& actor, const std::optional<Member>& present,
                               std::optional<identity::GroupRole> wanted) {
  using identity::GroupRole;
  const bool concerns = wanted == GroupRole::kSystemAdmin || (present && present->role == GroupRole::kSystemAdmin);
  if (!concerns || actor.is_system_admin()) return {};
  return Error::forbidden("Only system administrators make or unmake system administrators.");
}

/// An instance nobody may administer any more could not be mended from within.
Result<void> check_admin_left(store::Transaction& tx, const std::optional<Member>& present) {
  if (!present || present->role != identity::GroupRole::kSystemAdmin) return {};
  const auto admins = count_system_admins(tx);
  if (!admins) return admins.error();
  if (*admins > 1) return {};
  return Error::conflict("This is the last system administrator: make another one first.");
}

}  // namespace

Task<Result<GroupPage>> GroupService::list(Actor actor, int limit, std::string cursor) {
  RAPT_CO_TRY(check_path_cursor(cursor));
  auto scope = identity::scope_of(actor, Action::kRead, Subject::kGroup);
  auto work = [scope = std::move(scope), limit, cursor = std::move(cursor)](store::Transaction& tx) {
    return list_in_scope(tx, scope, limit, cursor);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Group>> GroupService::get(Actor actor, GroupId id) {
  auto work = [actor = std::move(actor), id = std::move(id)](store::Transaction& tx) {
    return load_for(tx, actor, Action::kRead, id);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Group>> GroupService::create(Actor actor, NewGroup group) {
  RAPT_CO_TRY(check_name(group.name));
  RAPT_CO_TRY(check_type(group.type));
  auto settings = merged("{}", group.settings_json, "settings");
  if (!settings) co_return settings.error();
  group.settings_json = std::move(*settings);
  auto work = [actor = std::move(actor), group = std::move(group), now = clock_.now()](store::Transaction& tx) {
    return create_in(tx, actor, group, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Group>> GroupService::update(Actor actor, GroupId id, GroupChange change,
                                         std::optional<TimePoint> expected) {
  auto work = [actor = std::move(actor), id = std::move(id), change = std::move(change),
               expected](store::Transaction& tx) -> Result<Group> {
    const auto group = load_for(tx, actor, Action::kUpdate, id);
    if (!group) return group;
    RAPT_TRY(check_unchanged(*group, expected));
    const auto changed = with_change(*group, change);
    if (!changed) return changed;
    return write(tx, *changed);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Group>> GroupService::move(Actor actor, GroupId id, GroupId parent) {
  auto work = [actor = std::move(actor), id = std::move(id), parent = std::move(parent)](store::Transaction& tx) {
    return move_in(tx, actor, id, parent);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> GroupService::archive(Actor actor, GroupId id) {
  auto work = [actor = std::move(actor), id = std::move(id),
               now = clock_.now()](store::Transaction& tx) -> Result<void> {
    const auto group = load_for(tx, actor, Action::kDelete, id);
    if (!group) return group.error();
    const auto below = count_below(tx, id);
    if (!below) return below.error();
    if (*below > 0) {
      return Error::conflict("There are still " + std::to_string(*below) +
                             " groups or classes in this group: move or archive them first.");
    }
    return set_archived(tx, id, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<GroupPage>> GroupService::children(Actor actor, GroupId id, int limit, std::string cursor) {
  RAPT_CO_TRY(check_path_cursor(cursor));
  auto scope = identity::scope_of(actor, Action::kRead, Subject::kGroup);
  co_return co_await list_children(database_, std::move(id), std::move(scope), limit, std::move(cursor));
}

Task<Result<GroupPage>> GroupService::descendants(Actor actor, GroupId id, int limit, std::string cursor) {
  RAPT_CO_TRY(check_path_cursor(cursor));
  auto work = [actor = std::move(actor), id = std::move(id), limit,
               cursor = std::move(cursor)](store::Transaction& tx) -> Result<GroupPage> {
    const auto group = load_for(tx, actor, Action::kRead, id);
    if (!group) return group.error();
    return list_descendants(tx, *group, identity::scope_of(actor, Action::kRead, Subject::kGroup), limit, cursor);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<Group>>> GroupService::ancestors(Actor actor, GroupId id) {
  auto work = [actor = std::move(actor), id = std::move(id)](store::Transaction& tx) -> Result<std::vector<Group>> {
    const auto group = load_for(tx, actor, Action::kRead, id);
    if (!group) return group.error();
    return list_above(tx, *group);  // who sees a group sees those above it
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Group>> GroupService::resolved(Actor actor, GroupId id) {
  auto work = [actor = std::move(actor), id = std::move(id)](store::Transaction& tx) -> Result<Group> {
    auto group = load_for(tx, actor, Action::kRead, id);
    if (!group) return group;
    auto chain = list_above(tx, *group);
    if (!chain) return chain.error();
    chain->push_back(*group);
    std::vector<std::string> settings, themes;
    for (const auto& one : *chain) settings.push_back(one.settings_json), themes.push_back(one.theme_json);
    group->settings_json = inherited(settings);
    group->theme_json = inherited(themes);
    return group;
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<MemberPage>> GroupService::members(Actor actor, GroupId id, int limit, std::string cursor) {
  RAPT_CO_TRY(check_id_cursor(cursor));
  auto work = [actor = std::move(actor), id = std::move(id), limit,
               cursor = std::move(cursor)](store::Transaction& tx) -> Result<MemberPage> {
    const auto group = load_for(tx, actor, Action::kRead, id);
    if (!group) return group.error();
    if (!identity::can(actor, Action::kRead, Subject::kUser, place_of(*group)))
      return Error::forbidden("Only teachers and administrators of this group see who is in it.");
    return list_members(tx, id, limit, cursor);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Member>> GroupService::put_member(Actor actor, GroupId id, UserId user, identity::GroupRole role) {
  auto work = [actor = std::move(actor), id = std::move(id), user = std::move(user),
               role](store::Transaction& tx) -> Result<Member> {
    const auto group = load_for(tx, actor, Action::kManageMembers, id);
    if (!group) return group.error();
    const auto present = find_member(tx, id, user);
    if (!present) return present.error();
    RAPT_TRY(check_role_change(actor, *present, role));
    if (role != identity::GroupRole::kSystemAdmin) RAPT_TRY(check_admin_left(tx, *present));
    RAPT_TRY(put_member_row(tx, id, user, role));
    const auto member = find_member(tx, id, user);
    if (!member) return member.error();
    if (!*member) return Error::not_found("user");
    return **member;
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> GroupService::remove_member(Actor actor, GroupId id, UserId user) {
  auto work = [actor = std::move(actor), id = std::move(id),
               user = std::move(user)](store::Transaction& tx) -> Result<void> {
    const auto group = load_for(tx, actor, Action::kManageMembers, id);
    if (!group) return group.error();
    const auto present = find_member(tx, id, user);
    if (!present) return present.error();
    if (!*present) return Error::not_found("member of this group");
    RAPT_TRY(check_role_change(actor, *present, std::nullopt));
    RAPT_TRY(check_admin_left(tx, *present));
    RAPT_TRY(delete_member(tx, id, user));
    return {};
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::groups
