// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "rapt/http/client.hpp"
#include "rapt/install/marketplace_installer.hpp"
#include "rapt/updates/source.hpp"

namespace rapt::updates {

/// What a registry's verified metadata offers to this host. Of what is installed the publisher is the installed one's,
/// so that nobody else's module of that name is ever looked at. Both outlive it.
std::unique_ptr<UpdateSource> registry_source(marketplace::TrustedRegistry& registry, store::Database& database);

/// Installs through `installer`, which outlives it: refuses a plan that comes to anything but the changes that were
/// decided, that asks for a permission or more of a hook, or that would begin to trust a key.
std::unique_ptr<UpdateSink> installing_sink(install::MarketplaceInstaller& installer);

/// The registry that this host is told to use, for an Updater.
class RegistryUpdates {
 public:
  struct Options {
    std::string url;  ///< MARKETPLACE_URL; "" for none
    std::filesystem::path var_dir;
    bundle::TrustStore trust;  ///< of the folder VAR/trust
    bundle::SignaturePolicy policy = bundle::SignaturePolicy::kRequired;
    std::string host;
    std::function<void()> changed;  ///< called after each switch
  };
  /// All but the options must outlive it.
  RegistryUpdates(install::Installer& installer, store::Database& database, const Clock& clock, http::Client& client,
                  Options options);
  /// nullptr without a registry.
  [[nodiscard]] UpdateSource* source() const { return source_.get(); }
  [[nodiscard]] UpdateSink* sink() const { return sink_.get(); }

 private:
  std::unique_ptr<marketplace::TrustedRegistry> registry_;
  std::unique_ptr<marketplace::RegistryClient> word_;
  std::unique_ptr<install::MarketplaceInstaller> installer_;
  std::unique_ptr<UpdateSource> source_;
  std::unique_ptr<UpdateSink> sink_;
};

}  // namespace rapt::updates
