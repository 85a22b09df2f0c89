// SPDX-License-Identifier: AGPL-3.0-or-later
// Who has an account, and whether the person may log in.
#include "user_commands.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "people.hpp"
#include "rapt/api/documents.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr std::array<std::string_view, 4> kStatuses{"pending_verification", "active", "inactive", "suspended"};
constexpr std::size_t kLongestSearch = 100;
constexpr int kUsualUsers = 50, kMostUsers = 10'000, kUserPage = 100;

Error wrong(std::string sentence) {
  return Error::invalid("", std::move(sentence));
}

Result<std::size_t> parse_limit(const Arguments& arguments) {
  if (!arguments.has("limit")) return std::size_t{kUsualUsers};
  const auto text = arguments.value("limit");
  int limit = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (fault == std::errc() && end == text.data() + text.size() && limit >= 1 && limit <= kMostUsers)
    return static_cast<std::size_t>(limit);
  return wrong("--limit must be a number from 1 to " + std::to_string(kMostUsers) + ".");
}

Result<users::UserFilter> parse_filter(const Arguments& arguments) {
  users::UserFilter out;
  out.text = arguments.value("q");
  if (!is_utf8(out.text) || count_code_points(out.text) > kLongestSearch)
    return wrong("--q must be text of at most " + std::to_string(kLongestSearch) + " characters.");
  out.status = arguments.value("status");
  if (arguments.has("status") && std::find(kStatuses.begin(), kStatuses.end(), out.status) == kStatuses.end())
    return wrong("--status must be pending_verification, active, inactive or suspended.");
  if (!arguments.has("role")) return out;
  const auto role = role_of(arguments.value("role"));
  if (!role) return role.error();
  out.role = *role;
  return out;
}

struct Found {
  std::vector<users::User> people;
  bool more = false;
};

Result<Found> find_people(People& people, users::UserFilter filter, std::size_t limit) {
  Found out;
  do {
    filter.limit = static_cast<int>(std::min<std::size_t>(limit - out.people.size(), kUserPage));
    auto page = run_blocking(people.users.list(people.machine, filter));
    if (!page) return page.error();
    for (auto& user : page->items) out.people.push_back(std::move(user));
    filter.cursor = page->next_cursor.value_or("");
  } while (!filter.cursor.empty() && out.people.size() < limit);
  out.more = !filter.cursor.empty();
  return out;
}

std::string last_login(const users::User& user) {
  return user.last_login_at ? to_rfc3339(*user.last_login_at) : "never";
}

void show_list(std::ostream& out, const Found& found) {
  if (found.people.empty()) {
    out << "There are none.\n";
    return;
  }
  Table table({"ADDRESS", "NAME", "STATUS", "ROLES", "LAST LOGIN", "ID"});
  for (const auto& user : found.people)
    table.add({user.email, user.name, user.status, roles_of(user), last_login(user), user.id.str()});
  table.print(out);
  if (found.more) out << "\nThere are more: narrow them with --q, --role or --status, or say --limit N.\n";
}

void show(std::ostream& out, const users::User& user) {
  Table table({"id", user.id.str()});
  table.add({"address", user.email + (user.email_verified ? "" : " (not proven)")});
  table.add({"name", user.name});
  if (user.given_name) table.add({"given name", *user.given_name});
  if (user.family_name) table.add({"family name", *user.family_name});
  table.add({"status", user.status});
  if (user.memberships.empty()) table.add({"role", "-"});
  for (const auto& one : user.memberships)
    table.add({"role", std::string(identity::name(one.role)) + " in " + one.group_name + " (" + one.group.str() + ")"});
  table.add({"last login", last_login(user)});
  table.add({"since", to_rfc3339(user.created_at)});
  table.print(out);
}

int set_active(Console& console, const Arguments& arguments, bool active) {
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto person = (*people)->person(arguments.positional[0]);
  if (!person) return report(console, person.error());
  const auto changed = run_blocking((*people)->users.set_active((*people)->machine, person->id, active));
  if (!changed) return report(console, changed.error());
  tell_person(console, *changed,
              changed->email + (active ? " may log in again." : " is logged out everywhere and cannot log in."));
  return kOk;
}

}  // namespace

int run_user_list(Console& console, const Arguments& arguments) {
  const auto limit = parse_limit(arguments);
  if (!limit) return usage_fault(console, limit.error().message);
  const auto filter = parse_filter(arguments);
  if (!filter) return usage_fault(console, filter.error().message);
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto found = find_people(**people, *filter, *limit);
  if (!found) return report(console, found.error());
  if (!console.json) {
    show_list(console.out, *found);
    return kOk;
  }
  json list = json::array();
  for (const auto& user : found->people) list.push_back(json::parse(api::document_of(user)));
  print_json(console.out, {{"users", std::move(list)}, {"more", found->more}});
  return kOk;
}

int run_user_show(Console& console, const Arguments& arguments) {
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto person = (*people)->person(arguments.positional[0]);
  if (!person) return report(console, person.error());
  if (console.json) {
    print_json(console.out, json::parse(api::document_of(*person)));
  } else {
    show(console.out, *person);
  }
  return kOk;
}

int run_user_deactivate(Console& console, const Arguments& arguments) {
  return set_active(console, arguments, false);
}

int run_user_reactivate(Console& console, const Arguments& arguments) {
  return set_active(console, arguments, true);
}

int run_user_reset_password(Console& console, const Arguments& arguments) {
  const bool prints = arguments.has("print-link");
  if (prints && !may_show_link(console)) return kUsage;
  auto people = open_people(console);
  if (!people) return report(console, people.error());
  const auto person = (*people)->person(arguments.positional[0]);
  if (!person) return report(console, person.error());
  if (prints) return show_link(console, **people, *person);
  const auto sent = run_blocking((*people)->users.reset_password((*people)->machine, person->id));
  if (!sent) return report(console, sent.error());
  warn_without_mail(console, **people);
  tell_person(console, *person, "A letter goes to " + person->email + ", with a link that works once, for an hour.");
  return kOk;
}

}  // namespace rapt::cli
