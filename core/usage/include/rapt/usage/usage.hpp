// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "rapt/base/ids.hpp"
#include "rapt/base/result.hpp"

namespace rapt::store {
class Transaction;
}

namespace rapt::usage {

/// What one question to a model cost, and on whose behalf.
struct Record {
  UserId user;
  GroupId group;            ///< may be empty
  ToolId tool;
  SessionId session;        ///< empty for runs
  RunId run;                ///< empty for conversations
  AssignmentId assignment;  ///< may be empty
  std::string model;
  std::string request_type;  ///< "chat" or "product"
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  bool estimated = false;  ///< the gateway reported no tokens
  std::chrono::milliseconds latency{0};
};

/// Writes one row of ai_usage inside the caller's transaction, so that it stands or falls with what was paid for.
Result<void> record(store::Transaction& transaction, const Record& record);

}  // namespace rapt::usage
