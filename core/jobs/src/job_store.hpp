// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/jobs/queue.hpp"
#include "rapt/store/database.hpp"

namespace rapt::jobs {

/// The SQL of jobs that are being done. All times are the database's.

/// Outbox rows of this topic wake a worker; `key` is the job's id.
inline constexpr std::string_view kJobTopic = "job";

/// Who takes jobs, which kinds, and for how long.
struct Claimer {
  std::string worker;  ///< this worker's and nobody else's, also after a restart
  std::vector<std::string> kinds;
  std::chrono::milliseconds lease{};
};

/// The job, when it is due and nobody's.
Task<Result<std::optional<Job>>> claim(store::Database& database, Claimer claimer, std::string id);
/// Up to `limit` that are due and nobody's, the longest due first.
Task<Result<std::vector<Job>>> claim_due(store::Database& database, Claimer claimer, unsigned limit);
/// The one that is longest due, of a module that is in use and not among `busy`, and whose lane is free.
Task<Result<std::optional<Job>>> claim_module_job(store::Database& database, Claimer claimer,
                                                  std::vector<std::string> busy);
/// Prolongs the lease of all jobs that this worker has.
Task<Result<void>> renew(store::Database& database, Claimer claimer);
/// Ends an attempt: "done", "failed", or "waiting" for another one after `delay` ("failed" when there is none left, and
/// this one `counts`). What a module had written for the job is cleared when it is done. The state that the job has
/// now; nullopt when it is no longer this attempt's.
Result<std::optional<std::string>> end_attempt(store::Transaction& transaction, const Job& job, std::string_view state,
                                               std::chrono::milliseconds delay, const std::string& error,
                                               bool counts = true);
/// Fails jobs whose worker ended in the last attempt that they had. How many.
Task<Result<std::size_t>> fail_exhausted(store::Database& database);
/// Forgets done jobs and delivered outbox rows after a week, failed jobs after ninety days; some at a time.
Task<Result<void>> prune(store::Database& database);

}  // namespace rapt::jobs
