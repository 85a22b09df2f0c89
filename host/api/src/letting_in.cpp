// SPDX-License-Identifier: AGPL-3.0-or-later
// What comes before a route's handler: origin, who asks, limit, access rule.
#include "admission.hpp"
#include "application.hpp"
#include "cors.hpp"
#include "dressed_responder.hpp"
#include "idempotency.hpp"
#include "limits.hpp"
#include "query_names.hpp"
#include "rapt/api/query.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"

namespace rapt::api {
namespace {

Error coded_forbidden(std::string code, std::string message) {
  Error error;
  error.kind = ErrorKind::kForbidden;
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

Result<void> take_actor(Call& call, DressedResponder& dressed, Result<identity::Actor> actor) {
  if (!actor) return actor.error();
  call.actor = std::move(*actor);
  if (call.actor.login_extended) dressed.extend_login(*call.request.cookie(identity::kSessionCookie));
  return {};
}

}  // namespace

/// What comes before the handler. Over when an answer of minutes begins, and so are its results.
Task<Result<void>> Application::let_in(const Route& route, Call& call, DressedResponder& dressed) {
  if (changes_state(call.request) && from_elsewhere(call)) {
    co_return coded_forbidden("CSRF_REJECTED", "This request comes from another site.");
  }
  auto login = expected_login(route, call);
  auto admitting =
      login ? admit_opening(route, call, dressed, std::move(*login)) : admit_in_order(route, call, dressed);
  RAPT_CO_TRY(co_await std::move(admitting));
  if (call.quota) dressed.show(*call.quota);
  if (route.access == Access::kAdmin && !call.actor.administers_anything()) {
    co_return Error::forbidden("Only administrators may do this.");
  }
  if (route.access == Access::kSystemAdmin && !call.actor.is_system_admin()) {
    co_return Error::forbidden("Only system administrators may do this.");
  }
  RAPT_CO_TRY(without_repeats(call.request));
  if (module_route_of(call) == nullptr) RAPT_CO_TRY(without_unknown(route, call.request));
  co_return Result<void>{};
}

/// Of a request whose work may be opened with the check of its login: nothing else about it is refused once it is let
/// in.
std::optional<identity::LoginCheck> Application::expected_login(const Route& route, const Call& call) const {
  const bool opens = route.open != nullptr && call.request.query.empty() && !Idempotency::applies(route, call);
  const auto token = opens ? call.request.cookie(identity::kSessionCookie) : std::nullopt;
  return token ? services_.auth.expected(*token) : std::nullopt;
}

Task<Result<void>> Application::admit_in_order(const Route& route, Call& call, DressedResponder& dressed) {
  if (route.access != Access::kPublic) {
    auto known = co_await identify(call, dressed);
    if (!known && known.error().kind == ErrorKind::kUnauthorized) RAPT_CO_TRY(co_await admit_stranger(call));
    if (!known) co_return known.error();
  } else if (module_route_of(call) != nullptr && call.request.cookie(identity::kSessionCookie)) {
    // Whoever is logged in is told to the module also where everybody may ask.
    const auto known = co_await identify(call, dressed);
    if (!known && known.error().kind != ErrorKind::kUnauthorized) co_return known.error();
  }
  RAPT_CO_TRY(co_await admit(route, call));
  if (route.open != nullptr) services_.auth.remember(*call.request.cookie(identity::kSessionCookie), call.actor.id);
  co_return Result<void>{};
}

/// The same in one trip to the database fewer: the limit first, so that nothing is opened for whoever asks too often,
/// then the check of the login, and the route's work opened with it. A login that does not hold is forgotten, so that a
/// dead one counts for its person until it is first refused, and for its address as any other.
Task<Result<void>> Application::admit_opening(const Route& route, Call& call, DressedResponder& dressed,
                                              identity::LoginCheck login) {
  const auto quota = co_await services_.limits.count_person(login.user.str());
  login.now = services_.clock.now();
  auto identifying = quota.refused ? identify(call, dressed) : identify_opening(route, call, dressed, std::move(login));
  const auto known = co_await std::move(identifying);
  if (known) co_return admit_counted(call, quota);
  if (call.opened) co_await call.opened->withdraw();
  services_.auth.forget(*call.request.cookie(identity::kSessionCookie));
  if (known.error().kind == ErrorKind::kUnauthorized) RAPT_CO_TRY(co_await admit_stranger(call));
  co_return known;
}

Task<Result<void>> Application::identify_opening(const Route& route, Call& call, DressedResponder& dressed,
                                                 identity::LoginCheck login) {
  auto opening = route.open(call, login);
  auto checked = co_await std::move(opening);
  if (!checked) co_return checked.error();
  if (!*checked) co_return co_await identify(call, dressed);
  auto loading = services_.auth.actor_behind(std::move(login), std::move(**checked));
  auto actor = co_await std::move(loading);
  co_return take_actor(call, dressed, std::move(actor));
}

Task<Result<void>> Application::identify(Call& call, DressedResponder& dressed) {
  auto token = call.request.cookie(identity::kSessionCookie);
  if (!token) co_return Error::unauthorized();
  auto actor = co_await services_.auth.authenticate(std::move(*token));
  co_return take_actor(call, dressed, std::move(actor));
}

/// A browser says where a request comes from; other programs say nothing and carry no cookie by accident.
bool Application::from_elsewhere(const Call& call) const {
  const auto& headers = call.request.headers;
  const auto origin = headers.get("Origin");
  if (origin && is_listed(*origin, services_.settings.cors_origins)) return false;
  if (const auto site = headers.get("Sec-Fetch-Site")) return *site != "same-origin" && *site != "none";
  if (!origin) return false;
  if (*origin == origin_) return false;
  const auto host = headers.get("Host");
  if (!host) return true;
  const bool by_http = call.scheme != "https" && *origin == "http://" + std::string(*host);
  const bool by_https = call.scheme != "http" && *origin == "https://" + std::string(*host);
  return !by_http && !by_https;
}

}  // namespace rapt::api
