// SPDX-License-Identifier: AGPL-3.0-or-later
// Logins through modules: their two functions are asked as hooks are, with texts of their own.
#include <utility>

#include "provider_text.hpp"
#include "rapt/base/log.hpp"
#include "rapt/host/provider_lookups.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/providers/reach.hpp"

namespace rapt::host {

using hooks::Answer;

namespace {

constexpr std::chrono::milliseconds kLimit{5000};  ///< rapt/auth_provider.h

/// The reader learns that the provider is away; what went wrong is for the admin.
Error away(const std::string& module, hooks::Point point, const std::string& why) {
  log::warn("provider.failed", {{"module", module}, {"call", std::string(hooks::name(point))}, {"reason", why}});
  return Error::unavailable(module, "The login provider's module " + module + " is not available. Try again later.",
                            why);
}

bool reaches(const std::vector<std::string>& hosts, const std::string& settings_json, const std::string& url) {
  return providers::may_reach(hosts, settings_json, url);
}

/// What the module's schema says of a provider's settings: they are its configuration. A secret that stands among them
/// by mistake is refused here, before anybody sees it.
std::optional<Error> fault_of_settings(const Supervisor& supervisor, const std::string& module,
                                       const std::string& settings_json) {
  constexpr std::string_view kConfig = "config";
  const auto checked = supervisor.check_config(module, settings_json);
  if (checked || checked.error().kind != ErrorKind::kInvalid || checked.error().fields.empty()) return std::nullopt;
  Error error = checked.error();
  error.message = "The module refuses these settings.";
  for (auto& field : error.fields) {
    if (field.path.starts_with(kConfig)) field.path = "settings" + field.path.substr(kConfig.size());
  }
  return error;
}

std::string unreachable(const std::string& url) {
  return "It asked for the host " + providers::https_host(url).value_or("") + ", which it was not granted to reach.";
}

}  // namespace

Task<Result<providers::Begin>> ProviderLookups::begin(std::string module, providers::Start start,
                                                      std::optional<providers::LookedUp> before) {
  constexpr auto kPoint = hooks::Point::kAuthStart;
  if (auto fault = fault_of_settings(supervisor_, module, start.settings_json)) co_return std::move(*fault);
  auto text = text_of(start, before ? &*before : nullptr);
  if (!text) co_return std::move(text).error();
  hooks::Context context;
  context.input_json = std::move(*text);
  const std::string no_config = "{}";
  const Answer answer = co_await supervisor_.call(module, kPoint, context, no_config, kLimit);
  if (answer.kind != Answer::Kind::kReplace) co_return away(module, kPoint, answer.text);
  auto read = read_start_answer(answer.text);
  if (!read) co_return away(module, kPoint, read.error().message);
  if (!read->invalid.empty()) {
    Error error{.kind = ErrorKind::kInvalid, .code = {}, .message = "The module refuses these settings."};
    error.fields = std::move(read->invalid);
    co_return error;
  }
  const auto hosts = supervisor_.reachable_hosts(module);
  const auto& target = read->begin.fetch ? read->begin.fetch->url : read->begin.url;
  if (!reaches(hosts, start.settings_json, target)) co_return away(module, kPoint, unreachable(target));
  co_return std::move(read->begin);
}

Task<Result<std::string>> Supervisor::start(std::string module, providers::Start start) {
  ProviderLookups lookups(*this);
  auto begin = co_await lookups.begin(module, std::move(start), std::nullopt);
  if (!begin) co_return begin.error();
  if (begin->fetch) co_return away(module, hooks::Point::kAuthStart, "it has to look something up before");
  co_return std::move(begin->url);
}

Task<Result<providers::Step>> Supervisor::step(std::string module, providers::Input input) {
  constexpr auto kPoint = hooks::Point::kAuthStep;
  auto text = text_of(input);
  if (!text) co_return std::move(text).error();
  hooks::Context context;
  context.input_json = std::move(*text);
  const std::string no_config = "{}";
  const Answer answer = co_await call(module, kPoint, context, no_config, kLimit);
  if (answer.kind != Answer::Kind::kReplace) co_return away(module, kPoint, answer.text);
  auto read = read_step(answer.text);
  if (!read) co_return away(module, kPoint, read.error().message);
  const auto hosts = reachable_hosts(module);
  if (read->fetch && !reaches(hosts, input.settings_json, read->fetch->url))
    co_return away(module, kPoint, unreachable(read->fetch->url));
  co_return std::move(*read);
}

std::vector<std::string> Supervisor::provider_modules() const {
  std::vector<std::string> names;
  for (const auto& module : status()) {
    if (module.state != ModuleState::kRunning) continue;
    for (const auto& hook : module.hooks) {
      if (hook.declared.point == hooks::Point::kAuthStart) names.push_back(module.name);
    }
  }
  return names;
}

std::vector<std::string> Supervisor::reachable_hosts(const std::string& module) const {
  static constexpr std::string_view kHttp = "http:";
  std::vector<std::string> hosts;
  for (const auto& status : this->status()) {
    if (status.name != module || status.state != ModuleState::kRunning) continue;
    for (const auto& grant : status.permissions) {
      if (grant.starts_with(kHttp)) hosts.push_back(grant.substr(kHttp.size()));
    }
  }
  return hosts;
}

}  // namespace rapt::host
