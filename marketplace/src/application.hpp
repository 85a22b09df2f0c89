// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "call.hpp"
#include "rapt/api/router.hpp"
#include "rapt/base/address_range.hpp"
#include "rapt/base/local_counts.hpp"
#include "rapt/http/server.hpp"
#include "rapt/http/static_files.hpp"

namespace rapt::marketplace {

/// The way of every request to the registry: client's address → route or page → limit → who asks → handler → reply →
/// headers → access log. Thread-safe.
class Application final : public http::Handler {
 public:
  /// `pages` may be missing (an API without pages). `proxies` are believed when they say whom they speak for.
  Application(Site site, std::optional<http::StaticFiles> pages, std::vector<AddressRange> proxies = {});

  Task<void> handle(http::Request& request, http::Responder& responder) override;
  /// As the route says; a large body is read only for a publisher whose signature holds.
  Task<std::size_t> body_limit(const http::Request& head, std::size_t usual) override;
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override;

 private:
  Task<void> handle_route(http::Request& request, http::Responder& responder);
  Task<void> handle_page(http::Request& request, http::Responder& responder);
  Task<Result<http::Response>> answer(const api::Router::Match& match, Call& call);
  [[nodiscard]] Result<void> admit(const Route& route, const http::Request& request);
  void dress(http::Headers& headers, bool page) const;

  Site site_;
  std::optional<http::StaticFiles> pages_;
  const std::vector<AddressRange> proxies_;
  api::Router router_;
  LocalCounts counts_;
};

}  // namespace rapt::marketplace
