// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/publisher_document.hpp"

namespace rapt::marketplace {

ModuleRelease release_of(const bundle::Manifest& manifest, Channel channel) {
  ModuleRelease out;
  out.name = manifest.name;
  out.version = manifest.version;
  out.publisher = manifest.publisher;
  out.channel = channel;
  out.abi_major = manifest.abi_major;
  out.abi_minor = manifest.abi_minor;
  out.abi_built_minor = manifest.abi_built_minor;
  for (const auto& [architecture, path] : manifest.libraries) out.architectures.push_back(architecture);
  out.dependencies = manifest.dependencies;
  for (const auto& permission : manifest.permissions) {
    for (auto& grant : bundle::grants_of(permission)) out.grants.push_back(std::move(grant));
  }
  out.hooks = manifest.hooks;
  return out;
}

tuf::Targets next_document(const std::optional<tuf::Targets>& current, TimePoint now, std::chrono::days life) {
  auto out = current.value_or(tuf::Targets{});
  out.version += 1;
  // Metadata knows whole seconds.
  out.expires = std::chrono::floor<std::chrono::seconds>(now) + life;
  return out;
}

Result<void> add_target(tuf::Targets& document, const NewTarget& target) {
  const auto& release = target.release;
  const auto path = module_target(release.publisher, release.name, release.version);
  tuf::Target added{target.bytes, {{"sha256", target.sha256}}, encode_custom(release)};
  const auto [place, fresh] = document.targets.emplace(path, std::move(added));
  if (fresh) return {};
  const auto hash = place->second.hashes.find("sha256");
  if (place->second.length == target.bytes && hash != place->second.hashes.end() && hash->second == target.sha256)
    return {};
  return Error::conflict("You have signed other bytes as " + release.name + " " + release.version +
                         " before. A published version never changes: give this one another number.");
}

Result<void> set_yanked(tuf::Targets& document, const std::string& publisher, const std::string& module,
                        const std::string& version, const std::string& because) {
  const auto found = document.targets.find(module_target(publisher, module, version));
  if (found == document.targets.end())
    return Error::not_found("published version as " + module + " " + version + " of " + publisher);
  auto release = parse_custom(found->second.custom_json);
  if (!release) return release.error();
  release->yanked = because;
  found->second.custom_json = encode_custom(*release);
  return {};
}

}  // namespace rapt::marketplace
