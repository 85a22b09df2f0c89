// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

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
};

/// Who pays for it; each may be empty.
struct Payer {
  GroupId group;
  ClassId class_id;                            ///< of the assignment
  std::optional<std::int64_t> policy_version;  ///< of models, limits and budgets, as it was read with the run
};

/// A run that one host works on: `attempt` is the proof that it is still this host's.
struct LeasedRun {
  NewRun run;
  Payer payer;
  int attempt = 1;
  std::string lost_call;  ///< of the attempt before, whose end nobody knows; empty: none
};

/// For whom, and until when the other hosts leave it alone.
struct Lease {
  std::string host;
  TimePoint until{};
};

/// How a run ended: with an output or with an error.
struct RunEnd {
  RunId id;
  std::optional<std::string> output_json;
  std::optional<std::string> error_json;
  std::string meta_json = "{}";
  TimePoint completed_at{};
  int attempt = 1;
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

/// Stores it as pending: leased for its first attempt, or, without a lease, up to any host.
Task<Result<Payer>> insert_run(store::Database& database, NewRun run, std::optional<Lease> lease);
/// It is processing from now on, and this call may be paid for. kConflict when it is another's by now.
Task<Result<void>> note_call(store::Database& database, RunId id, int attempt, std::string call_id);
/// kConflict when it has ended already or is another's by now.
Result<void> end_run(store::Transaction& tx, const RunEnd& end);

/// What an earlier process of this host left is up to any host at once.
Task<Result<void>> drop_leases(store::Database& database, std::string host);
Task<Result<void>> prolong_leases(store::Database& database, std::vector<std::string> ids, Lease lease);
/// Takes at most `limit` runs that nobody works on, the oldest first.
Task<Result<std::vector<LeasedRun>>> take_runs(store::Database& database, TimePoint now, Lease lease, int limit);
/// Any run that has ended, for jobs, which nobody asks. kNotFound.
Task<Result<EndedRun>> load_ended_run(store::Database& database, RunId id);
/// kNotFound unless the actor may read it.
Task<Result<Run>> load_readable_run(store::Database& database, identity::Actor actor, RunId id);
Task<Result<RunPage>> list_runs(store::Database& database, UserId owner, int limit, std::string cursor);

}  // namespace rapt::runs
