// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dependencies.hpp"

#include "rapt/base/semver.hpp"
#include "records.hpp"

namespace rapt::install {
namespace {

bool fits(const std::string& range, const std::string& version) {
  const auto parsed = Version::parse(version);
  const auto wanted = VersionRange::parse(range);
  return parsed && wanted && wanted->contains(*parsed);
}

/// "" when it is there.
std::string lacking(const std::string& module, const std::string& range,
                    const std::map<std::string, bundle::Manifest>& installed) {
  const auto found = installed.find(module);
  if (found == installed.end()) return "It needs " + module + " " + range + ", which is not installed.";
  if (fits(range, found->second.version)) return "";
  return "It needs " + module + " " + range + ", and " + found->second.version + " is installed.";
}

/// "" when `other` can live with it.
std::string broken(const bundle::Manifest& other, const bundle::Manifest& manifest) {
  const auto range = other.dependencies.find(manifest.name);
  if (other.name == manifest.name || range == other.dependencies.end() || fits(range->second, manifest.version))
    return "";
  return other.name + " " + other.version + ", which is installed, needs " + manifest.name + " " + range->second + ".";
}

}  // namespace

Result<void> check_dependencies(const bundle::Manifest& manifest,
                                const std::map<std::string, bundle::Manifest>& installed) {
  Error error;
  error.kind = ErrorKind::kConflict;
  const auto add = [&](const std::string& module, std::string why) {
    if (!why.empty()) error.fields.push_back({"dependencies." + module, std::move(why)});
  };
  for (const auto& [module, range] : manifest.dependencies) add(module, lacking(module, range, installed));
  for (const auto& [module, other] : installed) add(module, broken(other, manifest));
  if (error.fields.empty()) return {};
  error.part = manifest.name;
  error.message = manifest.name + " " + manifest.version + " does not fit what is installed:";
  for (const auto& field : error.fields) error.message += " " + field.message;
  error.message += " Install what is needed first, or let `rapt module install NAME` bring it along.";
  return error;
}

Result<void> check_dependencies(store::Transaction& tx, const bundle::Manifest& manifest) {
  const auto installed = some_manifests(tx);
  if (!installed) return installed.error();
  return check_dependencies(manifest, *installed);
}

}  // namespace rapt::install
