// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/api/quota.hpp"
#include "rapt/base/error.hpp"
#include "rapt/runtime/task.hpp"
#include "rate_counter.hpp"

namespace rapt::config {
struct Settings;
}

namespace rapt::api {

/// What the numbers of the settings mean: whose calls are counted together, and for how long. Thread-safe.
class Limits {
 public:
  /// See RateCounter for `redis` and `space`.
  Limits(store::Redis& redis, const Clock& clock, const config::Settings& settings, std::string space = "rate");

  /// Tier::kApi, each counts one.
  Task<Quota> count_person(const std::string& user_id);
  Task<Quota> count_address(const std::string& address);

  /// One of the person, or of the address when `user_id` is empty, and one of something of theirs: `rule.about` is set
  /// here. The tighter of the two.
  Task<Quota> count_with(std::string user_id, std::string address, RateRule rule);

  /// Tier::kAuth: whoever guesses at one account from one address, and whoever guesses at many.
  struct Guess {
    std::string account;  ///< an address as it was typed; "": the request names no account
    std::string address;
  };
  /// Counts one of the address, and looks how many guesses at the account have failed: the tighter of the two.
  Task<Quota> before_guess(Guess guess);
  /// Counts a guess that has failed. When `refused`, it was one too many and is not to be answered.
  Task<Quota> failed_guess(Guess guess);
  /// Looks again after a guess that was right: of many at once, those beyond the limit learn nothing.
  Task<Quota> right_guess(Guess guess);

  /// Anything else that may be tried so often.
  Task<Quota> count(RateRule rule);

  [[nodiscard]] TimePoint now() const { return clock_.now(); }

 private:
  [[nodiscard]] RateRule person_rule(const std::string& user_id) const;
  [[nodiscard]] RateRule address_rule(const std::string& address) const;
  [[nodiscard]] RateRule guess_rule(const Guess& guess, bool count) const;

  RateCounter counter_;
  const Clock& clock_;
  const config::Settings& settings_;
};

/// What those over a limit are told.
Error too_often(const Quota& quota, TimePoint now, std::string sentence);

}  // namespace rapt::api
