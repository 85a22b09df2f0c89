// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/jobs.hpp"

#include <rapt/events.h>
#include <rapt/jobs.h>

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "asked.hpp"
#include "asked_fields.hpp"
#include "json_asked.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr std::size_t kMostJobName = 63;
constexpr unsigned kMostInputDepth = 32;  // of a payload, and the object around it

jobs::About about_of(const ServiceScope& scope) {
  return {scope.tool_id, scope.group_id, scope.user_id, scope.session_id, scope.run_id};
}

ServiceAnswer not_allowed(const std::string& sentence) {
  auto answer = json_refused(RAPT_E_NOT_ALLOWED, {{"message", sentence}});
  answer.complaint = sentence;
  return answer;
}

ServiceAnswer failed_job(const ServiceRequest& request, const Error& error) {
  if (error.kind == ErrorKind::kInvalid && error.part.ends_with("_fkey"))
    return json_refused(RAPT_E_NOT_ALLOWED, {{"message", "Whom this is about has been deleted meanwhile."}});
  log::warn("module.work_not_stored", {{"module", request.module}, {"detail", error.log_detail}});
  return json_refused(RAPT_E_UNAVAILABLE, {{"message", "The host cannot store this at the moment."}});
}

/// The member as text; kTooLarge for more bytes than `most`.
Result<std::string> payload_of(const json& asked, std::size_t most) {
  const auto found = asked.find("payload");
  if (found == asked.end()) return std::string("{}");
  if (!found->is_object()) return Error::invalid("payload", "It must be an object.");
  auto text = found->dump();
  if (text.size() <= most) return text;
  Error error = Error::invalid("payload", "It has more than " + std::to_string(most) + " bytes.");
  error.kind = ErrorKind::kTooLarge;
  return error;
}

ServiceAnswer wrong(const Error& error) {
  auto answer = json_invalid(error);
  if (error.kind == ErrorKind::kTooLarge) answer.status = RAPT_E_TOO_LARGE;
  return answer;
}

Result<std::string> key_of(const json& asked) {
  const auto found = asked.find("key");
  if (found == asked.end()) return std::string();
  if (!found->is_string() || found->get_ref<const std::string&>().size() > RAPT_JOBS_MAX_KEY_BYTES)
    return Error::invalid("key", "It must be a text of at most 256 bytes.");
  return found->get<std::string>();
}

Result<std::int64_t> delay_of(const json& asked) {
  const auto found = asked.find("delay_s");
  if (found == asked.end()) return std::int64_t{0};
  const bool whole = found->is_number_integer() &&
                     !(found->is_number_unsigned() && found->get<std::uint64_t>() > RAPT_JOBS_MAX_DELAY_S);
  if (!whole || found->get<std::int64_t>() < 0 || found->get<std::int64_t>() > RAPT_JOBS_MAX_DELAY_S)
    return Error::invalid("delay_s",
                          "It must be a whole number from 0 to " + std::to_string(RAPT_JOBS_MAX_DELAY_S) + ".");
  return found->get<std::int64_t>();
}

Result<bundle::ManifestJob> declared_job(const ModuleOfferPtr& offer, const std::string& name) {
  if (offer) {
    for (const auto& job : offer->jobs)
      if (job.name == name) return job;
  }
  return Error::invalid("name", "The manifest has no job \"" + printable(name, 80) + "\".");
}

Result<jobs::NewModuleJob> job_of(const ServiceRequest& request, const ModuleOfferPtr& offer) {
  const auto asked = json_asked(request, {"name", "payload", "key", "delay_s"}, kMostInputDepth + 1);
  if (!asked) return asked.error();
  auto name = text_of(*asked, "name", kMostJobName);
  if (!name) return name.error();
  const auto declared = declared_job(offer, *name);
  if (!declared) return declared.error();
  auto payload = payload_of(*asked, RAPT_JOBS_MAX_PAYLOAD_BYTES);
  if (!payload) return payload.error();
  auto key = key_of(*asked);
  if (!key) return key.error();
  const auto delay = delay_of(*asked);
  if (!delay) return delay.error();
  jobs::NewModuleJob job;
  job.work.module = request.module;
  job.work.name = std::move(*name);
  job.work.key = key->empty() ? new_uuid() : std::move(*key);
  job.work.about = about_of(request.scope);
  job.payload_json = std::move(*payload);
  job.delay = std::chrono::seconds(*delay);
  job.max_attempts = declared->max_attempts;
  return job;
}

struct ListAsked {
  std::string name{};
  std::int64_t after = 0;
  int limit = 0;
};

Result<ListAsked> list_asked(const ServiceRequest& request) {
  constexpr int kUsual = 100;
  constexpr std::size_t kLongestCursor = 19;
  const auto asked = json_asked(request, {"name", "limit", "cursor"}, 2);
  if (!asked) return asked.error();
  AskedFields fields(*asked);
  ListAsked out;
  out.name = fields.text("name", kMostJobName).value_or("");
  out.limit = static_cast<int>(fields.number("limit", kUsual, 1, RAPT_JOBS_MAX_LISTED));
  if (const auto cursor = fields.text("cursor", kLongestCursor)) {
    const auto* end = cursor->data() + cursor->size();
    const auto read = std::from_chars(cursor->data(), end, out.after);
    if (read.ec != std::errc() || read.ptr != end || out.after < 0)
      fields.fault("cursor", "It must be the \"next_cursor\" of the page before.");
  }
  RAPT_TRY(fields.end());
  return out;
}

std::int64_t to_ms(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

json told(const jobs::OpenJob& job) {
  return {{"name", job.name},
          {"key", job.key},
          {"state", job.running ? "running" : "waiting"},
          {"attempts", job.attempts},
          {"of", job.max_attempts},
          {"ordered_ms", to_ms(job.created_at)},
          {"due_ms", to_ms(job.due_at)},
          {"next_ms", to_ms(job.next_at)},
          {"by_clock", job.by_clock},
          {"reason", job.reason}};
}

}  // namespace

WorkOrders work_orders(store::Database& database) {
  return {[&database](jobs::NewModuleJob job) { return jobs::order(database, std::move(job)); },
          [&database](std::string module, std::string name, std::string key) {
            return jobs::take_back(database, std::move(module), std::move(name), std::move(key));
          },
          [&database](std::string module, std::string name, std::int64_t after, int limit) {
            return jobs::open_jobs(database, std::move(module), std::move(name), after, limit);
          },
          [&database](std::string type, std::string payload_json, jobs::About about, int depth) {
            return jobs::publish(database, std::move(type), std::move(payload_json), std::move(about), depth);
          }};
}

Causation::Mark::Mark(Causation& of, std::string module, int depth) : of_(of), module_(std::move(module)) {
  const std::lock_guard lock(of_.mutex_);
  of_.depths_[module_] = depth;
}

Causation::Mark::~Mark() {
  const std::lock_guard lock(of_.mutex_);
  of_.depths_.erase(module_);
}

int Causation::depth(const ServiceRequest& request) const {
  if (request.scope.point != hooks::Point::kJob && request.scope.point != hooks::Point::kEvent) return 0;
  const std::lock_guard lock(mutex_);
  const auto found = depths_.find(request.module);
  // Its time was over while it asked: nobody waits for the call any more.
  return found == depths_.end() ? kMost : found->second;
}

Task<ServiceAnswer> JobsCapability::enqueue(const ServiceRequest& request) {
  auto job = job_of(request, offers_(request.module));
  if (!job) co_return wrong(job.error());
  job->work.depth = causation_.depth(request);
  const auto ordered = co_await orders_.order(std::move(*job));
  if (!ordered) co_return failed_job(request, ordered.error());
  if (*ordered == jobs::Ordered::kFull) {
    const auto most = std::to_string(RAPT_JOBS_MAX_WAITING);
    auto full = json_refused(RAPT_E_TOO_LARGE, {{"message", most + " jobs of this module wait; it may have no more."}});
    full.complaint = "It has " + most + " jobs waiting, and may order no more until some are done (jobs).";
    co_return full;
  }
  const json answer{{"ordered", *ordered == jobs::Ordered::kOrdered}};
  co_return json_answered(answer);
}

Task<ServiceAnswer> JobsCapability::cancel(const ServiceRequest& request) {
  const auto asked = json_asked(request, {"name", "key"}, 2);
  if (!asked) co_return json_invalid(asked.error());
  auto name = text_of(*asked, "name", kMostJobName);
  if (!name) co_return json_invalid(name.error());
  auto key = text_of(*asked, "key", RAPT_JOBS_MAX_KEY_BYTES);
  if (!key) co_return json_invalid(key.error());
  const auto taken = co_await orders_.take_back(request.module, std::move(*name), std::move(*key));
  if (!taken) co_return failed_job(request, taken.error());
  const json answer{{"cancelled", *taken}};
  co_return json_answered(answer);
}

Task<ServiceAnswer> JobsCapability::list(const ServiceRequest& request) {
  auto asked = list_asked(request);
  if (!asked) co_return json_invalid(asked.error());
  const auto limit = static_cast<std::size_t>(asked->limit);
  const auto found = co_await orders_.open(request.module, std::move(asked->name), asked->after, asked->limit + 1);
  if (!found) co_return failed_job(request, found.error());
  const auto shown = std::min(found->size(), limit);
  json items = json::array();
  for (std::size_t i = 0; i < shown; ++i) items.push_back(told((*found)[i]));
  json answer{{"items", std::move(items)}, {"next_cursor", nullptr}};
  if (found->size() > shown) answer["next_cursor"] = std::to_string((*found)[shown - 1].seq);
  co_return json_answered(answer);
}

Task<ServiceAnswer> JobsCapability::call(ServiceRequest request) {
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  switch (static_cast<sandbox::JobsMethod>(request.method)) {
    case sandbox::JobsMethod::kEnqueue:
      co_return co_await enqueue(request);
    case sandbox::JobsMethod::kCancel:
      co_return co_await cancel(request);
    case sandbox::JobsMethod::kList:
      co_return co_await list(request);
  }
  co_return refused(RAPT_E_INVALID);
}

Task<ServiceAnswer> EventsCapability::call(ServiceRequest request) {
  if (request.method != static_cast<std::uint32_t>(sandbox::EventsMethod::kPublish)) co_return refused(RAPT_E_INVALID);
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  const auto asked = json_asked(request, {"type", "payload"}, kMostInputDepth + 1);
  if (!asked) co_return json_invalid(asked.error());
  const auto word = text_of(*asked, "type", kMostJobName);
  if (!word) co_return json_invalid(word.error());
  const auto offer = offers_(request.module);
  const bool declared = offer && std::find(offer->events.publish.begin(), offer->events.publish.end(), *word) !=
                                     offer->events.publish.end();
  if (!declared) {
    const auto unknown =
        Error::invalid("type", "The manifest's \"publish\" does not name \"" + printable(*word, 80) + "\".");
    co_return json_invalid(unknown);
  }
  auto payload = payload_of(*asked, RAPT_EVENTS_MAX_PAYLOAD_BYTES);
  if (!payload) co_return wrong(payload.error());
  if (bundle::is_host_word(request.module))
    co_return not_allowed("A module named " + request.module + " cannot publish: the host's own events begin so.");
  const int depth = causation_.depth(request) + 1;
  if (depth > Causation::kMost)
    co_return not_allowed(
        "It published in answer to the eighth event in a row: modules answer each other in a circle.");
  const auto told =
      co_await orders_.publish(request.module + "." + *word, std::move(*payload), about_of(request.scope), depth);
  if (!told) co_return failed_job(request, told.error());
  co_return json_answered(json::object());
}

}  // namespace rapt::host
