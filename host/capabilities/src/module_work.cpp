// SPDX-License-Identifier: AGPL-3.0-or-later
// How a module is asked to do a job, or told of an event, and what its answer means.
#include <rapt/events.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/host/call_codes.hpp"
#include "rapt/host/jobs.hpp"
#include "rapt/host/work_answer.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

using jobs::Done;
using jobs::Job;
using nlohmann::json;
using Outcome = Done::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kEventLimit{RAPT_EVENTS_TIMEOUT_MS};

std::int64_t unix_ms(TimePoint time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

/// Nobody could be asked: again after 1 s, 2 s, 4 s … 64 s.
Done later(const Job& job, std::string why) {
  return {Outcome::kLater, std::move(why), seconds(1 << std::min(job.postponed, 6))};
}

bool granted(const ModuleOffer& offer, std::string_view permission) {
  return std::find(offer.grants.begin(), offer.grants.end(), permission) != offer.grants.end();
}

/// The host's payloads have ids of users; whoever may not read the directory gets pseudonyms instead.
void hide_people(json& payload, const ModuleOffer& offer, const WorkParts& parts) {
  if (granted(offer, "directory")) return;
  for (auto& [name, value] : payload.items()) {
    const bool is_user = name == "user_id" || name.ends_with("_user_id");
    if (is_user && value.is_string()) value = parts.pseudonym(offer.module, value.get<std::string>());
  }
}

/// What is the same of both kinds of work.
json input_of(const Job& job, const std::string& settings, const WorkParts& parts) {
  json input{{"attempt", job.attempt - job.postponed}, {"now_ms", unix_ms(parts.clock.now())}};
  input["payload"] = json::parse(job.payload_json);
  input["settings"] = json::parse(settings);
  return input;
}

std::string job_input(const Job& job, const std::string& settings, const WorkParts& parts) {
  json input = input_of(job, settings, parts);
  input["name"] = job.module->name;
  input["key"] = job.module->key;
  input["of"] = job.max_attempts - job.postponed;
  input["due_ms"] = unix_ms(job.module->due_at);
  return input.dump();
}

std::string event_input(const Job& job, const std::string& settings, const WorkParts& parts, const ModuleOffer& offer) {
  json input = input_of(job, settings, parts);
  const std::string& type = job.module->name;
  if (bundle::is_host_word(type.substr(0, type.find('.')))) hide_people(input["payload"], offer, parts);
  input["type"] = type;
  input["id"] = job.module->key;
  input["at_ms"] = unix_ms(job.module->created_at);
  return input.dump();
}

Done done_of(const Result<WorkAnswer>& answer) {
  // The supervisor has refused it before, where there is one.
  if (!answer) return {Outcome::kAgain, "Its answer was refused: " + answer.error().message + "."};
  switch (answer->kind) {
    case WorkAnswer::Kind::kAgain:
      return {Outcome::kAgain, answer->reason.empty() ? "It asked for another attempt." : answer->reason, answer->wait};
    case WorkAnswer::Kind::kGaveUp:
      return {Outcome::kFailed, "It gave up: " + answer->reason};
    case WorkAnswer::Kind::kDone:
      break;
  }
  return {};
}

ModuleCall call_of(const Job& job) {
  const auto& about = job.module->about;
  ModuleCall call;
  call.module = job.module->module;
  call.point = job.kind == jobs::kModuleJob ? hooks::Point::kJob : hooks::Point::kEvent;
  call.about.tool.id = about.tool_id;
  call.about.group.id = about.group_id;
  call.about.user.id = about.user_id;
  call.about.session.id = about.session_id;
  call.about.run_id = about.run_id;
  call.work = job.id;
  return call;
}

/// The limit of the work that is to be done; an outcome when this version does not do it.
struct Plan {
  milliseconds limit{0};
  std::optional<Done> instead{};
};
Plan plan_of(const Job& job, const ModuleOffer& offer) {
  const std::string& name = job.module->name;
  if (job.kind == jobs::kModuleEvent) {
    const auto& types = offer.events.subscribe;
    const bool wanted = std::find(types.begin(), types.end(), name) != types.end() && granted(offer, "events");
    // Ordered for a version that wanted to be told.
    return wanted ? Plan{kEventLimit} : Plan{{}, Done{}};
  }
  if (!granted(offer, "jobs"))
    return {{}, Done{Outcome::kFailed, "The module has not been granted the permission jobs."}};
  for (const auto& declared : offer.jobs)
    if (declared.name == name) return {milliseconds(declared.timeout_ms)};
  return {{}, Done{Outcome::kFailed, "Version " + offer.version + " of the module knows no job \"" + name + "\"."}};
}

Task<Done> ask(const WorkParts& parts, const Job& job, const ModuleOffer& offer, milliseconds limit) {
  const bool is_job = job.kind == jobs::kModuleJob;
  auto settings = co_await parts.settings(offer.module, job.module->about.group_id);
  if (!settings) co_return later(job, "Its settings cannot be read: " + settings.error().message);
  ModuleCall call = call_of(job);
  call.time_limit = limit;
  call.input_json = is_job ? job_input(job, *settings, parts) : event_input(job, *settings, parts, offer);
  const Causation::Mark mark(parts.causation, offer.module, job.module->depth);
  const auto answer = co_await parts.ask(std::move(call));
  if (answer) co_return done_of(read_work_answer(*answer, is_job));
  const std::string why = answer.error().log_detail.empty() ? answer.error().message : answer.error().log_detail;
  if (answer.error().code == kModuleNotRunning) co_return later(job, why);
  co_return Done{Outcome::kAgain, why};
}

Task<Done> do_work(std::shared_ptr<const WorkParts> parts, Job job) {
  const auto offer = parts->offers(job.module->module);
  if (!offer) {
    const auto installed = co_await jobs::is_installed(parts->database, job.module->module);
    if (installed && !*installed) co_return Done{Outcome::kFailed, "The module is not installed any more."};
    co_return later(job, "The module does not run on this host at the moment.");
  }
  auto plan = plan_of(job, *offer);
  if (plan.instead) co_return std::move(*plan.instead);
  co_return co_await ask(*parts, job, *offer, plan.limit);
}

}  // namespace

jobs::Handler module_work_handler(WorkParts parts) {
  return [shared = std::make_shared<const WorkParts>(std::move(parts))](Job job) {
    return do_work(shared, std::move(job));
  };
}

}  // namespace rapt::host
