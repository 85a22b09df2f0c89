// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "call.hpp"

namespace rapt::api {

/// Something that may be tried so often in a quarter of an hour. Counted where the limits of requests are (limits.hpp):
/// in Redis, and in this process while that is away.
struct Attempts {
  const char* name;      ///< of the key
  int limit;             ///< so many pass
  const char* sentence;  ///< for whoever is over it
};
inline constexpr int kAttemptWindowSeconds = 15 * 60;

/// kRateLimited with the seconds to wait when the limit has been reached.
Task<Result<void>> check_attempts(Call& call, const Attempts& what, std::string about);
/// Counts one; kRateLimited when it is one too many. `about` is kept as a digest.
Task<Result<void>> count_attempt(Call& call, const Attempts& what, std::string about);

}  // namespace rapt::api
