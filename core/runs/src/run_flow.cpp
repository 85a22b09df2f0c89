// SPDX-License-Identifier: AGPL-3.0-or-later
#include "run_flow.hpp"

#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "async_hooks.hpp"
#include "rapt/gateway/tokens.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/runs/structured_output.hpp"
#include "rapt/usage/extractions.hpp"
#include "rapt/usage/storable.hpp"

namespace rapt::runs {

namespace {

using hooks::Point;
using nlohmann::json;

Error spoiled(const std::string& module, const Error& fault) {
  Error error = Error::unavailable(
      module, "The module " + module + " changed the text into something that this tool cannot use. Please try again.",
      fault.message);
  error.code = "MODULE_UNAVAILABLE";
  return error;
}

usage::Outcome outcome_of(const Result<std::string>& output) {
  if (output) return usage::Outcome::kAnswered;
  return output.error().kind == ErrorKind::kBlocked ? usage::Outcome::kBlocked : usage::Outcome::kFailed;
}

/// The question that asks for JSON: the tool's instructions and the output's schema, then the input.
gateway::ChatRequest structured_request(const tools::ToolDefinition& tool, const std::string& input_json,
                                        const std::vector<std::string>& instructions) {
  std::string system = tool.instructions();
  for (const auto& instruction : instructions) system += (system.empty() ? "" : "\n\n") + instruction;
  system += (system.empty() ? "" : "\n\n") + schema_words(tool.output_schema_json);
  return {.messages = {{"system", std::move(system)}, {"user", input_json}},
          .response_schema_json = tool.output_schema_json};
}

/// The transaction at a run's end.
struct WriteEnd {
  RunEnd end;
  std::vector<usage::Record> usage;
  std::vector<hooks::Extraction> extractions;
  std::string payload_json;
  std::vector<jobs::NewJob> later;

  Result<void> operator()(store::Transaction& tx) const {
    RAPT_TRY(end_run(tx, end));
    for (const auto& record : usage) RAPT_TRY(usage::settle(tx, record));
    RAPT_TRY(jobs::enqueue(tx, later));
    RAPT_TRY(usage::store_extractions(tx, {}, end.id, extractions));
    return jobs::append_event(tx, {end.output_json ? "run.completed" : "run.failed", end.id.str(), payload_json});
  }
};

}  // namespace

std::string run_payload(const RunId& id) {
  return json{{"run_id", id.str()}}.dump();
}

std::string failure_json(const Error& error) {
  json body = {{"error", error.message}, {"code", error.code}};
  if (!error.part.empty()) body["details"] = {{"module", error.part}, {"reason", error.message}};
  for (const auto& field : error.fields)
    body["details"]["fields"].push_back({{"path", field.path}, {"message", field.message}});
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

RunFlow::RunFlow(RunService::Parts parts, LeasedRun leased, tools::DefinitionPtr tool, hooks::Context context)
    : parts_(std::move(parts)),
      run_(std::move(leased.run)),
      payer_(std::move(leased.payer)),
      attempt_(leased.attempt),
      tool_(std::move(tool)),
      context_(std::move(context)) {}

Task<Result<void>> RunFlow::run() {
  auto output = co_await produce();
  // A run that has ended may be looked at, whatever its end; this hook stops nothing.
  auto outcome = co_await parts_.dispatcher.dispatch(Point::kRunComplete, context_, tool_->modules);
  std::move(outcome.extractions.begin(), outcome.extractions.end(), std::back_inserter(extractions_));
  co_return co_await finish(std::move(output));
}

Task<Result<std::string>> RunFlow::produce() {
  RAPT_CO_TRY(co_await dispatch(Point::kProductBeforeAi));
  auto output = co_await ask(instructions_);
  if (!output) co_return output.error();
  context_.output_json = std::move(*output);
  RAPT_CO_TRY(co_await dispatch(Point::kProductAfterAi));
  co_return *context_.output_json;
}

Task<Result<void>> RunFlow::dispatch(Point point) {
  auto outcome = co_await parts_.dispatcher.dispatch(point, context_, tool_->modules);
  std::move(outcome.extractions.begin(), outcome.extractions.end(), std::back_inserter(extractions_));
  if (outcome.kind == hooks::Outcome::Kind::kBlocked) extractions_.push_back(hooks::block_extraction(outcome, point));
  if (outcome.kind != hooks::Outcome::Kind::kContinue) co_return hooks::stopped(outcome);
  instructions_.insert(instructions_.end(), outcome.instructions.begin(), outcome.instructions.end());
  modified_by_.insert(modified_by_.end(), outcome.modified_by.begin(), outcome.modified_by.end());
  skipped_.insert(skipped_.end(), outcome.skipped.begin(), outcome.skipped.end());
  co_return check_replacement(point, outcome);
}

/// What a module made of input or output has to fit the tool's schema as well.
Result<void> RunFlow::check_replacement(Point point, const hooks::Outcome& outcome) const {
  if (outcome.modified_by.empty()) return {};
  Result<void> fits;
  if (point == Point::kProductAfterAi) {
    fits = check_output(tool_->output_schema, *context_.output_json);
  } else if (!usage::storable_json(*context_.input_json)) {
    fits = Error::invalid("input", "is no JSON");
  } else if (tool_->input_schema) {
    fits = tool_->input_schema->validate(*context_.input_json, "input");
  }
  if (!fits) return spoiled(outcome.modified_by.back(), fits.error());
  return {};
}

Task<Result<std::string>> RunFlow::ask(std::vector<std::string> instructions) {
  auto request = structured_request(*tool_, *context_.input_json, instructions);
  auto first = co_await ask_once(request);
  if (!first) co_return first.error();
  auto output = parse_output(tool_->output_schema, first->content);
  if (output) co_return output;
  ask_for_repair(request, first->content, output.error());
  auto second = co_await ask_once(std::move(request));
  if (!second) co_return second.error();
  co_return parse_output(tool_->output_schema, second->content);
}

Task<Result<gateway::Completion>> RunFlow::ask_once(gateway::ChatRequest request) {
  auto grant = co_await admit(request);
  if (!grant) co_return grant.error();
  request.call_id = grant->call.id;
  request.model = grant->model;
  request.fallback_models = grant->fallback_models;
  request.max_output_tokens = grant->max_output_tokens;
  if (auto noted = co_await note_call(parts_.database, run_.id, attempt_, request.call_id); !noted) {
    RAPT_CO_TRY(co_await usage::release(parts_.database, std::move(grant->call)));
    co_return noted.error();
  }
  auto exchange = co_await parts_.gateway.complete(std::move(request), nullptr);
  if (exchange.spent) {
    paid_.push_back({std::move(grant->call), std::move(*exchange.spent)});
  } else {
    co_await usage::release(parts_.database, std::move(grant->call));
  }
  co_return std::move(exchange.completion);
}

Task<Result<quota::Grant>> RunFlow::admit(const gateway::ChatRequest& request) {
  // Known from the statement that brought the run; the question after an answer that has to be repaired comes later.
  quota::Ask ask{.user = run_.user,
                 .group = payer_.group,
                 .class_id = payer_.class_id,
                 .model = tool_->model,
                 .policy_version = std::exchange(payer_.policy_version, std::nullopt)};
  ask.input_tokens = gateway::most_tokens(request);
  return parts_.admission.admit(std::move(ask));
}

Task<Result<void>> RunFlow::finish(Result<std::string> output) {
  WriteEnd write{end_of(output), usage_records(output), std::move(extractions_), run_payload(run_.id),
                 hook_jobs(parts_.dispatcher, run_.id, tool_->modules)};
  const auto stored = co_await parts_.database.transaction(std::move(write));
  if (!stored) {
    for (auto& record : usage_records(output)) co_await usage::settle_alone(parts_.database, std::move(record));
    co_return stored.error();
  }
  if (!output) co_return output.error();
  co_return Result<void>{};
}

std::vector<usage::Record> RunFlow::usage_records(const Result<std::string>& output) const {
  std::vector<usage::Record> records;
  for (const auto& [call, spent] : paid_) {
    usage::Record record;
    record.call = call;
    record.user = run_.user;
    record.group = payer_.group;
    record.class_id = payer_.class_id;
    record.tool = run_.tool;
    record.run = run_.id;
    record.assignment = run_.assignment;
    record.request_type = "product";
    record.outcome = outcome_of(output);
    record.model = spent.model;
    record.input_tokens = spent.input_tokens;
    record.output_tokens = spent.output_tokens;
    record.estimated = spent.estimated;
    record.latency = spent.latency;
    records.push_back(std::move(record));
  }
  return records;
}

RunEnd RunFlow::end_of(const Result<std::string>& output) const {
  json meta = json::object();
  if (!modified_by_.empty()) meta["modified_by"] = modified_by_;
  if (!skipped_.empty()) meta["skipped_modules"] = skipped_;
  RunEnd end{run_.id, {}, {}, meta.dump(), parts_.clock.now(), attempt_};
  if (output) {
    end.output_json = *output;
  } else {
    end.error_json = failure_json(output.error());
  }
  return end;
}

}  // namespace rapt::runs
