// SPDX-License-Identifier: AGPL-3.0-or-later
#include "application.hpp"

#include <chrono>

#include "instance_access.hpp"
#include "openapi.hpp"
#include "publisher_auth.hpp"
#include "rapt/api/client_address.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/api/query.hpp"
#include "rapt/api/security_headers.hpp"
#include "rapt/base/log.hpp"
#include "releaser_auth.hpp"

namespace rapt::marketplace {
namespace {

using MatchKind = api::Router::Match::Kind;

constexpr std::size_t kCountedAddresses = 65536;
/// So much is read of anybody; more only when a publisher's or a releaser's signature over the head holds.
constexpr std::size_t kStrangersBody = 64 * 1024;

Error no_such_page(const http::Request& request) {
  Error error;
  error.kind = ErrorKind::kNotFound;
  error.message = request.path.starts_with("/api/") ? "There is no such route: /api/openapi.json lists them."
                                                    : "There is no such page. The modules are at /api/modules.";
  return error;
}

Error wrong_method(const std::string& allowed) {
  Error error;
  error.kind = ErrorKind::kUnsupported;
  error.code = "METHOD_NOT_ALLOWED";
  error.message = "This route takes " + allowed + ".";
  return error;
}

Error too_often(int seconds) {
  Error error;
  error.kind = ErrorKind::kRateLimited;
  error.message = "Too many requests from your address. Wait " + std::to_string(seconds) + " seconds.";
  error.retry_after_seconds = seconds;
  return error;
}

bool is_read(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

void log_access(const http::Request& request, std::string_view pattern, int status,
                std::chrono::steady_clock::time_point since) {
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - since);
  log::info("http.request", {{"method", request.method},
                             {"route", std::string(pattern)},
                             {"status", std::to_string(status)},
                             {"us", std::to_string(spent.count())},
                             {"request_id", request.id}});
}

void log_failure(const Error& error, const http::Request& request) {
  if (error.log_detail.empty() && error.kind != ErrorKind::kInternal) return;
  const auto level = error.kind == ErrorKind::kInternal ? log::Level::kError : log::Level::kWarn;
  log::write(level, "http.failure",
             {{"code", std::string(api::code_of(error))},
              {"part", error.part},
              {"detail", error.log_detail},
              {"request_id", request.id}});
}

/// Gives an answer that a handler streams what all answers carry, and knows its status for the log.
class Dressed final : public http::Responder {
 public:
  Dressed(http::Responder& inner, std::function<void(http::Headers&)> dress)
      : inner_(inner), dress_(std::move(dress)) {}
  Task<void> send(http::Response response) override {
    dress_(response.headers);
    status_ = response.status;
    co_await inner_.send(std::move(response));
  }
  Task<http::EventStream*> open_event_stream(http::Headers extra) override {
    dress_(extra);
    auto* stream = co_await inner_.open_event_stream(std::move(extra));
    co_return stream;
  }
  Task<http::BodyStream*> open_body_stream(http::Headers headers) override {
    dress_(headers);
    auto* stream = co_await inner_.open_body_stream(std::move(headers));
    co_return stream;
  }
  Task<http::BodyStream*> open_sized_stream(int status, http::Headers headers, std::uint64_t length) override {
    dress_(headers);
    status_ = status;
    auto* stream = co_await inner_.open_sized_stream(status, std::move(headers), length);
    co_return stream;
  }
  [[nodiscard]] int status() const { return status_; }

 private:
  http::Responder& inner_;
  std::function<void(http::Headers&)> dress_;
  int status_ = 200;
};

}  // namespace

Application::Application(Site site, std::optional<http::StaticFiles> pages, std::vector<AddressRange> proxies)
    : site_(std::move(site)), pages_(std::move(pages)), proxies_(std::move(proxies)), counts_(kCountedAddresses) {
  for (const auto& route : all_routes()) router_.add(std::string(route.method), std::string(route.pattern));
}

void Application::dress(http::Headers& headers, bool page) const {
  api::add_security_headers(headers, page, site_.public_url.starts_with("https://"));
}

Task<void> Application::handle(http::Request& request, http::Responder& responder) {
  request.remote_address = api::client_of(request, proxies_).address;
  const auto kind = router_.find(request.method, request.path).kind;
  const bool page = kind == MatchKind::kNoSuchPath && pages_ && is_read(request) && !request.path.starts_with("/api/");
  if (page) {
    co_await handle_page(request, responder);
  } else {
    co_await handle_route(request, responder);
  }
}

Task<void> Application::handle_page(http::Request& request, http::Responder& responder) {
  const auto since = std::chrono::steady_clock::now();
  auto page = pages_->answer(request);
  auto response = page ? std::move(*page) : api::error_reply(no_such_page(request), request.id);
  dress(response.headers, page.has_value());
  const int status = response.status;
  co_await responder.send(std::move(response));
  log_access(request, "(page)", status, since);
}

Task<void> Application::handle_route(http::Request& request, http::Responder& responder) {
  const auto since = std::chrono::steady_clock::now();
  auto match = router_.find(request.method, request.path);
  request.path_parameters = std::move(match.parameters);
  Dressed dressed(responder, [this](http::Headers& headers) { dress(headers, false); });
  Call call{site_, request, dressed, {}, {}, {}};
  auto answered = co_await answer(match, call);
  if (!answered) log_failure(answered.error(), request);
  if (!call.answered) {
    auto response = answered ? std::move(*answered) : api::error_reply(answered.error(), request.id);
    if (match.kind == MatchKind::kOtherMethod) response.headers.set("Allow", match.allowed);
    co_await dressed.send(std::move(response));
  }
  const auto pattern = match.kind == MatchKind::kFound ? all_routes()[match.index].pattern : "(unknown)";
  log_access(request, pattern, dressed.status(), since);
}

Task<Result<http::Response>> Application::answer(const api::Router::Match& match, Call& call) {
  if (match.kind == MatchKind::kNoSuchPath) co_return no_such_page(call.request);
  if (match.kind == MatchKind::kOtherMethod) co_return wrong_method(match.allowed);
  const auto& route = all_routes()[match.index];
  RAPT_CO_TRY(admit(route, call.request));
  RAPT_CO_TRY(api::without_repeats(call.request));
  RAPT_CO_TRY(without_unknown(route, call.request));
  if (route.access == Access::kPublisher) {
    auto signer = co_await authenticate(site_, call.request);
    if (!signer) co_return signer.error();
    call.publisher = std::move(signer->publisher);
    call.key_id = std::move(signer->key_id);
  } else if (route.access == Access::kReleaser) {
    auto key_id = co_await authenticate_releaser(site_, call.request);
    if (!key_id) co_return key_id.error();
    call.key_id = std::move(*key_id);
  } else if (route.access == Access::kInstance) {
    auto instance = co_await recognize_instance(site_.database, call.request);
    if (!instance) co_return instance.error();
    call.instance_id = std::move(*instance);
  }
  auto answered = co_await route.handler(call);
  co_return answered;
}

/// Every route counts for itself: whoever searches much may still download.
Result<void> Application::admit(const Route& route, const http::Request& request) {
  const auto key = std::string(route.method) + " " + std::string(route.pattern) + " " + request.remote_address;
  const auto now = site_.clock.now();
  const auto count = counts_.ask(key, now, std::chrono::seconds(60), true);
  if (count.used <= static_cast<long long>(route.per_minute)) return {};
  const auto left = std::chrono::ceil<std::chrono::seconds>(count.ends - now).count();
  return too_often(static_cast<int>(std::max<long long>(left, 1)));
}

Task<std::size_t> Application::body_limit(const http::Request& head, std::size_t usual) {
  const auto match = router_.find(head.method, head.path);
  if (match.kind != MatchKind::kFound) co_return usual;
  const auto& route = all_routes()[match.index];
  if (route.body_bytes <= kStrangersBody) co_return route.body_bytes;
  if (route.access == Access::kReleaser) {
    const auto known = co_await recognize_releaser(site_, head);
    co_return known ? route.body_bytes : kStrangersBody;
  }
  if (route.access != Access::kPublisher) co_return route.body_bytes;
  const auto signer = co_await recognize(site_, head);
  co_return signer ? route.body_bytes : kStrangersBody;
}

http::Response Application::failure(int status, std::string_view code, std::string_view message,
                                    std::string_view request_id) const {
  Error error;
  error.code = std::string(code);
  error.message = std::string(message);
  error.kind = status == 500 ? ErrorKind::kInternal : ErrorKind::kInvalid;
  auto response = api::error_reply(error, request_id);
  response.status = status;
  dress(response.headers, false);
  return response;
}

}  // namespace rapt::marketplace
