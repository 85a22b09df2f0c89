// SPDX-License-Identifier: AGPL-3.0-or-later
// The services whose functions take a JSON object and give one.
#include <rapt/ai.h>
#include <rapt/directory.h>
#include <rapt/events.h>
#include <rapt/grades.h>
#include <rapt/jobs.h>
#include <rapt/secrets.h>
#include <rapt/sessions.h>

#include "services.hpp"

namespace rapt::runner {
namespace {

using sandbox::Service;

/// What goes wrong is told in the answer, too.
template <Service kService, auto kMethod>
rapt_status ask(const rapt_host*, rapt_text request, rapt_text* answer) {
  if (answer == nullptr) return RAPT_E_INVALID;
  *answer = {nullptr, 0};
  const rapt_status fault = check_json(request, sandbox::kMaxServiceBytes, '{');
  if (fault != RAPT_OK) return fault;
  HostAnswer given;
  const rapt_status status = ask_host({kService, static_cast<std::uint32_t>(kMethod), {request}, {}}, given);
  // A question that never reached the host has no answer.
  if (given.area != nullptr) *answer = given.text(0);
  return status;
}

const rapt_jobs_service_1 jobs = {ask<Service::kJobs, sandbox::JobsMethod::kEnqueue>,
                                  ask<Service::kJobs, sandbox::JobsMethod::kCancel>,
                                  ask<Service::kJobs, sandbox::JobsMethod::kList>};
const rapt_events_service_1 events = {ask<Service::kEvents, sandbox::EventsMethod::kPublish>};
const rapt_secrets_1 secrets = {ask<Service::kSecrets, sandbox::SecretsMethod::kList>,
                                ask<Service::kSecrets, sandbox::SecretsMethod::kSign>,
                                ask<Service::kSecrets, sandbox::SecretsMethod::kVerify>};
const rapt_directory_1 directory = {ask<Service::kDirectory, sandbox::DirectoryMethod::kRead>,
                                    ask<Service::kDirectory, sandbox::DirectoryMethod::kWrite>};
const rapt_sessions_1 sessions = {ask<Service::kSessions, sandbox::SessionsMethod::kList>,
                                  ask<Service::kSessions, sandbox::SessionsMethod::kTranscript>};
const rapt_grades_1 grades = {ask<Service::kGrades, sandbox::GradesMethod::kRead>,
                              ask<Service::kGrades, sandbox::GradesMethod::kWrite>};
const rapt_ai_1 ai = {ask<Service::kAi, sandbox::AiMethod::kChat>, ask<Service::kAi, sandbox::AiMethod::kEmbed>};

}  // namespace

const void* const jobs_service = &jobs;
const void* const events_service = &events;
const void* const secrets_service = &secrets;
const void* const directory_service = &directory;
const void* const sessions_service = &sessions;
const void* const grades_service = &grades;
const void* const ai_service = &ai;

}  // namespace rapt::runner
