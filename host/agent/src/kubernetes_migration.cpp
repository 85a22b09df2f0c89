// SPDX-License-Identifier: AGPL-3.0-or-later
#include "kubernetes_migration.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "kubernetes_deployment.hpp"
#include "kubernetes_follow.hpp"
#include "patience.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::kubernetes {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxName = 63;
constexpr int kKeptSeconds = 24 * 3600;  // so that its log can still be read the next morning
constexpr std::size_t kMaxTail = 400;

enum class State { kRuns, kDone, kFailed };

State state_of(const json& job, std::string& why) {
  for (const json& one : at(job, {"status", "conditions"})) {
    if (text(one, "status") != "True") continue;
    if (text(one, "type") == "Complete") return State::kDone;
    if (text(one, "type") != "Failed") continue;
    why = text(one, "reason") + ": " + printable(text(one, "message"), kMaxTail);
    return State::kFailed;
  }
  return State::kRuns;
}

std::string pods_of(const std::string& job) {
  return "labelSelector=" + query_value("job-name=" + job);
}

}  // namespace

std::string migration_name(const std::string& deployment, const std::string& version) {
  std::string out = deployment + "-migrate-" + version;
  for (char& c : out)
    c = std::isalnum(static_cast<unsigned char>(c)) != 0
            ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
            : '-';
  out.resize(std::min(out.size(), kMaxName));
  out.erase(out.find_last_not_of('-') + 1);
  return out;
}

std::string migration_job(const json& deployment, const std::string& container, const std::string& image,
                          const std::string& version, std::chrono::seconds deadline) {
  json pod = at(deployment, {"spec", "template", "spec"});
  json kept = json::array();
  for (json one : pod.value("containers", json::array())) {
    if (text(one, "name") != container) continue;
    for (const char* field : {"command", "ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"})
      one.erase(field);
    one["image"] = image;
    one["args"] = {"migrate"};
    kept.push_back(std::move(one));
  }
  pod["containers"] = std::move(kept);
  pod["restartPolicy"] = "Never";
  const json labels = {{"app.kubernetes.io/component", "migration"}};
  const json notes = {{kVersion, version}, {kImage, image}};
  const std::string name = migration_name(text(at(deployment, {"metadata"}), "name"), version);
  const json spec = {{"backoffLimit", 0},
                     {"ttlSecondsAfterFinished", kKeptSeconds},
                     {"activeDeadlineSeconds", deadline.count()},
                     {"template", {{"metadata", {{"labels", labels}, {"annotations", notes}}}, {"spec", pod}}}};
  const json out = {{"apiVersion", "batch/v1"},
                    {"kind", "Job"},
                    {"metadata", {{"name", name}, {"labels", labels}, {"annotations", notes}}},
                    {"spec", spec}};
  return out.dump();
}

Task<Result<void>> Migration::make(std::string object) {
  Patience patience(api_.options().patience);
  for (;;) {
    const auto made = co_await api_.create(kJobs, object);
    if (made) co_return Result<void>{};
    const auto error = made.error();
    if (error.code != "AlreadyExists" || patience.is_over()) co_return error;
    const auto there = co_await api_.read(kJobs, job_);
    if (!there && there.error().kind == ErrorKind::kNotFound) continue;
    if (!there) co_return there.error();
    std::string why;
    const bool same =
        at(*there, {"metadata", "annotations"}) == at(json::parse(object, nullptr, false), {"metadata", "annotations"});
    if (same && state_of(*there, why) == State::kRuns && at(*there, {"metadata", "deletionTimestamp"}).is_null())
      co_return Result<void>{};
    RAPT_CO_TRY(co_await api_.remove(kJobs, job_));
    co_await runtime::sleep_for(api_.options().retry_after);
  }
}

Task<Result<void>> Migration::run(std::string object, std::string container, std::string image, Progress& progress) {
  RAPT_CO_TRY(co_await make(std::move(object)));
  co_return co_await follow(std::move(container), std::move(image), progress);
}

Task<Result<void>> Migration::follow(std::string container, std::string image, Progress& progress) {
  Follow job(api_, kJobs, job_);
  Patience fault(api_.options().fault_patience), all(api_.options().patience);
  std::string what = "the Job " + job_ + " runs";
  co_await progress.at(Phase::kMigrating, std::move(what));
  for (;;) {
    const auto now = co_await job.next();
    if (!now) co_return now.error();
    std::string why;
    const State state = state_of(*now, why);
    if (state == State::kDone) co_return Result<void>{};
    if (state == State::kFailed) co_return co_await failed(why, container);
    const auto wrong = co_await trouble(container, image);
    if (!wrong) co_return wrong.error();
    if (wrong->empty()) fault.restart();
    const bool too_long = all.is_over();
    if (!too_long && (wrong->empty() || !fault.is_over())) continue;
    RAPT_CO_TRY(co_await api_.remove(kJobs, job_));
    const std::string said = wrong->empty() ? std::string("It did not end in time.") : *wrong;
    co_return Error::unavailable("kubernetes", "The database could not be migrated by the Job " + job_ + ": " + said);
  }
}

Task<Result<std::string>> Migration::trouble(std::string container, std::string image) {
  const auto pods = co_await api_.list(kPods, pods_of(job_));
  if (!pods) co_return pods.error();
  const PodNews news = judge_pods(*pods, container, image);
  if (news.count > 0) co_return news.trouble;
  std::string query = "fieldSelector=" + query_value("involvedObject.kind=Job,involvedObject.name=" + job_);
  const auto events = co_await api_.list(kEvents, std::move(query));
  if (!events) co_return events.error();
  for (const json& event : at(*events, {"items"})) {
    if (text(event, "type") == "Warning")
      co_return "Its pod cannot be made: " + printable(text(event, "message"), kMaxTail) + ".";
  }
  co_return std::string();
}

Task<Result<void>> Migration::failed(std::string why, std::string container) {
  std::string said = "The database could not be migrated: the Job " + job_ + " failed (" + why + ")";
  const auto pods = co_await api_.list(kPods, pods_of(job_));
  if (pods && !at(*pods, {"items"}).empty()) {
    const std::string pod = text(at(at(*pods, {"items"}).front(), {"metadata"}), "name");
    const std::string words = co_await api_.last_words(pod, container);
    if (!words.empty()) said += ". Its last words: " + words;
  }
  co_return Error::unavailable("kubernetes", said);
}

Task<Result<void>> Migration::settle(Progress& progress) {
  const auto there = co_await api_.read(kJobs, job_);
  if (!there && there.error().kind == ErrorKind::kNotFound) co_return Result<void>{};
  if (!there) co_return there.error();
  const json& containers = at(*there, {"spec", "template", "spec", "containers"});
  const json container = containers.is_array() && !containers.empty() ? containers.front() : json();
  const auto ended = co_await follow(text(container, "name"), text(container, "image"), progress);
  if (ended) co_return Result<void>{};
  const auto error = ended.error();
  if (error.kind == ErrorKind::kForbidden) co_return error;
  co_return Result<void>{};  // that it failed is told by nothing having changed
}

}  // namespace rapt::agent::kubernetes
