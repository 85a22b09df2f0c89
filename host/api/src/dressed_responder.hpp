// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/api/quota.hpp"
#include "rapt/http/server.hpp"

namespace rapt::config {
struct Settings;
}

namespace rapt::api {

/// Adds to every answer of the API, a stream of events as well, what all of them carry: the security headers, those of
/// CORS, how the caller's limit stands, and the cookie of a login that this request has extended. Compresses what is
/// worth it. Lives as long as the request.
class DressedResponder final : public http::Responder {
 public:
  DressedResponder(http::Responder& inner, const http::Request& request, const config::Settings& settings)
      : inner_(inner), request_(request), settings_(settings) {}
  void extend_login(std::string token) { extended_token_ = std::move(token); }
  void show(const Quota& quota) { quota_ = quota; }
  /// This answer may hold a secret beside what the caller sent: its length must not tell about it (BREACH).
  void keep_plain() { plain_ = true; }
  [[nodiscard]] int status() const { return status_; }  ///< that was answered; 200 for a stream

  Task<void> send(http::Response response) override;
  Task<http::EventStream*> open_event_stream(http::Headers extra) override;
  Task<http::BodyStream*> open_body_stream(http::Headers headers) override;
  Task<http::BodyStream*> open_sized_stream(int status, http::Headers headers, std::uint64_t length) override;

 private:
  void dress(http::Headers& headers) const;
  void compress(http::Response& response) const;

  http::Responder& inner_;
  const http::Request& request_;
  const config::Settings& settings_;
  std::optional<std::string> extended_token_;
  std::optional<Quota> quota_;
  bool plain_ = false;
  int status_ = 200;
};

/// Gives the request its tags back as they were before an answer was compressed: "123-br" names the state "123".
void restore_tags(http::Request& request);

}  // namespace rapt::api
