// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_commands.hpp"

#include <algorithm>
#include <istream>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_market.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/consent.hpp"
#include "rapt/cli/arguments.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kLongestName = 100;

void show(std::ostream& out, const install::InstallPlan& plan, const std::string& source) {
  const auto& manifest = plan.manifest;
  out << manifest.name << " " << manifest.version << ": " << printable(manifest.title, 100) << "\n  from       "
      << printable(source, 200) << "\n  publisher  " << manifest.publisher
      << (plan.is_signed ? ", key " + plan.key_id : ", NOT SIGNED") << "\n";
  if (plan.installed_version) out << "  installed  " << *plan.installed_version << "\n";
  for (const auto& found : manifest.extractions)
    out << (&found == manifest.extractions.data() ? "  tells      " : "             ") << printable(found.title, 100)
        << " (" << found.type << ")\n";
  print_hooks(out, plan.hooks, plan.removed_hooks, plan.installed_version.has_value());
  if (plan.new_permissions.empty()) return;
  out << "  asks for these permissions:\n";
  for (const auto& permission : plan.new_permissions) out << bundle::asked_in_words(permission, "    ");
}

json to_json(const install::InstallPlan& plan) {
  json permissions = json::array(), hooks = json::array();
  for (const auto& one : plan.new_permissions)
    permissions.push_back({{"full_name", bundle::full_name(one)}, {"reason", one.reason}});
  for (const auto& one : plan.hooks)
    hooks.push_back({{"point", one.point}, {"text", one.text}, {"change", one.change}, {"new", one.is_new}});
  return {{"name", plan.manifest.name},
          {"version", plan.manifest.version},
          {"installed_version", plan.installed_version ? json(*plan.installed_version) : json(nullptr)},
          {"changed", !plan.same_bytes},
          {"new_permissions", std::move(permissions)},
          {"hooks", std::move(hooks)},
          {"removed_hooks", plan.removed_hooks}};
}

int tell_installed(Console& console, const install::InstalledRecord& record, bool changed) {
  if (console.json) {
    auto out = cli::to_json(record);
    out["changed"] = changed;
    print_json(console.out, out);
  } else {
    console.out << record.name << " " << record.version
                << (changed ? " is installed.\n" : " was installed already; nothing has changed.\n");
  }
  return kOk;
}

}  // namespace

bool agrees(Console& console) {
  console.err << "Install it? [y/N] " << std::flush;
  std::string line;
  std::getline(console.in, line);
  return line == "y" || line == "Y" || line == "yes";
}

json to_json(const install::InstalledRecord& record) {
  return {{"name", record.name},
          {"version", record.version},
          {"publisher", record.publisher},
          {"sha256", record.digest_hex},
          {"permissions", record.permissions},
          {"enabled", record.enabled},
          {"time_limits_ms", record.time_limits_ms},
          {"previous_version", record.previous_version ? json(*record.previous_version) : json(nullptr)}};
}

Result<install::InstalledRecord> find_installed(Instance& instance, const std::string& name) {
  auto records = run_blocking(instance.installer->list());
  if (!records) return records.error();
  std::vector<std::string> names;
  for (auto& record : *records) {
    if (record.name == name) return std::move(record);
    names.push_back(record.name);
  }
  const auto guess = name.size() > kLongestName ? "" : nearest(name, names);
  Error error = Error::not_found("installed module as \"" + printable(name, 80) + "\"");
  error.message += guess.empty() ? " `rapt module list` shows them." : " Did you mean \"" + guess + "\"?";
  return error;
}

Result<std::vector<install::InstalledRecord>> chosen_modules(Instance& instance, const Arguments& arguments) {
  if (arguments.positional.empty()) return run_blocking(instance.installer->list());
  auto one = find_installed(instance, arguments.positional[0]);
  if (!one) return one.error();
  return std::vector{std::move(*one)};
}

namespace {

/// A bundle from a file, by its own signature and the keys that are trusted here.
int install_file(Console& console, Instance& instance, const Arguments& arguments) {
  const auto& file = arguments.positional[0];
  const auto archive = read_file(file, bundle::kMaxBundleBytes);
  if (!archive) return report(console, archive.error());
  const auto plan = run_blocking(instance.installer->plan(*archive));
  if (!plan) return report(console, plan.error());
  const bool ask = !plan->same_bytes && !arguments.has("yes");
  if (!plan->same_bytes) show(console.err, *plan, file);
  if (arguments.has("dry-run")) {
    if (console.json) print_json(console.out, to_json(*plan));
    console.err << "Nothing was changed.\n";
    return kOk;
  }
  if (ask && !console.interactive) return usage_fault(console, "Nobody is there to be asked: say --yes if you agree.");
  if (ask && !agrees(console)) {
    console.err << "Nothing was installed.\n";
    return kFailed;
  }
  const auto record =
      run_blocking(instance.installer->install(*archive, {.allow_downgrade = arguments.has("allow-downgrade"),
                                                          .grant_permissions = true,
                                                          .allow_replace = arguments.has("replace")}));
  if (!record) return report(console, record.error());
  return tell_installed(console, *record, !plan->same_bytes);
}

/// A bundle from a file, for which a copy of the registry's metadata has to vouch.
int install_vouched_file(Console& console, Instance& instance, const Arguments& arguments) {
  auto archive = read_file(arguments.positional[0], bundle::kMaxBundleBytes);
  if (!archive) return report(console, archive.error());
  const auto bundle = bundle::read_bundle(*archive);
  if (!bundle) return report(console, bundle.error());
  const auto site = open_registry(instance, arguments.value("metadata"));
  if (!site->trusted->is_pinned()) return report(console, site->trusted->root().error());
  install::PlanRequest request;
  request.archives.push_back(std::move(*archive));
  return install_planned(console, instance, *site, std::move(request), arguments, bundle->manifest.name);
}

int install_named(Console& console, Instance& instance, const Arguments& arguments) {
  const auto& what = arguments.positional[0];
  const auto site = open_registry(instance);
  if (!site->trusted) {
    return report(console,
                  Error::invalid("MARKETPLACE_URL", "is not set, and there is no file \"" + printable(what, 80) +
                                                        "\". Set it to a registry's address, or name a .rapt file."));
  }
  const auto at = what.find('@');
  const auto name = what.substr(0, at);
  install::PlanRequest request;
  request.install.push_back(
      {name, at == std::string::npos ? "" : what.substr(at + 1), arguments.value("channel") == "beta"});
  return install_planned(console, instance, *site, std::move(request), arguments, name);
}

/// Every module that would lack a dependency without `name`, those first on which nothing else depends.
Result<void> collect_dependents(RegistrySite& site, const std::string& name, std::vector<std::string>& out) {
  const auto needing = run_blocking(site.installer->dependents(name));
  if (!needing) return needing.error();
  for (const auto& sentence : *needing) {
    const auto module = sentence.substr(0, sentence.find(' '));
    if (std::find(out.begin(), out.end(), module) != out.end()) continue;
    RAPT_TRY(collect_dependents(site, module, out));
    if (std::find(out.begin(), out.end(), module) == out.end()) out.push_back(module);
  }
  return {};
}

Result<void> refuse_dependents(RegistrySite& site, const std::string& name) {
  const auto needing = run_blocking(site.installer->dependents(name));
  if (!needing) return needing.error();
  if (needing->empty()) return {};
  std::string all;
  for (const auto& sentence : *needing) all += (all.empty() ? "" : "; ") + printable(sentence, 300);
  return Error::conflict("Other modules depend on " + name + ": " + all +
                         ". Remove them first, or say --cascade to remove them as well.");
}

}  // namespace

int run_module_install(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const bool is_file = names_a_file(arguments.positional[0]);
  if (arguments.has("metadata") && !is_file) return usage_fault(console, "--metadata goes with a bundle's file.");
  if (arguments.has("channel") && arguments.value("channel") != "beta")
    return usage_fault(console, "--channel is beta, or left out.");
  if (!is_file) return install_named(console, *instance, arguments);
  return arguments.has("metadata") ? install_vouched_file(console, *instance, arguments)
                                   : install_file(console, *instance, arguments);
}

int run_module_remove(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  std::string name = arguments.positional[0];
  const bool purge = arguments.has("purge");
  if (!purge) {
    const auto found = find_installed(*instance, name);
    if (!found) return report(console, found.error());
    name = found->name;
  }
  auto& installer = *instance->installer;
  const auto site = open_registry(*instance);
  std::vector<std::string> others;
  if (arguments.has("cascade")) {
    if (auto all = collect_dependents(*site, name, others); !all) return report(console, all.error());
  } else if (auto free = refuse_dependents(*site, name); !free) {
    return report(console, free.error());
  }
  std::erase(others, name);
  for (const auto& other : others) {
    const auto gone = run_blocking(installer.remove(other));
    if (!gone) return report(console, gone.error());
    console.err << other << " is removed, which depends on " << name << ".\n";
  }
  // What was kept can be purged when the module itself has gone, too.
  const auto removed = run_blocking(purge ? installer.purge(name) : installer.remove(name));
  if (!removed) return report(console, removed.error());
  if (console.json) {
    print_json(console.out, {{"removed", name}, {"purged", purge}});
  } else {
    console.out << name << (purge ? " is removed, with everything that it kept.\n" : " is removed.\n");
  }
  return kOk;
}

int run_module_verify(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto records = chosen_modules(*instance, arguments);
  if (!records) return report(console, records.error());
  const auto trust = run_blocking(instance->installer->with_trusted_keys(instance->trust));
  if (!trust) return report(console, trust.error());
  json list = json::array();
  int status = kOk;
  for (const auto& record : *records) {
    const auto checked = check_installed(record, *trust, instance->policy);
    if (!checked) status = kFailed;
    list.push_back(
        {{"name", record.name}, {"ok", checked.has_value()}, {"reason", checked ? "" : checked.error().message}});
    if (!console.json)
      console.out << record.name << " " << record.version << ": " << (checked ? "sound" : checked.error().message)
                  << "\n";
  }
  if (console.json) print_json(console.out, list);
  return status;
}

}  // namespace rapt::cli
