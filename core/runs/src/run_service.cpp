// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runs/run_service.hpp"

#include <utility>

#include "rapt/assignments/assignment_service.hpp"
#include "rapt/tools/hook_context.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/storable.hpp"
#include "run_flow.hpp"
#include "run_store.hpp"

namespace rapt::runs {

namespace {

/// Longer than every time limit of a run together, so what is older belongs to a host that has gone.
constexpr std::chrono::minutes kAbandonedAfter{15};

Result<void> check_input(const tools::ToolDefinition& tool, const std::string& input_json) {
  if (tool.type != tools::ToolType::kProduct)
    return Error::invalid("tool_id", "is a chat tool: start it with POST /sessions");
  if (!usage::storable_json(input_json)) {
    return Error::invalid("input",
                          "cannot be stored: it is deeper than 64 levels, holds a NUL character or a number too large");
  }
  if (!tool.input_schema) return {};
  return tool.input_schema->validate(input_json, "input");
}

hooks::Context context_of(const identity::Actor& actor, const NewRun& run, const tools::ToolDefinition& tool) {
  auto context = tools::hook_context(actor, run.tool, tool);
  context.run_id = run.id.str();
  context.input_json = run.input_json;
  return context;
}

Error abandoned() {
  return Error{.kind = ErrorKind::kUnavailable,
               .code = "SERVICE_UNAVAILABLE",
               .message = "The server was restarted before this run had ended. Please start it again."};
}

}  // namespace

std::string_view name(RunState state) {
  switch (state) {
    case RunState::kPending:
      return "pending";
    case RunState::kProcessing:
      return "processing";
    case RunState::kComplete:
      return "complete";
    case RunState::kFailed:
      return "failed";
  }
  return "failed";
}

RunService::RunService(Parts parts) : parts_(parts) {}

Task<Result<Run>> RunService::create(identity::Actor actor, ToolId tool, std::string input_json,
                                     AssignmentId assignment_or_empty) {
  auto pinned =
      co_await assignments::pin_tool(parts_.tools, {parts_.database, parts_.clock}, actor, tool, assignment_or_empty);
  if (!pinned) co_return pinned.error();
  RAPT_CO_TRY(check_input(*pinned->tool, input_json));
  NewRun run{RunId::trusted(new_uuid()), tool, pinned->version, actor.id, assignment_or_empty, std::move(input_json),
             parts_.clock.now(),         {}};
  auto payer = co_await insert_run(parts_.database, run);
  if (!payer) co_return payer.error();
  run.payer = std::move(*payer);
  const auto id = run.id;
  auto context = context_of(actor, run, *pinned->tool);
  RunFlow flow(parts_, std::move(run), pinned->tool, std::move(context));
  RAPT_CO_TRY(co_await flow.run());
  co_return co_await load_readable_run(parts_.database, std::move(actor), id);
}

Task<Result<Run>> RunService::get(identity::Actor actor, RunId id) {
  co_return co_await load_readable_run(parts_.database, std::move(actor), std::move(id));
}

Task<Result<RunPage>> RunService::list(identity::Actor actor, int limit, std::string cursor) {
  co_return co_await list_runs(parts_.database, actor.id, limit, std::move(cursor));
}

Task<Result<std::vector<usage::Extraction>>> RunService::extractions(identity::Actor actor, RunId id) {
  RAPT_CO_TRY(co_await load_readable_run(parts_.database, std::move(actor), id));
  co_return co_await usage::extractions_of(parts_.database, std::move(id));
}

Task<Result<std::size_t>> RunService::fail_abandoned() {
  const auto now = parts_.clock.now();
  co_return co_await fail_unfinished(parts_.database, now - kAbandonedAfter, now, failure_json(abandoned()));
}

}  // namespace rapt::runs
