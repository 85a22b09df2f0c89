// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "platform_handlers.hpp"
#include "rapt/agent/views.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/version.hpp"
#include "rapt/base/log.hpp"
#include "rapt/config/settings.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestVersion = 64;

json platform_view(const agent::PlatformState& state, const config::Settings& settings) {
  auto out = agent::view(state);
  out["version"] = version();
  out["deployment"] = settings.deployment_type;
  out["auto_update"] = settings.auto_update;
  out["channel"] = settings.update_channel;
  out["window"] = settings.update_window;
  out["pin"] = settings.update_pin;
  return out;
}

Error without_consent() {
  return Error::invalid("consent", "must be true: nothing is changed that nobody has agreed to");
}

/// What was asked for, as it stands now.
Task<Result<Answer>> begun(Call& call, std::string id) {
  agent::Platform platform(call.services.database);
  const auto one = co_await platform.find(id);
  if (!one) co_return one.error();
  log::info("platform.asked_for", {{"kind", one->kind}, {"version", one->to_version}, {"by", call.actor.id.str()}});
  auto response = data_reply(agent::view(*one), 202);
  response.headers.set("Location", "/api/v1/admin/platform/updates/" + id);
  co_return Answer(std::move(response));
}

}  // namespace

Task<Result<Answer>> get_platform(Call& call) {
  agent::Platform platform(call.services.database);
  const auto state = co_await platform.state();
  if (!state) co_return state.error();
  co_return data_reply(platform_view(*state, call.services.settings));
}

Task<Result<Answer>> post_platform_update(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  agent::UpdateRequest request;
  request.version = body->text("version", kLongestVersion);
  const auto consent = body->optional_boolean("consent");
  request.with_pause = body->optional_boolean("with_downtime").value_or(false);
  request.by = call.actor.name;
  if (auto fault = body->fault()) co_return std::move(*fault);
  if (!consent.value_or(false)) co_return without_consent();
  agent::Platform platform(call.services.database);
  const auto state = co_await platform.state();
  if (!state) co_return state.error();
  const auto& offer = state->look.offer;
  if (!offer || offer->version != request.version)
    co_return Error::conflict("That release is not the one that is offered. Look at the platform's page again.");
  if (!offer->askable) co_return Error::conflict(offer->held_because);
  if (offer->needs_pause && !request.with_pause)
    co_return Error::conflict("The release needs a pause in which nobody is served: agree to it with with_downtime.");
  auto id = co_await platform.request_update(std::move(request));
  if (!id) co_return id.error();
  co_return co_await begun(call, std::move(*id));
}

Task<Result<Answer>> get_platform_update(Call& call) {
  agent::Platform platform(call.services.database);
  const auto one = co_await platform.find(call.request.path_parameters.at("id"));
  if (!one) co_return one.error();
  co_return data_reply(agent::view(*one));
}

Task<Result<Answer>> delete_platform_update(Call& call) {
  agent::Platform platform(call.services.database);
  RAPT_CO_TRY(co_await platform.cancel(call.request.path_parameters.at("id")));
  co_return Answer(no_content());
}

Task<Result<Answer>> post_platform_rollback(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto consent = body->optional_boolean("consent");
  if (auto fault = body->fault()) co_return std::move(*fault);
  if (!consent.value_or(false)) co_return without_consent();
  agent::Platform platform(call.services.database);
  auto id = co_await platform.request_rollback(false, call.actor.name);
  if (!id) co_return id.error();
  co_return co_await begun(call, std::move(*id));
}

Task<Result<Answer>> post_platform_look(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  if (auto fault = body->fault()) co_return std::move(*fault);
  agent::Platform platform(call.services.database);
  RAPT_CO_TRY(co_await platform.look_soon());
  const auto state = co_await platform.state();
  if (!state) co_return state.error();
  co_return data_reply(platform_view(*state, call.services.settings), 202);
}

Task<Result<Answer>> delete_platform_hold(Call& call) {
  agent::Platform platform(call.services.database);
  RAPT_CO_TRY(co_await platform.release_hold(call.request.path_parameters.at("version")));
  co_return Answer(no_content());
}

}  // namespace rapt::api
