// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/ids.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/ledger.hpp"

namespace rapt::quota {

/// A question that is about to be put to a model.
struct Ask {
  std::string call_id{};  ///< UUID chosen by the caller (a turn's), or empty: one is made
  UserId user{};
  GroupId group{};      ///< who pays; may be empty: the system's settings alone
  ClassId class_id{};   ///< may be empty
  std::string model{};  ///< the tool's wish; empty: the nearest default of class, group upwards, system, environment
  /// Tokens of what has to be sent, as gateway::most_tokens() counts them.
  std::int64_t input_tokens = 0;
  /// The same of what is sent as far as the model's context has room for it, the oldest first.
  std::vector<std::int64_t> earlier_tokens{};
  /// `version` of ai_policy_version as a statement of the caller has just read it. Without it, a statement more reads
  /// it.
  std::optional<std::int64_t> policy_version{};
};

/// The permission to put it.
struct Grant {
  usage::Call call{};
  std::string model{};                         ///< to ask first
  std::vector<std::string> fallback_models{};  ///< in this order when it is not to be had; all of them active
  std::optional<int> max_output_tokens{};      ///< of one answer; what was reserved bounds it where a budget holds
  std::size_t left_out = 0;                    ///< so many of Ask::earlier_tokens, from the front, must not be sent
  /// A soft limit was passed: sentences for the person who asks ("You have used 9 of 10 messages of this hour.").
  std::vector<std::string> notices{};
};

/// Asked before every call to a model. Thread-safe.
class Admission {
 public:
  virtual ~Admission() = default;
  /// In this order: which model, whether it is active, how much of the question its context holds, how often this
  /// person and these groups have asked, whether the budget holds out, which reserves the most that the call can cost. Every grant is either settled (usage::settle) or
  /// released (usage::release). What one has reserved whose host dies is given back by a sweep; settled later, it
  /// counts all the same (recall). Failures, all of which leave nothing behind: AI_MODEL_NOT_AVAILABLE
  /// and AI_CONTEXT_TOO_LONG (kUnprocessable), AI_LIMIT_REACHED and AI_BUDGET_EXHAUSTED (kRateLimited, with the time when it is worth trying
  /// again; messages are written for students), and what the database says.
  virtual Task<Result<Grant>> admit(Ask ask) = 0;
  /// An earlier call whose host died, so that somebody else can settle or release it: of the ask its call_id, group and
  /// class_id count. Nothing is counted or reserved.
  virtual Task<Result<usage::Call>> recall(Ask ask) = 0;
};

}  // namespace rapt::quota
