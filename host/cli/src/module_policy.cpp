// SPDX-License-Identifier: AGPL-3.0-or-later
// Which versions a module takes by itself.
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "module_standing.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/install/policies.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr const char* kBy = "the command line";

std::string in_words(install::AutoUpdate automatic) {
  switch (automatic) {
    case install::AutoUpdate::kManual:
      return "takes no version by itself";
    case install::AutoUpdate::kPatch:
      return "takes new versions with the same first two numbers by itself";
    case install::AutoUpdate::kMinor:
      return "takes new versions with the same first number by itself";
  }
  return "";
}

void show(std::ostream& out, const updates::Standing& standing, const std::vector<updates::UpdateEvent>& events) {
  const auto& policy = standing.policy;
  out << policy.module << " " << standing.installed_version << " " << in_words(policy.automatic) << " ("
      << install::name(policy.automatic) << "), of the channel " << marketplace::name(policy.channel)
      << (policy.pin ? ", pinned to " + *policy.pin : "") << ".\n";
  for (const auto& [version, because] : policy.held)
    out << "  " << printable(version, 64) << " is held: " << printable(because, 500) << "\n";
  show_standing(out, standing, "  ");
  for (const auto& event : events)
    out << "  " << to_rfc3339(event.at) << "  " << event.kind << " " << printable(event.version, 64) << ": "
        << printable(event.text, 500) << "\n";
}

int tell(Console& console, Instance& instance, const std::string& module) {
  const auto standings = load_standings(instance);
  if (!standings) return report(console, standings.error());
  const auto found = standings->find(module);
  if (found == standings->end()) return report(console, Error::not_found("installed module"));
  const auto events = run_blocking(updates::Standings(*instance.database).events(module));
  if (!events) return report(console, events.error());
  if (!console.json) {
    show(console.out, found->second, *events);
    return kOk;
  }
  auto out = to_json(found->second);
  out["module"] = module;
  out["events"] = json::array();
  for (const auto& event : *events)
    out["events"].push_back(
        {{"kind", event.kind}, {"version", event.version}, {"text", event.text}, {"at", to_rfc3339(event.at)}});
  print_json(console.out, out);
  return kOk;
}

int change(Console& console, const std::string& name, install::PolicyChange change) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, name);
  if (!found) return report(console, found.error());
  if (change.automatic || change.channel || change.pin) {
    const auto changed = run_blocking(install::Policies(*instance->database).change(found->name, change, kBy));
    if (!changed) return report(console, changed.error());
  }
  return tell(console, *instance, found->name);
}

}  // namespace

int run_module_policy(Console& console, const Arguments& arguments) {
  install::PolicyChange wanted;
  if (arguments.has("auto")) {
    wanted.automatic = install::parse_auto_update(arguments.value("auto"));
    if (!wanted.automatic) return usage_fault(console, "--auto is manual, patch or minor.");
  }
  if (arguments.has("channel")) {
    wanted.channel = marketplace::parse_channel(arguments.value("channel"));
    if (!wanted.channel) return usage_fault(console, "--channel is stable or beta.");
  }
  return change(console, arguments.positional[0], std::move(wanted));
}

}  // namespace rapt::cli
