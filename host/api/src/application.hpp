// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"
#include "module_routes.hpp"
#include "rapt/api/router.hpp"
#include "rapt/http/server.hpp"
#include "rapt/http/static_files.hpp"

namespace rapt::api {

class DressedResponder;

/// The way of every request, one visible list (application.cpp): client's address → static page or route → origin → who
/// asks → limit → access rule → handler → reply → headers → access log. Thread-safe.
class Application final : public http::Handler {
 public:
  /// `pages` may be missing (an API without pages). `origin` is this site's own: scheme, host and port.
  Application(Services services, std::optional<http::StaticFiles> pages, std::string origin);

  Task<void> handle(http::Request& request, http::Responder& responder) override;
  /// More than usual for the routes that say so, and administrators alone: a stranger fills no memory.
  Task<std::size_t> body_limit(const http::Request& head, std::size_t usual) override;
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override;

 private:
  Task<void> handle_plain(http::Request& request, http::Responder& responder, std::string scheme);
  Task<void> handle_traced(http::Request& request, http::Responder& responder, std::string scheme);
  Task<void> handle_page(http::Request& request, http::Responder& responder);
  Task<void> handle_api(http::Request& request, http::Responder& responder, std::string scheme);
  /// Where a request goes: one of the host's own routes, else one of a module's.
  struct Way {
    Router::Match match{};
    const Route* route = nullptr;  ///< with Kind::kFound
    ModuleRoutePtr of_module{};    ///< what keeps `route` alive, when a module answers it
    std::optional<Error> away{};   ///< of a module that cannot be asked now
  };
  Task<Way> way_of(const std::string& method, std::string_view path);
  Task<Result<Answer>> answer_api(const Way& way, Call& call, DressedResponder& dressed);
  Task<Result<Answer>> answer_without_route(const Way& way, Call& call);
  Task<Result<Answer>> run_route(const Route& route, Call& call, DressedResponder& dressed);
  static bool changes_state(const http::Request& request);

  // letting_in.cpp
  Task<Result<void>> let_in(const Route& route, Call& call, DressedResponder& dressed);
  [[nodiscard]] std::optional<identity::LoginCheck> expected_login(const Route& route, const Call& call) const;
  Task<Result<void>> admit_in_order(const Route& route, Call& call, DressedResponder& dressed);
  Task<Result<void>> admit_opening(const Route& route, Call& call, DressedResponder& dressed,
                                   identity::LoginCheck login);
  Task<Result<void>> identify(Call& call, DressedResponder& dressed);
  Task<Result<void>> identify_opening(const Route& route, Call& call, DressedResponder& dressed,
                                      identity::LoginCheck login);
  [[nodiscard]] bool from_elsewhere(const Call& call) const;

  Services services_;
  std::optional<http::StaticFiles> pages_;
  std::string origin_;
  Router router_;
  ModuleRoutes module_routes_{services_, router_};
};

}  // namespace rapt::api
