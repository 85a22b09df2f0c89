// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "body.hpp"
#include "handlers.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"
#include "session_cookie.hpp"
#include "views.hpp"

namespace rapt::api {

Task<Result<Answer>> post_login(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto email = body->text("email", 255);
  auto password = body->text("password", 1024);
  if (auto fault = body->fault()) co_return *fault;
  identity::LoginOrigin origin;
  origin.ip_address = call.request.remote_address;
  origin.user_agent = std::string(call.request.headers.get("User-Agent").value_or(""));
  auto login = co_await call.services.auth.login(std::move(email), std::move(password), std::move(origin));
  if (!login) co_return login.error();
  auto response = data_reply(view(login->actor));
  set_session_cookie(response.headers, login->token, call.services.settings.production);
  co_return response;
}

Task<Result<Answer>> post_logout(Call& call) {
  if (auto token = call.request.cookie(identity::kSessionCookie)) {
    RAPT_CO_TRY(co_await call.services.auth.logout(std::move(*token)));
  }
  http::Response response;
  response.status = 204;
  clear_session_cookie(response.headers, call.services.settings.production);
  co_return response;
}

Task<Result<Answer>> get_me(Call& call) {
  co_return data_reply(view(call.actor));
}

}  // namespace rapt::api
