// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/extractions.hpp"

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

namespace rapt::runs {

struct RunWork;

enum class RunState : std::uint8_t { kPending, kProcessing, kComplete, kFailed };
std::string_view name(RunState state);  ///< "pending", "processing", "complete", "failed"

struct Usage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::string model;
  bool estimated = false;
};

/// One use of a product tool: an input, and what the model made of it.
struct Run {
  RunId id;
  ToolId tool;
  std::string tool_name;
  std::string tool_type;
  std::string tool_version;
  UserId user;
  AssignmentId assignment;  ///< empty when made without one
  RunState state = RunState::kPending;
  std::string input_json;
  std::optional<std::string> output_json;
  std::optional<std::string> error_json;  ///< {"error","code","details"?}: the body that the caller got
  std::optional<Usage> usage;
  TimePoint created_at{};
  std::optional<TimePoint> completed_at;
};

struct RunPage {
  std::vector<Run> items;
  std::optional<std::string> next_cursor;
};

/// Product tools: input and output are JSON that fits the tool's schemas. Thread-safe.
///
/// Whoever awaits create() must let it run to its end: it is not to be cancelled because the reader has gone.
class RunService {
 public:
  /// The parts must outlive the service.
  struct Parts {
    store::Database& database;
    tools::ToolService& tools;
    hooks::Dispatcher& dispatcher;
    gateway::Gateway& gateway;
    quota::Admission& admission;
    const Clock& clock;
    std::string host = "host";  ///< unique among the hosts that live at once
  };
  explicit RunService(Parts parts);
  ~RunService();
  RunService(const RunService&) = delete;
  RunService& operator=(const RunService&) = delete;

  /// Checks the input (fields as "input.grade"), asks the model, checks its output and stores the run. A failure after
  /// the input was accepted is stored on the run and returned as well: kBlocked, kUnavailable MODULE_UNAVAILABLE,
  /// kUnprocessable OUTPUT_INVALID (the model did not fit the schema twice), and the gateway's failures.
  Task<Result<Run>> create(identity::Actor actor, ToolId tool, std::string input_json,
                           AssignmentId assignment_or_empty);
  /// The same without waiting: answers with the run as pending. A RunKeeper works on it, on this host or another one.
  Task<Result<Run>> start(identity::Actor actor, ToolId tool, std::string input_json, AssignmentId assignment_or_empty);
  /// The owner, teachers of the class concerned and administrators above it; kNotFound for everybody else.
  Task<Result<Run>> get(identity::Actor actor, RunId id);
  /// The caller's own, newest first; `limit` 1 to 100.
  Task<Result<RunPage>> list(identity::Actor actor, int limit, std::string cursor);
  /// Readers as for get().
  Task<Result<usage::ExtractionPage>> extractions(identity::Actor actor, RunId id, usage::ExtractionFilter which = {});

 private:
  friend class RunKeeper;
  struct Accepted;
  Task<Result<Accepted>> accept(identity::Actor actor, ToolId tool, std::string input_json,
                                AssignmentId assignment_or_empty, bool waits);
  std::shared_ptr<RunWork> work_;
};

}  // namespace rapt::runs
