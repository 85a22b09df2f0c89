// SPDX-License-Identifier: AGPL-3.0-or-later
#include "registry_site.hpp"

#include <filesystem>

#include "rapt/bundle/manifest.hpp"

namespace rapt::cli {
namespace {

void reach(RegistrySite& site, const config::Settings& settings, const std::string& url) {
  site.url = url;
  if (url.empty()) return;
  site.trusted = std::make_unique<marketplace::TrustedRegistry>(
      marketplace::TrustedRegistry::Options{settings.var_dir / "registry", url}, site.http, site.clock);
  if (!url.starts_with("file://")) site.word = std::make_unique<marketplace::RegistryClient>(site.http, url);
}

}  // namespace

marketplace::HostAbi host_abi() {
  return {install::kAbiMajor, install::kAbiMinor, bundle::native_architecture()};
}

std::string operator_name(const Console& console) {
  const auto user = console.environment("USER");
  return "the command line" + (user && !user->empty() ? " (" + *user + ")" : std::string());
}

std::unique_ptr<RegistrySite> open_registry(Instance& instance, const std::string& folder) {
  auto out = std::make_unique<RegistrySite>();
  std::error_code failure;
  const auto url = folder.empty() ? instance.settings.marketplace_url
                                  : "file://" + std::filesystem::absolute(folder, failure).string();
  reach(*out, instance.settings, url);
  install::MarketplaceInstaller::Parts parts{.installer = *instance.installer,
                                             .database = *instance.database,
                                             .clock = out->clock,
                                             .var_dir = instance.settings.var_dir,
                                             .trust = instance.trust,
                                             .policy = instance.policy,
                                             .host = instance.settings.host_name,
                                             .url = url,
                                             .registry = out->trusted.get(),
                                             .word = out->word.get()};
  out->installer = std::make_unique<install::MarketplaceInstaller>(std::move(parts));
  return out;
}

Result<std::unique_ptr<RegistrySite>> open_registry(const config::Settings& settings) {
  if (settings.marketplace_url.empty())
    return Error::invalid("MARKETPLACE_URL",
                          "is not set: set it to a registry's address, or to file:///FOLDER of a mirror");
  auto out = std::make_unique<RegistrySite>();
  reach(*out, settings, settings.marketplace_url);
  return out;
}

}  // namespace rapt::cli
