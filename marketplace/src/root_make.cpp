// SPDX-License-Identifier: AGPL-3.0-or-later
// `root init`, `root rotate`, `root targets`: what makes a document.
#include <charconv>
#include <ostream>

#include <nlohmann/json.hpp>

#include "ceremony.hpp"
#include "ceremony_folder.hpp"
#include "key_folder.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/tuf/signing.hpp"
#include "root_commands.hpp"

namespace rapt::marketplace {
namespace {

namespace fs = std::filesystem;
using cli::Arguments;
using cli::Console;

constexpr std::size_t kMostListBytes = 16 * 1024 * 1024;
constexpr int kUsualDays = 365, kMostDays = 3650;

std::vector<std::string> list(const Arguments& arguments, std::string_view name) {
  const auto found = arguments.lists.find(name);
  return found == arguments.lists.end() ? std::vector<std::string>() : found->second;
}

/// "root=anna.pub" in its halves.
Result<std::pair<std::string, std::string>> halves(const std::string& option, const std::string& text) {
  const auto sign = text.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == text.size())
    return Error::invalid(option, "Say it as ROLE=…, not " + printable(text, 80) + ".");
  return std::pair(text.substr(0, sign), text.substr(sign + 1));
}

Result<int> number(const std::string& option, const std::string& text, int most) {
  int out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc() && end == text.data() + text.size() && out >= 1 && out <= most) return out;
  return Error::invalid(option,
                        "It is a number from 1 to " + std::to_string(most) + ", not " + printable(text, 40) + ".");
}

Result<RoleChanges> role_changes(const Arguments& arguments) {
  RoleChanges out;
  for (const auto& text : list(arguments, "add")) {
    const auto parts = halves("add", text);
    if (!parts) return parts.error();
    const auto key = read_public_key(parts->second);
    if (!key) return key.error();
    out[parts->first].add.push_back(*key);
  }
  for (const auto& text : list(arguments, "remove")) {
    const auto parts = halves("remove", text);
    if (!parts) return parts.error();
    out[parts->first].remove.push_back(parts->second);
  }
  for (const auto& text : list(arguments, "threshold")) {
    const auto parts = halves("threshold", text);
    if (!parts) return parts.error();
    const auto count = number("threshold", parts->second, 1000);
    if (!count) return count.error();
    out[parts->first].threshold = *count;
  }
  return out;
}

Result<TimePoint> expiry(const Arguments& arguments) {
  const auto days = number("days", arguments.value("days", std::to_string(kUsualDays)), kMostDays);
  if (!days) return days.error();
  return TimePoint(std::chrono::floor<std::chrono::seconds>(SystemClock().now()) + std::chrono::days(*days));
}

template <class Document>
int write(Console& console, const Arguments& arguments, const fs::path& path, const Result<Document>& document) {
  if (!document) return cli::report(console, document.error());
  std::vector<security::PrivateKey> keys;
  for (const auto& file : list(arguments, "key")) {
    auto key = read_private_key(file);
    if (!key) return cli::report(console, key.error());
    keys.push_back(std::move(*key));
  }
  std::vector<const security::PrivateKey*> signing;
  for (const auto& key : keys) signing.push_back(&key);
  if (auto written = write_new(path, tuf::sign_document(*document, signing)); !written)
    return cli::report(console, written.error());
  if (console.json) {
    cli::print_json(console.out, {{"file", path.string()},
                                  {"version", document->version},
                                  {"expires_at", to_rfc3339(document->expires)},
                                  {"signatures", keys.size()}});
  } else {
    console.out << "Made " << path.string() << ", with " << keys.size()
                << (keys.size() == 1 ? " signature" : " signatures") << ".\nRead it: rapt-marketplace root show "
                << path.string() << "\nSign it: rapt-marketplace root sign " << path.string() << " --key FILE.key\n";
  }
  return cli::kOk;
}

int make_root(Console& console, const Arguments& arguments, tuf::Root before) {
  const auto changes = role_changes(arguments);
  if (!changes) return cli::report(console, changes.error());
  const auto expires = expiry(arguments);
  if (!expires) return cli::report(console, expires.error());
  const fs::path folder = arguments.positional[0];
  const auto version = before.version + 1;
  return write(console, arguments, document_path(folder, "root", version),
               change_root(std::move(before), *changes, *expires));
}

/// The publishers of the list that --admit names.
Result<std::vector<Admitted>> admitted(const Arguments& arguments) {
  const auto names = list(arguments, "admit");
  if (names.empty()) return std::vector<Admitted>();
  if (!arguments.has("publishers")) return Error::invalid("admit", "It needs --publishers FILE, which has their keys.");
  const auto text = read_file(arguments.value("publishers"), kMostListBytes);
  if (!text) return text.error();
  const auto known = parse_publishers(*text);
  if (!known) return known.error();
  std::vector<Admitted> out;
  for (const auto& name : names) {
    const auto found =
        std::find_if(known->begin(), known->end(), [&name](const auto& one) { return one.name == name; });
    if (found == known->end())
      return Error::invalid("admit", "The list has no publisher " + printable(name, 80) + " with a key that holds.");
    out.push_back(*found);
  }
  return out;
}

Result<TargetsChange> targets_change(const Arguments& arguments) {
  auto roles = role_changes(arguments);
  if (!roles) return roles.error();
  auto admit = admitted(arguments);
  if (!admit) return admit.error();
  return TargetsChange{std::move(*roles), std::move(*admit), list(arguments, "expel")};
}

}  // namespace

int run_root_init(Console& console, const Arguments& arguments) {
  return make_root(console, arguments, {});
}

int run_root_rotate(Console& console, const Arguments& arguments) {
  auto before = newest_root(arguments.positional[0]);
  if (!before) return cli::report(console, before.error());
  if (!*before) {
    return cli::report(console,
                       Error::invalid("", "The folder has no N.root.json yet: rapt-marketplace root init --help."));
  }
  return make_root(console, arguments, std::move((*before)->document));
}

int run_root_targets(Console& console, const Arguments& arguments) {
  const fs::path folder = arguments.positional[0];
  auto before = newest_targets(folder, "targets");
  if (!before) return cli::report(console, before.error());
  const auto change = targets_change(arguments);
  if (!change) return cli::report(console, change.error());
  const auto expires = expiry(arguments);
  if (!expires) return cli::report(console, expires.error());
  auto document = *before ? std::move((*before)->document) : tuf::Targets{};
  const auto version = document.version + 1;
  return write(console, arguments, document_path(folder, "targets", version),
               change_targets(std::move(document), *change, *expires));
}

}  // namespace rapt::marketplace
