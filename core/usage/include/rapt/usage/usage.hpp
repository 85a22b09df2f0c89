// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/ledger.hpp"

namespace rapt::store {
class Database;
class Transaction;
}  // namespace rapt::store

namespace rapt::usage {

/// What came of a question that was paid for.
enum class Outcome : std::uint8_t { kAnswered, kBlocked, kFailed, kAbandoned };

/// What one question to a model cost, and on whose behalf.
struct Record {
  Call call;  ///< as core/quota admitted it
  UserId user;
  GroupId group;     ///< may be empty
  ClassId class_id;  ///< may be empty
  ToolId tool;
  SessionId session;        ///< empty for runs
  RunId run;                ///< empty for conversations
  AssignmentId assignment;  ///< may be empty
  std::string model;
  std::string request_type;  ///< "chat" or "product"
  Outcome outcome = Outcome::kAnswered;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool estimated = false;  ///< the gateway reported no tokens
  std::chrono::milliseconds latency{0};
};

/// Settles a call inside the caller's transaction, so that it stands or falls with what was paid for: one row of
/// ai_usage, whose cost is the tokens at the price of the model that answered (open when that is not known), and
/// what was reserved becomes what was spent, also when the sweep was quicker. One statement, to be had as a part of a
/// larger one in settle_sql.hpp. A call that has been settled before changes nothing.
Result<void> settle(store::Transaction& transaction, const Record& record);
/// The same in a transaction of its own, for a question that came to nothing else. What the call was about may have
/// been deleted meanwhile. While the database is away, the call's backlog takes the record, and that is success as
/// well.
Task<Result<void>> settle_alone(store::Database& database, Record record);
/// Gives back what was reserved for a call that spent nothing. Calls without a reservation cost no statement. While the
/// database is away, the call's backlog takes that over, and that is success as well.
Task<Result<void>> release(store::Database& database, Call call);
/// Gives back what was reserved for calls that nobody has settled in time, because their hosts died. Should one be
/// settled later, it still counts. Hosts may sweep at once: each takes what no other has. Answers how many.
Task<Result<std::int64_t>> sweep_reservations(store::Database& database, TimePoint now);

}  // namespace rapt::usage
