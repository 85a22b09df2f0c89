// SPDX-License-Identifier: AGPL-3.0-or-later
#include "update_site.hpp"

#include <filesystem>

#include "rapt/api/version.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/manifest.hpp"
#include "rapt/security/host_key.hpp"

namespace rapt::cli {
namespace {

namespace fs = std::filesystem;

agent::RegistryReleases::Options release_options(const config::Settings& settings) {
  const auto& place = settings.deployment_type == "bare" ? settings.home : settings.var_dir;
  return {settings.var_dir / "registry", place / "downloads", std::string(bundle::native_architecture())};
}

}  // namespace

agent::Looker::Options look_options(const config::Settings& settings) {
  agent::Looker::Options out;
  out.name = settings.host_name;
  out.version = api::version();
  out.deployment = settings.deployment_type;
  out.architecture = bundle::native_architecture();
  out.pin = settings.update_pin;
  out.channel = marketplace::parse_channel(settings.update_channel).value_or(marketplace::Channel::kStable);
  out.auto_update = settings.auto_update;
  out.check_every = settings.update_check;
  out.public_url = settings.public_url;
  return out;
}

Result<std::string> mirror_url(const std::string& folder) {
  std::error_code failure;
  const auto path = fs::canonical(folder, failure);
  if (failure || !fs::is_directory(path, failure))
    return Error::invalid("from", printable(folder, 200) + " is no folder that can be read: `rapt mirror` makes one");
  return "file://" + path.string();
}

Result<std::unique_ptr<UpdateSite>> open_platform(const config::Settings& settings) {
  auto out = std::make_unique<UpdateSite>();
  out->settings = settings;
  store::Database::Options options;
  options.url = settings.database_url;
  options.connections = 2;  // one says that an agent is there while the other works
  out->database = std::make_unique<store::Database>(std::move(options));
  out->platform = std::make_unique<agent::Platform>(*out->database);
  return out;
}

Result<std::unique_ptr<UpdateSite>> open_platform(const Console& console) {
  const auto settings = settings_of(console);
  if (!settings) return settings.error();
  return open_platform(*settings);
}

Result<std::unique_ptr<UpdateSite>> open_update_site(const Console& console, const std::string& folder) {
  const auto settings = settings_of(console);
  if (!settings) return settings.error();
  auto url = settings->marketplace_url;
  if (!folder.empty()) {
    auto mirror = mirror_url(folder);
    if (!mirror) return mirror.error();
    url = std::move(*mirror);
  }
  const auto keys = security::host_keys(settings->var_dir / "keys");
  if (!keys) return keys.error();
  auto out = open_platform(*settings);
  if (!out) return out;
  auto& site = **out;
  site.box = std::make_unique<security::SecretBox>(keys->secrets);
  if (url.empty()) return out;
  site.releases =
      std::make_unique<agent::RegistryReleases>(release_options(*settings), std::move(url), site.http, site.clock);
  site.looker = std::make_unique<agent::Looker>(*site.database, *site.box, *site.releases, look_options(*settings));
  return out;
}

std::string running_version(const agent::PlatformState& state) {
  std::string out;
  for (const auto& one : state.agents) {
    if (!one.present) continue;
    if (out.empty() || Version::parse(one.version) < Version::parse(out)) out = one.version;
  }
  return out.empty() ? api::version() : out;
}

}  // namespace rapt::cli
