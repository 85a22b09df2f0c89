// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy.hpp"

namespace rapt::quota {

/// The most that a call can take.
struct Estimate {
  std::int64_t input_tokens = 0, output_tokens = 0;
  std::vector<usage::Price> prices;  ///< of all models that may answer; the dearest counts
};

/// All budgets that hold for a payer, in the order in which they are locked.
std::vector<Budget> budgets_of(const Policy& policy);

struct Reserved {
  const Budget* refused = nullptr;  ///< does not hold out; then nothing was reserved
  bool passing = false;             ///< it would, once the calls on their way have been settled
  const Budget* fullest = nullptr;  ///< of which most is used, with this call
  double share = 0;                 ///< how much of it
};

/// Reserves in one statement, in all of `budgets` or in none.
Task<Result<Reserved>> reserve(store::Database& database, const std::string& call_id,
                               const std::vector<Budget>& budgets, Estimate estimate, TimePoint until);

}  // namespace rapt::quota
