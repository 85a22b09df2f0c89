// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runs/run_service.hpp"

#include <utility>

#include "rapt/assignments/assignment_service.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/storable.hpp"
#include "run_work.hpp"

namespace rapt::runs {

namespace {

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

struct RunService::Accepted {
  LeasedRun leased;
  tools::DefinitionPtr tool;
};

RunService::RunService(Parts parts) : work_(std::make_shared<RunWork>(RunWork{.parts = std::move(parts)})) {}
RunService::~RunService() = default;

Task<Result<RunService::Accepted>> RunService::accept(identity::Actor actor, ToolId tool, std::string input_json,
                                                      AssignmentId assignment_or_empty, bool waits) {
  const auto& parts = work_->parts;
  auto pinned =
      co_await assignments::pin_tool(parts.tools, {parts.database, parts.clock}, actor, tool, assignment_or_empty);
  if (!pinned) co_return pinned.error();
  RAPT_CO_TRY(check_input(*pinned->tool, input_json));
  NewRun run{RunId::trusted(new_uuid()), tool, pinned->version, actor.id, assignment_or_empty, std::move(input_json),
             parts.clock.now()};
  std::optional<Lease> lease;
  if (waits) lease = work_->lease();
  auto payer = co_await insert_run(parts.database, run, std::move(lease));
  if (!payer) co_return payer.error();
  LeasedRun leased{std::move(run), std::move(*payer), 1, {}};
  co_return Accepted{std::move(leased), pinned->tool};
}

Task<Result<Run>> RunService::create(identity::Actor actor, ToolId tool, std::string input_json,
                                     AssignmentId assignment_or_empty) {
  auto accepted = co_await accept(actor, tool, std::move(input_json), assignment_or_empty, true);
  if (!accepted) co_return accepted.error();
  const auto id = accepted->leased.run.id;
  RAPT_CO_TRY(co_await work_->finish(std::move(accepted->leased), actor, accepted->tool));
  co_return co_await load_readable_run(work_->parts.database, std::move(actor), id);
}

Task<Result<Run>> RunService::start(identity::Actor actor, ToolId tool, std::string input_json,
                                    AssignmentId assignment_or_empty) {
  auto accepted = co_await accept(actor, tool, std::move(input_json), assignment_or_empty, false);
  if (!accepted) co_return accepted.error();
  co_return co_await load_readable_run(work_->parts.database, std::move(actor), accepted->leased.run.id);
}

Task<Result<Run>> RunService::get(identity::Actor actor, RunId id) {
  co_return co_await load_readable_run(work_->parts.database, std::move(actor), std::move(id));
}

Task<Result<RunPage>> RunService::list(identity::Actor actor, int limit, std::string cursor) {
  co_return co_await list_runs(work_->parts.database, actor.id, limit, std::move(cursor));
}

Task<Result<usage::ExtractionPage>> RunService::extractions(identity::Actor actor, RunId id,
                                                            usage::ExtractionFilter which) {
  RAPT_CO_TRY(co_await load_readable_run(work_->parts.database, std::move(actor), id));
  co_return co_await usage::extractions_of(work_->parts.database, std::move(id), std::move(which));
}

}  // namespace rapt::runs
