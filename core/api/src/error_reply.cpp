// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/error_reply.hpp"

#include <array>

#include <nlohmann/json.hpp>

namespace rapt::api {
namespace {

using nlohmann::json;

struct KindRow {
  ErrorKind kind;
  int status;
  std::string_view code;
};

constexpr std::array kKinds{
    KindRow{ErrorKind::kInvalid, 400, "VALIDATION_ERROR"},
    KindRow{ErrorKind::kUnauthorized, 401, "UNAUTHORIZED"},
    KindRow{ErrorKind::kForbidden, 403, "FORBIDDEN"},
    KindRow{ErrorKind::kNotFound, 404, "NOT_FOUND"},
    KindRow{ErrorKind::kConflict, 409, "CONFLICT"},
    KindRow{ErrorKind::kTooLarge, 413, "PAYLOAD_TOO_LARGE"},
    KindRow{ErrorKind::kUnsupported, 415, "UNSUPPORTED_MEDIA_TYPE"},
    KindRow{ErrorKind::kBlocked, 422, "BLOCKED_BY_MODULE"},
    KindRow{ErrorKind::kUnprocessable, 422, "OUTPUT_INVALID"},
    KindRow{ErrorKind::kRateLimited, 429, "RATE_LIMIT_EXCEEDED"},
    KindRow{ErrorKind::kUpstream, 502, "AI_GATEWAY_ERROR"},
    KindRow{ErrorKind::kUnavailable, 503, "SERVICE_UNAVAILABLE"},
    KindRow{ErrorKind::kTimeout, 504, "AI_TIMEOUT"},
    KindRow{ErrorKind::kInternal, 500, "INTERNAL_ERROR"},
};

/// Codes whose status is not their kind's.
struct CodeRow {
  std::string_view code;
  int status;
};
constexpr std::array kCodes{
    CodeRow{"METHOD_NOT_ALLOWED", 405}, CodeRow{"NOT_ACCEPTABLE", 406},      CodeRow{"AI_RATE_LIMITED", 503},
    CodeRow{"REQUEST_TIMEOUT", 408},    CodeRow{"PRECONDITION_FAILED", 412}, CodeRow{"IDEMPOTENCY_KEY_REUSED", 422},
    CodeRow{"MODULE_FAILED", 502},      CodeRow{"MODULE_TIMEOUT", 504},
};

const KindRow& row_of(ErrorKind kind) {
  for (const auto& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kKinds.back();
}

void add_limit(json& details, const Error& error, const Quota& quota) {
  const TimePoint reset = std::chrono::ceil<std::chrono::seconds>(quota.resets_at);
  details["limit"] = quota.limit;
  details["remaining"] = 0;
  details["resetAt"] = to_rfc3339(reset);
  details["retryAfter"] = error.retry_after_seconds;
  details["message"] = error.message;
}

json details_of(const Error& error, std::string_view request_id, const Quota* quota) {
  json details = json::object();
  for (const auto& field : error.fields)
    details["fields"].push_back({{"path", field.path}, {"message", field.message}});
  const bool of_module = error.kind == ErrorKind::kBlocked || code_of(error).starts_with("MODULE_");
  if (of_module) {
    details["module"] = error.part;
    details["reason"] = error.message;
  } else if (error.kind == ErrorKind::kUnavailable && !error.part.empty()) {
    details["part"] = error.part;
  }
  if (error.code == "PROVIDER_REQUIRED") details["provider"] = error.part;
  if (error.kind == ErrorKind::kInternal) details["request_id"] = request_id;
  if (error.retry_after_seconds > 0) details["retry_after"] = error.retry_after_seconds;
  // The limit of requests; limits of other things (AI_LIMIT_REACHED, …) have numbers and ends of their own.
  if (code_of(error) == "RATE_LIMIT_EXCEEDED" && quota != nullptr) add_limit(details, error, *quota);
  return details;
}

}  // namespace

int status_of(const Error& error) {
  for (const auto& row : kCodes) {
    if (row.code == error.code) return row.status;
  }
  return row_of(error.kind).status;
}

std::string_view code_of(const Error& error) {
  return error.code.empty() ? row_of(error.kind).code : std::string_view(error.code);
}

std::string error_body(const Error& error, std::string_view request_id, const Quota* quota) {
  const bool hidden = error.kind == ErrorKind::kInternal;
  json body{{"error",
             hidden || error.message.empty() ? "Something went wrong on our side. Please try again." : error.message},
            {"code", code_of(error)}};
  if (auto details = details_of(error, request_id, quota); !details.empty()) body["details"] = std::move(details);
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

http::Response error_reply(const Error& error, std::string_view request_id, const Quota* quota) {
  http::Response response;
  response.status = status_of(error);
  response.headers.set("Content-Type", "application/json");
  if (error.retry_after_seconds > 0) response.headers.set("Retry-After", std::to_string(error.retry_after_seconds));
  response.body = error_body(error, request_id, quota);
  return response;
}

}  // namespace rapt::api
