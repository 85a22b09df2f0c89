// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/ledger.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::usage {

/// A call whose host died, so that somebody else can settle it: the prices of today, its reservation if it has one, and
/// the day that it was reserved on (else the day of `started` in UTC).
Task<Result<Call>> lost_call(store::Database& database, std::string id, TimePoint started);

}  // namespace rapt::usage
