// SPDX-License-Identifier: AGPL-3.0-or-later
#include "application.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "admission.hpp"
#include "cors.hpp"
#include "dressed_responder.hpp"
#include "idempotency.hpp"
#include "rapt/api/client_address.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/api/security_headers.hpp"
#include "rapt/base/log.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/telemetry/timings.hpp"
#include "rapt/telemetry/within.hpp"
#include "routes.hpp"

namespace rapt::api {
namespace {

constexpr std::string_view kPrefix = "/api/v1";

Error no_such_route() {
  Error error;
  error.kind = ErrorKind::kNotFound;
  error.message = "There is no such route.";
  return error;
}

Error wrong_method(const std::string& allowed) {
  Error error;
  error.kind = ErrorKind::kUnsupported;
  error.code = "METHOD_NOT_ALLOWED";
  error.message = "This route takes " + allowed + ".";
  return error;
}

/// /health, /ready and /metrics are also offered without the prefix, for load balancers and collectors.
bool is_api(const std::string& path) {
  return path == "/health" || path == "/ready" || path == "/metrics" || path == "/api" || path.starts_with("/api/");
}

/// "" for a path below /api of another version, which no route has.
std::string_view below_prefix(const std::string& path) {
  const std::string_view view(path);
  if (!view.starts_with("/api")) return view;
  if (view == "/api/openapi.json") return view.substr(4);  // where tools look for it, whatever the version
  const bool ours = view.starts_with(kPrefix) && view.substr(kPrefix.size()).starts_with('/');
  return ours ? view.substr(kPrefix.size()) : std::string_view();
}

/// A method is whatever a stranger wrote.
std::string_view known_method(std::string_view method) {
  constexpr std::array<std::string_view, 7> kKnown{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  const auto found = std::find(kKnown.begin(), kKnown.end(), method);
  return found == kKnown.end() ? "other" : *found;
}

/// The responder of a request that is traced: it has the request's span with it.
class TracedResponder final : public http::Responder {
 public:
  TracedResponder(http::Responder& inner, telemetry::OpenSpan& span) : inner_(inner), span_(span) {}
  Task<void> send(http::Response response) override { return inner_.send(std::move(response)); }
  Task<http::EventStream*> open_event_stream(http::Headers extra) override {
    return inner_.open_event_stream(std::move(extra));
  }
  Task<http::BodyStream*> open_body_stream(http::Headers headers) override {
    return inner_.open_body_stream(std::move(headers));
  }
  Task<http::BodyStream*> open_sized_stream(int status, http::Headers headers, std::uint64_t length) override {
    return inner_.open_sized_stream(status, std::move(headers), length);
  }
  /// Neither path nor query: both may hold what a person wrote.
  void end(const http::Request& request, std::string_view pattern, int status) {
    if (!span_.is_kept()) return;
    const std::string method(known_method(request.method)), route(pattern);
    span_.rename(method + " " + route);
    span_.say("http.request.method", method);
    span_.say("http.route", route);
    span_.say("http.response.status_code", status);
    span_.end(status >= 500);
  }

 private:
  http::Responder& inner_;
  telemetry::OpenSpan& span_;
};

void log_access(const http::Request& request, http::Responder& responder, std::string_view pattern, int status,
                std::chrono::steady_clock::time_point since) {
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - since);
  const auto answered = std::to_string(status);
  telemetry::http_requests().record({known_method(request.method), pattern, answered}, spent);
  if (auto* traced = dynamic_cast<TracedResponder*>(&responder)) traced->end(request, pattern, status);
  log::info("http.request", {{"method", request.method},
                             {"route", std::string(pattern)},
                             {"status", answered},
                             {"us", std::to_string(spent.count())},
                             {"address", request.remote_address},
                             {"request_id", request.id}});
}

void log_failure(const Error& error, const http::Request& request) {
  const auto level = error.kind == ErrorKind::kInternal ? log::Level::kError : log::Level::kWarn;
  if (error.log_detail.empty() && error.kind != ErrorKind::kInternal) return;
  log::write(level, "http.failure",
             {{"code", std::string(code_of(error))},
              {"part", error.part},
              {"detail", error.log_detail},
              {"request_id", request.id}});
}

}  // namespace

bool Application::changes_state(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

Application::Application(Services services, std::optional<http::StaticFiles> pages, std::string origin)
    : services_(services), pages_(std::move(pages)), origin_(std::move(origin)) {
  for (const auto& route : routes()) router_.add(route.method, route.pattern);
}

// Like answer_api() no coroutine: its frame would stay for as long as an answer takes.
Task<void> Application::handle(http::Request& request, http::Responder& responder) {
  auto client = client_of(request, services_.settings.trusted_proxies);
  request.remote_address = std::move(client.address);
  if (telemetry::is_tracing()) return handle_traced(request, responder, std::move(client.scheme));
  return handle_plain(request, responder, std::move(client.scheme));
}

Task<void> Application::handle_plain(http::Request& request, http::Responder& responder, std::string scheme) {
  return is_api(request.path) ? handle_api(request, responder, std::move(scheme)) : handle_page(request, responder);
}

Task<void> Application::handle_traced(http::Request& request, http::Responder& responder, std::string scheme) {
  const auto told = telemetry::parse_traceparent(request.headers.get("traceparent").value_or(""));
  auto span = telemetry::begin_trace("(request)", telemetry::Span::Kind::kServer, told);
  TracedResponder traced(responder, span);
  auto within = handle_plain(request, traced, std::move(scheme));
  co_await telemetry::within(span, std::move(within));
}

Task<std::size_t> Application::body_limit(const http::Request& head, std::size_t usual) {
  const auto way = co_await way_of(head.method, below_prefix(head.path));
  if (way.route == nullptr) co_return usual;
  if (way.of_module) co_return static_cast<std::size_t>(way.of_module->declared.body_bytes);
  const std::size_t larger = way.route->max_body_bytes;
  auto token = larger > usual ? head.cookie(identity::kSessionCookie) : std::nullopt;
  if (!token) co_return usual;
  const auto actor = co_await services_.auth.authenticate(std::move(*token));
  co_return actor && actor->administers_anything() ? larger : usual;
}

Task<Application::Way> Application::way_of(const std::string& method, std::string_view path) {
  Way way{.match = router_.find(method, path)};
  if (way.match.kind == Router::Match::Kind::kFound) way.route = &routes()[way.match.index];
  if (way.match.kind != Router::Match::Kind::kNoSuchPath || path.empty()) co_return way;
  auto found = co_await module_routes_.find(method, path);
  way.match = std::move(found.match);
  way.of_module = std::move(found.route);
  way.away = std::move(found.away);
  if (way.of_module) way.route = &way.of_module->route;
  co_return way;
}

Task<void> Application::handle_page(http::Request& request, http::Responder& responder) {
  const auto since = std::chrono::steady_clock::now();
  auto page = pages_ && !changes_state(request) ? pages_->answer(request) : std::nullopt;
  auto response = page ? std::move(*page) : error_reply(no_such_route(), request.id);
  add_security_headers(response.headers, page.has_value(), services_.settings.production);
  const int status = response.status;
  co_await responder.send(std::move(response));
  log_access(request, responder, "(page)", status, since);
}

Task<void> Application::handle_api(http::Request& request, http::Responder& responder, std::string scheme) {
  const auto since = std::chrono::steady_clock::now();
  auto way = co_await way_of(request.method, below_prefix(request.path));
  request.path_parameters = std::move(way.match.parameters);
  restore_tags(request);
  DressedResponder dressed(responder, request, services_.settings);
  ModuleRouteCall call{{request, dressed, services_, {}, std::move(scheme), {}}, &module_routes_, way.of_module.get()};
  auto answer = co_await answer_api(way, call, dressed);
  if (call.quota) dressed.show(*call.quota);
  if (!answer) log_failure(answer.error(), request);
  if (!answer || *answer) {
    auto response =
        answer ? std::move(**answer) : error_reply(answer.error(), request.id, call.quota ? &*call.quota : nullptr);
    const auto& allowed = way.match.allowed;
    if (!allowed.empty() && !response.headers.get("Allow")) response.headers.set("Allow", allowed);
    co_await dressed.send(std::move(response));
  }
  log_access(request, responder, way.route != nullptr ? way.route->pattern : "(unknown)", dressed.status(), since);
}

Task<Result<Answer>> Application::answer_api(const Way& way, Call& call, DressedResponder& dressed) {
  return way.route != nullptr ? run_route(*way.route, call, dressed) : answer_without_route(way, call);
}

Task<Result<Answer>> Application::answer_without_route(const Way& way, Call& call) {
  RAPT_CO_TRY(co_await admit_stranger(call));
  if (way.away) co_return *way.away;
  if (way.match.kind == Router::Match::Kind::kNoSuchPath) co_return no_such_route();
  if (call.request.method != "OPTIONS") co_return wrong_method(way.match.allowed);
  co_return options_reply(call.request, way.match.allowed, services_.settings.cors_origins);
}

Task<Result<Answer>> Application::run_route(const Route& route, Call& call, DressedResponder& dressed) {
  RAPT_CO_TRY(co_await let_in(route, call, dressed));
  if (may_hold_secrets(route)) dressed.keep_plain();
  Result<Answer> answer = Answer{};
  if (Idempotency::applies(route, call)) {
    Idempotency kept(services_);
    answer = co_await kept.answer(route, call);
  } else {
    answer = co_await route.handler(call);
  }
  co_return co_await settle(route, call, std::move(answer));
}

http::Response Application::failure(int status, std::string_view code, std::string_view message,
                                    std::string_view request_id) const {
  Error error;
  error.code = std::string(code);
  error.message = std::string(message);
  // Only what went wrong on our side is kept to ourselves.
  error.kind = status == 500 ? ErrorKind::kInternal : ErrorKind::kInvalid;
  auto response = error_reply(error, request_id);
  response.status = status;
  add_security_headers(response.headers, false, services_.settings.production);
  return response;
}

}  // namespace rapt::api
