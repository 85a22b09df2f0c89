// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "rapt/base/clock.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/store/database.hpp"

namespace rapt::runs {

/// The SQL of runs. What reads checks who asks, in the statement itself.

struct NewRun {
  RunId id;
  ToolId tool;
  ToolVersionId version;
  UserId user;
  AssignmentId assignment;
  std::string input_json;
  TimePoint created_at{};
  GroupId payer;  ///< whose limits and budget count, may be empty; known once it is stored
};

/// How a run ended: with an output or with an error.
struct RunEnd {
  RunId id;
  std::optional<std::string> output_json;
  std::optional<std::string> error_json;
  std::string meta_json = "{}";
  TimePoint completed_at{};
};

/// What is asked about after the end.
struct EndedRun {
  RunId id;
  ToolId tool;
  ToolVersionId version;
  UserId user;
  std::string input_json;
  std::optional<std::string> output_json;
};

/// Stores it as being processed; answers who pays.
Task<Result<GroupId>> insert_run(store::Database& database, NewRun run);
/// kConflict when it has ended already.
Result<void> end_run(store::Transaction& tx, const RunEnd& end);
/// Any run that has ended, for jobs, which nobody asks. kNotFound.
Task<Result<EndedRun>> load_ended_run(store::Database& database, RunId id);
/// kNotFound unless the actor may read it.
Task<Result<Run>> load_readable_run(store::Database& database, identity::Actor actor, RunId id);
Task<Result<RunPage>> list_runs(store::Database& database, UserId owner, int limit, std::string cursor);
Task<Result<std::size_t>> fail_unfinished(store::Database& database, TimePoint created_before, TimePoint now,
                                          std::string error_json);

}  // namespace rapt::runs
