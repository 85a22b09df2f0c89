// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "forced_provider.hpp"
#include "handlers.hpp"
#include "me_view.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"
#include "session_cookie.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using identity::DeviceContext;
using nlohmann::json;

constexpr std::size_t kMaxLoginCode = 64;

json claim_or_null(const std::optional<std::string>& text) {
  return text ? json(*text) : json(nullptr);
}

json view(const identity::OpenLogin& login) {
  return {{"id", login.id},
          {"current", login.current},
          {"context", std::string(identity::name(login.context))},
          {"ip_address", claim_or_null(login.ip_address)},
          {"user_agent", claim_or_null(login.user_agent)},
          {"provider", claim_or_null(login.provider)},
          {"created_at", to_rfc3339(login.created_at)},
          {"last_activity_at", to_rfc3339(login.last_activity_at)},
          {"expires_at", to_rfc3339(login.expires_at)}};
}

struct LoginBody {
  std::string email, password, code;
  identity::LoginOrigin origin;
};

Result<LoginBody> login_body(const Call& call) {
  auto body = Body::parse(call.request);
  if (!body) return body.error();
  LoginBody out;
  out.email = body->text("email", 255);
  out.password = body->text("password", 1024);
  out.code = body->optional_text("totp_code", kMaxLoginCode).value_or("");
  const auto device = identity::parse_device_context(body->optional_text("device", 20).value_or("unknown"));
  if (auto fault = body->fault()) return *fault;
  if (!device) return Error::invalid("device", "must be one of personal, shared, unknown");
  out.origin.context = *device;
  out.origin.ip_address = call.request.remote_address;
  out.origin.user_agent = std::string(call.request.headers.get("User-Agent").value_or(""));
  return out;
}

std::string present_token(const Call& call) {
  return call.request.cookie(identity::kSessionCookie).value_or("");
}

http::Response logged_out(const Call& call) {
  http::Response response = no_content();
  clear_session_cookie(response.headers, call.services.settings.production);
  return response;
}

/// The new login's answer. The login that the browser came with ends here: a cookie that somebody else planted, or that
/// somebody else used on this device before, is worth nothing afterwards.
Task<Result<Answer>> welcome(Call& call, const identity::Login& login) {
  auto ended = call.services.auth.logout(present_token(call));
  RAPT_CO_TRY(co_await std::move(ended));
  auto response = co_await load_me(call, login.actor);
  if (!response) co_return response.error();
  set_session_cookie(response->headers, login.token, call.services.settings.production,
                     login.context != DeviceContext::kShared);
  co_return std::move(*response);
}

}  // namespace

Task<Result<Answer>> post_login(Call& call) {
  auto body = login_body(call);
  if (!body) co_return body.error();
  const auto admitted = co_await check_no_forced_provider(call, body->email);
  if (!admitted && admitted.error().kind != ErrorKind::kForbidden) co_return admitted.error();
  auto login = co_await call.services.auth.login(std::move(body->email), std::move(body->password),
                                                 std::move(body->origin), std::move(body->code));
  // The password is tried even so: a system administrator gets in, and everybody else hears the same at any outcome, so
  // that nobody is locked out for good and nobody learns who is an administrator.
  if (!admitted && (!login || !login->actor.is_system_admin())) {
    if (login) RAPT_CO_TRY(co_await call.services.auth.logout(std::move(login->token)));
    co_return admitted.error();
  }
  if (!login) co_return login.error();
  co_return co_await welcome(call, *login);
}

Task<Result<Answer>> post_logout(Call& call) {
  auto ended = call.services.auth.logout(present_token(call));
  RAPT_CO_TRY(co_await std::move(ended));
  co_return logged_out(call);
}

Task<Result<Answer>> post_logout_all(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const bool keep = body->optional_boolean("keep_current").value_or(false);
  if (auto fault = body->fault()) co_return *fault;
  auto ended = call.services.auth.end_logins(call.actor.id, keep ? present_token(call) : std::string());
  RAPT_CO_TRY(co_await std::move(ended));
  log::info("account.logins_ended", {{"user", call.actor.id.str()}, {"request_id", call.request.id}});
  co_return keep ? no_content() : logged_out(call);
}

Task<Result<Answer>> post_refresh(Call& call) {
  auto refreshed = call.services.auth.refresh(present_token(call));
  const auto login = co_await std::move(refreshed);
  if (!login) co_return login.error();
  json data;
  data["expires_at"] = to_rfc3339(login->expires_at);
  auto response = data_reply(data);
  set_session_cookie(response.headers, login->token, call.services.settings.production,
                     login->context != DeviceContext::kShared);
  co_return response;
}

Task<Result<Answer>> get_logins(Call& call) {
  auto found = call.services.auth.logins(call.actor.id, present_token(call));
  const auto logins = co_await std::move(found);
  if (!logins) co_return logins.error();
  json items = json::array();
  for (const auto& login : *logins) items.push_back(view(login));
  co_return list_reply(std::move(items), std::nullopt);
}

Task<Result<Answer>> delete_login(Call& call) {
  const auto found = call.request.path_parameters.find("id");
  std::string id = found == call.request.path_parameters.end() ? "" : found->second;
  auto ended = call.services.auth.end_login(call.actor.id, std::move(id), present_token(call));
  const auto current = co_await std::move(ended);
  if (!current) co_return current.error();
  co_return *current ? logged_out(call) : no_content();
}

}  // namespace rapt::api
