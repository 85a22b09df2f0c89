// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
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

/// Which findings of a conversation or run; what is empty does not narrow it.
struct ExtractionFilter {
  std::string type{};
  int limit = 50;        ///< 1 to 100
  std::string cursor{};  ///< next_cursor of the page before
};
struct ExtractionPage {
  std::vector<Extraction> items;  ///< oldest first, as the conversation is read
  std::optional<std::string> next_cursor;
};

/// What was found in a conversation or run. The caller has checked who asks. kInvalid for a cursor of something else.
Task<Result<ExtractionPage>> extractions_of(store::Database& database, SessionId session, ExtractionFilter which);
Task<Result<ExtractionPage>> extractions_of(store::Database& database, RunId run, ExtractionFilter which);

}  // namespace rapt::usage
