// SPDX-License-Identifier: AGPL-3.0-or-later
// What an administrator changes about an installed module. Hosts follow within seconds.
#include <charconv>
#include <istream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "module_reports.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

int tell(Console& console, const Result<install::InstalledRecord>& record, const std::string& sentence) {
  if (!record) return report(console, record.error());
  if (console.json) {
    print_json(console.out, to_json(*record));
  } else {
    console.out << sentence << "\n";
  }
  return kOk;
}

int set_enabled(Console& console, const Arguments& arguments, bool enabled) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  const auto record = run_blocking(instance->installer->set_enabled(found->name, enabled));
  return tell(console, record,
              found->name + (enabled ? " is enabled: hosts start it within seconds."
                                     : " is disabled: hosts stop it within seconds, and tools that need it fail as "
                                       "their policy says."));
}

/// "120" or "120ms"; "default" takes the limit back.
Result<std::optional<std::chrono::milliseconds>> parse_limit(const std::string& text) {
  if (text == "default") return std::optional<std::chrono::milliseconds>();
  int value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (fault == std::errc() && (rest.empty() || rest == "ms")) return std::optional(std::chrono::milliseconds(value));
  return Error::invalid("", "\"" + printable(text, 40) +
                                "\" is no time limit: give whole milliseconds, or \"default\" to take an earlier "
                                "limit back.");
}

bool wants_to_go_back(Console& console) {
  console.err << "Go back to it? [y/N] " << std::flush;
  std::string line;
  std::getline(console.in, line);
  return line == "y" || line == "Y" || line == "yes";
}

}  // namespace

int run_module_rollback(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  // Without a version before there is nothing to ask; the installer says so.
  if (found->previous_version && !arguments.has("yes")) {
    if (!console.interactive) return usage_fault(console, "Nobody is there to be asked: say --yes if you mean it.");
    console.err << found->name << " " << found->version << " is installed; before it was " << *found->previous_version
                << ".\n";
    if (!wants_to_go_back(console)) {
      console.err << "Nothing was changed.\n";
      return kFailed;
    }
  }
  const auto record = run_blocking(instance->installer->rollback(found->name));
  return tell(console, record,
              record ? record->name + " " + record->version + " is installed again, instead of " +
                           record->previous_version.value_or("") + ". The same command goes forth again."
                     : "");
}

int run_module_enable(Console& console, const Arguments& arguments) {
  return set_enabled(console, arguments, true);
}

int run_module_disable(Console& console, const Arguments& arguments) {
  return set_enabled(console, arguments, false);
}

int run_module_limit(Console& console, const Arguments& arguments) {
  const auto limit = parse_limit(arguments.positional[2]);
  if (!limit) return usage_fault(console, limit.error().message);
  const auto point = hooks::parse_point(arguments.positional[1]);
  const auto hook = point ? std::string(hooks::name(*point)) : arguments.positional[1];
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  const auto record = run_blocking(instance->installer->set_time_limit(found->name, hook, *limit));
  return tell(console, record,
              found->name + ": " + printable(hook, 80) +
                  (*limit ? " has " + std::to_string((*limit)->count()) + " ms from now on."
                          : " has as long as the module declares."));
}

int run_module_release(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  const auto reports = load_reports(*instance, found->name);
  if (!reports) return report(console, reports.error());
  bool was_quarantined = false;
  for (const auto& one : *reports) was_quarantined = was_quarantined || is_quarantined(one);
  if (auto released = run_blocking(journal::ModuleJournal(*instance->database).release(found->name)); !released)
    return report(console, released.error());
  if (console.json) {
    print_json(console.out, {{"released", found->name}, {"was_quarantined", was_quarantined}});
  } else {
    console.out << found->name
                << (was_quarantined ? " is let out of quarantine: hosts start it within seconds."
                                    : " was in no host's quarantine; its failures so far do not count any more.")
                << "\n";
  }
  return kOk;
}

}  // namespace rapt::cli
