// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/agent/strategy.hpp"
#include "rapt/http/client.hpp"

/// A cluster. What an update has come to is written into annotations of the deployments, so it survives the agent:
///
///   raptscallions.org/version            the release that `image` is
///   raptscallions.org/image              as the agent has set it; another one in the container was set by somebody
///   else raptscallions.org/previous-version, raptscallions.org/previous-image    what a roll-back goes to
///   raptscallions.org/update             of the first deployment, while an update runs: the journal (JSON)
namespace rapt::agent {

struct KubernetesOptions {
  std::string url;                       ///< UPDATE_KUBERNETES_URL; https alone
  std::filesystem::path account;         ///< UPDATE_KUBERNETES_ACCOUNT: token, ca.crt, namespace
  std::vector<std::string> deployments;  ///< UPDATE_KUBERNETES_DEPLOYMENTS, in the order of their update
  std::chrono::seconds watch{600};       ///< how long a new release is on probation
  std::chrono::seconds patience{1800};   ///< for the migration, for a roll-out, for an API server that is away
  std::chrono::milliseconds fault_patience{60000};  ///< so long pods may lack their image, crash, or be too few
  std::chrono::milliseconds look_every{5000};       ///< how often pods are looked at
  std::chrono::milliseconds retry_after{1000};      ///< after an answer that did not come
};

/// Patches deployments through the API server and watches their roll-out as `kubectl rollout status` does; a Job of the
/// new image migrates the database before. The API server has to be the one of the account's ca.crt.
/// `client` outlives this. Used by one task at a time.
class KubernetesStrategy final : public Strategy {
 public:
  KubernetesStrategy(KubernetesOptions options, http::Client& client);
  ~KubernetesStrategy() override;
  KubernetesStrategy(const KubernetesStrategy&) = delete;
  KubernetesStrategy& operator=(const KubernetesStrategy&) = delete;

  [[nodiscard]] std::string_view name() const override { return "kubernetes"; }
  Task<Result<std::string>> running() override;
  Task<Result<std::optional<std::string>>> previous() override;
  /// kConflict for a release whose schema_from is newer than what runs, whatever was agreed to: a cluster is paused by
  /// hand.
  Task<Result<Outcome>> apply(marketplace::VouchedRelease release, Progress& progress) override;
  Task<Result<Outcome>> rollback(Progress& progress) override;
  /// Goes on with a roll-out that was begun, ends one that was being taken back, and drops what had not come so far.
  Task<Result<std::optional<Outcome>>> recover(Progress& progress) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::agent
