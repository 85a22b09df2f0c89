// SPDX-License-Identifier: AGPL-3.0-or-later
#include "failure.hpp"

#include <algorithm>
#include <utility>

namespace rapt::gateway {

namespace {

using std::chrono::milliseconds;

constexpr int kDefaultRetryAfter = 10;

Error upstream(const char* code, std::string message, std::string log_detail) {
  return Error{
      .kind = ErrorKind::kUpstream, .code = code, .message = std::move(message), .log_detail = std::move(log_detail)};
}

Error too_slow(std::string log_detail) {
  return Error{.kind = ErrorKind::kTimeout,
               .code = "AI_TIMEOUT",
               .message = "The AI service took too long. Please try again.",
               .log_detail = std::move(log_detail)};
}

Failure no_model(std::string detail) {
  return {.error = upstream("AI_MODEL_NOT_AVAILABLE",
                            "The AI service does not offer the model that this tool asks for.", std::move(detail)),
          .other_model = true};
}

Failure rate_limited(std::string detail, std::optional<milliseconds> pause) {
  const auto seconds = pause ? std::chrono::ceil<std::chrono::seconds>(*pause).count() : kDefaultRetryAfter;
  return {.error = Error{.kind = ErrorKind::kRateLimited,
                         .code = "AI_RATE_LIMITED",
                         .message = "The AI service is asked too often at the moment. Please try again shortly.",
                         .log_detail = std::move(detail),
                         .retry_after_seconds = static_cast<int>(std::max<std::int64_t>(1, seconds))},
          .again = !pause || *pause <= kLongestPause,
          .other_model = true,
          .pause = pause};
}

Failure failed(int status, std::string detail, std::optional<milliseconds> pause) {
  const bool soon = !pause || *pause <= kLongestPause;
  const bool passing = status == 500 || status == 502 || status == 503 || (status >= 520 && status <= 529);
  return {.error = gateway_error("The AI service reported a failure. Please try again.", std::move(detail)),
          .again = passing && soon,
          .other_model = status >= 500 || status == 0,
          .pause = pause};
}

}  // namespace

Failure to_failure(const ReportedError& reported, std::optional<milliseconds> pause) {
  const auto detail = "HTTP " + std::to_string(reported.status) + (reported.codes.empty() ? "" : ", " + reported.codes);
  if (reported.no_model || reported.status == 404) return no_model(detail);
  if (reported.too_long)
    return {gateway_error("This is longer than the model can take in. Please start anew, or write less.", detail)};
  if (reported.moderated) return {gateway_error("A filter of the AI service refused to have this answered.", detail)};
  switch (reported.status) {
    case 401:
    case 403:
      return {upstream("AI_AUTHENTICATION_FAILED",
                       "The AI service refused this server's key. An administrator has to check AI_API_KEY.", detail)};
    case 402:
      return {gateway_error("The AI service's account has no credit left. An administrator has to see to it.", detail)};
    case 408:
    case 504:
    case 524:
      return {.error = too_slow(detail), .other_model = true};
    case 429:
      return rate_limited(detail, pause);
    default:
      return failed(reported.status, detail, pause);
  }
}

Failure transfer_failure(const Error& failure, bool while_answering) {
  const auto detail = failure.message + (failure.log_detail.empty() ? "" : ": " + failure.log_detail);
  if (failure.kind == ErrorKind::kTimeout) return {too_slow(detail)};
  if (while_answering) return {broke_off(detail)};
  return {.error = gateway_error("The AI service cannot be reached at the moment. Please try again.", detail),
          .again = failure.kind != ErrorKind::kInvalid};
}

Error invalid_response(std::string log_detail) {
  return upstream("AI_INVALID_RESPONSE", "The AI service sent an answer that cannot be read. Please try again.",
                  std::move(log_detail));
}

Error gateway_error(std::string message, std::string log_detail) {
  return upstream("AI_GATEWAY_ERROR", std::move(message), std::move(log_detail));
}

Error broke_off(std::string log_detail) {
  return gateway_error("The answer broke off: the stream of the AI service broke. Please try again.",
                       std::move(log_detail));
}

milliseconds backoff(milliseconds pause, int retry, std::optional<milliseconds> asked_for, double luck) {
  const auto doubled = std::min(kLongestPause, milliseconds(pause.count() << std::min(retry, 12)));
  const auto chosen = doubled / 2 + std::chrono::duration_cast<milliseconds>(doubled / 2 * luck);
  return std::max(chosen, asked_for.value_or(milliseconds(0)));
}

}  // namespace rapt::gateway
