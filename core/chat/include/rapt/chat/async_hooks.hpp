// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/jobs/worker.hpp"

namespace rapt {
namespace hooks {
class Dispatcher;
}
namespace store {
class Database;
}
namespace tools {
class ToolService;
}
}  // namespace rapt

namespace rapt::chat {

/// Hooks of conversations that a module's manifest calls asynchronous: jobs of this kind, ordered in the transaction
/// that stores what they are about. Their payload is {"point","session_id","message_seq","module"}.
inline constexpr const char* kHookJob = "chat.hook";

/// The parts must outlive the worker.
struct HookJobParts {
  store::Database& database;
  tools::ToolService& tools;
  hooks::Dispatcher& dispatcher;
};

/// Asks the module with the conversation as it was at that message, and stores its findings together with the end of
/// the job. A conversation that has been deleted meanwhile needs nothing more.
jobs::Handler hook_job_handler(HookJobParts parts);

}  // namespace rapt::chat
