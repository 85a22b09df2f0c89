// SPDX-License-Identifier: AGPL-3.0-or-later
// One question at a time: this process has one thread, and it waits for the answer.
#include "services.hpp"

#include <rapt/ai.h>
#include <rapt/directory.h>
#include <rapt/events.h>
#include <rapt/grades.h>
#include <rapt/http.h>
#include <rapt/jobs.h>
#include <rapt/kv.h>
#include <rapt/metrics.h>
#include <rapt/secrets.h>
#include <rapt/sessions.h>
#include <rapt/sql.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "lookout.hpp"
#include "rapt/sandbox/check.hpp"
#include "rapt/sandbox/drafts.hpp"
#include "rapt/sandbox/offer.hpp"

namespace rapt::runner {
namespace {

namespace wire = sandbox::wire;

static_assert(sandbox::kMaxServiceBytes == RAPT_MAX_REQUEST_BYTES &&
              sandbox::kMaxServiceBytes == RAPT_MAX_RESPONSE_BYTES && wire::kMaxJsonDepth == RAPT_MAX_JSON_DEPTH);

SharedAreas areas;
std::uint32_t granted_services = 0;
std::uint64_t request_under_way = 0;
rapt_reply* reply = nullptr;
std::uint64_t asked = 0;
bool told_of_a_refusal = false;  // in this call
Lookout lookout;

unsigned char* ask_area() {
  return reinterpret_cast<unsigned char*>(areas.reply) + wire::kServiceAskOffset;
}

bool write_question(const Question& question) {
  wire::ServiceFrame frame{};
  frame.request = request_under_way;
  frame.service = static_cast<std::uint32_t>(question.service);
  frame.method = question.method;
  std::size_t used = sizeof frame;
  for (const rapt_text text : question.texts) {
    wire::Span& span = frame.texts[frame.text_count++];
    if (text.data == nullptr) continue;
    if (text.size > sizeof frame + sandbox::kMaxServiceBytes - used) return false;
    span = {static_cast<std::uint32_t>(used), static_cast<std::uint32_t>(text.size)};
    if (text.size != 0) std::memcpy(ask_area() + used, text.data, text.size);
    used += text.size;
  }
  for (const std::int64_t number : question.numbers) frame.numbers[frame.number_count++] = number;
  std::memcpy(ask_area(), &frame, sizeof frame);
  return true;
}

/// Says first that it sleeps and looks then, so that no bell is missed.
void wait_for_answer() {
  const auto& place = areas.queue->service_answered;
  if (lookout.sees(place, asked)) return;
  areas.reply->service_sleeps.store(asked, std::memory_order_seq_cst);
  while (place.load(std::memory_order_seq_cst) != asked) {
    std::uint64_t bells = 0;
    if (read(kWakeRunnerFd, &bells, sizeof bells) != sizeof bells && errno != EINTR) _exit(sandbox::spawn::kExitSetup);
  }
  areas.reply->service_sleeps.store(0, std::memory_order_relaxed);
}

const wire::ServiceFrame& frame_of(const HostAnswer& answer) {
  return *reinterpret_cast<const wire::ServiceFrame*>(answer.area);
}

struct Offered {
  const char* id;
  sandbox::Service service;
  const void* table;
};

void say_not_granted(const Offered& offered) {
  static std::uint32_t said = 0;
  if ((said & sandbox::bit_of(offered.service)) != 0) return;
  said |= sandbox::bit_of(offered.service);
  write_line(RAPT_LOG_WARN, std::string("It asked for ") + offered.id +
                                " and did not get it: that needs the permission \"" +
                                std::string(sandbox::permission_of(offered.service)) +
                                "\" in its manifest, and a host that offers it.");
}

/// Each draft is told of once.
void say_released(const char* id) {
  static std::uint32_t said = 0;
  static_assert(sandbox::kReleasedDrafts.size() <= 32);
  for (std::size_t i = 0; i < sandbox::kReleasedDrafts.size(); ++i) {
    const auto& one = sandbox::kReleasedDrafts[i];
    if (one.draft != id || (said & 1u << i) != 0) continue;
    said |= 1u << i;
    write_line(RAPT_LOG_WARN, std::string("It asked for ") + id + ", " + sandbox::what_became_of(one) + ".");
  }
}

}  // namespace

void prepare_services(const SharedAreas& shared, std::uint32_t granted) {
  areas = shared;
  granted_services = granted;
}

void begin_call(std::uint64_t request, rapt_reply& to) {
  request_under_way = request;
  reply = &to;
  told_of_a_refusal = false;
}

void end_call() {
  request_under_way = 0;
  reply = nullptr;
}

rapt_reply* reply_under_way() {
  return reply;
}

const void* find_service(const char* id) {
  if (!sandbox::kOffersServices) return nullptr;
  using sandbox::Service;
  const Offered services[] = {{RAPT_SERVICE_KV_1, Service::kKv, kv_service},
                              {RAPT_SERVICE_SQL_1, Service::kSql, sql_service},
                              {RAPT_SERVICE_HTTP_1, Service::kHttp, http_service},
                              {RAPT_SERVICE_METRICS_1, Service::kMetrics, metrics_service},
                              {RAPT_SERVICE_JOBS_1, Service::kJobs, jobs_service},
                              {RAPT_SERVICE_EVENTS_1, Service::kEvents, events_service},
                              {RAPT_SERVICE_SECRETS_1, Service::kSecrets, secrets_service},
                              {RAPT_SERVICE_DIRECTORY_1, Service::kDirectory, directory_service},
                              {RAPT_SERVICE_SESSIONS_1, Service::kSessions, sessions_service},
                              {RAPT_SERVICE_GRADES_1, Service::kGrades, grades_service},
                              {RAPT_SERVICE_AI_1, Service::kAi, ai_service}};
  for (const Offered& one : services) {
    if (std::strcmp(one.id, id) != 0) continue;
    if ((granted_services & sandbox::bit_of(one.service)) != 0) return one.table;
    say_not_granted(one);
  }
  say_released(id);
  return nullptr;
}

rapt_text HostAnswer::text(std::uint32_t index) const {
  const wire::ServiceFrame& frame = frame_of(*this);
  if (index >= frame.text_count || frame.texts[index].offset == 0) return {nullptr, 0};
  return {reinterpret_cast<const char*>(area) + frame.texts[index].offset, frame.texts[index].size};
}

std::int64_t HostAnswer::number(std::uint32_t index) const {
  const wire::ServiceFrame& frame = frame_of(*this);
  return index < frame.number_count ? frame.numbers[index] : 0;
}

rapt_status ask_host(const Question& question, HostAnswer& answer) {
  if (request_under_way == 0) return RAPT_E_NOT_ALLOWED;
  if (!write_question(question)) {
    say_refused("its question is larger than " + std::to_string(sandbox::kMaxServiceBytes) + " bytes.");
    return RAPT_E_TOO_LARGE;
  }
  areas.reply->service_asked.store(++asked, std::memory_order_seq_cst);
  if (areas.queue->host_sleeps_until.load(std::memory_order_seq_cst) == request_under_way && !wake_host())
    _exit(sandbox::spawn::kExitSetup);
  wait_for_answer();
  answer.area = reinterpret_cast<const unsigned char*>(areas.queue) + wire::kServiceAnswerOffset;
  return static_cast<rapt_status>(frame_of(answer).status);
}

void say_refused(const std::string& what) {
  if (!std::exchange(told_of_a_refusal, true)) write_line(RAPT_LOG_WARN, "It was refused at once: " + what);
}

rapt_status check_text(rapt_text text, std::size_t longest) {
  if (text.data == nullptr) return RAPT_E_INVALID;
  if (text.size > longest) {
    say_refused("a text of " + std::to_string(text.size) + " bytes, where " + std::to_string(longest) +
                " are the most.");
    return RAPT_E_TOO_LARGE;
  }
  if (sandbox::is_plain_text(view(text))) return RAPT_OK;
  say_refused("a text that is not UTF-8, or holds a NUL.");
  return RAPT_E_INVALID;
}

rapt_status check_json(rapt_text text, std::size_t longest, char first) {
  if (const rapt_status status = check_text(text, longest); status != RAPT_OK) return status;
  const std::size_t start = view(text).find_first_not_of(" \t\r\n");
  const bool begins = start != std::string_view::npos && view(text)[start] == first;
  if (begins && sandbox::is_plain_json(view(text), wire::kMaxJsonDepth)) return RAPT_OK;
  say_refused(std::string("a text that is not a JSON ") + (first == '{' ? "object." : "array."));
  return RAPT_E_INVALID;
}

}  // namespace rapt::runner
