// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_commands.hpp"

#include <istream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "instance.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

json to_json(const install::InstalledRecord& record) {
  return {{"name", record.name},         {"version", record.version},         {"publisher", record.publisher},
          {"sha256", record.digest_hex}, {"permissions", record.permissions}, {"enabled", record.enabled}};
}

void show(std::ostream& out, const install::InstallPlan& plan, const std::string& source) {
  const auto& manifest = plan.manifest;
  out << manifest.name << " " << manifest.version << ": " << printable(manifest.title, 100) << "\n  from       "
      << printable(source, 200) << "\n  publisher  " << manifest.publisher
      << (plan.is_signed ? ", key " + plan.key_id : ", NOT SIGNED") << "\n";
  if (plan.installed_version) out << "  installed  " << *plan.installed_version << "\n";
  if (plan.new_permissions.empty()) return;
  out << "  asks for these permissions:\n";
  for (const auto& permission : plan.new_permissions)
    out << "    " << permission.name << ": " << printable(permission.reason, 300) << "\n";
}

bool agrees(Console& console) {
  console.err << "Install it? [y/N] " << std::flush;
  std::string line;
  std::getline(console.in, line);
  return line == "y" || line == "Y" || line == "yes";
}

int tell_installed(Console& console, const install::InstalledRecord& record, bool changed) {
  if (console.json) {
    auto out = to_json(record);
    out["changed"] = changed;
    console.out << out << "\n";
  } else {
    console.out << record.name << " " << record.version
                << (changed ? " is installed.\n" : " was installed already; nothing has changed.\n");
  }
  return kOk;
}

}  // namespace

int run_module_install(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto offer = fetch_offer(instance->settings, arguments.positional[0]);
  if (!offer) return report(console, offer.error());
  const auto plan = run_blocking(instance->installer->plan(offer->archive));
  if (!plan) return report(console, plan.error());
  const bool ask = !plan->same_bytes && !arguments.has("yes");
  if (!plan->same_bytes) show(console.err, *plan, offer->source);
  if (ask && !console.interactive) return usage_fault(console, "Nobody is there to be asked: say --yes if you agree.");
  if (ask && !agrees(console)) {
    console.err << "Nothing was installed.\n";
    return kFailed;
  }
  const auto record =
      run_blocking(instance->installer->install(offer->archive, {.allow_downgrade = arguments.has("allow-downgrade"),
                                                                 .grant_permissions = true,
                                                                 .allow_replace = arguments.has("replace")}));
  if (!record) return report(console, record.error());
  return tell_installed(console, *record, !plan->same_bytes);
}

int run_module_list(Console& console, const Arguments&) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto records = run_blocking(instance->installer->list());
  if (!records) return report(console, records.error());
  json list = json::array();
  for (const auto& record : *records) {
    list.push_back(to_json(record));
    if (!console.json)
      console.out << record.name << " " << record.version << "  by " << record.publisher
                  << (record.enabled ? "\n" : "  (disabled)\n");
  }
  if (console.json) console.out << list << "\n";
  if (!console.json && records->empty()) console.out << "No module is installed.\n";
  return kOk;
}

int run_module_remove(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto& name = arguments.positional[0];
  if (auto removed = run_blocking(instance->installer->remove(name)); !removed) return report(console, removed.error());
  if (console.json) {
    console.out << json{{"removed", name}} << "\n";
  } else {
    console.out << name << " is removed.\n";
  }
  return kOk;
}

int run_module_verify(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto records = run_blocking(instance->installer->list());
  if (!records) return report(console, records.error());
  json list = json::array();
  int status = kOk;
  bool seen = arguments.positional.empty();
  for (const auto& record : *records) {
    if (!arguments.positional.empty() && record.name != arguments.positional[0]) continue;
    seen = true;
    const auto checked = check_installed(record, instance->trust, instance->policy);
    if (!checked) status = kFailed;
    list.push_back(
        {{"name", record.name}, {"ok", checked.has_value()}, {"reason", checked ? "" : checked.error().message}});
    if (!console.json)
      console.out << record.name << " " << record.version << ": " << (checked ? "sound" : checked.error().message)
                  << "\n";
  }
  if (!seen)
    return report(console, Error::not_found("installed module as \"" + printable(arguments.positional[0], 80) +
                                            "\"; `rapt module list` shows them"));
  if (console.json) console.out << list << "\n";
  return status;
}

}  // namespace rapt::cli
