// SPDX-License-Identifier: AGPL-3.0-or-later
#include "manifest_parts.hpp"
#include "names.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxDependencies = 32;
constexpr std::size_t kMaxRangeBytes = 128;

void read_one(JsonReader& in, const std::string& module, Manifest& out) {
  std::string range;
  const bool is_text = in.text(module, range, kMaxRangeBytes, Need::kRequired);
  if (is_text && !VersionRange::parse(range))
    in.fault(module, "Give a range of versions, such as \"^1.2\" or \">=1.2 <3\".");
  if (!is_name(module))
    in.fault(module, "This is no name of a module: 2 to 63 lower-case letters, digits and hyphens.");
  if (module == out.name) in.fault(module, "A module cannot depend on itself.");
  out.dependencies.emplace(module, std::move(range));
}

}  // namespace

void read_dependencies(JsonReader& in, Manifest& out) {
  if (!in.has("dependencies")) return;
  auto listed = in.object("dependencies");
  if (!listed) return;
  const auto modules = listed->keys();
  if (modules.size() > kMaxDependencies) {
    in.fault("dependencies", "Name at most " + std::to_string(kMaxDependencies) + " modules.");
    return;
  }
  for (const auto& module : modules) read_one(*listed, module, out);
}

}  // namespace rapt::bundle
