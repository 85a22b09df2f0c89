// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/classes/class_service.hpp"

#include <utility>

#include "class_store.hpp"
#include "join_code.hpp"
#include "rapt/base/text.hpp"

namespace rapt::classes {
namespace {

using identity::Action;
using identity::Actor;
using identity::Subject;

identity::Place place_of(const Class& one) {
  return {.group_path = one.group_path, .class_id = one.id};
}

/// The class, if the actor may do that to it.
Result<Class> load_for(store::Transaction& tx, const Actor& actor, Action action, const ClassId& id) {
  auto found = load(tx, id, action != Action::kRead);
  if (!found) return found;
  RAPT_TRY(identity::check_can(actor, action, Subject::kClass, place_of(*found)));
  return found;
}

Result<void> check_name(const std::string& name) {
  if (name.find_first_not_of(" \t\r\n") == std::string::npos) return Error::invalid("name", "must not be empty");
  if (!is_utf8(name) || count_code_points(name) > kMaxName)
    return Error::invalid("name", "must not be longer than " + std::to_string(kMaxName) + " characters");
  return {};
}

Result<void> check_cursor(const std::string& cursor) {
  if (cursor.empty() || canonical_uuid(cursor)) return {};
  return Error::invalid("cursor", "is not one that this list has answered");
}

Error changed_meanwhile() {
  Error error = Error::conflict("Somebody has changed this class meanwhile: read it again, then make your change.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

Result<Class> create_in(store::Transaction& tx, const Actor& actor, const GroupId& group, const std::string& name,
                        TimePoint now) {
  const auto path = group_path(tx, group);
  if (!path) return path.error();
  const identity::Place place{.group_path = *path};
  if (!identity::can(actor, Action::kRead, Subject::kGroup, place)) return Error::not_found("group");
  if (!identity::can(actor, Action::kCreate, Subject::kClass, place))
    return Error::forbidden("Only administrators of a group make classes in it.");
  const auto id = ClassId::trusted(new_uuid());
  RAPT_TRY(insert(tx, id, group, name, now));
  return load(tx, id, false);
}

std::string top_of(const std::string& path) {
  return path.substr(0, path.find('.'));
}

Result<Member> put_in(store::Transaction& tx, const Actor& actor, const ClassId& id, const UserId& user, Role role) {
  const auto one = load_for(tx, actor, Action::kManageMembers, id);
  if (!one) return one.error();
  const auto present = find_member(tx, id, user);
  if (!present) return present.error();
  if (!*present && !actor.is_system_admin()) {
    const auto belongs = belongs_to_tree(tx, top_of(one->group_path), user);
    if (!belongs) return belongs.error();
    if (!*belongs) return Error::not_found("user");
  }
  if (*present && (*present)->role == Role::kTeacher && role == Role::kStudent && one->teachers < 2)
    return Error::conflict("This is the class's last teacher: add another one first.");
  if (auto put = put_member_row(tx, id, user, role); !put)
    return put.error().kind == ErrorKind::kInvalid ? Error::not_found("user") : put.error();
  const auto member = find_member(tx, id, user);
  if (!member) return member.error();
  if (!*member) return Error::not_found("user");
  return **member;
}

Result<void> remove_in(store::Transaction& tx, const Actor& actor, const ClassId& id, const UserId& user) {
  const auto one = load_for(tx, actor, Action::kManageMembers, id);
  if (!one) return one.error();
  const auto present = find_member(tx, id, user);
  if (!present) return present.error();
  if (!*present) return Error::not_found("member of this class");
  if ((*present)->role == Role::kTeacher && one->teachers < 2)
    return Error::conflict("This is the class's last teacher: add another one first.");
  return delete_member(tx, id, user);
}

Result<JoinCode> create_code_in(store::Transaction& tx, const Actor& actor, const JoinCode& wanted) {
  const auto one = load_for(tx, actor, Action::kManageMembers, wanted.class_id);
  if (!one) return one.error();
  const auto present = list_codes(tx, wanted.class_id, wanted.created_at);
  if (!present) return present.error();
  if (present->size() >= kMaxCodes)
    return Error::conflict("This class has " + std::to_string(kMaxCodes) + " join codes already: revoke one first.");
  RAPT_TRY(insert_code(tx, wanted, actor.id));
  return wanted;
}

Result<Class> join_in(store::Transaction& tx, const Actor& actor, const std::string& code, TimePoint now) {
  const auto usable = usable_code(tx, code, now);
  if (!usable) return usable.error();
  if (!*usable) return Error::not_found("join code; ask your teacher for a new one");
  const auto present = find_member(tx, (*usable)->class_id, actor.id);
  if (!present) return present.error();
  if (!*present) {
    RAPT_TRY(put_member_row(tx, (*usable)->class_id, actor.id, Role::kStudent));
    RAPT_TRY(count_use(tx, (*usable)->id));
  }
  return load(tx, (*usable)->class_id, false);
}

}  // namespace

std::string_view name(Role role) {
  return role == Role::kTeacher ? "teacher" : "student";
}

std::optional<Role> parse_role(std::string_view text) {
  if (text == "teacher") return Role::kTeacher;
  if (text == "student") return Role::kStudent;
  return std::nullopt;
}

Task<Result<ClassPage>> ClassService::list(Actor actor, GroupId group, int limit, std::string cursor) {
  RAPT_CO_TRY(check_cursor(cursor));
  auto work = [actor = std::move(actor), group = std::move(group), limit,
               cursor = std::move(cursor)](store::Transaction& tx) -> Result<ClassPage> {
    if (!group.empty()) {
      const auto path = group_path(tx, group);
      if (!path) return path.error();
      RAPT_TRY(identity::check_can(actor, Action::kRead, Subject::kGroup, {.group_path = *path}));
    }
    return list_in_scope(tx, identity::scope_of(actor, Action::kRead, Subject::kClass), group, limit, cursor);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Class>> ClassService::get(Actor actor, ClassId id) {
  auto work = [actor = std::move(actor), id = std::move(id)](store::Transaction& tx) {
    return load_for(tx, actor, Action::kRead, id);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Class>> ClassService::create(Actor actor, GroupId group, std::string name) {
  RAPT_CO_TRY(check_name(name));
  auto work = [actor = std::move(actor), group = std::move(group), name = std::move(name),
               now = clock_.now()](store::Transaction& tx) { return create_in(tx, actor, group, name, now); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Class>> ClassService::rename(Actor actor, ClassId id, std::string name, std::optional<TimePoint> expected) {
  RAPT_CO_TRY(check_name(name));
  auto work = [actor = std::move(actor), id = std::move(id), name = std::move(name),
               expected](store::Transaction& tx) -> Result<Class> {
    const auto one = load_for(tx, actor, Action::kUpdate, id);
    if (!one) return one;
    if (expected && *expected != one->updated_at) return changed_meanwhile();
    RAPT_TRY(write_name(tx, id, name));
    return load(tx, id, false);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> ClassService::archive(Actor actor, ClassId id) {
  auto work = [actor = std::move(actor), id = std::move(id),
               now = clock_.now()](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(load_for(tx, actor, Action::kDelete, id));
    return set_archived(tx, id, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<MemberPage>> ClassService::roster(Actor actor, ClassId id, int limit, std::string cursor) {
  RAPT_CO_TRY(check_cursor(cursor));
  auto work = [actor = std::move(actor), id = std::move(id), limit,
               cursor = std::move(cursor)](store::Transaction& tx) -> Result<MemberPage> {
    const auto one = load_for(tx, actor, Action::kRead, id);
    if (!one) return one.error();
    auto page = list_members(tx, id, limit, cursor);
    if (page && !identity::can(actor, Action::kRead, Subject::kUser, place_of(*one))) {
      for (auto& member : page->items) member.email.clear();
    }
    return page;
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Member>> ClassService::put_member(Actor actor, ClassId id, UserId user, Role role) {
  auto work = [actor = std::move(actor), id = std::move(id), user = std::move(user), role](store::Transaction& tx) {
    return put_in(tx, actor, id, user, role);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> ClassService::remove_member(Actor actor, ClassId id, UserId user) {
  auto work = [actor = std::move(actor), id = std::move(id), user = std::move(user)](store::Transaction& tx) {
    return remove_in(tx, actor, id, user);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<JoinCode>> ClassService::create_code(Actor actor, ClassId id, std::chrono::hours lifetime, int max_uses) {
  if (lifetime < std::chrono::hours(1) || lifetime > kMaxCodeLifetime)
    co_return Error::invalid("lifetime_hours", "must be from 1 to " + std::to_string(kMaxCodeLifetime.count()));
  if (max_uses < 1 || max_uses > kMaxCodeUses)
    co_return Error::invalid("max_uses", "must be from 1 to " + std::to_string(kMaxCodeUses));
  const auto now = clock_.now();
  JoinCode wanted{JoinCodeId::trusted(new_uuid()), std::move(id), random_join_code(), now, now + lifetime, max_uses, 0};
  auto work = [actor = std::move(actor), wanted = std::move(wanted)](store::Transaction& tx) {
    return create_code_in(tx, actor, wanted);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::vector<JoinCode>>> ClassService::codes(Actor actor, ClassId id) {
  auto work = [actor = std::move(actor), id = std::move(id),
               now = clock_.now()](store::Transaction& tx) -> Result<std::vector<JoinCode>> {
    RAPT_TRY(load_for(tx, actor, Action::kManageMembers, id));
    return list_codes(tx, id, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> ClassService::revoke_code(Actor actor, ClassId id, JoinCodeId code) {
  auto work = [actor = std::move(actor), id = std::move(id), code = std::move(code),
               now = clock_.now()](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(load_for(tx, actor, Action::kManageMembers, id));
    const auto revoked = revoke(tx, id, code, now);
    if (!revoked) return revoked.error();
    if (!*revoked) return Error::not_found("join code");
    return {};
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Class>> ClassService::join(Actor actor, std::string code) {
  auto work = [actor = std::move(actor), code = canonical_join_code(code), now = clock_.now()](store::Transaction& tx) {
    return join_in(tx, actor, code, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::classes
