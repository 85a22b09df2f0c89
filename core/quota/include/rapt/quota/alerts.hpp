// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/jobs/worker.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
}

namespace rapt::quota {

/// The kind of the jobs that tell administrators of a budget that is nearly spent. The transaction that passes its
/// mark orders one, once a period, beside the event "ai.budget_alert".
inline constexpr const char* kAlertJob = "quota.budget_alert";

/// Writes the letters, once: to the administrators of the group (of a class: of its group), else of the nearest above
/// that has any, else of the system. What it is given must outlive the worker.
jobs::Handler alert_handler(store::Database& database, const security::SecretBox& box, std::string public_url);

}  // namespace rapt::quota
