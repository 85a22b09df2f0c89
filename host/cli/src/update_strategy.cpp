// SPDX-License-Identifier: AGPL-3.0-or-later
#include "update_strategy.hpp"

#include "rapt/agent/bare.hpp"
#include "rapt/agent/docker.hpp"
#include "rapt/agent/heroku.hpp"
#include "rapt/agent/kubernetes.hpp"
#include "rapt/api/version.hpp"

namespace rapt::cli {
namespace {

using Made = Result<std::unique_ptr<agent::Strategy>>;

/// Where no registry is set nothing can be fetched; what runs is looked after all the same.
class NoSupply final : public agent::Supply {
 public:
  Task<Result<std::filesystem::path>> archive(marketplace::VouchedRelease, agent::Progress&) override {
    co_return Error::conflict("No registry is set (MARKETPLACE_URL), so there is nowhere to get a release from.");
  }
  void done(const std::filesystem::path&) override {}
};

agent::Supply& supply_of(UpdateSite& site) {
  static NoSupply none;
  if (site.releases) return *site.releases;
  return none;
}

Made bare(UpdateSite& site, agent::Keeper& keeper) {
  const auto& settings = site.settings;
  if (settings.home.empty()) return Error::invalid("RAPT_HOME", "must be the folder that releases are kept in");
  agent::BareOptions options;
  options.home = settings.home;
  options.database_url = settings.database_url;
  options.backups = settings.update_backups;
  options.watch = settings.update_watch;
  return Made(std::make_unique<agent::BareStrategy>(std::move(options), keeper, supply_of(site), site.clock));
}

Made docker(UpdateSite& site) {
  const auto& settings = site.settings;
  agent::DockerOptions options;
  options.socket = settings.docker_socket;
  options.journal = settings.var_dir / "docker-update.json";
  options.watch = settings.update_watch;
  if (settings.update_backups > 0)
    options.backup = agent::backup_into(settings.var_dir, settings.database_url, settings.update_backups);
  return agent::docker_strategy(std::move(options), site.http);
}

Made kubernetes(UpdateSite& site) {
  const auto& settings = site.settings;
  if (settings.kubernetes_deployments.empty())
    return Error::invalid("UPDATE_KUBERNETES_DEPLOYMENTS", "must name the deployments, in the order of their update");
  agent::KubernetesOptions options;
  options.url = settings.kubernetes_url;
  options.account = settings.kubernetes_account;
  options.deployments = settings.kubernetes_deployments;
  options.watch = settings.update_watch;
  return Made(std::make_unique<agent::KubernetesStrategy>(std::move(options), site.http));
}

Made heroku(UpdateSite& site) {
  const auto& settings = site.settings;
  if (settings.heroku_app.empty()) return Error::invalid("HEROKU_APP_NAME", "must be the app's name");
  if (settings.heroku_api_key.empty()) return Error::invalid("HEROKU_API_KEY", "must be a key for the app");
  agent::HerokuOptions options;
  options.url = settings.heroku_url;
  options.app = settings.heroku_app;
  options.api_key = settings.heroku_api_key;
  options.own_version = api::version();
  options.watch = settings.update_watch;
  return Made(std::make_unique<agent::HerokuStrategy>(std::move(options), site.http, supply_of(site), site.clock));
}

}  // namespace

Made make_strategy(UpdateSite& site, agent::Keeper* keeper) {
  const auto& kind = site.settings.deployment_type;
  if (kind == "bare" && keeper != nullptr) return bare(site, *keeper);
  if (kind == "docker") return docker(site);
  if (kind == "kubernetes") return kubernetes(site);
  if (kind == "heroku") return heroku(site);
  return Error::invalid("DEPLOYMENT_TYPE", "must be bare, docker, kubernetes or heroku: how this instance runs");
}

}  // namespace rapt::cli
