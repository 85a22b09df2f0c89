// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/updates/registry_source.hpp"

#include <algorithm>

namespace rapt::updates {
namespace {

constexpr store::Statement kPublisher{"updates_publisher", "SELECT publisher FROM modules WHERE name = $1"};

Task<Result<std::string>> installed_publisher(store::Database& database, std::string module) {
  const auto rows = co_await database.query(kPublisher, store::params(module));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("installed module");
  co_return (*rows)[0].text("publisher");
}

class RegistrySource final : public UpdateSource {
 public:
  RegistrySource(marketplace::TrustedRegistry& registry, store::Database& database)
      : registry_(registry), database_(database) {
    marketplace::HostAbi host;
    host.major = install::kAbiMajor;
    host.minor = install::kAbiMinor;
    host.architecture = bundle::native_architecture();
    offers_ = marketplace::vouched_offers(
        registry, host, [&database](std::string module) { return installed_publisher(database, std::move(module)); });
  }

  Task<Result<void>> refresh() override {
    const auto changed = co_await registry_.check();
    if (!changed) co_return changed.error();
    co_return Result<void>();
  }
  Task<Result<std::vector<marketplace::Candidate>>> of(std::string module) override {
    co_return co_await offers_->of(std::move(module));
  }
  Task<Result<marketplace::ModuleRelease>> release(std::string module, std::string version) override {
    auto publisher = co_await installed_publisher(database_, module);
    if (!publisher) co_return publisher.error();
    auto all = co_await registry_.versions_of(std::move(*publisher), module);
    if (!all) co_return all.error();
    const auto is = [&](const marketplace::VouchedVersion& one) { return one.release.version == version; };
    const auto found = std::find_if(all->begin(), all->end(), is);
    if (found == all->end()) co_return Error::not_found("version of " + module);
    co_return found->release;
  }
  Task<Result<std::vector<marketplace::Advisory>>> advisories() override { co_return co_await registry_.advisories(); }

 private:
  marketplace::TrustedRegistry& registry_;
  store::Database& database_;
  std::unique_ptr<marketplace::Offers> offers_;
};

/// "" when the plan does what was decided and no more.
std::string surprise_in(const install::Plan& plan, const std::vector<marketplace::Change>& changes) {
  for (const auto& step : plan.steps) {
    const auto is = [&](const auto& change) { return change.module == step.name && change.to.text == step.to; };
    if (std::none_of(changes.begin(), changes.end(), is) || !step.from || step.kind != "upgrade")
      return "it would also install " + step.name + " " + step.to;
    const auto asks = [](const auto& permission) { return permission.is_new; };
    if (std::any_of(step.permissions.begin(), step.permissions.end(), asks))
      return step.name + " " + step.to + " asks for a permission that nobody has granted";
    const auto reads = [](const auto& hook) { return hook.is_new; };
    if (std::any_of(step.hooks.begin(), step.hooks.end(), reads))
      return step.name + " " + step.to + " has hooks that give it more than was agreed to";
    if (!step.trust.empty())
      return step.name + " " + step.to + " is signed by a key of " + step.publisher + " that nobody has agreed to";
    if (!step.vouched) return "the registry does not vouch for " + step.name + " " + step.to;
  }
  return plan.steps.size() == changes.size() ? "" : "the versions have changed meanwhile";
}

class InstallingSink final : public UpdateSink {
 public:
  explicit InstallingSink(install::MarketplaceInstaller& installer) : installer_(installer) {}

  Task<Result<void>> apply(std::vector<marketplace::Change> changes) override {
    install::PlanRequest request;
    for (const auto& change : changes) request.install.push_back({change.module, change.to.text, true});
    auto plan = co_await installer_.plan(std::move(request));
    if (!plan) co_return plan.error();
    if (const auto surprise = surprise_in(*plan, changes); !surprise.empty())
      co_return Error::conflict("An administrator has to install it: " + surprise + ".");
    auto id = co_await installer_.begin(*plan, "automatic update");
    if (!id) co_return id.error();
    co_return co_await installer_.run(std::move(*id), std::move(*plan));
  }

 private:
  install::MarketplaceInstaller& installer_;
};

}  // namespace

std::unique_ptr<UpdateSource> registry_source(marketplace::TrustedRegistry& registry, store::Database& database) {
  return std::make_unique<RegistrySource>(registry, database);
}

std::unique_ptr<UpdateSink> installing_sink(install::MarketplaceInstaller& installer) {
  return std::make_unique<InstallingSink>(installer);
}

RegistryUpdates::RegistryUpdates(install::Installer& installer, store::Database& database, const Clock& clock,
                                 http::Client& client, Options options) {
  if (options.url.empty()) return;
  marketplace::TrustedRegistry::Options place{options.var_dir / "registry", options.url};
  registry_ = std::make_unique<marketplace::TrustedRegistry>(std::move(place), client, clock);
  if (!options.url.starts_with("file://")) word_ = std::make_unique<marketplace::RegistryClient>(client, options.url);
  install::MarketplaceInstaller::Parts parts{.installer = installer,
                                             .database = database,
                                             .clock = clock,
                                             .var_dir = std::move(options.var_dir),
                                             .trust = std::move(options.trust),
                                             .policy = options.policy,
                                             .host = std::move(options.host),
                                             .url = std::move(options.url),
                                             .registry = registry_.get(),
                                             .word = word_.get(),
                                             .changed = std::move(options.changed)};
  installer_ = std::make_unique<install::MarketplaceInstaller>(std::move(parts));
  source_ = registry_source(*registry_, database);
  sink_ = installing_sink(*installer_);
}

}  // namespace rapt::updates
