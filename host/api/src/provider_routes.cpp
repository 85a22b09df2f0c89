// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cctype>

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "me_view.hpp"
#include "provider_code.hpp"
#include "provider_views.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/providers/code_step.hpp"
#include "rapt/providers/provider_service.hpp"
#include "session_cookie.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using identity::DeviceContext;
using nlohmann::json;

constexpr const char* kFlowCookie = "rapt_login_flow";
constexpr std::size_t kMaxCodeBytes = 64;

/// What the page of the login has a sentence for.
constexpr std::array<std::string_view, 5> kTold{"PROVIDER_REFUSED", "PROVIDER_UNAVAILABLE", "ACCOUNT_UNKNOWN",
                                                "STATE_MISMATCH", "EMAIL_UNVERIFIED"};

std::string path_provider(const Call& call) {
  const auto found = call.request.path_parameters.find("provider");
  return found == call.request.path_parameters.end() ? std::string() : found->second;
}

/// An empty value takes the cookie away.
std::string flow_cookie(const std::string& value, bool secure) {
  const auto lifetime = value.empty() ? std::chrono::seconds(0) : std::chrono::seconds(providers::kFlowLifetime);
  return std::string(kFlowCookie) + "=" + value +
         "; Path=/api/v1/auth; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(lifetime.count()) +
         (secure ? "; Secure" : "");
}

http::Response redirect(const Call& call, const std::string& to, const std::string& flow) {
  http::Response response;
  response.status = 302;
  response.headers.set("Location", to);
  response.headers.set("Cache-Control", "no-store");
  response.headers.add("Set-Cookie", flow_cookie(flow, call.services.settings.production));
  return response;
}

std::string told(const Error& error) {
  if (error.kind == ErrorKind::kNotFound) return "provider_unknown";
  if (std::find(kTold.begin(), kTold.end(), error.code) == kTold.end()) return "login_failed";
  std::string code = error.code;
  std::transform(code.begin(), code.end(), code.begin(), [](unsigned char c) { return std::tolower(c); });
  return code;
}

/// A browser goes back to the login's page; a program that asks for JSON gets the failure. The login is over for both.
Answer failed(const Call& call, const Error& error) {
  log::warn("login.provider_failed", {{"provider", printable(path_provider(call), 60)},
                                      {"code", std::string(code_of(error))},
                                      {"detail", error.log_detail},
                                      {"request_id", call.request.id}});
  if (!call.request.accepts_explicitly("application/json")) return redirect(call, "/login?error=" + told(error), "");
  auto response = error_reply(error, call.request.id);
  response.headers.add("Set-Cookie", flow_cookie("", call.services.settings.production));
  return response;
}

Result<DeviceContext> device_of(const Call& call) {
  const auto text = call.request.query_value("device").value_or("unknown");
  for (const auto context : {DeviceContext::kUnknown, DeviceContext::kPersonal, DeviceContext::kShared}) {
    if (text == identity::name(context)) return context;
  }
  return Error::invalid("device", "must be one of personal, shared, unknown");
}

Task<Result<identity::Login>> open_login(Call& call, const providers::Arrived& arrived) {
  identity::LoginOrigin origin;
  origin.context = arrived.device;
  origin.ip_address = call.request.remote_address;
  origin.user_agent = std::string(call.request.headers.get("User-Agent").value_or(""));
  origin.provider = path_provider(call);
  auto opened = call.services.auth.open_login(arrived.user, std::move(origin));
  auto login = co_await std::move(opened);
  if (!login) co_return login.error();
  // The login that the browser came with ends: a cookie that somebody else left on this device is worth nothing now.
  if (auto token = call.request.cookie(identity::kSessionCookie)) {
    RAPT_CO_TRY(co_await call.services.auth.logout(std::move(*token)));
  }
  log::info("login.provider", {{"provider", path_provider(call)}, {"request_id", call.request.id}});
  co_return login;
}

providers::CodeStep code_step(const Call& call) {
  const auto& services = call.services;
  return providers::CodeStep({services.database, services.redis, services.clock, services.box});
}

std::string percent(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

/// A browser goes to the page that asks for the code; a program hears TOTP_REQUIRED. Both get the waiting login.
Answer ask_for_code(const Call& call, const providers::Arrived& arrived, const std::string& waiting) {
  if (!call.request.accepts_explicitly("application/json"))
    return redirect(
        call, "/login?second_factor=" + percent(path_provider(call)) + "&from=" + percent(arrived.return_to), waiting);
  Error needed = Error::unauthorized();
  needed.code = "TOTP_REQUIRED";
  needed.message = "Enter the code of your authenticator app.";
  auto response = error_reply(needed, call.request.id);
  response.headers.add("Set-Cookie", flow_cookie(waiting, call.services.settings.production));
  return response;
}

}  // namespace

Task<Result<Answer>> get_providers(Call& call) {
  const auto offered = co_await call.services.providers.offered();
  if (!offered) co_return offered.error();
  json items = json::array();
  for (const auto& provider : *offered) items.push_back(view(provider));
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> post_provider_lookup(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto email = body->text("email", 255);
  if (auto fault = body->fault()) co_return *fault;
  const auto found = co_await call.services.providers.lookup(std::move(email));
  if (!found) co_return found.error();
  const json data{{"provider", found->provider ? view(*found->provider) : json(nullptr)}, {"forced", found->forced}};
  co_return data_reply(data);
}

Task<Result<Answer>> get_provider_login(Call& call) {
  const auto device = device_of(call);
  if (!device) co_return failed(call, device.error());
  auto return_to = call.request.query_value("return_to").value_or("/");
  auto begun = co_await call.services.providers.begin(path_provider(call), std::move(return_to), *device);
  if (!begun) co_return failed(call, begun.error());
  co_return redirect(call, begun->url, begun->sealed_flow);
}

Task<Result<Answer>> get_provider_callback(Call& call) {
  std::vector<std::pair<std::string, std::string>> parameters(call.request.query.begin(), call.request.query.end());
  auto flow = call.request.cookie(kFlowCookie).value_or("");
  auto arrived = co_await call.services.providers.finish(path_provider(call), std::move(flow), std::move(parameters));
  if (!arrived) co_return failed(call, arrived.error());
  const auto waiting = co_await code_step(call).waiting(path_provider(call), *arrived);
  if (!waiting) co_return failed(call, waiting.error());
  if (*waiting) co_return ask_for_code(call, *arrived, **waiting);
  const auto login = co_await open_login(call, *arrived);
  if (!login) co_return failed(call, login.error());
  auto response = redirect(call, arrived->return_to, "");
  set_session_cookie(response.headers, login->token, call.services.settings.production,
                     arrived->device != DeviceContext::kShared);
  co_return response;
}

Task<Result<Answer>> post_provider_code(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto code = body->text("totp_code", kMaxCodeBytes);
  if (auto fault = body->fault()) co_return *fault;
  auto waiting = call.request.cookie(kFlowCookie).value_or("");
  const auto arrived = co_await code_step(call).finish(path_provider(call), std::move(waiting), std::move(code));
  if (!arrived) co_return arrived.error();
  const auto login = co_await open_login(call, *arrived);
  if (!login) co_return login.error();
  auto response = co_await load_me(call, login->actor);
  if (!response) co_return response.error();
  response->headers.add("Set-Cookie", flow_cookie("", call.services.settings.production));
  set_session_cookie(response->headers, login->token, call.services.settings.production,
                     arrived->device != DeviceContext::kShared);
  co_return std::move(*response);
}

Task<Result<Answer>> get_links(Call& call) {
  const auto links = co_await call.services.providers.links(call.actor.id);
  if (!links) co_return links.error();
  json items = json::array();
  for (const auto& link : *links) items.push_back(view(link));
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> delete_link(Call& call) {
  RAPT_CO_TRY(co_await call.services.providers.unlink(call.actor.id, path_provider(call)));
  co_return no_content();
}

}  // namespace rapt::api
