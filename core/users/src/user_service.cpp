// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/users/user_service.hpp"

#include <utility>

#include "rapt/accounts/account_service.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/store/database.hpp"
#include "user_list.hpp"
#include "user_rules.hpp"
#include "user_store.hpp"

namespace rapt::users {
namespace {

using identity::Action;
using identity::Actor;
using identity::Subject;

identity::Scope reading(const Actor& actor) {
  return identity::scope_of(actor, Action::kRead, Subject::kUser);
}

Result<void> check_unchanged(const User& user, const std::optional<TimePoint>& expected) {
  if (!expected || *expected == user.updated_at) return {};
  Error error = Error::conflict("Somebody has changed this user meanwhile: read it again, then make your change.");
  error.code = "PRECONDITION_FAILED";
  return error;
}

Result<void> take(std::optional<std::string>& value, Result<std::string> checked) {
  if (!checked) return checked.error();
  value = std::move(*checked);
  return {};
}

Result<void> tidy_name(const std::string& field, std::optional<std::string>& name) {
  return name ? take(name, accounts::checked_name(field, *name)) : Result<void>{};
}

/// Takes the space around what is said away; kInvalid for what an account cannot have.
Result<void> tidy(UserChange& change) {
  if (change.email) RAPT_TRY(take(change.email, accounts::checked_email(*change.email)));
  RAPT_TRY(tidy_name("name", change.name));
  RAPT_TRY(tidy_name("given_name", change.given_name));
  RAPT_TRY(tidy_name("family_name", change.family_name));
  if (!change.status || *change.status == "active" || *change.status == "suspended") return {};
  return Error::invalid("status", "must be one of active, suspended");
}

/// Says the same as present: saving a form as it was is not a change of what only few may change.
UserChange without_present(UserChange change, const User& user) {
  if (change.email == user.email) change.email.reset();
  if (change.status == user.status) change.status.reset();
  return change;
}

Result<void> set_status(store::Transaction& tx, Target& target, const std::string& status) {
  if (status != "active") {
    RAPT_TRY(check_admin_left(tx, target));
    RAPT_TRY(end_logins(tx, target.user.id));
    RAPT_TRY(void_links(tx, target.user.id));
  }
  target.user.status = status;
  return {};
}

Result<void> set_email(store::Transaction& tx, User& user, const std::string& email,
                       const accounts::AccountService& accounts) {
  RAPT_TRY(accounts.tell_address_changed(tx, {user.id, user.email, user.name}));
  RAPT_TRY(void_links(tx, user.id));
  user.email = email;
  return {};
}

Result<User> update_in(store::Transaction& tx, const Actor& actor, const UserId& id, const UserChange& wanted,
                       const std::optional<TimePoint>& expected, const accounts::AccountService& accounts,
                       TimePoint now) {
  auto target = load(tx, id, reading(actor), true);
  if (!target) return target.error();
  RAPT_TRY(check_updatable(actor, *target));
  const auto change = without_present(wanted, target->user);
  if (change.email || change.status) RAPT_TRY(check_manageable(actor, *target));
  RAPT_TRY(check_unchanged(target->user, expected));
  auto& user = target->user;
  if (change.name) user.name = *change.name;
  if (change.given_name) user.given_name = change.given_name;
  if (change.family_name) user.family_name = change.family_name;
  if (change.status) RAPT_TRY(set_status(tx, *target, *change.status));
  if (change.email) RAPT_TRY(set_email(tx, user, *change.email, accounts));
  RAPT_TRY(write(tx, user, now));
  auto changed = load(tx, id, reading(actor), false);
  if (!changed) return changed.error();
  return std::move(changed->user);
}

Result<void> tidy(NewUser& user) {
  auto email = accounts::checked_email(user.email);
  if (!email) return email.error();
  auto name = accounts::checked_name("name", user.name);
  if (!name) return name.error();
  user.email = std::move(*email);
  user.name = std::move(*name);
  RAPT_TRY(tidy_name("given_name", user.given_name));
  return tidy_name("family_name", user.family_name);
}

Result<void> check_grant(const Actor& actor, const std::string& path, identity::GroupRole role) {
  RAPT_TRY(identity::check_can(actor, Action::kRead, Subject::kGroup, {.group_path = path}));
  if (!identity::can(actor, Action::kCreate, Subject::kUser, {.group_path = path}))
    return Error::forbidden("You may see this group, but not add people to it.");
  if (role != identity::GroupRole::kSystemAdmin || actor.is_system_admin()) return {};
  return Error::forbidden("Only system administrators make system administrators.");
}

/// A group that the actor may not see and one that is not there look the same.
Result<void> join_group(store::Transaction& tx, const Actor& actor, const UserId& id, const NewUser& user) {
  if (user.group.empty()) {
    if (actor.is_system_admin()) return {};
    return Error::invalid("group_id", "is required: name a group that you administer");
  }
  const auto path = group_path(tx, user.group);
  if (!path) return path.error();
  RAPT_TRY(check_grant(actor, *path, user.role));
  return put_membership(tx, id, user.group, user.role);
}

Result<User> create_in(store::Transaction& tx, const Actor& actor, const NewUser& user,
                       const std::optional<std::string>& password_hash, const accounts::AccountService& accounts,
                       TimePoint now) {
  const auto id = UserId::trusted(new_uuid());
  RAPT_TRY(insert(tx, id, user, password_hash, now));
  RAPT_TRY(join_group(tx, actor, id, user));
  if (user.invite) RAPT_TRY(accounts.send_invitation(tx, {id, user.email, user.name}, actor.id));
  auto made = load(tx, id, reading(actor), false);
  if (!made) return made.error();
  return std::move(made->user);
}

/// Who may get a new password by the actor's wish.
Result<accounts::Addressee> resettable(store::Transaction& tx, const Actor& actor, const UserId& id) {
  const auto target = load(tx, id, reading(actor), true);
  if (!target) return target.error();
  RAPT_TRY(check_manageable(actor, *target));
  if (target->user.status != "active")
    return Error::conflict("This account is not active: let the person back in first.");
  return accounts::Addressee{id, target->user.email, target->user.name};
}

Result<User> read_in(store::Transaction& tx, const Actor& actor, const UserId& id) {
  auto target = load(tx, id, reading(actor), false);
  if (!target) return target.error();
  RAPT_TRY(check_readable(actor, *target));
  return std::move(target->user);
}

Result<User> set_active_in(store::Transaction& tx, const Actor& actor, const UserId& id, bool active, TimePoint now) {
  auto target = load(tx, id, reading(actor), true);
  if (!target) return target.error();
  RAPT_TRY(check_manageable(actor, *target));
  RAPT_TRY(set_status(tx, *target, active ? "active" : "inactive"));
  RAPT_TRY(write(tx, target->user, now));
  auto changed = load(tx, id, reading(actor), false);
  if (!changed) return changed.error();
  return std::move(changed->user);
}

}  // namespace

Actor machine_administrator() {
  Actor actor;
  actor.name = "the machine's administrator";
  actor.groups.push_back({GroupId(), "", "", "", identity::GroupRole::kSystemAdmin});
  return actor;
}

Task<Result<UserPage>> UserService::list(Actor actor, UserFilter filter) {
  auto work = [scope = reading(actor), filter = std::move(filter)](store::Transaction& tx) {
    return list_users(tx, scope, filter);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<User>> UserService::get(Actor actor, UserId id) {
  auto work = [actor = std::move(actor), id = std::move(id)](store::Transaction& tx) { return read_in(tx, actor, id); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<User>> UserService::find(Actor actor, std::string email) {
  auto work = [actor = std::move(actor), email = std::move(email)](store::Transaction& tx) -> Result<User> {
    const auto id = users::find(tx, email);
    if (!id) return id.error();
    return read_in(tx, actor, *id);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<User>> UserService::create(Actor actor, NewUser user) {
  RAPT_CO_TRY(tidy(user));
  std::optional<std::string> hash;
  if (user.password) {
    std::vector<std::string> words{user.name, user.email};
    RAPT_CO_TRY(co_await accounts_.check_password(*user.password, std::move(words)));
    auto hashed = co_await accounts_.hash_password(std::move(*user.password));
    if (!hashed) co_return hashed.error();
    hash = std::move(*hashed);
    user.password.reset();
  }
  auto work = [actor = std::move(actor), user = std::move(user), hash = std::move(hash), &accounts = accounts_,
               now = clock_.now()](store::Transaction& tx) { return create_in(tx, actor, user, hash, accounts, now); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> UserService::reset_password(Actor actor, UserId id) {
  auto work = [actor = std::move(actor), id = std::move(id),
               &accounts = accounts_](store::Transaction& tx) -> Result<void> {
    const auto person = resettable(tx, actor, id);
    if (!person) return person.error();
    return accounts.send_reset(tx, *person, actor.id);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::string>> UserService::make_reset_link(Actor actor, UserId id) {
  auto work = [actor = std::move(actor), id = std::move(id),
               &accounts = accounts_](store::Transaction& tx) -> Result<std::string> {
    const auto person = resettable(tx, actor, id);
    if (!person) return person.error();
    return accounts.make_reset_link(tx, person->user, actor.id);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<User>> UserService::update(Actor actor, UserId id, UserChange change, std::optional<TimePoint> expected) {
  RAPT_CO_TRY(tidy(change));
  auto work = [actor = std::move(actor), id = std::move(id), change = std::move(change), expected,
               &accounts = accounts_, now = clock_.now()](store::Transaction& tx) {
    return update_in(tx, actor, id, change, expected, accounts, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<User>> UserService::set_active(Actor actor, UserId id, bool active) {
  auto work = [actor = std::move(actor), id = std::move(id), active, now = clock_.now()](store::Transaction& tx) {
    return set_active_in(tx, actor, id, active, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> UserService::remove(Actor actor, UserId id) {
  auto work = [actor = std::move(actor), id = std::move(id),
               now = clock_.now()](store::Transaction& tx) -> Result<void> {
    const auto target = load(tx, id, reading(actor), true);
    if (!target) return target.error();
    RAPT_TRY(check_manageable(actor, *target));
    RAPT_TRY(check_admin_left(tx, *target));
    RAPT_TRY(end_logins(tx, id));
    RAPT_TRY(void_links(tx, id));
    return users::remove(tx, id, now);
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::users
