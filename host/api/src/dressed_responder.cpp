// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dressed_responder.hpp"

#include "cors.hpp"
#include "rapt/api/security_headers.hpp"
#include "rapt/config/settings.hpp"
#include "rapt/http/coding.hpp"
#include "session_cookie.hpp"

namespace rapt::api {
namespace {

constexpr std::size_t kWorthCompressing = 1024;

bool is_text(std::string_view content_type) {
  return content_type.starts_with("application/json") || content_type.starts_with("text/");
}

/// Another representation has another tag (RFC 9110, 8.8.3.3).
void mark_tag(http::Headers& headers, std::string_view coding) {
  const auto tag = headers.get("ETag");
  if (!tag || tag->size() < 2 || !tag->ends_with('"')) return;
  std::string marked(tag->substr(0, tag->size() - 1));
  marked.append("-").append(coding).append("\"");
  headers.set("ETag", marked);
}

}  // namespace

void DressedResponder::dress(http::Headers& headers) const {
  add_security_headers(headers, false, settings_.production);
  add_cors_headers(headers, request_, settings_.cors_origins);
  if (quota_) {
    const auto reset = std::chrono::ceil<std::chrono::seconds>(quota_->resets_at).time_since_epoch().count();
    headers.set("X-RateLimit-Limit", std::to_string(quota_->limit));
    headers.set("X-RateLimit-Remaining", std::to_string(quota_->remaining()));
    headers.set("X-RateLimit-Reset", std::to_string(reset));
  }
  if (extended_token_) set_session_cookie(headers, *extended_token_, settings_.production);
}

void DressedResponder::compress(http::Response& response) const {
  const bool worth = response.body.size() >= kWorthCompressing && !response.headers.get("Content-Encoding") &&
                     is_text(response.headers.get("Content-Type").value_or(""));
  if (plain_ || !worth) return;
  response.headers.add("Vary", "Accept-Encoding");
  const auto coding = http::choose_coding(request_.headers);
  if (coding == http::Coding::kIdentity) return;
  auto encoded = http::encode(coding, response.body);
  if (!encoded || encoded->size() >= response.body.size()) return;
  response.body = std::move(*encoded);
  response.headers.set("Content-Encoding", http::name_of(coding));
  mark_tag(response.headers, http::name_of(coding));
}

Task<void> DressedResponder::send(http::Response response) {
  compress(response);
  dress(response.headers);
  status_ = response.status;
  co_await inner_.send(std::move(response));
}

Task<http::EventStream*> DressedResponder::open_event_stream(http::Headers extra) {
  dress(extra);
  auto* stream = co_await inner_.open_event_stream(std::move(extra));
  co_return stream;
}

Task<http::BodyStream*> DressedResponder::open_body_stream(http::Headers headers) {
  dress(headers);
  auto* body = co_await inner_.open_body_stream(std::move(headers));
  co_return body;
}

Task<http::BodyStream*> DressedResponder::open_sized_stream(int status, http::Headers headers, std::uint64_t length) {
  status_ = status;
  dress(headers);
  auto* body = co_await inner_.open_sized_stream(status, std::move(headers), length);
  co_return body;
}

void restore_tags(http::Request& request) {
  for (const char* field : {"If-Match", "If-None-Match"}) {
    const auto value = request.headers.get(field);
    if (!value) continue;
    std::string restored(*value);
    for (const auto coding : {http::Coding::kBrotli, http::Coding::kGzip}) {
      const std::string mark = "-" + std::string(http::name_of(coding)) + "\"";
      for (auto at = restored.find(mark); at != std::string::npos; at = restored.find(mark, at))
        restored.replace(at, mark.size(), "\"");
    }
    request.headers.set(field, restored);
  }
}

}  // namespace rapt::api
