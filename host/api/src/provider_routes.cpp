// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cctype>

#include <nlohmann/json.hpp>

#include "body.hpp"
#include "error_reply.hpp"
#include "handlers.hpp"
#include "provider_views.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/providers/provider_service.hpp"
#include "session_cookie.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using identity::DeviceContext;
using nlohmann::json;

constexpr const char* kFlowCookie = "rapt_login_flow";

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
  co_return co_await std::move(opened);
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
  const auto login = co_await open_login(call, *arrived);
  if (!login) co_return failed(call, login.error());
  // The login that the browser came with ends: a cookie that somebody else left on this device is worth nothing now.
  if (auto token = call.request.cookie(identity::kSessionCookie)) {
    RAPT_CO_TRY(co_await call.services.auth.logout(std::move(*token)));
  }
  auto response = redirect(call, arrived->return_to, "");
  set_session_cookie(response.headers, login->token, call.services.settings.production,
                     arrived->device != DeviceContext::kShared);
  log::info("login.provider", {{"provider", path_provider(call)}, {"request_id", call.request.id}});
  co_return response;
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
