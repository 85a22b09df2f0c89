// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
}

/// Work of modules: jobs that they ordered, or the clock did, and events that they are told of. Rows among the host's
/// jobs; no Redis is needed for them. A Worker with Options::for_modules does them.
namespace rapt::jobs {

inline constexpr const char* kModuleJob = "module.job";
inline constexpr const char* kModuleEvent = "module.event";

/// Whom work is about; each "" where there is nobody. It goes when one of them is deleted.
struct About {
  std::string tool_id{}, group_id{}, user_id{}, session_id{}, run_id{};
};

/// What a job is beside Job's own fields, when a module does it.
struct ModuleWork {
  std::string module{};
  std::string name{};  ///< the module's job, or the event's type
  std::string key{};   ///< the module's own, or the event's id
  About about{};
  TimePoint due_at{}, created_at{};
  int depth = 0;  ///< so many publications of modules led to it
};

struct NewModuleJob {
  ModuleWork work{};  ///< without times
  std::string payload_json = "{}";
  std::chrono::seconds delay{0};
  int max_attempts = 8;
};
enum class Ordered : std::int8_t {
  kOrdered,
  kKnown,  ///< its key is kept: nothing is ordered
  kFull    ///< 10,000 jobs of the module wait
};
/// One statement. kInvalid (part: the constraint) when somebody whom it is about has been deleted meanwhile.
Task<Result<Ordered>> order(store::Database& database, NewModuleJob job);
/// Takes back a job that has not begun. False when there is none.
Task<Result<bool>> take_back(store::Database& database, std::string module, std::string name, std::string key);
/// A job of a module that has not ended, as the module itself sees it: without what it wrote into it.
struct OpenJob {
  std::string name{}, key{};
  std::string reason{};  ///< why the last attempt failed; "" before
  bool running = false, by_clock = false;
  std::int64_t attempts = 0, max_attempts = 0;  ///< attempts: so many have begun
  TimePoint created_at{}, due_at{}, next_at{};  ///< due_at: of the first attempt
  std::int64_t seq = 0;                         ///< grows with each order
};
/// Those of one name ("": of all) behind `after` (a seq; 0: from the first), in the order in which they were ordered.
Task<Result<std::vector<OpenJob>>> open_jobs(store::Database& database, std::string module, std::string name,
                                             std::int64_t after, int limit);
/// Tells all modules that subscribed to `type`; one statement. How many.
Task<Result<std::int64_t>> publish(store::Database& database, std::string type, std::string payload_json, About about,
                                   int depth);
/// Whether a module of that name is installed: its work waits until it runs.
Task<Result<bool>> is_installed(store::Database& database, std::string module);

/// Orders what the clock says is due, once for all hosts; a job of the clock that still waits is not ordered again, so
/// what passed while nobody ran is made up for once. How many.
Task<Result<std::size_t>> order_due(store::Database& database, TimePoint now);
/// Fails events that no module could be told of for a week. How many.
Task<Result<std::size_t>> give_up_stale(store::Database& database, TimePoint now);

/// As an administrator sees it.
struct ModuleJobSummary {
  std::string id, kind, name, key, state, last_error;
  std::int64_t attempts = 0, max_attempts = 0;
  bool by_clock = false;
  TimePoint created_at{}, run_at{};
  std::optional<TimePoint> ended_at;
};
struct Schedule {
  std::string job, cron;
  TimePoint next_at{};
};
struct ModuleJobs {
  std::int64_t waiting = 0, running = 0, failed = 0, done = 0;  ///< done: within a week
  std::vector<ModuleJobSummary> jobs;                           ///< newest first
  std::vector<Schedule> schedules;
};
/// `state` as in list(): "" for all but the done ones; `limit` 1 to 500.
Task<Result<ModuleJobs>> module_jobs(store::Database& database, std::string module, std::string state, int limit);
/// Gives a failed job of that module as many further attempts as it had. kInvalid for no id, kNotFound, kConflict.
Task<Result<void>> retry_module_job(store::Database& database, std::string module, std::string id);
/// Deletes one that waits or has failed. kInvalid, kNotFound, kConflict while it is being done.
Task<Result<void>> cancel_module_job(store::Database& database, std::string module, std::string id);

}  // namespace rapt::jobs
