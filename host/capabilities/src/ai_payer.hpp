// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "rapt/base/ids.hpp"
#include "rapt/host/services.hpp"
#include "rapt/quota/admission.hpp"
#include "rapt/usage/usage.hpp"

namespace rapt::store {
class Database;
}
namespace rapt::gateway {
struct Spent;
}

namespace rapt::host {

/// Who pays for what a module asks, and what it is about.
struct AiPayer {
  std::string module{};
  UserId user{};
  GroupId group{};  ///< of the conversation or run, else the one that the call is about; empty: the system
  ClassId class_id{};
  ToolId tool{};
  SessionId session{};
  RunId run{};
  AssignmentId assignment{};
  std::string tool_model{};  ///< the tool's wish; empty: it has none, or there is no tool
  std::int64_t policy_version = 0;

  /// A person's limits hold for each module anew, beside what the person asks: a module uses up nobody's questions, and
  /// asks about nobody more often than they may ask themselves. So it is counted under an id made of both.
  [[nodiscard]] UserId counted_as() const;
  /// To be admitted: `model` as the module named it, or "".
  [[nodiscard]] quota::Ask ask(const std::string& model) const;
  [[nodiscard]] usage::Record record(usage::Call call, const gateway::Spent& spent, const char* request_type,
                                     usage::Outcome outcome) const;
};

/// One statement. What has gone is left out.
Task<Result<AiPayer>> find_payer(store::Database& database, std::string module, ServiceScope about);

}  // namespace rapt::host
