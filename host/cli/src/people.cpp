// SPDX-License-Identifier: AGPL-3.0-or-later
#include "people.hpp"

#include <map>
#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/api/documents.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/host_key.hpp"

namespace rapt::cli {
namespace {

using runtime::run_blocking;

constexpr std::size_t kLongestWord = 80;
constexpr std::size_t kMostNamed = 5;
constexpr int kPage = 100;

Error unknown_person(const std::string& word) {
  Error error = Error::not_found("user");
  error.message = "There is no user \"" + printable(word, kLongestWord) +
                  "\": name an id or a whole address. `rapt user list --q TEXT` searches.";
  return error;
}

/// A group and its way from the top, as imports write it: "District/School".
struct FoundGroup {
  groups::Group group;
  std::string way;
};

bool is_meant(const FoundGroup& place, const std::string& word) {
  return place.group.id.str() == word || place.way == word || place.group.name == word;
}

/// Every group whose id, way or name is `word`; those at the top of a tree when it is empty.
Result<std::vector<FoundGroup>> find_places(People& people, const std::string& word) {
  std::vector<FoundGroup> out;
  std::map<std::string, std::string> ways;
  std::string cursor;
  do {
    const auto page = run_blocking(people.groups.list(people.machine, kPage, cursor));
    if (!page) return page.error();
    for (const auto& group : page->items) {
      // By path, so whoever stands above has been seen.
      const auto above = group.parent.empty() ? "" : ways[group.parent.str()] + "/";
      const FoundGroup place{group, ways[group.id.str()] = above + group.name};
      if (word.empty() ? group.parent.empty() : is_meant(place, word)) out.push_back(place);
    }
    cursor = page->next_cursor.value_or("");
  } while (!cursor.empty());
  return out;
}

/// `before` and the groups among which to choose.
Error choose_one(std::string before, const std::vector<FoundGroup>& found) {
  for (std::size_t i = 0; i < found.size() && i < kMostNamed; ++i)
    before += "\n  --group " + found[i].group.id.str() + "  (" + printable(found[i].way) + ")";
  if (found.size() > kMostNamed) before += "\n  … and " + std::to_string(found.size() - kMostNamed) + " more";
  return Error::conflict(std::move(before));
}

}  // namespace

People::People(config::Settings all, const std::string& secrets_key)
    : settings(std::move(all)),
      box(secrets_key),
      database({.url = settings.database_url, .connections = 1}),
      accounts({database, clock, box, passwords, settings.public_url}),
      users(database, clock, accounts),
      groups(database, clock) {}

Result<users::User> People::person(const std::string& word) {
  const auto id = UserId::parse(word);
  if (!id && (word.find('@') == std::string::npos || !is_utf8(word))) return unknown_person(word);
  auto found = run_blocking(id ? users.get(machine, *id) : users.find(machine, word));
  if (!found && found.error().kind == ErrorKind::kNotFound) return unknown_person(word);
  return found;
}

Result<groups::Group> People::group(const std::string& word) {
  const auto shown = "\"" + printable(word, kLongestWord) + "\"";
  auto found = word.empty() ? Result<std::vector<FoundGroup>>(std::vector<FoundGroup>{}) : find_places(*this, word);
  if (!found) return found.error();
  if (found->size() == 1) return std::move(found->front().group);
  if (!found->empty()) return choose_one("Several groups are called " + shown + ":", *found);
  Error error = Error::not_found("group");
  error.message = "There is no group " + shown + ": name its id, its name or its way from the top (District/School).";
  return error;
}

Result<groups::Group> People::usual_group(const users::User& person) {
  if (person.memberships.size() == 1) return group(person.memberships.front().group.str());
  if (person.memberships.size() > 1) {
    std::vector<FoundGroup> all;
    for (const auto& one : person.memberships) {
      auto member_of = find_places(*this, one.group.str());
      if (!member_of) return member_of.error();
      all.insert(all.end(), member_of->begin(), member_of->end());
    }
    return choose_one("This person is in several groups, so say which is meant:", all);
  }
  auto found = find_places(*this, "");
  if (!found) return found.error();
  if (found->size() == 1) return std::move(found->front().group);
  if (found->empty())
    return Error::conflict("There is no group yet: `rapt user add` with --new-district NAME makes the first one.");
  return choose_one("This person is in no group yet, so say which is meant:", *found);
}

Result<std::unique_ptr<People>> open_people(const Console& console) {
  auto settings = settings_of(console);
  if (!settings) return settings.error();
  const auto keys = security::host_keys(settings->var_dir / "keys");
  if (!keys) return keys.error();
  return std::make_unique<People>(std::move(*settings), keys->secrets);
}

Result<identity::GroupRole> role_of(const std::string& word) {
  const auto role = identity::parse_group_role(word);
  if (role) return *role;
  return Error::invalid("role", "\"" + printable(word, kLongestWord) +
                                    "\" is no role: say student, teacher, group_admin or system_admin.");
}

std::string roles_of(const users::User& user) {
  std::string out;
  for (const auto& one : user.memberships)
    out += (out.empty() ? "" : ", ") + std::string(identity::name(one.role)) + " in " + one.group_name;
  return out.empty() ? "-" : out;
}

void tell_person(Console& console, const users::User& user, const std::string& sentence) {
  if (console.json) {
    print_json(console.out, nlohmann::json::parse(api::document_of(user)));
  } else {
    console.out << printable(sentence, 1000) << "\n";
  }
}

void warn_without_mail(Console& console, const People& people) {
  if (people.settings.mail_url.empty())
    console.err << "rapt: MAIL_URL is not set, so letters wait until it is. --print-link shows a link on a terminal.\n";
}

bool may_show_link(Console& console) {
  if (console.json) {
    usage_fault(console, "--print-link and --json do not go together: what scripts read is kept in files.");
  } else if (!console.shows_to_person) {
    usage_fault(console, "--print-link shows the link on a terminal alone: whoever reads it can log in as the person.");
  } else {
    return true;
  }
  return false;
}

int show_link(Console& console, People& people, const users::User& person) {
  const auto link = run_blocking(people.users.make_reset_link(people.machine, person.id));
  if (!link) return report(console, link.error());
  console.out << *link << "\n";
  console.err << "Whoever opens this link within an hour chooses the password of " << printable(person.email)
              << ". It works once.\n";
  return kOk;
}

}  // namespace rapt::cli
