// SPDX-License-Identifier: AGPL-3.0-or-later
#include "worker_command.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "rapt/api/serve.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/text.hpp"
#include "rapt/jobs/queue.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;

constexpr int kMostJobs = 200;

json as_json(const jobs::JobSummary& job) {
  return {{"id", job.id},
          {"kind", job.kind},
          {"key", job.idempotency_key},
          {"state", job.state},
          {"attempts", job.attempts},
          {"created_at", to_rfc3339(job.created_at)},
          {"run_at", to_rfc3339(job.run_at)},
          {"last_error", printable(job.last_error, 1000)}};
}

void tell(Console& console, const std::vector<jobs::JobSummary>& found) {
  if (console.json) {
    json list = json::array();
    for (const auto& job : found) list.push_back(as_json(job));
    console.out << json{{"jobs", list}} << "\n";
    return;
  }
  for (const auto& job : found) {
    console.out << job.id << "  " << job.state << "  " << job.attempts << " attempts  "
                << printable(job.kind + " " + job.idempotency_key, 300) << "\n";
    if (!job.last_error.empty()) console.out << "    " << printable(job.last_error, 1000) << "\n";
  }
  if (found.empty()) console.out << "There are none.\n";
}

}  // namespace

int run_worker(Console& console, const Arguments&) {
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  return api::work(*settings);
}

int run_jobs_list(Console& console, const Arguments& arguments) {
  const auto state = std::string(arguments.value("state"));
  if (arguments.has("state") && state != "waiting" && state != "running" && state != "failed" && state != "done")
    return usage_fault(console, "--state must be waiting, running, failed or done.");
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database({.url = settings->database_url, .connections = 1});
  const auto found = runtime::run_blocking(jobs::list(database, state, kMostJobs));
  if (!found) return report(console, found.error());
  tell(console, *found);
  return kOk;
}

int run_jobs_retry(Console& console, const Arguments& arguments) {
  const auto settings = settings_of(console);
  if (!settings) return report(console, settings.error());
  store::Database database({.url = settings->database_url, .connections = 1});
  const auto retried = runtime::run_blocking(jobs::retry(database, arguments.positional.front()));
  if (!retried) return report(console, retried.error());
  console.out << (console.json ? "{\"retried\":true}" : "It will be done again as soon as a worker is free.") << "\n";
  return kOk;
}

}  // namespace rapt::cli
