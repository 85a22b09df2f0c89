// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/result.hpp"
#include "rapt/http/message.hpp"
#include "rapt/store/database.hpp"

namespace rapt::marketplace {

/// What an instance tells of itself, and nothing else: no name, no address, no number of people.
struct Heartbeat {
  std::string version, channel, deployment_type;
  std::string modules_json = "{}";  ///< module -> version
  std::string update_state, update_version;
};

/// kInvalid with every fault; a field that is not documented is one.
Result<Heartbeat> parse_heartbeat(const http::Request& request);
/// Forgets instances that have not been heard of for 400 days.
Task<Result<void>> forget_instances(store::Database& database);

}  // namespace rapt::marketplace
