// SPDX-License-Identifier: AGPL-3.0-or-later
// What a module has to do, for the administration. What somebody wrote into it is shown to nobody.
#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "admin_modules.hpp"
#include "module_job_handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/jobs/module_jobs.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kStates{"waiting", "running", "failed", "done"};

json view(const jobs::ModuleJobSummary& job) {
  return {{"id", job.id},
          {"kind", job.kind == jobs::kModuleEvent ? "event" : "job"},
          {"name", printable(job.name, 200)},
          {"key", printable(job.key, 300)},
          {"state", job.state},
          {"attempts", job.attempts},
          {"max_attempts", job.max_attempts},
          {"by_clock", job.by_clock},
          {"error", job.last_error.empty() ? json(nullptr) : json(printable(job.last_error, 1000))},
          {"created_at", to_rfc3339(job.created_at)},
          {"run_at", to_rfc3339(job.run_at)},
          {"ended_at", job.ended_at ? json(to_rfc3339(*job.ended_at)) : json(nullptr)}};
}

json view(const jobs::ModuleJobs& all) {
  json schedules = json::array(), list = json::array();
  for (const auto& one : all.schedules)
    schedules.push_back({{"job", one.job}, {"cron", one.cron}, {"next_at", to_rfc3339(one.next_at)}});
  for (const auto& job : all.jobs) list.push_back(view(job));
  return {{"counts", {{"waiting", all.waiting}, {"running", all.running}, {"failed", all.failed}, {"done", all.done}}},
          {"schedules", std::move(schedules)},
          {"jobs", std::move(list)}};
}

std::string job_id(const Call& call) {
  const auto found = call.request.path_parameters.find("id");
  return found == call.request.path_parameters.end() ? std::string() : found->second;
}

/// What is no id names nothing that is there.
Error missing_if_no_id(Error error) {
  return error.kind == ErrorKind::kInvalid ? Error::not_found("job of this module with that id") : error;
}

void tell(const Call& call, const char* event, const std::string& module) {
  log::info(event, {{"module", module},
                    {"job", printable(job_id(call), 40)},
                    {"by", call.actor.id.str()},
                    {"request_id", call.request.id}});
}

}  // namespace

Task<Result<Answer>> get_module_jobs(Call& call) {
  constexpr int kUsual = 100, kMost = 500;
  const auto limit = query_number(call, "limit", 1, kMost, kUsual);
  if (!limit) co_return limit.error();
  const auto state = query_text(call, "state", 16);
  if (!state) co_return state.error();
  if (!state->empty() && std::find(kStates.begin(), kStates.end(), *state) == kStates.end())
    co_return Error::invalid("state", "must be waiting, running, failed or done");
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  const auto found = co_await jobs::module_jobs(call.services.database, record->name, *state, static_cast<int>(*limit));
  if (!found) co_return found.error();
  co_return data_reply(view(*found));
}

Task<Result<Answer>> post_module_job_retry(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  if (auto fault = body->fault()) co_return std::move(*fault);
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  const auto done = co_await jobs::retry_module_job(call.services.database, record->name, job_id(call));
  if (!done) co_return missing_if_no_id(done.error());
  tell(call, "admin.module_job_retried", record->name);
  co_return no_content();
}

Task<Result<Answer>> delete_module_job(Call& call) {
  const auto record = co_await installed_module(call);
  if (!record) co_return record.error();
  const auto done = co_await jobs::cancel_module_job(call.services.database, record->name, job_id(call));
  if (!done) co_return missing_if_no_id(done.error());
  tell(call, "admin.module_job_cancelled", record->name);
  co_return no_content();
}

}  // namespace rapt::api
