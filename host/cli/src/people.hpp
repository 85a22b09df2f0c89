// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "command.hpp"
#include "rapt/accounts/account_service.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/groups/group_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"
#include "rapt/users/user_service.hpp"

namespace rapt::cli {

/// What commands about people need of an instance. They act as the machine's administrator.
class People {
 public:
  People(config::Settings settings, const std::string& secrets_key);

  config::Settings settings;
  SystemClock clock;
  security::SecretBox box;
  store::Database database;
  identity::PasswordHasher passwords;
  accounts::AccountService accounts;
  users::UserService users;
  groups::GroupService groups;
  const identity::Actor machine = users::machine_administrator();

  /// The person that an id or an address names. kNotFound with what to try.
  Result<users::User> person(const std::string& word);
  /// The group that an id, a name or a way from the top ("District/School") names. kConflict with the groups when it is
  /// that of several.
  Result<groups::Group> group(const std::string& word);
  /// The group that is meant when nothing is said: the only one that the person is in, otherwise the top of the only
  /// tree.
  Result<groups::Group> usual_group(const users::User& person);
};
Result<std::unique_ptr<People>> open_people(const Console& console);

/// A role by its name, or what is wrong with --role.
Result<identity::GroupRole> role_of(const std::string& word);
/// "student in Algebra, teacher in School".
std::string roles_of(const users::User& user);
/// The person as a JSON document, or `sentence`.
void tell_person(Console& console, const users::User& user, const std::string& sentence);
/// Says on `err` when no letter can go out.
void warn_without_mail(Console& console, const People& people);
/// Whether a link may be shown: a person sees it, and no file keeps it. Otherwise the usage fault has been told.
bool may_show_link(Console& console);

/// Shows a link by which the person chooses a new password.
int show_link(Console& console, People& people, const users::User& person);

}  // namespace rapt::cli
