// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/classes/types.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::classes {

/// Classes, their rosters, and the codes by which students join. A class that the actor may not see does not exist
/// (kNotFound); one that may be seen and not changed is kForbidden. Thread-safe.
class ClassService {
 public:
  /// Both must outlive the service.
  ClassService(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Those that the actor may see, by name; of one group when `group` is not empty (kNotFound when it may not be seen).
  /// `limit` 1 to 100, `cursor` is next_cursor of the page before, or empty.
  Task<Result<ClassPage>> list(identity::Actor actor, GroupId group, int limit, std::string cursor);
  Task<Result<Class>> get(identity::Actor actor, ClassId id);
  Task<Result<Class>> create(identity::Actor actor, GroupId group, std::string name);
  /// `expected`: the updated_at that the caller has seen; another one is kConflict with code PRECONDITION_FAILED.
  Task<Result<Class>> rename(identity::Actor actor, ClassId id, std::string name, std::optional<TimePoint> expected);
  /// Its conversations and work stay, for those who may see them.
  Task<Result<void>> archive(identity::Actor actor, ClassId id);

  /// Teachers first, then by name.
  Task<Result<MemberPage>> roster(identity::Actor actor, ClassId id, int limit, std::string cursor);
  /// Adds or changes. kNotFound for a user who does not exist or whom the actor may not put into this class: one who
  /// is in none of the groups from the top of its tree down to the class's.
  Task<Result<Member>> put_member(identity::Actor actor, ClassId id, UserId user, Role role);
  /// kConflict for the last teacher.
  Task<Result<void>> remove_member(identity::Actor actor, ClassId id, UserId user);

  /// kInvalid outside the limits of types.hpp, kConflict when there are kMaxCodes valid ones.
  Task<Result<JoinCode>> create_code(identity::Actor actor, ClassId id, std::chrono::hours lifetime, int max_uses);
  /// Those that can still be used.
  Task<Result<std::vector<JoinCode>>> codes(identity::Actor actor, ClassId id);
  Task<Result<void>> revoke_code(identity::Actor actor, ClassId id, JoinCodeId code);
  /// Makes the actor a student of the code's class; who is in it already stays what he or she is and uses nothing up.
  /// One sentence (kNotFound) for codes that are unknown, expired, revoked and used up. The caller limits how often
  /// somebody may try.
  Task<Result<Class>> join(identity::Actor actor, std::string code);

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace rapt::classes
