// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/runtime/task.hpp"
#include "rapt/users/types.hpp"

namespace rapt::accounts {
class AccountService;
}
namespace rapt::store {
class Database;
}

namespace rapt::users {

/// Somebody who works on the host itself (`rapt user`): may what a system administrator may, and is nobody's account.
identity::Actor machine_administrator();

/// What administrators do with other people's accounts. An account that the actor may not see does not exist
/// (kNotFound); one that may be seen and not changed is kForbidden. Names are changed by those who reach one of the
/// person's memberships; address, status and password by those who reach all of them, because who changes these
/// becomes the person. Nobody but system administrators changes the account of one. Thread-safe.
class UserService {
 public:
  /// What it is given must outlive the service.
  UserService(store::Database& database, const Clock& clock, accounts::AccountService& accounts)
      : database_(database), clock_(clock), accounts_(accounts) {}

  /// Those within the actor's reach, oneself among them. kInvalid for a cursor of another list.
  Task<Result<UserPage>> list(identity::Actor actor, UserFilter filter);
  Task<Result<User>> get(identity::Actor actor, UserId id);
  /// By address, without regard to case.
  Task<Result<User>> find(identity::Actor actor, std::string email);
  /// Active at once, its address taken as proven. Administrators of a group name a group of theirs. kConflict when the
  /// address is taken; kNotFound for the group; kInvalid, also for a password that is easy to guess.
  Task<Result<User>> create(identity::Actor actor, NewUser user);
  /// `expected`: the updated_at that the caller has seen; another one is kConflict with code PRECONDITION_FAILED.
  /// A new address voids the links that were mailed to the old one, which is told; a suspended person is logged out.
  Task<Result<User>> update(identity::Actor actor, UserId id, UserChange change, std::optional<TimePoint> expected);
  /// Status "inactive", and all logins end; or "active" again. kConflict for the last system administrator.
  Task<Result<User>> set_active(identity::Actor actor, UserId id, bool active);
  /// Mails a link by which the person sets a new password. kConflict unless the account is active.
  Task<Result<void>> reset_password(identity::Actor actor, UserId id);
  /// As reset_password(), but answers the link instead of mailing it.
  Task<Result<std::string>> make_reset_link(identity::Actor actor, UserId id);
  /// The account is gone for everybody, its address free again. What the person has written stays.
  Task<Result<void>> remove(identity::Actor actor, UserId id);

 private:
  store::Database& database_;
  const Clock& clock_;
  accounts::AccountService& accounts_;
};

}  // namespace rapt::users
