// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "handlers.hpp"
#include "rapt/api/body.hpp"
#include "rapt/install/installer.hpp"

namespace rapt::api {
namespace {

constexpr int kLongestLimitMs = 10'000;  // of any manifest

Result<install::SettingsChange> parse_change(const http::Request& request) {
  auto body = Body::parse(request);
  if (!body) return body.error();
  install::SettingsChange change{body->optional_boolean("enabled"),
                                 body->optional_numbers("time_limits", 1, kLongestLimitMs)};
  if (auto fault = body->fault()) return std::move(*fault);
  if (!change.enabled && change.time_limits_ms.empty())
    return Error::invalid("", "Send what is to be changed: \"enabled\", \"time_limits\" or both.");
  return change;
}

/// For the log: "enabled=false chat:before_ai=150ms chat:after_ai=manifest".
std::string words_of(const install::SettingsChange& change) {
  std::string out;
  if (change.enabled) out += *change.enabled ? "enabled=true" : "enabled=false";
  for (const auto& [hook, limit] : change.time_limits_ms) {
    out += (out.empty() ? "" : " ") + hook + "=" + (limit ? std::to_string(*limit) + "ms" : "manifest");
  }
  return out;
}

}  // namespace

Task<Result<Answer>> patch_module(Call& call) {
  const auto change = parse_change(call.request);
  if (!change) co_return change.error();
  const auto changed = co_await call.services.installer.change(path_module(call), *change);
  if (!changed) co_return changed.error();
  module_changed(call, changed->name, words_of(*change));
  co_return co_await module_reply(call, *changed);
}

Task<Result<Answer>> post_module_rollback(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  if (auto fault = body->fault()) co_return std::move(*fault);
  const auto record = co_await call.services.installer.rollback(path_module(call));
  if (!record) co_return record.error();
  module_changed(call, record->name, "rolled back to " + record->version);
  co_return co_await module_reply(call, *record);
}

}  // namespace rapt::api
