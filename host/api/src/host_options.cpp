// SPDX-License-Identifier: AGPL-3.0-or-later
#include "host_options.hpp"

#include "rapt/config/settings.hpp"

namespace rapt::api {
namespace {

/// What is idle stays open for so long where another server takes this one's place at the same socket.
constexpr std::chrono::seconds kDrain{15};
constexpr std::chrono::seconds kJobLease{20};  // how long the jobs of a host that was killed wait for another

}  // namespace

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::kDebug;
  if (name == "warn") return log::Level::kWarn;
  return name == "error" ? log::Level::kError : log::Level::kInfo;
}

bundle::SignaturePolicy signature_policy(const config::Settings& settings) {
  return settings.development_modules ? bundle::SignaturePolicy::kDevelopmentMayLack
                                      : bundle::SignaturePolicy::kRequired;
}

std::filesystem::path trust_dir(const config::Settings& settings) {
  return settings.var_dir / "trust";
}

host::Supervisor::Options supervisor_options(const config::Settings& settings, const runtime::Runtime& loop,
                                             const bundle::TrustStore& trust, std::string pseudonym_key,
                                             host::ServiceHost& services) {
  host::Supervisor::Options options;
  options.runner = settings.runner;
  options.cgroup = settings.cgroup;
  options.trust = trust;
  options.signature_policy = signature_policy(settings);
  options.required_layers = settings.required_sandbox_layers;
  options.pseudonym_key = std::move(pseudonym_key);
  options.services = &services;
  options.place = [&loop] { return loop.lane(); };
  return options;
}

gateway::OpenAiGateway::Options gateway_options(const config::Settings& settings) {
  gateway::OpenAiGateway::Options options;
  options.base_url = settings.ai_gateway_url;
  options.api_key = settings.ai_api_key;
  options.default_model = settings.ai_default_model;
  options.request_timeout = settings.ai_request_timeout;
  options.first_token_timeout = settings.ai_first_token_timeout;
  options.token_timeout = settings.ai_token_timeout;
  options.connect_timeout = settings.ai_connect_timeout;
  options.max_retries = settings.ai_max_retries;
  return options;
}

updates::Updater::Options updater_options(const config::Settings& settings) {
  updates::Updater::Options options;
  options.host = settings.host_name;
  options.check_every = settings.module_update_check;
  options.window = DailyWindow::parse(settings.module_update_window).value_or(DailyWindow());
  options.public_url = settings.public_url;
  return options;
}

http::ServerOptions server_options(const config::Settings& settings, const runtime::Runtime& loop, UniqueFd listening) {
  http::ServerOptions options;
  if (listening) options.drain = kDrain;
  options.listening = listening.release();
  options.address = settings.host;
  options.port = settings.port;
  options.place = [&loop] { return loop.lane(); };
  return options;
}

jobs::Worker::Options worker_options(const config::Settings& settings) {
  jobs::Worker::Options options;
  options.host = settings.host_name;
  options.lease = kJobLease;
  return options;
}

jobs::Worker::Options module_worker_options(const config::Settings& settings) {
  auto options = worker_options(settings);
  options.for_modules = true;
  options.at_once = 16;  // of as many modules: most of them wait for somebody else's server
  return options;
}

}  // namespace rapt::api
