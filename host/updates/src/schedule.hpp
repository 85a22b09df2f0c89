// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "rapt/store/database.hpp"

namespace rapt::updates {

/// One host of all does the work: the one that holds the row of module_update_schedule.
struct Lead {
  bool ours = false;
  bool due = false;  ///< the registry is to be looked at
};
/// Takes or keeps the lead. The first look of an instance comes at a moment of its own within the first interval.
Task<Result<Lead>> take_lead(store::Database& database, std::string host, std::chrono::seconds lease,
                             std::chrono::seconds interval);
/// kConflict when another host has it.
Task<Result<void>> renew_lead(store::Database& database, std::string host, std::chrono::seconds lease);
/// So that another host need not wait.
Task<Result<void>> give_lead_up(store::Database& database, std::string host);
/// The look is over, with a fault or without (""). The next one comes after the interval, or soon after `at_latest`.
Task<Result<void>> looked(store::Database& database, std::string fault, std::chrono::seconds interval,
                          std::optional<TimePoint> at_latest);

}  // namespace rapt::updates
