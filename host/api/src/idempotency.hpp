// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "call.hpp"

namespace rapt::api {

/// Answers of this route are never kept and never compressed.
inline bool may_hold_secrets(const Route& route) {
  return route.secret || std::string_view(route.pattern).starts_with("/auth/");
}

/// Requests that are made twice (Idempotency-Key): the first answer is kept for a day and given again. Kept are answers
/// that asking again would not change; faults of ours and refusals for a while are forgotten. Holds nothing itself:
/// everything is in the database.
class Idempotency {
 public:
  explicit Idempotency(Services& services) : services_(services) {}

  /// Whether the key of this request is heeded: POST, of somebody who is logged in, no stream, no secrets.
  [[nodiscard]] static bool applies(const Route& route, const Call& call);
  /// Answers `call` by its route's handler, or from what is kept. kInvalid for a key that is none, 422
  /// IDEMPOTENCY_KEY_REUSED when it came with another request, 409 IDEMPOTENCY_IN_PROGRESS while the first runs.
  Task<Result<Answer>> answer(const Route& route, Call& call);

 private:
  struct Claim;
  Task<Result<std::optional<http::Response>>> take(const Claim& claim);
  Task<void> keep(const Claim& claim, const Result<Answer>& answer);
  Task<void> forget(const Claim& claim);
  Task<void> prune(TimePoint now);

  Services& services_;
};

}  // namespace rapt::api
