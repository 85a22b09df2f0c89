// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>

#include "rapt/base/clock.hpp"
#include "rapt/jobs/worker.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt {
namespace gateway {
class Gateway;
}
namespace hooks {
class Dispatcher;
}
namespace quota {
class Admission;
}
namespace store {
class Database;
}
namespace tools {
class ToolService;
}
}  // namespace rapt

namespace rapt::chat {

/// Completes conversations that nobody has written in for a while. Ordered once a quarter of an hour, by whichever host
/// comes first (order_idle_job); payload {}.
inline constexpr const char* kIdleJob = "chat.idle";
/// Asks the model for a summary of a completed conversation, where its tool wants one: extraction `session.summary` of
/// "core" with {"summary"}. Payload {"session_id"}.
inline constexpr const char* kSummaryJob = "chat.summary";
inline constexpr const char* kSummaryType = "session.summary";

/// What completing a conversation needs; the parts must outlive the worker.
struct CompletionParts {
  store::Database& database;
  tools::ToolService& tools;
  hooks::Dispatcher& dispatcher;
  const Clock& clock;
};
struct SummaryParts {
  store::Database& database;
  tools::ToolService& tools;
  gateway::Gateway& gateway;
  quota::Admission& admission;
};

/// As when the owner completes it: session:end hooks and all. Those with an answer on its way are left alone.
jobs::Handler idle_job_handler(CompletionParts parts, std::chrono::hours idle);
jobs::Handler summary_job_handler(SummaryParts parts);
/// Orders the job of this quarter of an hour, if nobody has.
Task<Result<void>> order_idle_job(store::Database& database, TimePoint now);

}  // namespace rapt::chat
