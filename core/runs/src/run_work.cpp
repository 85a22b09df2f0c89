// SPDX-License-Identifier: AGPL-3.0-or-later
#include "run_work.hpp"

#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/quota/admission.hpp"
#include "rapt/tools/hook_context.hpp"
#include "rapt/usage/usage.hpp"
#include "run_flow.hpp"

namespace rapt::runs {

namespace {

/// Three of the keeper's prolongations may fail before another host takes a run.
constexpr std::chrono::seconds kLease{30};
constexpr std::size_t kBytesPerToken = 4;

hooks::Context context_of(const identity::Actor& actor, const NewRun& run, const tools::ToolDefinition& tool) {
  auto context = tools::hook_context(actor, run.tool, tool);
  context.run_id = run.id.str();
  context.input_json = run.input_json;
  return context;
}

Error abandoned() {
  return Error{.kind = ErrorKind::kUnavailable,
               .code = "SERVICE_UNAVAILABLE",
               .message = "The server was restarted several times before this run had ended. Please start it again."};
}

/// What can be said of a call whose answer was lost with its host, when the gateway keeps no books.
gateway::Spent guess(const NewRun& run, const tools::ToolDefinition& tool) {
  gateway::Spent spent{.model = tool.model, .estimated = true};
  const auto bytes = run.input_json.size() + tool.behavior.size() + tool.output_schema_json.size();
  spent.input_tokens = static_cast<std::int64_t>(bytes / kBytesPerToken);
  return spent;
}

usage::Record record_of(const LeasedRun& leased, usage::Call call, const gateway::Spent& spent) {
  usage::Record record;
  record.call = std::move(call);
  record.user = leased.run.user;
  record.group = leased.payer.group;
  record.class_id = leased.payer.class_id;
  record.tool = leased.run.tool;
  record.run = leased.run.id;
  record.assignment = leased.run.assignment;
  record.model = spent.model;
  record.request_type = "product";
  record.outcome = usage::Outcome::kAbandoned;
  record.input_tokens = spent.input_tokens;
  record.output_tokens = spent.output_tokens;
  record.estimated = spent.estimated;
  record.latency = spent.latency;
  return record;
}

}  // namespace

Lease RunWork::lease() const {
  return {parts.host, parts.clock.now() + kLease};
}

Task<Result<void>> RunWork::finish(LeasedRun leased, identity::Actor actor, tools::DefinitionPtr tool) const {
  const ActiveRuns::Mark mark(active, leased.run.id.str());
  auto context = context_of(actor, leased.run, *tool);
  RunFlow flow(parts, std::move(leased), std::move(tool), std::move(context));
  co_return co_await flow.run();
}

Task<Result<void>> RunWork::take_up(LeasedRun leased, int attempts) const {
  const ActiveRuns::Mark mark(active, leased.run.id.str());
  if (leased.attempt > 1) log::warn("run.taken_up", {{"run", leased.run.id.str()}, {"call", leased.lost_call}});
  if (!leased.lost_call.empty()) RAPT_CO_TRY(co_await settle_lost(leased));
  if (leased.attempt > attempts) co_return co_await give_up(std::move(leased), abandoned());
  auto tool = co_await parts.tools.definition(leased.run.version);
  if (!tool) co_return tool.error();
  auto actor = co_await identity::load_actor(parts.database, leased.run.user);
  if (!actor) co_return actor.error();
  co_return co_await finish(std::move(leased), std::move(*actor), std::move(*tool));
}

Task<Result<void>> RunWork::settle_lost(LeasedRun leased) const {
  auto tool = co_await parts.tools.definition(leased.run.version);
  if (!tool) co_return tool.error();
  auto found = co_await parts.gateway.find_spent(leased.lost_call);
  if (!found) co_return found.error();
  quota::Ask ask{.call_id = leased.lost_call, .group = leased.payer.group, .class_id = leased.payer.class_id};
  auto call = co_await parts.admission.recall(std::move(ask));
  if (!call) co_return call.error();
  const auto spent = *found ? std::move(**found) : guess(leased.run, **tool);
  auto record = record_of(leased, std::move(*call), spent);
  co_return co_await usage::settle_alone(parts.database, std::move(record));
}

Task<Result<void>> RunWork::give_up(LeasedRun leased, Error reason) const {
  RunEnd end{leased.run.id, {}, failure_json(reason), "{}", parts.clock.now(), leased.attempt};
  auto writing = [end](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(end_run(tx, end));
    return jobs::append_event(tx, {"run.failed", end.id.str(), run_payload(end.id)});
  };
  co_return co_await parts.database.transaction(std::move(writing));
}

}  // namespace rapt::runs
