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

namespace rapt::runs {

/// run:complete where a module's manifest calls it asynchronous: jobs of this kind, ordered in the transaction that
/// ends the run. Their payload is {"run_id","module"}.
inline constexpr const char* kHookJob = "run.hook";

/// The parts must outlive the worker.
struct HookJobParts {
  store::Database& database;
  tools::ToolService& tools;
  hooks::Dispatcher& dispatcher;
};

/// Asks the module about the run as it was stored, and stores its findings together with the end of the job. A run that
/// has been deleted meanwhile needs nothing more.
jobs::Handler hook_job_handler(HookJobParts parts);

}  // namespace rapt::runs
