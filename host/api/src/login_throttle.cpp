// SPDX-License-Identifier: AGPL-3.0-or-later
#include "login_throttle.hpp"

#include <algorithm>
#include <cctype>

#include "attempts.hpp"

namespace rapt::api {
namespace {

constexpr Attempts kLogins{"login:failed", kMaxFailedLogins,
                           "Too many wrong passwords for this account. Please wait before trying again."};

/// As the account is looked up: without the space around it and in lower case, or guessing gets a fresh count for each
/// spelling.
std::string account_at(std::string email, const std::string& address) {
  constexpr const char* kSpace = " \t\r\n\f\v";
  email.erase(email.find_last_not_of(kSpace) + 1);
  email.erase(0, email.find_first_not_of(kSpace));
  std::transform(email.begin(), email.end(), email.begin(), [](unsigned char c) { return std::tolower(c); });
  return email + "\n" + address;
}

}  // namespace

Task<Result<void>> check_login_throttle(store::Redis& redis, std::string email, std::string address) {
  return check_attempts(redis, kLogins, account_at(std::move(email), address));
}

Task<Result<void>> count_failed_login(store::Redis& redis, std::string email, std::string address) {
  return count_attempt(redis, kLogins, account_at(std::move(email), address));
}

}  // namespace rapt::api
