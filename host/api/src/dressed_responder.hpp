// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/http/server.hpp"

namespace rapt::api {

/// Adds to every answer of the API, a stream of events as well, what all of them carry: the security headers, and the
/// cookie of a login that this request has extended. Lives as long as the request.
class DressedResponder final : public http::Responder {
 public:
  DressedResponder(http::Responder& inner, bool production) : inner_(inner), production_(production) {}
  void extend_login(std::string token) { extended_token_ = std::move(token); }
  [[nodiscard]] int status() const { return status_; }  ///< that was answered; 200 for a stream

  Task<void> send(http::Response response) override;
  Task<http::EventStream*> open_event_stream(http::Headers extra) override;

 private:
  void dress(http::Headers& headers) const;

  http::Responder& inner_;
  const bool production_;
  std::optional<std::string> extended_token_;
  int status_ = 200;
};

}  // namespace rapt::api
