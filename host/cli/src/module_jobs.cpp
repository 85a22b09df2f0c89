// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt module jobs`: what a module has to do, and what became of it.
#include "rapt/jobs/module_jobs.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "module_commands.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

constexpr int kMostShown = 100;

json as_json(const jobs::ModuleJobSummary& job) {
  return {{"id", job.id},
          {"kind", job.kind},
          {"name", job.name},
          {"key", job.key},
          {"state", job.state},
          {"attempts", job.attempts},
          {"max_attempts", job.max_attempts},
          {"by_clock", job.by_clock},
          {"created_at", to_rfc3339(job.created_at)},
          {"run_at", to_rfc3339(job.run_at)},
          {"last_error", job.last_error}};
}

void show_json(Console& console, const std::string& module, const jobs::ModuleJobs& found) {
  json schedules = json::array(), list = json::array();
  for (const auto& one : found.schedules)
    schedules.push_back({{"job", one.job}, {"cron", one.cron}, {"next_at", to_rfc3339(one.next_at)}});
  for (const auto& job : found.jobs) list.push_back(as_json(job));
  print_json(console.out, {{"module", module},
                           {"waiting", found.waiting},
                           {"running", found.running},
                           {"failed", found.failed},
                           {"done", found.done},
                           {"schedules", std::move(schedules)},
                           {"jobs", std::move(list)}});
}

void show(Console& console, const std::string& module, const jobs::ModuleJobs& found) {
  console.out << module << ": " << found.waiting << " waiting, " << found.running << " running, " << found.failed
              << " failed, " << found.done << " done within a week.\n";
  if (!found.schedules.empty()) {
    Table times({"JOB", "CRON (UTC)", "NEXT"});
    for (const auto& one : found.schedules) times.add({one.job, one.cron, to_rfc3339(one.next_at)});
    console.out << "\n";
    times.print(console.out);
  }
  if (found.jobs.empty()) return;
  Table list({"ID", "STATE", "WHAT", "ATTEMPTS", "NOT BEFORE", "LAST SENTENCE"});
  for (const auto& job : found.jobs) {
    list.add({job.id, job.state, job.name, std::to_string(job.attempts) + "/" + std::to_string(job.max_attempts),
              to_rfc3339(job.run_at), printable(job.last_error, 200)});
  }
  console.out << "\n";
  list.print(console.out);
}

/// What is to be changed first: "" without the option.
Result<void> change(Instance& instance, const std::string& module, const Arguments& arguments) {
  if (arguments.has("retry")) {
    RAPT_TRY(runtime::run_blocking(
        jobs::retry_module_job(*instance.database, module, std::string(arguments.value("retry")))));
  }
  if (arguments.has("cancel")) {
    RAPT_TRY(runtime::run_blocking(
        jobs::cancel_module_job(*instance.database, module, std::string(arguments.value("cancel")))));
  }
  return {};
}

}  // namespace

int run_module_jobs(Console& console, const Arguments& arguments) {
  const std::string state(arguments.value("state"));
  if (arguments.has("state") && state != "waiting" && state != "running" && state != "failed" && state != "done")
    return usage_fault(console, "--state must be waiting, running, failed or done.");
  auto instance = open_instance(console);
  if (!instance) return report(console, instance.error());
  const auto installed = find_installed(*instance, arguments.positional[0]);
  if (!installed) return report(console, installed.error());
  if (const auto changed = change(*instance, installed->name, arguments); !changed)
    return report(console, changed.error());
  const auto found = runtime::run_blocking(jobs::module_jobs(*instance->database, installed->name, state, kMostShown));
  if (!found) return report(console, found.error());
  if (console.json) {
    show_json(console, installed->name, *found);
  } else {
    show(console, installed->name, *found);
  }
  return kOk;
}

}  // namespace rapt::cli
