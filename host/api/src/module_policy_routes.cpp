// SPDX-License-Identifier: AGPL-3.0-or-later
// What an administrator says about a module's versions, and what the registry warns of.
#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "module_policy_handlers.hpp"
#include "module_standing.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/version.hpp"
#include "rapt/base/text.hpp"
#include "versions.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxRangeBytes = 128;

Result<install::PolicyChange> parse_policy(const http::Request& request) {
  auto body = Body::parse(request);
  if (!body) return body.error();
  const auto automatic = body->one_of("auto_update", {"manual", "patch", "minor"});
  const auto channel = body->one_of("channel", {"stable", "beta"});
  const auto pin = body->clearable_text("pin", kMaxRangeBytes);
  if (auto fault = body->fault()) return std::move(*fault);
  install::PolicyChange change;
  change.automatic = install::parse_auto_update(automatic);
  change.channel = marketplace::parse_channel(channel);
  change.pin = pin && !pin->empty() ? std::optional(*pin) : std::optional<std::string>();
  return change;
}

json event_view(const updates::UpdateEvent& event) {
  return {{"kind", event.kind},
          {"version", event.version},
          {"text", printable(event.text, 2000)},
          {"at", to_rfc3339(event.at)}};
}

Task<Result<Answer>> policy_reply(Call& call, install::ModulePolicy policy) {
  const auto events = co_await updates::Standings(call.services.database).events(policy.module);
  if (!events) co_return events.error();
  json out = view(policy);
  out["module"] = policy.module;
  out["events"] = json::array();
  for (const auto& event : *events) out["events"].push_back(event_view(event));
  co_return Answer(with_version(data_reply(out), policy.updated_at));
}

}  // namespace

Task<Result<Answer>> get_module_policy(Call& call) {
  install::Policies policies(call.services.database);
  auto policy = co_await policies.of(path_module(call));
  if (!policy) co_return policy.error();
  co_return co_await policy_reply(call, std::move(*policy));
}

Task<Result<Answer>> put_module_policy(Call& call) {
  auto change = parse_policy(call.request);
  if (!change) co_return change.error();
  const auto expected = expected_version(call);
  if (!expected) co_return expected.error();
  const auto words = std::string(install::name(*change->automatic)) + " " +
                     std::string(marketplace::name(*change->channel)) + " pin=" + (*change->pin).value_or("none");
  install::Policies policies(call.services.database);
  auto policy = co_await policies.change(path_module(call), std::move(*change), call.actor.name, *expected);
  if (!policy) co_return policy.error();
  module_changed(call, policy->module, "policy " + words);
  co_return co_await policy_reply(call, std::move(*policy));
}

Task<Result<Answer>> get_advisories(Call& call) {
  const auto here = co_await updates::Standings(call.services.database).advisories(version());
  if (!here) co_return here.error();
  json items = json::array();
  for (const auto& one : *here) {
    items.push_back(view(one.advisory));
    items.back()["installed_version"] = one.version;
  }
  co_return list_reply(std::move(items), std::nullopt);
}

}  // namespace rapt::api
