// SPDX-License-Identifier: AGPL-3.0-or-later
// A real module in its sandbox asks about people: the capabilities of a host, over tables with a world in them.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "rapt/author/call_run.hpp"
#include "rapt/author/check.hpp"
#include "rapt/author/hook_run.hpp"
#include "rapt/author/trial_host.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/store/scratch_database.hpp"
#include "temporary_folder.hpp"
#include "world.hpp"

namespace rapt::author {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using Being = World::Kind;

class People : public testing::Test {
 protected:
  People() {
    log::set_level(log::Level::kError);
    const char* url = std::getenv("TEST_DATABASE_URL");
    if (url == nullptr || *url == '\0') throw std::runtime_error("TEST_DATABASE_URL is not set: run ./rapt test");
    options.database_url = url;
    options.migrations = store::ScratchDatabase::migrations();
  }

  ~People() override { finish(); }

  void use(const std::string& kind) {
    finish();
    subject = *read_subject(std::string(RAPT_STAGES) + "/citizen-" + kind);
  }
  /// Has the module asked, by one host for all questions until finish().
  template <class Run>
  std::string try_out(Run run) {
    if (!host) {
      auto opened = TrialHost::open(subject.bundle, options);
      if (!opened) return opened.error().message;
      host = std::move(*opened);
    }
    return run(Workbench::Settings{RAPT_RUNNER_PATH, host.get(), host->world()});
  }
  /// What was changed.
  std::vector<std::string> finish() {
    std::vector<std::string> out;
    if (!host) return out;
    const auto closed = host->close();
    EXPECT_TRUE(closed) << closed.error().message;
    for (const auto& one : host->changes())
      out.push_back(one.kind + " " + std::string(name(one.what)) + " " + one.in_names);
    host.reset();
    return out;
  }
  void keep(const std::vector<host::ModuleLine>& from) {
    lines.clear();
    for (const auto& line : from) lines += line.text + "\n";
  }
  /// What it is told when somebody's message causes the question.
  std::string say(const std::string& user, const std::string& question) {
    const json context{
        {"tool", {{"id", "tool-1"}}}, {"user", {{"id", user}}}, {"current", {{"role", "user"}, {"content", question}}}};
    const auto what = read_hook_case(context.dump(), hooks::Point::kChatBeforeAi);
    return try_out([&](const Workbench::Settings& settings) {
      const auto run = run_hook(subject, settings, hooks::Point::kChatBeforeAi, *what);
      if (run) keep(run->lines);
      return run ? run->asked.answer.text : run.error().message;
    });
  }
  /// When a job by itself asks.
  std::string work(const std::string& question) {
    const json request{{"name", "ask"}, {"payload", {{"ask", question}}}};
    const auto what = read_call_case(request.dump(), hooks::Point::kJob, subject.bundle.manifest, SystemClock().now());
    return try_out([&](const Workbench::Settings& settings) {
      const auto run = run_call(subject, settings, *what);
      if (run) keep(run->lines);
      return run ? lines : run.error().message;
    });
  }
  json items(const std::string& user, const std::string& question) {
    const auto said = say(user, question);
    EXPECT_THAT(said, StartsWith("0 "));
    return said.starts_with("0 ") ? json::parse(said.substr(2)).at("items") : json::array();
  }
  static std::vector<std::string> column(const json& all, const char* member) {
    std::vector<std::string> out;
    for (const auto& one : all) out.push_back(one.at(member).get<std::string>());
    return out;
  }
  static std::string id(Being kind, const char* name) { return *World::built_in(SystemClock().now())->id(kind, name); }

  Subject subject = *read_subject(std::string(RAPT_STAGES) + "/citizen-writes");
  TrialOptions options;
  std::unique_ptr<TrialHost> host;
  std::string lines;
  TemporaryFolder folder;
};

TEST_F(People, AreThoseThatWhoeverCausedTheCallSees) {
  EXPECT_THAT(column(items("anna", R"(directory.read {"kind": "classes"})"), "name"), ElementsAre("Mathematics 7b"));
  EXPECT_THAT(column(items("user-1", R"(directory.read {"kind": "users"})"), "name"), ElementsAre("Kim"));
  EXPECT_THAT(column(items("operator", R"(directory.read {"kind": "classes"})"), "name"),
              UnorderedElementsAre("Mathematics 7b", "Art 8a"));
  EXPECT_THAT(work(R"(directory.read {"kind": "groups"})"), AllOf(HasSubstr("Hillside School"), HasSubstr("Class 7b")))
      << "a job by itself sees all";
  EXPECT_THAT(finish(), IsEmpty());
}

TEST_F(People, WhoIsNobodyIsRefusedAndTheAuthorIsToldWhoThereIs) {
  EXPECT_THAT(say("zoe", R"(directory.read {"kind": "users"})"),
              AllOf(StartsWith("-3 "), HasSubstr("Nobody has caused")));
  EXPECT_THAT(lines, AllOf(HasSubstr("no user \"zoe\""), HasSubstr("anna")));
  EXPECT_THAT(say("user-4", R"(directory.read {"kind": "users"})"), AllOf(StartsWith("-3 "), HasSubstr("not active")));
}

TEST_F(People, AreAskedAboutAsOnAHost) {
  EXPECT_THAT(say("anna", R"(directory.read {"kind": "robots"})"), AllOf(StartsWith("-1 "), HasSubstr("\"kind\"")));
  EXPECT_THAT(say("anna", R"(directory.read {"kind": "users", "limit": 501})"), HasSubstr("1 to 500"));
  EXPECT_THAT(say("anna", R"(sessions.list {"limit": 201})"), HasSubstr("1 to 200"));
  EXPECT_THAT(say("anna", "sessions.transcript {"), StartsWith("-1 "));
  const auto first = json::parse(say("operator", R"(directory.read {"kind": "users", "limit": 4})").substr(2));
  EXPECT_EQ(first.at("items").size(), 4U);
  const auto rest = items(
      "operator", R"(directory.read {"kind": "users", "limit": 4, "cursor": )" + first.at("next_cursor").dump() + "}");
  EXPECT_EQ(rest.size(), 3U);
}

TEST_F(People, SessionsAreThoseOfToolsThatTheModuleIsAttachedTo) {
  const auto all = items("anna", "sessions.list {}");
  EXPECT_THAT(column(all, "id"), ElementsAre(id(Being::kSession, "session-3"), id(Being::kSession, "session-2"),
                                             id(Being::kSession, "session-1")))
      << "newest first; the fourth is of a tool without the module";
  EXPECT_THAT(column(all, "user"), Contains(id(Being::kUser, "user-3")));
  EXPECT_THAT(column(items("user-3", "sessions.list {}"), "id"), ElementsAre(id(Being::kSession, "session-3")))
      << "a student the own ones";
  const auto transcript = say("anna", "sessions.transcript {\"id\": \"" + id(Being::kSession, "session-2") + "\"}");
  EXPECT_THAT(transcript, AllOf(HasSubstr("turn around twice"), HasSubstr("\"understood\"")));
  EXPECT_THAT(say("anna", "sessions.transcript {\"id\": \"" + id(Being::kSession, "session-4") + "\"}"),
              AllOf(StartsWith("-1 "), HasSubstr("no such conversation")));
  EXPECT_THAT(work(R"(sessions.list {"kind": "run"})"), HasSubstr(id(Being::kRun, "run-1")));
}

TEST_F(People, WithoutThePermissionAUserIsThePseudonymOfTheHooks) {
  use("blind");
  const auto who = say("user-1", "who.");
  EXPECT_THAT(who, StartsWith(id(Being::kTool, "tool-1") + " "));
  const auto told = who.substr(who.find(' ') + 1);
  EXPECT_EQ(told.size(), 32U);
  for (const auto& one : column(items("user-1", "sessions.list {}"), "user")) EXPECT_EQ(one, told);
  EXPECT_THAT(say("anna", R"(directory.read {"kind": "users"})"), StartsWith("-3 "));
  use("reads");
  EXPECT_THAT(say("operator", R"(directory.write {"source": "sis", "operations": [{}]})"),
              HasSubstr("directory:write"));
}

TEST_F(People, WhatWasWrittenIsToldAtTheEnd) {
  EXPECT_THAT(work(R"(directory.write {"source": "sis", "dry_run": true, "operations": [
    {"op": "put_user", "external_id": "s-1", "email": "dry@school.example", "name": "Dry"}]})"),
              HasSubstr(R"("created":1)"));
  const auto said = work(R"(directory.write {"source": "sis", "operations": [
    {"op": "put_user", "external_id": "s-17", "email": "new@school.example", "name": "New"},
    {"op": "put_class", "external_id": "9b", "name": "9b", "group_external_id": "nowhere"},
    {"op": "enroll", "user_external_id": "s-17", "class_id": ")" +
                         id(Being::kClass, "class-1") + R"("},
    {"op": "unenroll", "user_id": ")" +
                         id(Being::kUser, "user-3") + R"(", "class_id": ")" + id(Being::kClass, "class-1") + R"("}]})");
  EXPECT_THAT(said, AllOf(HasSubstr(R"("created":2)"), HasSubstr(R"("failed":1)"), HasSubstr("group_external_id")));
  EXPECT_THAT(finish(),
              ElementsAre(AllOf(StartsWith("enrollment created"), HasSubstr("class-1"), HasSubstr("student")),
                          AllOf(StartsWith("user created"), HasSubstr("new@school.example"), HasSubstr(R"({"sis")")),
                          AllOf(StartsWith("enrollment removed"), HasSubstr(R"("user_id":"user-3")"))));
}

TEST_F(People, AMarkIsGivenAndATeachersStays) {
  const auto mark = [](const char* submission) {
    return "grades.write {\"grades\": [{\"submission_id\": \"" + id(Being::kSubmission, submission) +
           "\", \"score\": 7.5, \"score_of\": 10}]}";
  };
  EXPECT_THAT(say("anna", mark("submission-1")), HasSubstr("created"));
  EXPECT_THAT(say("anna", mark("submission-2")), AllOf(HasSubstr("failed"), HasSubstr("A teacher has marked it")));
  EXPECT_THAT(say("anna", mark("submission-3")), HasSubstr("no such submission")) << "of a tool without the module";
  EXPECT_THAT(say("user-1", mark("submission-1")), HasSubstr("no such submission")) << "a student marks nothing";
  EXPECT_THAT(say("user-3", "grades.read {\"assignment_id\": \"" + id(Being::kAssignment, "assignment-1") + "\"}"),
              AllOf(HasSubstr("Well thought."), HasSubstr("\"teacher\""), Not(HasSubstr(id(Being::kUser, "user-1")))));
  EXPECT_THAT(finish(), ElementsAre(AllOf(StartsWith("grade created"), HasSubstr("submission-1"), HasSubstr("7.5"),
                                          HasSubstr("citizen-writes"))));
}

TEST_F(People, TheCallerOfARouteIsToldAsOnAHost) {
  const auto what = read_call_case(R"({"method": "POST", "path": "/ask", "caller": {"user": "anna", "role": "teacher"},
      "json": {"ask": "directory.read {\"kind\": \"classes\"}"}})",
                                   hooks::Point::kRoute, subject.bundle.manifest, SystemClock().now());
  ASSERT_TRUE(what) << what.error().message;
  const auto said = try_out([&](const Workbench::Settings& settings) {
    const auto run = run_call(subject, settings, *what);
    return run ? run->asked.answer.text : run.error().message;
  });
  const auto answer = json::parse(said).at("json");
  EXPECT_THAT(answer.at("said").get<std::string>(), HasSubstr("Mathematics 7b"));
  const auto& caller = answer.at("input").at("caller");
  EXPECT_EQ(caller.at("id"), id(Being::kUser, "anna"));
  EXPECT_EQ(caller.at("user").get<std::string>().size(), 32U);
  EXPECT_EQ(caller.at("groups"), json::array({id(Being::kGroup, "group-1")}));
  EXPECT_EQ(caller.at("classes"),
            json::parse(R"([{"id": ")" + id(Being::kClass, "class-1") + R"(", "role": "teacher"}])"));
}

TEST_F(People, AreThoseOfTheFile) {
  options.world_file = folder.path() / "world.json";
  ASSERT_TRUE(write_file_atomically(options.world_file, R"({
    "users": [{"id": "mia", "email": "mia@other.example", "name": "Mia", "external_ids": {"sis": "m-1"}}],
    "groups": [{"id": "here", "name": "Here", "members": [{"user": "mia", "role": "teacher"}]}],
    "classes": [{"id": "9b", "name": "9b", "group": "here", "external_ids": {"sis": "9b"}}]})"));
  EXPECT_THAT(say("mia", R"(directory.read {"kind": "users"})"),
              AllOf(HasSubstr("mia@other.example"), HasSubstr("m-1")));
  EXPECT_THAT(
      work(
          R"(directory.write {"source": "sis", "operations": [{"op": "enroll", "user_external_id": "m-1", "class_external_id": "9b", "role": "teacher"}]})"),
      HasSubstr(R"("created":1)"));
  EXPECT_THAT(finish(), ElementsAre(HasSubstr(R"({"class_id":"9b","user_id":"mia","role":"teacher"})")));
  ASSERT_TRUE(write_file_atomically(options.world_file, "{\n \"user\": []}"));
  EXPECT_THAT(say("mia", "who."),
              AllOf(HasSubstr("world.json"), HasSubstr("line 2, column 2"), HasSubstr("not known")));
  options.world_file = folder.path() / "nothing.json";
  EXPECT_THAT(say("mia", "who."), HasSubstr("nothing.json"));
}

TEST_F(People, ThereIsNobodyWithoutADatabase) {
  options.database_url.clear();
  EXPECT_THAT(say("anna", R"(directory.read {"kind": "users"})"), StartsWith("-4 "));
  EXPECT_THAT(lines, HasSubstr("--database URL"));
  EXPECT_THAT(say("anna", "who."), StartsWith("tool-1 ")) << "as the context has it";
}

TEST_F(People, OfTheBuiltInWorldAnswerACheck) {
  const auto opened = TrialHost::open(subject.bundle, options);
  ASSERT_TRUE(opened) << opened.error().message;
  CheckOrder order{.settings = {RAPT_RUNNER_PATH, opened->get(), (*opened)->world()}};
  order.calls = 20;
  const auto what =
      read_hook_case(R"({"user": {"id": "anna"}, "current": {"role": "user", "content": "sessions.list {}"}})",
                     hooks::Point::kChatBeforeAi);
  order.cases.emplace(hooks::Point::kChatBeforeAi, *what);
  const auto report = check_module(subject, order, {});
  ASSERT_TRUE(report) << report.error().message;
  for (const auto& one : report->results)
    EXPECT_NE(one.kind, CheckResult::Kind::kBroken) << one.promise << " " << one.hook << ": " << one.detail;
  std::size_t served = 0;
  for (const auto& call : (*opened)->take_calls())
    served += call.name == "sessions.list" && call.status == RAPT_OK ? 1 : 0;
  EXPECT_GT(served, 10U);
  EXPECT_TRUE((*opened)->close());
}

}  // namespace
}  // namespace rapt::author
