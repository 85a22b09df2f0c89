// SPDX-License-Identifier: AGPL-3.0-or-later
#include "platform_looks.hpp"

#include "rapt/api/version.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/config/settings.hpp"

namespace rapt::api {

PlatformLooks::PlatformLooks(const config::Settings& settings, store::Database& database,
                             const security::SecretBox& box, http::Client& client, const Clock& clock) {
  if (!settings.deployment_type.empty() || settings.marketplace_url.empty()) return;
  const std::string architecture(bundle::native_architecture());
  agent::RegistryReleases::Options place{settings.var_dir / "registry", settings.var_dir / "downloads", architecture};
  releases_ = std::make_unique<agent::RegistryReleases>(std::move(place), settings.marketplace_url, client, clock);
  agent::Looker::Options options;
  options.name = settings.host_name;
  options.version = version();
  options.architecture = architecture;
  options.pin = settings.update_pin;
  options.channel = marketplace::parse_channel(settings.update_channel).value_or(marketplace::Channel::kStable);
  options.check_every = settings.update_check;
  options.public_url = settings.public_url;
  looker_ = std::make_unique<agent::Looker>(database, box, *releases_, std::move(options));
}

Task<void> PlatformLooks::run() {
  if (looker_) co_await looker_->run();
}

Task<void> PlatformLooks::stop() {
  if (looker_) co_await looker_->stop();
}

}  // namespace rapt::api
