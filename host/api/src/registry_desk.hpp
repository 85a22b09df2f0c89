// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "rapt/install/marketplace_installer.hpp"

namespace rapt::api {

/// This host's dealings with its registry: what it offers, how it stands, and who installs from it. Answers of the
/// registry are kept for half a minute, so that a page that is looked at often does not ask it each time. Thread-safe.
class RegistryDesk {
 public:
  struct Parts {
    install::Installer& installer;
    store::Database& database;
    const Clock& clock;
    std::filesystem::path var_dir;
    bundle::TrustStore trust;
    bundle::SignaturePolicy policy = bundle::SignaturePolicy::kRequired;
    std::string host;
    std::string url;                           ///< MARKETPLACE_URL; "" for none
    std::function<void()> changed;             ///< after each switch of a module
    std::function<void(Task<void>)> spawn;     ///< for what goes on after the answer
  };
  explicit RegistryDesk(Parts parts);
  ~RegistryDesk();

  struct State {
    std::string url;
    std::optional<std::int64_t> root_version;
    std::optional<TimePoint> expires_at, refreshed_at;
    std::string fault;  ///< why it cannot be used now; "" when it can
    std::size_t advisories = 0;
  };
  Task<State> state();
  Task<Result<marketplace::ModulePage>> search(marketplace::ModuleSearch query);
  Task<Result<marketplace::ModuleListing>> find(std::string name);
  /// "VERSION SHA256" of what the metadata vouches for; empty where no root is pinned or it cannot be asked.
  Task<std::set<std::string>> vouched(std::string publisher, std::string module);
  [[nodiscard]] install::MarketplaceInstaller& market() { return *market_; }
  /// Begins what was agreed to, and has it done. kConflict.
  Task<Result<std::string>> start(install::Plan plan, std::string who);

 private:
  /// Asks the metadata, at most every half minute; how that went last.
  Task<Result<void>> look();
  Task<void> finish(std::string operation, install::Plan plan);

  Parts parts_;
  http::Client http_;
  std::unique_ptr<marketplace::TrustedRegistry> trusted_;
  std::unique_ptr<marketplace::RegistryClient> word_;
  std::unique_ptr<install::MarketplaceInstaller> market_;

  std::mutex mutex_;  // guards what follows
  template <class T>
  using Kept = std::map<std::string, std::pair<TimePoint, T>>;
  Kept<marketplace::ModulePage> pages_;
  Kept<marketplace::ModuleListing> modules_;
  std::optional<TimePoint> asked_at_, refreshed_at_;
  std::optional<Error> fault_;
};

}  // namespace rapt::api
