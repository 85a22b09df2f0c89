// SPDX-License-Identifier: AGPL-3.0-or-later
// Copies a registry for places without network: a folder that any web server, or file:///FOLDER, can serve.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>

#include <nlohmann/json.hpp>

#include "module_market.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using runtime::run_blocking;

struct Copied {
  std::size_t metadata = 0, bundles = 0, present = 0;
  std::uint64_t bytes = 0;
};

bool is_wanted(const marketplace::VouchedVersion& version, const std::set<std::string>& modules,
               const std::string& versions) {
  if (!modules.empty() && !modules.contains(version.release.name)) return false;
  return versions == "all" || version.release.yanked.empty();
}

/// All that are wanted, or (with "newest") the newest of each module and channel.
std::vector<marketplace::VouchedVersion> chosen(std::vector<marketplace::VouchedVersion> all,
                                                const std::set<std::string>& modules, const std::string& versions) {
  std::vector<marketplace::VouchedVersion> out;
  std::set<std::pair<std::string, marketplace::Channel>> seen;
  for (auto& one : all) {
    if (!is_wanted(one, modules, versions)) continue;
    const bool first = seen.emplace(one.release.name, one.release.channel).second;
    if (versions == "newest" && !first) continue;
    out.push_back(std::move(one));
  }
  return out;
}

Task<Result<Copied>> copy(marketplace::TrustedRegistry& registry, fs::path folder, std::set<std::string> modules,
                          std::string versions, bool tells, std::ostream& err) {
  const auto checked = co_await registry.check();
  if (!checked) co_return checked.error();
  auto all = co_await registry.everything();
  if (!all) co_return all.error();
  for (const auto& name : modules) {
    const bool there = std::any_of(all->begin(), all->end(), [&](const auto& one) { return one.release.name == name; });
    if (!there) co_return Error::not_found("module \"" + printable(name, 80) + "\" in the registry's metadata");
  }
  Copied out;
  for (auto& one : chosen(std::move(*all), modules, versions)) {
    const auto to = folder / "targets" / marketplace::hashed_path(one.path, one.sha256);
    std::error_code failure;
    if (fs::file_size(to, failure) == one.bytes && !failure) {
      ++out.present;
      continue;
    }
    if (tells) err << "fetching " << one.release.name << " " << one.release.version << "\n";
    RAPT_CO_TRY(co_await registry.download(one, to, {}));
    ++out.bundles;
    out.bytes += one.bytes;
  }
  // The metadata comes last: it never names what is not there yet.
  const auto copied = co_await registry.copy_metadata(folder);
  if (!copied) co_return copied.error();
  out.metadata = *copied;
  co_return out;
}

}  // namespace

int run_mirror(Console& console, const Arguments& arguments) {
  const auto versions = arguments.value("versions", "newest");
  if (versions != "newest" && versions != "good" && versions != "all")
    return usage_fault(console, "--versions is newest, good or all.");
  const auto settings = local_settings_of(console);
  if (!settings) return report(console, settings.error());
  const auto site = open_registry(*settings);
  if (!site) return report(console, site.error());
  const fs::path folder = arguments.positional[0];
  const std::set<std::string> modules(arguments.positional.begin() + 1, arguments.positional.end());
  const auto done = run_blocking(copy(*(*site)->trusted, folder, modules, versions, !console.json, console.err));
  if (!done) return report(console, done.error());
  if (console.json) {
    print_json(console.out, {{"folder", folder.string()},
                             {"metadata", done->metadata},
                             {"bundles", done->bundles},
                             {"present", done->present},
                             {"bytes", done->bytes}});
    return kOk;
  }
  std::error_code failure;
  console.out << folder.string() << " holds " << done->metadata << " documents of metadata; " << done->bundles
              << " bundles were fetched (" << human_bytes(done->bytes) << "), " << done->present
              << " were there.\nHosts use it with MARKETPLACE_URL=file://" << fs::absolute(folder, failure).string()
              << ", or from any web server that serves the folder.\n";
  return kOk;
}

}  // namespace rapt::cli
