// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Redis;
}

namespace rapt::api {

/// Slows down guessing at one account from one address; a whole school behind one address is not slowed by it. Counted
/// in Redis under a digest of both, for a quarter of an hour. Without Redis nothing is counted: logging in goes on.
inline constexpr int kMaxFailedLogins = 10;

/// kRateLimited with the seconds to wait when there were too many failures. To be asked before a login, and once more
/// when it has succeeded: of many guesses at once, those beyond the limit learn nothing.
Task<Result<void>> check_login_throttle(store::Redis& redis, std::string email, std::string address);
/// Counts one; kRateLimited when it was one too many, and the guess is not to be answered.
Task<Result<void>> count_failed_login(store::Redis& redis, std::string email, std::string address);

}  // namespace rapt::api
