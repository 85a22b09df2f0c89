// SPDX-License-Identifier: AGPL-3.0-or-later
// Who comes in, and what people may do where.
#include <ostream>

#include "people.hpp"
#include "rapt/accounts/fields.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"
#include "user_commands.hpp"

namespace rapt::cli {
namespace {

using runtime::run_blocking;

constexpr std::size_t kLongestPasswordFile = 1024;

/// What is wrong with the options of `user add`; empty when nothing is.
std::string fault_of(const Arguments& arguments) {
  if (!arguments.has("name")) return "Give --name NAME: how others see the person.";
  if (arguments.has("group") && arguments.has("new-district"))
    return "--group names a group that is there, --new-district one that may not be: give one of them.";
  if (arguments.has("password-file") && arguments.has("print-link"))
    return "With --password-file there is no link to show: give one of them.";
  return "";
}

Result<std::string> password_in(const std::string& file) {
  auto text = read_file(file, kLongestPasswordFile);
  if (!text) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return std::move(*text);
}

Result<users::NewUser> read_person(const Arguments& arguments) {
  users::NewUser out;
  auto email = accounts::checked_email(arguments.positional[0]);
  if (!email) return email.error();
  out.email = std::move(*email);
  auto name = accounts::checked_name("name", arguments.value("name"));
  if (!name) return name.error();
  out.name = std::move(*name);
  if (arguments.has("given-name")) out.given_name = arguments.value("given-name");
  if (arguments.has("family-name")) out.family_name = arguments.value("family-name");
  if (arguments.has("password-file")) {
    auto password = password_in(arguments.value("password-file"));
    if (!password) return password.error();
    out.password = std::move(*password);
  }
  out.invite = !out.password && !arguments.has("print-link");
  return out;
}

Result<GroupId> new_district(People& people, const std::string& name) {
  const auto found = people.group(name);
  if (found && found->parent.empty()) return found->id;
  if (found) return Error::conflict("There is a group of that name already, but not at the top: name it with --group.");
  if (found.error().kind != ErrorKind::kNotFound) return found.error();
  groups::NewGroup wanted;
  wanted.name = name;
  wanted.type = "district";
  const auto made = run_blocking(people.groups.create(people.machine, std::move(wanted)));
  if (!made) return made.error();
  return made->id;
}

/// Where the person comes in; empty when neither a role nor a place is said.
Result<GroupId> place_of(People& people, const Arguments& arguments) {
  if (arguments.has("new-district")) return new_district(people, arguments.value("new-district"));
  if (!arguments.has("group") && !arguments.has("role")) return GroupId();
  const auto group = arguments.has("group") ? people.group(arguments.value("group")) : people.usual_group({});
  if (!group) return group.error();
  return group->id;
}

Result<users::User> add(People& people, const Arguments& arguments, users::NewUser wanted) {
  // Before a group is made for somebody who is there already.
  if (run_blocking(people.users.find(people.machine, wanted.email)))
    return Error::conflict("There is an account with this address already: see `rapt user show`.");
  const auto place = place_of(people, arguments);
  if (!place) return place.error();
  wanted.group = *place;
  return run_blocking(people.users.create(people.machine, std::move(wanted)));
}

/// Person and group that `user grant` and `user revoke` name.
struct Named {
  users::User person;
  groups::Group group;
};
Result<Named> find_named(People& people, const Arguments& arguments) {
  auto person = people.person(arguments.positional[0]);
  if (!person) return person.error();
  auto group = arguments.has("group") ? people.group(arguments.value("group")) : people.usual_group(*person);
  if (!group) return group.error();
  return Named{std::move(*person), std::move(*group)};
}

int tell_roles(Console& console, People& people, const UserId& id) {
  const auto person = run_blocking(people.users.get(people.machine, id));
  if (!person) return report(console, person.error());
  tell_person(
      console, *person,
      person->email + (person->memberships.empty() ? " is in no group now." : " is now " + roles_of(*person) + "."));
  return kOk;
}

}  // namespace

int run_user_add(Console& console, const Arguments& arguments) {
  if (const auto fault = fault_of(arguments); !fault.empty()) return usage_fault(console, fault);
  const auto role = role_of(arguments.value("role", "student"));
  if (!role) return usage_fault(console, role.error().message);
  if (arguments.has("print-link") && !may_show_link(console)) return kUsage;
  auto wanted = read_person(arguments);
  if (!wanted) return report(console, wanted.error());
  wanted->role = *role;
  const bool invites = wanted->invite;
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto made = add(**people, arguments, std::move(*wanted));
  if (!made) return report(console, made.error());
  if (arguments.has("print-link")) {
    console.err << "The account of " << printable(made->email) << " is made: " << printable(roles_of(*made)) << ".\n";
    return show_link(console, **people, *made);
  }
  if (invites) warn_without_mail(console, **people);
  tell_person(console, *made,
              "The account of " + made->email + " is made: " + roles_of(*made) + "." +
                  (invites ? " A letter with a link to choose a password goes there." : ""));
  return kOk;
}

int run_user_grant(Console& console, const Arguments& arguments) {
  const auto role = role_of(arguments.positional[1]);
  if (!role) return usage_fault(console, role.error().message);
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto named = find_named(**people, arguments);
  if (!named) return report(console, named.error());
  const auto granted =
      run_blocking((*people)->groups.put_member((*people)->machine, named->group.id, named->person.id, *role));
  if (!granted) return report(console, granted.error());
  return tell_roles(console, **people, named->person.id);
}

int run_user_revoke(Console& console, const Arguments& arguments) {
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto named = find_named(**people, arguments);
  if (!named) return report(console, named.error());
  const auto revoked =
      run_blocking((*people)->groups.remove_member((*people)->machine, named->group.id, named->person.id));
  if (!revoked) return report(console, revoked.error());
  return tell_roles(console, **people, named->person.id);
}

}  // namespace rapt::cli
