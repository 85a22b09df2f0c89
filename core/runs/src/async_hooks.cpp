// SPDX-License-Identifier: AGPL-3.0-or-later
#include "async_hooks.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/hooks/async_hook.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/runs/async_hooks.hpp"
#include "rapt/tools/hook_context.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/extractions.hpp"
#include "run_store.hpp"

namespace rapt::runs {

namespace {

using nlohmann::json;
using Kind = jobs::Done::Kind;

/// With the back-off of the queue, a quarter of an hour: longer than a module's restarts take.
constexpr int kMaxAttempts = 12;

struct Asked {
  RunId run;
  std::string module;
};

std::optional<Asked> parse(const std::string& payload) {
  const auto body = json::parse(payload, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  try {
    const auto run = RunId::parse(body.at("run_id").get<std::string>());
    if (!run) return std::nullopt;
    return Asked{*run, body.at("module").get<std::string>()};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

/// Gone is gone: there is nothing to ask about any more. Other failures pass.
jobs::Done after_failure(const Error& error) {
  if (error.kind == ErrorKind::kNotFound) return {};
  return {Kind::kAgain, error.message};
}

hooks::Context context_of(const identity::Actor& actor, const EndedRun& run, const tools::ToolDefinition& tool) {
  auto context = tools::hook_context(actor, run.tool, tool);
  context.run_id = run.id.str();
  context.input_json = run.input_json;
  context.output_json = run.output_json;
  return context;
}

Task<jobs::Done> store_findings(HookJobParts parts, jobs::Job job, RunId run, std::vector<hooks::Extraction> found) {
  auto writing = [job, run, found = std::move(found)](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(jobs::complete(tx, job));
    return usage::store_extractions(tx, {}, run, found);
  };
  const auto stored = co_await parts.database.transaction(std::move(writing));
  co_return stored ? jobs::Done{} : jobs::Done{Kind::kAgain, stored.error().message};
}

Task<jobs::Done> do_hook_job(HookJobParts parts, jobs::Job job) {
  auto asked = parse(job.payload_json);
  if (!asked) co_return jobs::Done{Kind::kFailed, "Its payload is not that of a hook."};
  auto run = co_await load_ended_run(parts.database, asked->run);
  if (!run) co_return after_failure(run.error());
  auto tool = co_await parts.tools.definition(run->version);
  if (!tool) co_return jobs::Done{Kind::kAgain, tool.error().message};
  const auto& attached = (*tool)->modules;
  const auto attachment =
      std::find_if(attached.begin(), attached.end(), [&](const auto& a) { return a.module == asked->module; });
  if (attachment == attached.end()) {
    co_return jobs::Done{Kind::kFailed, "The tool's version has no such module attached."};
  }
  auto actor = co_await identity::load_actor(parts.database, run->user);
  if (!actor) co_return after_failure(actor.error());
  const auto context = context_of(*actor, *run, **tool);
  auto answer =
      co_await hooks::ask_asynchronously(parts.dispatcher.caller(), hooks::Point::kRunComplete, context, *attachment);
  if (answer.kind == hooks::AsyncAnswer::Kind::kAgain) co_return jobs::Done{Kind::kAgain, answer.reason};
  if (answer.kind == hooks::AsyncAnswer::Kind::kFailed) co_return jobs::Done{Kind::kFailed, answer.reason};
  co_return co_await store_findings(parts, std::move(job), asked->run, std::move(answer.extractions));
}

}  // namespace

std::vector<jobs::NewJob> hook_jobs(const hooks::Dispatcher& dispatcher, const RunId& run,
                                    const std::vector<hooks::Attachment>& attachments) {
  std::vector<jobs::NewJob> jobs;
  for (const auto& attachment : dispatcher.asynchronous(hooks::Point::kRunComplete, attachments)) {
    const json payload = {{"run_id", run.str()}, {"module", attachment.module}};
    jobs.push_back({kHookJob, "run:complete:" + run.str() + ":" + attachment.module, payload.dump(), kMaxAttempts});
  }
  return jobs;
}

jobs::Handler hook_job_handler(HookJobParts parts) {
  return [parts](jobs::Job job) { return do_hook_job(parts, std::move(job)); };
}

}  // namespace rapt::runs
