// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/hooks/hook.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
class Transaction;
}  // namespace rapt::store

namespace rapt::usage {

/// A stored finding of a module.
struct Extraction {
  ExtractionId id;
  SessionId session;  ///< one of the two is empty
  RunId run;
  std::string module;
  std::string type;
  std::string data_json;
  TimePoint created_at{};
  std::int64_t message_seq = 0;  ///< 0: none
};

/// Stores findings inside the caller's transaction. Exactly one of `session` and `run` is set. Modules are not trusted:
/// a finding that is no storable JSON is left out with a line in the log, and spoils nothing else.
Result<void> store_extractions(store::Transaction& transaction, const SessionId& session, const RunId& run,
                               const std::vector<hooks::Extraction>& extractions);

/// All findings of a conversation or run, oldest first. The caller has checked who asks.
Task<Result<std::vector<Extraction>>> extractions_of(store::Database& database, SessionId session);
Task<Result<std::vector<Extraction>>> extractions_of(store::Database& database, RunId run);

}  // namespace rapt::usage
