// SPDX-License-Identifier: Apache-2.0
// The services that take a JSON object and give one, as the test answers them.
#include <rapt/ai.h>
#include <rapt/directory.h>
#include <rapt/events.h>
#include <rapt/grades.h>
#include <rapt/jobs.h>
#include <rapt/secrets.h>
#include <rapt/sessions.h>

#include <algorithm>
#include <cstring>

#include "services.hpp"

namespace rapt::testkit {
namespace {

rapt_status ask(const char* call, const rapt_host* base, rapt_text request, rapt_text* answer) {
  auto& host = memory(base);
  *answer = {nullptr, 0};
  if (const auto status = check_text(request, RAPT_MAX_REQUEST_BYTES); status != RAPT_OK) return status;
  const auto start = view_of(request).find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || view_of(request)[start] != '{' || !is_json(view_of(request)))
    return RAPT_E_INVALID;
  if (host.scene == nullptr) return RAPT_E_NOT_ALLOWED;
  if (!host.services.json) return RAPT_E_UNAVAILABLE;
  auto said = host.services.json(call, std::string(view_of(request)));
  if (said.json.size() > RAPT_MAX_REQUEST_BYTES) return RAPT_E_TOO_LARGE;
  *answer = give(host, 0, std::move(said.json));
  return said.status;
}

#define RAPT_TESTKIT_CALL(call) \
  [](const rapt_host* host, rapt_text request, rapt_text* answer) { return ask(call, host, request, answer); }

constexpr rapt_jobs_service_1 jobs{RAPT_TESTKIT_CALL("jobs.enqueue"), RAPT_TESTKIT_CALL("jobs.cancel"),
                                   RAPT_TESTKIT_CALL("jobs.list")};
constexpr rapt_events_service_1 events{RAPT_TESTKIT_CALL("events.publish")};
constexpr rapt_secrets_1 secrets{RAPT_TESTKIT_CALL("secrets.list"), RAPT_TESTKIT_CALL("secrets.sign"),
                                 RAPT_TESTKIT_CALL("secrets.verify")};
constexpr rapt_directory_1 directory{RAPT_TESTKIT_CALL("directory.read"), RAPT_TESTKIT_CALL("directory.write")};
constexpr rapt_sessions_1 sessions{RAPT_TESTKIT_CALL("sessions.list"), RAPT_TESTKIT_CALL("sessions.transcript")};
constexpr rapt_grades_1 grades{RAPT_TESTKIT_CALL("grades.read"), RAPT_TESTKIT_CALL("grades.write")};
constexpr rapt_ai_1 ai{RAPT_TESTKIT_CALL("ai.chat"), RAPT_TESTKIT_CALL("ai.embed")};
#undef RAPT_TESTKIT_CALL

}  // namespace

const GrantedTable* json_service(const char* id) {
  static const GrantedTable services[] = {{RAPT_SERVICE_JOBS_1, "jobs", &jobs},
                                          {RAPT_SERVICE_EVENTS_1, "events", &events},
                                          {RAPT_SERVICE_SECRETS_1, "secrets", &secrets},
                                          {RAPT_SERVICE_DIRECTORY_1, "directory", &directory},
                                          {RAPT_SERVICE_SESSIONS_1, "sessions", &sessions},
                                          {RAPT_SERVICE_GRADES_1, "grades", &grades},
                                          {RAPT_SERVICE_AI_1, "ai", &ai}};
  const auto* found = std::find_if(std::begin(services), std::end(services),
                                   [&](const auto& one) { return std::strcmp(one.id, id) == 0; });
  return found == std::end(services) ? nullptr : found;
}

}  // namespace rapt::testkit
