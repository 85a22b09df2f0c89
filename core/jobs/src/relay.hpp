// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
class Redis;
}  // namespace rapt::store

namespace rapt::jobs {

/// Streams keep about so many entries: those of jobs are wake-ups, those of events are for who listens now.
inline constexpr const char* kStreamLength = "10000";

/// So many rows go at once.
inline constexpr std::size_t kRelayBatch = 200;

/// Moves the oldest undelivered outbox rows into Redis, in order: jobs into PREFIX:jobs, events into PREFIX:events.
/// One host at a time does it. How many rows; a row that Redis may have taken before a failure comes again.
Task<Result<std::size_t>> relay_once(store::Database& database, store::Redis& redis, std::string prefix);

}  // namespace rapt::jobs
