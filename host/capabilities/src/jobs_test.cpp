// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/jobs.hpp"

#include <gtest/gtest.h>
#include <rapt/jobs.h>

#include <nlohmann/json.hpp>

#include "rapt/host/call_codes.hpp"
#include "rapt/store/scratch_database.hpp"
#include "test_scope.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using runtime::run_blocking;
using sandbox::EventsMethod;
using sandbox::JobsMethod;
using sandbox::Service;

/// A module that declares two jobs and some events, and answers as the test says.
class ModuleWork : public testing::Test {
 protected:
  ModuleWork() {
    ModuleOffer declared;
    declared.module = "sample";
    declared.version = "1.0.0";
    declared.grants = {"jobs", "events"};
    for (const auto* name : {"send", "nightly"}) declared.jobs.emplace_back().name = name;
    declared.jobs[0].max_attempts = 3;
    declared.events = {{"session.completed", "other.word"}, {"entry-added"}};
    offer = std::make_shared<const ModuleOffer>(declared);
    scratch->script(
        R"(INSERT INTO users (id, email, name) VALUES ('00000000-0000-0000-0000-000000000201', 'a@example.org', 'A');
      INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('sample', '1.0.0', 'p',
        repeat('0', 64), '["jobs", "events"]', '{"events": {"subscribe": ["sample.entry-added", "session.completed"]}}'))");
  }
  ServiceAnswer ask_jobs(JobsMethod method, const json& asked) {
    auto request = service_request(Service::kJobs, method, {asked.dump()}, {});
    request.scope = scope;
    return run_blocking(jobs_service.call(std::move(request)));
  }
  ServiceAnswer publish(const json& asked) {
    auto request = service_request(Service::kEvents, EventsMethod::kPublish, {asked.dump()}, {});
    request.module = publisher;
    request.scope = scope;
    return run_blocking(events_service.call(std::move(request)));
  }
  static std::string text(const ServiceAnswer& answer) {
    return answer.texts.empty() ? "" : answer.texts[0].value_or("");
  }
  std::string value(const std::string& sql) {
    const auto name = "t" + std::to_string(std::hash<std::string>{}(sql));
    const auto rows = run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  WorkParts parts() {
    return {**scratch,
            clock,
            causation,
            [this](const std::string&) { return offer; },
            [this](ModuleCall call) { return answer_with(std::move(call)); },
            [](const std::string& module, const std::string& user) { return module + "-knows-" + user; },
            [](std::string, std::string group) -> Task<Result<std::string>> {
              co_return R"({"group": ")" + group + R"("})";
            }};
  }
  Task<Result<std::string>> answer_with(ModuleCall call) {
    last_call = std::move(call);
    if (while_asked) while_asked();
    co_return answer;
  }
  jobs::Done work(const std::string& kind, const std::string& name, const std::string& payload = "{}", int depth = 0) {
    jobs::Job job;
    job.kind = kind;
    job.attempt = 3;
    job.postponed = 1;
    job.max_attempts = 4;
    job.payload_json = payload;
    job.module =
        jobs::ModuleWork{.module = "sample", .name = name, .key = "k", .about = {.group_id = "g", .user_id = "u"}};
    job.module->due_at = job.module->created_at = clock.at;
    job.module->depth = depth;
    return run_blocking(module_work_handler(parts())(job));
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  TestClock clock;
  ModuleOfferPtr offer;
  Causation causation;
  const OfferSource offers = [this](const std::string&) { return offer; };
  JobsCapability jobs_service{work_orders(**scratch), offers, causation};
  EventsCapability events_service{work_orders(**scratch), offers, causation};
  ServiceScope scope;
  std::string publisher = "sample";
  ModuleCall last_call;
  std::function<void()> while_asked;
  Result<std::string> answer{std::string("{}")};
};

TEST_F(ModuleWork, IsOrderedAboutWhomTheCallWas) {
  scope.user_id = kTestUser;
  scope.session_id = "00000000-0000-7000-8000-000000000601";
  scratch->script(std::string("INSERT INTO users (id, email, name) VALUES ('") + kTestUser +
                  "', 'b@example.org', 'B')");
  const json asked = {{"name", "send"}, {"payload", {{"text", "ü"}}}, {"key", "one"}, {"delay_s", 60}};
  EXPECT_EQ(text(ask_jobs(JobsMethod::kEnqueue, asked)), R"({"ordered":true})");
  EXPECT_EQ(text(ask_jobs(JobsMethod::kEnqueue, asked)), R"({"ordered":false})");
  EXPECT_EQ(value("SELECT concat_ws(' ', kind, module, name, key, payload, user_id, session_id, max_attempts, "
                  "extract(epoch FROM run_at - created_at)::int) AS value FROM jobs"),
            std::string("module.job sample send one {\"text\": \"ü\"} ") + kTestUser +
                " 00000000-0000-7000-8000-000000000601 3 60");
  EXPECT_EQ(text(ask_jobs(JobsMethod::kCancel, {{"name", "send"}, {"key", "one"}})), R"({"cancelled":true})");
  EXPECT_EQ(text(ask_jobs(JobsMethod::kCancel, {{"name", "send"}, {"key", "one"}})), R"({"cancelled":false})");
  EXPECT_EQ(ask_jobs(JobsMethod::kEnqueue, {{"name", "send"}}).status, RAPT_OK);
  EXPECT_EQ(ask_jobs(JobsMethod::kEnqueue, {{"name", "send"}}).status, RAPT_OK) << "without a key each is another";
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM jobs"), "2");
  scope.user_id = "00000000-0000-7000-8000-00000000dead";
  EXPECT_EQ(ask_jobs(JobsMethod::kEnqueue, {{"name", "send"}}).status, RAPT_E_NOT_ALLOWED) << "deleted meanwhile";
}

TEST_F(ModuleWork, TellsWhatWaitsPageByPage) {
  for (const auto* key : {"one", "two", "three"}) {
    ASSERT_EQ(ask_jobs(JobsMethod::kEnqueue, {{"name", "send"}, {"key", key}, {"delay_s", 60}}).status, RAPT_OK);
  }
  ASSERT_EQ(ask_jobs(JobsMethod::kEnqueue, {{"name", "nightly"}, {"key", "n"}, {"payload", {{"a", "kept"}}}}).status,
            RAPT_OK);
  const auto list = [&](const json& asked) { return json::parse(text(ask_jobs(JobsMethod::kList, asked))); };
  const auto first = list({{"name", "send"}, {"limit", 2}});
  ASSERT_EQ(first["items"].size(), 2U);
  const auto& one = first["items"][0];
  EXPECT_EQ(one["name"], "send");
  EXPECT_EQ(one["key"], "one");
  EXPECT_EQ(one["state"], "waiting");
  EXPECT_EQ(one["attempts"], 0);
  EXPECT_EQ(one["of"], 3);
  EXPECT_EQ(one["by_clock"], false);
  EXPECT_EQ(one["reason"], "");
  EXPECT_EQ(one["next_ms"], one["due_ms"]);
  EXPECT_EQ(one["due_ms"].get<std::int64_t>() - one["ordered_ms"].get<std::int64_t>(), 60'000);
  EXPECT_EQ(one.size(), 10U) << "what a module wrote into a job is not among it";
  const auto rest = list({{"name", "send"}, {"limit", 2}, {"cursor", first["next_cursor"]}});
  ASSERT_EQ(rest["items"].size(), 1U);
  EXPECT_EQ(rest["items"][0]["key"], "three");
  EXPECT_EQ(rest["next_cursor"], nullptr);
  EXPECT_EQ(list(json::object())["items"].size(), 4U);
  scratch->script("UPDATE jobs SET module = 'other' WHERE key = 'one'");
  EXPECT_EQ(list({{"name", "send"}})["items"].size(), 2U) << "another module's";
  for (const auto& [field, value] : {std::pair<const char*, json>{"limit", 201},
                                     {"limit", "2"},
                                     {"cursor", "-1"},
                                     {"cursor", "1x"},
                                     {"cursor", 1},
                                     {"name", 7},
                                     {"state", "done"}}) {
    const auto said = ask_jobs(JobsMethod::kList, {{field, value}});
    EXPECT_EQ(said.status, RAPT_E_INVALID) << field;
    EXPECT_NE(text(said).find("\"field\":\"" + std::string(field)), std::string::npos) << text(said);
  }
}

TEST_F(ModuleWork, WaitsInNoGreaterNumberThanTheHeaderSays) {
  const auto most = std::to_string(RAPT_JOBS_MAX_WAITING - 1);
  scratch->script(
      "INSERT INTO jobs (id, kind, idempotency_key, module, name) SELECT gen_random_uuid(), 'module.job', "
      "'sample/send/x' || n, 'sample', 'send' FROM generate_series(1, " +
      most + ") AS n");
  EXPECT_EQ(ask_jobs(JobsMethod::kEnqueue, {{"name", "send"}}).status, RAPT_OK);
  const auto full = ask_jobs(JobsMethod::kEnqueue, {{"name", "send"}});
  EXPECT_EQ(full.status, RAPT_E_TOO_LARGE);
  EXPECT_NE(text(full).find("10000 jobs"), std::string::npos) << text(full);
}

TEST_F(ModuleWork, OfAnotherShapeIsRefusedWithTheField) {
  const auto refused = [&](const json& asked, rapt_status status, const std::string& part) {
    const auto said = ask_jobs(JobsMethod::kEnqueue, asked);
    EXPECT_EQ(said.status, status) << asked.dump().substr(0, 100);
    EXPECT_NE(text(said).find(part), std::string::npos) << text(said);
  };
  refused(json::array(), RAPT_E_INVALID, "object");
  refused({{"name", "unknown"}}, RAPT_E_INVALID, "no job \\\"unknown\\\"");
  refused({{"name", 7}}, RAPT_E_INVALID, R"("field":"name")");
  refused({{"name", "send"}, {"module", "other"}}, RAPT_E_INVALID, R"("field":"module")");
  refused({{"name", "send"}, {"payload", "text"}}, RAPT_E_INVALID, R"("field":"payload")");
  refused({{"name", "send"}, {"payload", {{"a", std::string(70000, 'x')}}}}, RAPT_E_TOO_LARGE, "65536 bytes");
  refused({{"name", "send"}, {"key", std::string(257, 'k')}}, RAPT_E_INVALID, R"("field":"key")");
  for (const json& delay : {json(-1), json(1.5), json("1"), json(400 * 86400 + 1), json(UINT64_MAX)})
    refused({{"name", "send"}, {"delay_s", delay}}, RAPT_E_INVALID, R"("field":"delay_s")");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM jobs"), "0");
  EXPECT_EQ(publish({{"type", "undeclared"}}).status, RAPT_E_INVALID);
  EXPECT_EQ(publish({{"type", "entry-added"}, {"payload", {{"a", std::string(17000, 'x')}}}}).status, RAPT_E_TOO_LARGE);
  publisher = "session";
  const auto posing = publish({{"type", "entry-added"}});
  EXPECT_EQ(posing.status, RAPT_E_NOT_ALLOWED);
  EXPECT_NE(posing.complaint, "");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM jobs"), "0");
}

TEST_F(ModuleWork, ComesToAnEndWhereModulesAnswerEachOther) {
  std::vector<rapt_status> said;
  while_asked = [&] {
    scope.point = hooks::Point::kEvent;
    said.push_back(publish({{"type", "entry-added"}, {"payload", {{"n", 1}}}}).status);
  };
  for (int depth = 0; depth <= Causation::kMost; ++depth) work(jobs::kModuleEvent, "other.word", "{}", depth);
  std::vector<rapt_status> expected(8, RAPT_OK);
  expected.push_back(RAPT_E_NOT_ALLOWED);
  EXPECT_EQ(said, expected);
  EXPECT_EQ(
      value("SELECT string_agg(depth::text, ' ' ORDER BY depth) AS value FROM jobs WHERE name = 'sample.entry-added'"),
      "1 2 3 4 5 6 7 8");
}

TEST_F(ModuleWork, IsToldWhatTheHeadersPromise) {
  EXPECT_EQ(work(jobs::kModuleJob, "send", R"({"a": 1})").kind, jobs::Done::Kind::kDone);
  const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(clock.at.time_since_epoch()).count();
  EXPECT_EQ(json::parse(last_call.input_json), json({{"name", "send"},
                                                     {"payload", {{"a", 1}}},
                                                     {"key", "k"},
                                                     {"attempt", 2},
                                                     {"of", 3},
                                                     {"due_ms", at},
                                                     {"settings", {{"group", "g"}}},
                                                     {"now_ms", at}}));
  EXPECT_EQ(last_call.point, hooks::Point::kJob);
  EXPECT_EQ(last_call.about.user.id, "u");
  EXPECT_EQ(last_call.time_limit, std::chrono::seconds(10));
  work(jobs::kModuleEvent, "session.completed", R"({"user_id": "u", "session_id": "s"})");
  auto told = json::parse(last_call.input_json);
  EXPECT_EQ(told["payload"], json({{"user_id", "sample-knows-u"}, {"session_id", "s"}}));
  EXPECT_EQ(told["type"], "session.completed");
  EXPECT_EQ(told["at_ms"], at);
  work(jobs::kModuleEvent, "other.word", R"({"user_id": "their own"})");
  EXPECT_EQ(json::parse(last_call.input_json)["payload"]["user_id"], "their own");
  auto trusted = *offer;
  trusted.grants.emplace_back("directory");
  offer = std::make_shared<const ModuleOffer>(trusted);
  work(jobs::kModuleEvent, "session.completed", R"({"user_id": "u"})");
  EXPECT_EQ(json::parse(last_call.input_json)["payload"]["user_id"], "u");
}

TEST_F(ModuleWork, MeansWhatTheModuleAnswered) {
  using Kind = jobs::Done::Kind;
  struct Case {
    const char* answer;
    Kind kind;
    const char* reason;
  };
  constexpr Case kCases[] = {{"{}", Kind::kDone, ""},
                             {R"({"again_in_s": 60, "reason": "busy"})", Kind::kAgain, "busy"},
                             {R"({"again_in_s": 0})", Kind::kAgain, "It asked for another attempt."},
                             {R"({"give_up": "gone for good"})", Kind::kFailed, "It gave up: gone for good"},
                             {R"({"give_up": ""})", Kind::kAgain, "Its answer was refused: "},
                             {R"({"again_in_s": -1})", Kind::kAgain, "Its answer was refused: "},
                             {R"({"again_in_s": 1e9})", Kind::kAgain, "Its answer was refused: "},
                             {R"({"again_in_s": 1, "more": 1})", Kind::kAgain, "Its answer was refused: "},
                             {R"({"done": true})", Kind::kAgain, "Its answer was refused: "},
                             {"[]", Kind::kAgain, "Its answer was refused: "},
                             {"{", Kind::kAgain, "Its answer was refused: "}};
  for (const auto& one : kCases) {
    answer = std::string(one.answer);
    const auto done = work(jobs::kModuleJob, "send");
    EXPECT_EQ(done.kind, one.kind) << one.answer;
    EXPECT_NE(done.reason.find(one.reason), std::string::npos) << done.reason;
  }
  answer = std::string(R"({"again_in_s": 60})");
  EXPECT_EQ(work(jobs::kModuleJob, "send").delay, std::chrono::seconds(60));
  EXPECT_EQ(work(jobs::kModuleEvent, "session.completed").kind, Kind::kAgain) << "an event is answered with {}";
  Error failure = Error::unavailable("sample", "It failed.", "It was killed (SIGKILL).");
  answer = failure;
  EXPECT_EQ(work(jobs::kModuleJob, "send").kind, Kind::kAgain);
  EXPECT_EQ(work(jobs::kModuleJob, "send").reason, "It was killed (SIGKILL).");
  failure.code = kModuleNotRunning;
  answer = failure;
  EXPECT_EQ(work(jobs::kModuleJob, "send").kind, Kind::kLater) << "not an attempt";
  EXPECT_EQ(work(jobs::kModuleJob, "older").reason, "Version 1.0.0 of the module knows no job \"older\".");
  EXPECT_EQ(work(jobs::kModuleEvent, "run.completed").kind, Kind::kDone) << "it wants to be told no more";
  offer = nullptr;
  EXPECT_EQ(work(jobs::kModuleJob, "send").kind, Kind::kLater) << "it runs elsewhere, or soon";
  scratch->script("DELETE FROM modules");
  EXPECT_EQ(work(jobs::kModuleJob, "send").reason, "The module is not installed any more.");
}

}  // namespace
}  // namespace rapt::host
