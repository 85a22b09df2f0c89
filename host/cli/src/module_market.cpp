// SPDX-License-Identifier: AGPL-3.0-or-later
// What a registry offers, and keeping up with it.
#include "module_market.hpp"

#include <algorithm>
#include <cstdio>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/install/policies.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using marketplace::ModuleListing;
using nlohmann::json;
using runtime::run_blocking;

constexpr std::size_t kVersionsShown = 10;

json json_of(const ModuleListing& one) {
  json versions = json::array();
  for (const auto& version : one.versions) {
    versions.push_back({{"version", version.version},
                        {"channel", version.beta ? "beta" : "stable"},
                        {"bytes", version.bytes},
                        {"sha256", version.sha256},
                        {"published_at", version.published_at},
                        {"yanked", version.yanked ? json(version.yanked_because) : json(nullptr)}});
  }
  return {{"name", one.name},
          {"title", one.title},
          {"description", one.description},
          {"publisher", one.publisher},
          {"category", one.category},
          {"license", one.license},
          {"stable", one.latest_stable},
          {"beta", one.latest_beta},
          {"permissions", one.permissions},
          {"hooks", one.hooks},
          {"downloads", one.downloads},
          {"rating", one.rating},
          {"ratings", one.ratings},
          {"advisories", one.advisories},
          {"versions", std::move(versions)}};
}

/// What a mirror in a folder holds: the signed metadata alone tells names and versions.
Task<Result<marketplace::ModulePage>> search_metadata(marketplace::TrustedRegistry& registry, std::string words) {
  const auto checked = co_await registry.check();
  if (!checked) co_return checked.error();
  const auto all = co_await registry.everything();
  if (!all) co_return all.error();
  marketplace::ModulePage out;
  for (const auto& one : *all) {
    const auto& release = one.release;
    if (release.name.find(words) == std::string::npos || !runs_on(release, host_abi())) continue;
    if (out.modules.empty() || out.modules.back().name != release.name) {
      ModuleListing listing;
      listing.name = release.name;
      listing.publisher = release.publisher;
      out.modules.push_back(std::move(listing));
    }
    auto& newest = release.channel == marketplace::Channel::kBeta ? out.modules.back().latest_beta
                                                                  : out.modules.back().latest_stable;
    if (newest.empty() && release.yanked.empty()) newest = release.version;
  }
  co_return out;
}

std::string rating_of(const ModuleListing& one) {
  if (one.ratings == 0) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", one.rating);
  return text;
}

std::string newest_of(const ModuleListing& one) {
  if (!one.latest_stable.empty()) return one.latest_stable;
  if (!one.latest_beta.empty()) return one.latest_beta + " (beta)";
  return one.versions.empty() ? "-" : one.versions.front().version;
}

void show_version(std::ostream& out, const marketplace::ModuleVersion& version) {
  out << "  " << version.version << (version.beta ? " (beta)" : "") << "  " << human_bytes(version.bytes) << "  "
      << printable(version.published_at, 40);
  if (version.yanked) out << "  WITHDRAWN: " << printable(version.yanked_because, 200);
  out << "\n";
}

void show_page(std::ostream& out, const ModuleListing& one, const std::string& url) {
  out << one.name << ": " << printable(one.title, 200) << "\n" << printable(one.description, 2000) << "\n\n";
  out << "not installed; offered at " << printable(url, 300) << "\n"
      << "publisher   " << one.publisher
      << (one.publisher_title.empty() ? "" : " (" + printable(one.publisher_title, 100) + ")") << "\nlicence     "
      << printable(one.license, 100) << "\ndownloads   " << one.downloads << "\nrating      " << rating_of(one)
      << " of " << one.ratings << " ratings\n";
  if (one.advisories > 0) out << "ADVISORIES  " << one.advisories << "\n";
  if (!one.versions.empty() && !one.versions.front().permissions.empty()) {
    out << "asks for\n";
    for (const auto& asked : one.versions.front().permissions)
      out << "  " << printable(asked.name, 60) << ": " << printable(asked.reason, 300) << "\n";
  }
  out << "versions\n";
  for (std::size_t i = 0; i < one.versions.size() && i < kVersionsShown; ++i) show_version(out, one.versions[i]);
  if (one.versions.size() > kVersionsShown || one.more_versions) out << "  and older ones\n";
  out << "\nInstall it: rapt module install " << one.name << "\n";
}

}  // namespace

int run_module_search(Console& console, const Arguments& arguments) {
  const auto settings = local_settings_of(console);
  if (!settings) return report(console, settings.error());
  const auto site = open_registry(*settings);
  if (!site) return report(console, site.error());
  marketplace::ModuleSearch query;
  query.words = arguments.positional.empty() ? "" : arguments.positional[0];
  query.category = arguments.value("category");
  query.hook = arguments.value("hook");
  query.permission = arguments.value("permission");
  auto& registry = **site;
  const auto found = registry.word ? run_blocking(registry.word->search(query, host_abi()))
                                   : run_blocking(search_metadata(*registry.trusted, query.words));
  if (!found) return report(console, found.error());
  if (console.json) {
    json list = json::array();
    for (const auto& one : found->modules) list.push_back(json_of(one));
    print_json(console.out, list);
    return kOk;
  }
  if (found->modules.empty()) console.out << "Nothing was found at " << printable(registry.url, 300) << ".\n";
  Table table({"NAME", "VERSION", "PUBLISHER", "RATING", "DOWNLOADS", "TITLE"});
  for (const auto& one : found->modules)
    table.add({one.name, newest_of(one), one.publisher, rating_of(one), std::to_string(one.downloads), one.title});
  if (!found->modules.empty()) table.print(console.out);
  if (!found->next_cursor.empty()) console.out << "\nThere are more: search for more words.\n";
  return kOk;
}

int show_offered(Console& console, const config::Settings& settings, const std::string& name) {
  const auto site = open_registry(settings);
  if (!site) return report(console, site.error());
  if (!(*site)->word)
    return report(console, Error::not_found("installed module as \"" + printable(name, 80) +
                                            "\"; `rapt module search` shows what the mirror holds"));
  const auto found = run_blocking((*site)->word->find(name));
  if (!found) return report(console, found.error());
  if (console.json) {
    auto out = json_of(*found);
    out["installed"] = false;
    print_json(console.out, out);
  } else {
    show_page(console.out, *found, (*site)->url);
  }
  return kOk;
}

int run_module_upgrade(Console& console, const Arguments& arguments) {
  if (arguments.positional.empty() != arguments.has("all"))
    return usage_fault(console, "Name the modules that are to be upgraded, or say --all.");
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  auto names = arguments.positional;
  for (auto& name : names) {
    const auto found = find_installed(*instance, name);
    if (!found) return report(console, found.error());
  }
  if (arguments.has("all")) {
    const auto records = run_blocking(instance->installer->list());
    if (!records) return report(console, records.error());
    for (const auto& one : *records) names.push_back(one.name);
  }
  const auto site = open_registry(*instance);
  if (!site->trusted) return report(console, open_registry(instance->settings).error());
  install::PlanRequest request;
  for (auto& name : names) request.install.push_back({name, "", arguments.value("channel") == "beta"});
  if (request.install.empty()) {
    console.err << "No module is installed.\n";
    return kOk;
  }
  return install_planned(console, *instance, *site, std::move(request), arguments, "");
}

int run_module_pin(Console& console, const Arguments& arguments) {
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto found = find_installed(*instance, arguments.positional[0]);
  if (!found) return report(console, found.error());
  const auto& range = arguments.positional[1];
  install::PolicyChange change;
  change.pin = range == "none" ? std::optional<std::string>() : std::optional(range);
  install::Policies policies(*instance->database);
  const auto policy = run_blocking(policies.change(found->name, change, operator_name(console)));
  if (!policy) return report(console, policy.error());
  if (console.json) {
    print_json(console.out, {{"name", found->name}, {"pin", policy->pin ? json(*policy->pin) : json(nullptr)}});
  } else if (policy->pin) {
    console.out << found->name << " stays within " << printable(*policy->pin, 200) << ".\n";
  } else {
    console.out << found->name << " is not pinned.\n";
  }
  return kOk;
}

}  // namespace rapt::cli
