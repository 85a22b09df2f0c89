// SPDX-License-Identifier: Apache-2.0
// The services whose functions take a JSON object and give one, in C++20. What the objects hold
// stands in the headers. rapt/json.hpp reads and writes them.
//
//   host.jobs().enqueue(R"({"name": "send-report", "delay_s": 60})");
#pragma once

#include <rapt/ai.h>
#include <rapt/directory.h>
#include <rapt/events.h>
#include <rapt/grades.h>
#include <rapt/jobs.h>
#include <rapt/secrets.h>
#include <rapt/sessions.h>
#include <rapt/services.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace rapt {

/// What the host says of a request that it did not serve.
class ServiceFault : public Refused {
 public:
  ServiceFault(const char* call, rapt_status status, std::string json) : Refused(Refused::Service{call}, status), json_(std::move(json)) {}
  [[nodiscard]] const std::string& json() const noexcept { return json_; }  ///< {"message", …}; may be empty

 private:
  std::string json_;
};

namespace detail {

template <class Table>
class JsonService : public Service<Table> {
 public:
  using Service<Table>::Service;

 protected:
  /// Throws ServiceFault.
  std::string given(const char* call, rapt_status (*Table::*function)(const rapt_host*, rapt_text, rapt_text*),
                    std::string_view request) const {
    rapt_text answer{};
    const rapt_status status = this->try_ask(function, text(request), &answer);
    if (status != RAPT_OK) throw ServiceFault(call, status, std::string(view(answer)));
    return std::string(view(answer));
  }
};

}  // namespace detail

/// Work for later (permission "jobs").
class Jobs : public detail::JsonService<rapt_jobs_service_1> {
 public:
  using JsonService::JsonService;
  std::string enqueue(std::string_view order) const { return given("jobs.enqueue", &rapt_jobs_service_1::enqueue, order); }
  std::string cancel(std::string_view which) const { return given("jobs.cancel", &rapt_jobs_service_1::cancel, which); }
  /// What waits or is being done: {"name"?, "limit"?, "cursor"?}.
  [[nodiscard]] std::string list(std::string_view query = "{}") const { return given("jobs.list", &rapt_jobs_service_1::list, query); }
};

/// Telling others (permission "events").
class Events : public detail::JsonService<rapt_events_service_1> {
 public:
  using JsonService::JsonService;
  std::string publish(std::string_view event) const { return given("events.publish", &rapt_events_service_1::publish, event); }
};

/// Signing with secrets that stay with the host (permission "secrets").
class Secrets : public detail::JsonService<rapt_secrets_1> {
 public:
  using JsonService::JsonService;
  [[nodiscard]] std::string list() const { return given("secrets.list", &rapt_secrets_1::list, "{}"); }
  [[nodiscard]] std::string sign(std::string_view request) const { return given("secrets.sign", &rapt_secrets_1::sign, request); }
  [[nodiscard]] std::string verify(std::string_view request) const { return given("secrets.verify", &rapt_secrets_1::verify, request); }
};

/// Users, groups and classes (permission "directory").
class Directory : public detail::JsonService<rapt_directory_1> {
 public:
  using JsonService::JsonService;
  [[nodiscard]] std::string read(std::string_view query) const { return given("directory.read", &rapt_directory_1::read, query); }
  std::string write(std::string_view batch) const { return given("directory.write", &rapt_directory_1::write, batch); }
};

/// Conversations and runs (permission "sessions").
class Sessions : public detail::JsonService<rapt_sessions_1> {
 public:
  using JsonService::JsonService;
  [[nodiscard]] std::string list(std::string_view query) const { return given("sessions.list", &rapt_sessions_1::list, query); }
  [[nodiscard]] std::string transcript(std::string_view query) const {
    return given("sessions.transcript", &rapt_sessions_1::transcript, query);
  }
};

/// Marks (permission "grades").
class Grades : public detail::JsonService<rapt_grades_1> {
 public:
  using JsonService::JsonService;
  [[nodiscard]] std::string read(std::string_view query) const { return given("grades.read", &rapt_grades_1::read, query); }
  std::string write(std::string_view grades) const { return given("grades.write", &rapt_grades_1::write, grades); }
};

/// The AI (permission "ai").
class Ai : public detail::JsonService<rapt_ai_1> {
 public:
  using JsonService::JsonService;
  std::string chat(std::string_view request) const { return given("ai.chat", &rapt_ai_1::chat, request); }
  std::string embed(std::string_view request) const { return given("ai.embed", &rapt_ai_1::embed, request); }
};

inline Jobs Host::jobs() const { return {host_, service<rapt_jobs_service_1>(RAPT_SERVICE_JOBS_1)}; }
inline Events Host::events() const { return {host_, service<rapt_events_service_1>(RAPT_SERVICE_EVENTS_1)}; }
inline Secrets Host::secrets() const { return {host_, service<rapt_secrets_1>(RAPT_SERVICE_SECRETS_1)}; }
inline Directory Host::directory() const { return {host_, service<rapt_directory_1>(RAPT_SERVICE_DIRECTORY_1)}; }
inline Sessions Host::sessions() const { return {host_, service<rapt_sessions_1>(RAPT_SERVICE_SESSIONS_1)}; }
inline Grades Host::grades() const { return {host_, service<rapt_grades_1>(RAPT_SERVICE_GRADES_1)}; }
inline Ai Host::ai() const { return {host_, service<rapt_ai_1>(RAPT_SERVICE_AI_1)}; }

}  // namespace rapt
