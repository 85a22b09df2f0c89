// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/groups/types.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::groups {

/// Groups and who is in them. A group that the actor may not see does not exist (kNotFound); one that may be seen and
/// not changed is kForbidden. Archived groups are gone for everybody. Thread-safe.
class GroupService {
 public:
  /// Both must outlive the service.
  GroupService(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Those that the actor may see, by path; `limit` 1 to 100, `cursor` is next_cursor of the page before, or empty.
  Task<Result<GroupPage>> list(identity::Actor actor, int limit, std::string cursor);
  Task<Result<Group>> get(identity::Actor actor, GroupId id);
  /// Only system administrators begin a tree. kInvalid, kForbidden, kNotFound (the parent), kConflict (too deep).
  Task<Result<Group>> create(identity::Actor actor, NewGroup group);
  /// `expected`: the updated_at that the caller has seen; another one is kConflict with code PRECONDITION_FAILED.
  Task<Result<Group>> update(identity::Actor actor, GroupId id, GroupChange change, std::optional<TimePoint> expected);
  /// With everything below it; `parent` empty: to the top. The actor must be allowed to change both places. kConflict
  /// below itself or too deep.
  Task<Result<Group>> move(identity::Actor actor, GroupId id, GroupId parent);
  /// kConflict while groups or classes stand below it.
  Task<Result<void>> archive(identity::Actor actor, GroupId id);

  Task<Result<GroupPage>> children(identity::Actor actor, GroupId id, int limit, std::string cursor);
  /// Everything below, by path, without the group itself.
  Task<Result<GroupPage>> descendants(identity::Actor actor, GroupId id, int limit, std::string cursor);
  /// From the top down to the parent.
  Task<Result<std::vector<Group>>> ancestors(identity::Actor actor, GroupId id);
  /// Settings and theme as they hold here: those of the ancestors from the top down, each merged over the one before.
  Task<Result<Group>> resolved(identity::Actor actor, GroupId id);

  /// By name. Administrators of the group, and teachers of it.
  Task<Result<MemberPage>> members(identity::Actor actor, GroupId id, int limit, std::string cursor);
  /// Adds or changes; only system administrators make system administrators. kNotFound for a user who does not exist.
  Task<Result<Member>> put_member(identity::Actor actor, GroupId id, UserId user, identity::GroupRole role);
  /// kConflict for the last system administrator.
  Task<Result<void>> remove_member(identity::Actor actor, GroupId id, UserId user);

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace rapt::groups
