// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tool_commands.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "installed_catalog.hpp"
#include "people.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/tools/check.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

Result<tools::Checked> check_with_modules(Console& console, const std::string& yaml, const std::string& group) {
  auto instance = open_instance(console);
  if (!instance) return instance.error();
  const auto catalog = InstalledCatalog::load(*instance);
  if (!catalog) return catalog.error();
  auto people = open_people(console);
  if (!people) return people.error();
  GroupId of;
  if (!group.empty()) {
    const auto found = (*people)->group(group);
    if (!found) return found.error();
    of = found->id;
  }
  module_settings::LiveSettings settings(*instance->database, (*people)->box, *catalog);
  return run_blocking(tools::check_definition(yaml, of, {&*catalog, &settings}));
}

json as_json(const tools::Diagnostic& fault) {
  return {{"path", fault.path},
          {"message", fault.message},
          {"line", fault.line},
          {"column", fault.column},
          {"excerpt", fault.excerpt}};
}

void tell(Console& console, const std::string& file, const tools::Checked& checked) {
  if (console.json) {
    json faults = json::array();
    for (const auto& fault : checked.faults) faults.push_back(as_json(fault));
    print_json(console.out, {{"file", file}, {"faults", std::move(faults)}});
    return;
  }
  for (const auto& fault : checked.faults) console.err << in_words(fault, printable(file, 200));
  if (checked.faults.empty()) {
    console.out << printable(checked.definition->name, 100) << " " << checked.definition->version
                << " is a valid tool.\n";
  } else {
    console.err << checked.faults.size() << (checked.faults.size() == 1 ? " fault.\n" : " faults.\n");
  }
}

}  // namespace

int run_tool_check(Console& console, const Arguments& arguments) {
  if (arguments.has("no-modules") && arguments.has("group"))
    return usage_fault(console, "With --no-modules no group's settings are looked at: give one of them.");
  const auto& file = arguments.positional[0];
  const auto yaml = read_file(file, tools::kMaxDefinitionBytes);
  if (!yaml) return report(console, yaml.error());
  const auto checked = arguments.has("no-modules") ? run_blocking(tools::check_definition(*yaml, {}, {}))
                                                   : check_with_modules(console, *yaml, arguments.value("group"));
  if (!checked) return report(console, checked.error());
  tell(console, file, *checked);
  return checked->faults.empty() ? kOk : kFailed;
}

int run_tool_schema(Console& console, const Arguments& arguments) {
  if (arguments.has("no-modules")) {
    console.out << tools::editor_schema({}) << "\n";
    return kOk;
  }
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto catalog = InstalledCatalog::load(*instance);
  if (!catalog) return report(console, catalog.error());
  console.out << tools::editor_schema(catalog->all_facts()) << "\n";
  return kOk;
}

}  // namespace rapt::cli
