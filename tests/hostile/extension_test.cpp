// SPDX-License-Identifier: AGPL-3.0-or-later
// What a module is asked beside hooks, and that its pages and its work hold up no lesson.
#include <gmock/gmock.h>

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Point;
using host::ModuleState;
using ::testing::HasSubstr;
using Kind = hooks::Answer::Kind;
namespace asio = boost::asio;

constexpr const char* kPermissions =
    R"([{"name":"routes","reason":"r"},{"name":"jobs","reason":"r"},{"name":"events","reason":"r"},)"
    R"({"name":"panels","reason":"r"},{"name":"exports","reason":"r"}])";
constexpr const char* kDeclared =
    R"("routes":[{"method":"GET","path":"/x","access":"user","timeout_ms":10000}],)"
    R"("jobs":[{"name":"work","timeout_ms":60000}],"events":{"subscribe":["session.completed"]},)"
    R"("panels":[{"id":"one","title":"One","place":"class","access":"teacher","timeout_ms":10000}],)"
    R"("exports":[{"id":"one","title":"One","place":"class","access":"teacher","timeout_ms":10000,)"
    R"("content_type":"text/csv","file_name":"one.csv"}])";

class Extensions : public ::testing::Test {
 protected:
  void start(const char* declared = kDeclared) {
    house_.start({workshop_.pack("extensions", {.abi = "1.3", .permissions = kPermissions, .declared = declared})});
    house_.wait_for(kModule, [](const auto& now) {
      const auto runs = [](const auto& room) { return room.state == ModuleState::kRunning; };
      return now.state == ModuleState::kRunning && std::all_of(now.companions.begin(), now.companions.end(), runs);
    });
  }
  std::future<Result<std::string>> ask_later(Point point, const std::string& order, std::chrono::milliseconds limit) {
    host::ModuleCall call{
        .module = kModule, .point = point, .input_json = R"({"order":")" + order + R"("})", .time_limit = limit};
    return asio::co_spawn(house_.loop(), house_.supervisor().ask(std::move(call)), asio::use_future);
  }
  Result<std::string> ask(Point point, const std::string& order, std::chrono::milliseconds limit = 60s) {
    return ask_later(point, order, limit).get();
  }
  /// One attempt of a job or event; asked again until its process has been there to be asked.
  Result<std::string> attempt(House& house, Point point, const std::string& order, const std::string& work,
                              std::chrono::milliseconds limit = 60s) {
    host::ModuleCall call{.module = kModule,
                          .point = point,
                          .input_json = R"({"order":")" + order + R"("})",
                          .time_limit = limit,
                          .work = work};
    for (const auto until = std::chrono::steady_clock::now() + 60s;;) {
      auto answer = asio::co_spawn(house.loop(), house.supervisor().ask(call), asio::use_future).get();
      if (answer || answer.error().code != "MODULE_UNAVAILABLE" || std::chrono::steady_clock::now() > until)
        return answer;
      std::this_thread::sleep_for(1ms);
    }
  }
  Result<std::string> attempt(Point point, const std::string& order, const std::string& work) {
    return attempt(house_, point, order, work);
  }
  host::HookStatus figures(Point point) {
    for (const auto& one : house_.status(kModule).hooks) {
      if (one.declared.point == point) return one;
    }
    throw std::logic_error("it has none of that kind");
  }
  host::RoomStatus room(const std::string& name) {
    for (const auto& one : house_.status(kModule).companions) {
      if (one.name == name) return one;
    }
    return {};
  }

  const std::string kModule = "hostile-extensions";
  Workshop workshop_;
  House house_{workshop_};
};

TEST_F(Extensions, EachIsAnsweredByItsRoom) {
  start();
  const int lessons = house_.status(kModule).pid;
  std::set<std::string> pids;
  EXPECT_EQ(*ask(Point::kEvent, "tell"), "{}");
  for (const Point point : {Point::kRoute, Point::kPanel, Point::kExport, Point::kJob}) {
    const auto answer = ask(point, "tell");
    ASSERT_TRUE(answer) << hooks::name(point) << ": " << answer.error().log_detail;
    const bool quoted = point != Point::kRoute;
    EXPECT_THAT(*answer, HasSubstr(quoted ? R"({\"heard\":{\"order\":\"tell\"})" : R"({"heard":{"order":"tell"})"));
    const auto pid = answer->substr(answer->find("pid"));
    const auto digits = pid.find_first_of("0123456789");
    pids.insert(pid.substr(digits, pid.find_first_not_of("0123456789", digits) - digits));
  }
  EXPECT_GT(room("pages").pid, 0);
  EXPECT_GT(room("work").pid, 0);
  EXPECT_NE(room("pages").pid, room("work").pid);
  EXPECT_NE(room("pages").pid, lessons);
  EXPECT_EQ(house_.ask(kModule, 60s).kind, Kind::kContinue);
}

TEST_F(Extensions, AJobThatNeverEndsHoldsUpNoLessonAndNoPage) {
  start();
  auto job = ask_later(Point::kJob, "never", 60s);
  EXPECT_EQ(house_.ask(kModule, 60s).kind, Kind::kContinue);
  EXPECT_TRUE(ask(Point::kRoute, "tell"));
  EXPECT_EQ(job.wait_for(0s), std::future_status::timeout) << "it is still at it";
  house_.stop();
  EXPECT_FALSE(job.get()) << "the host's end cut it off";
}

TEST_F(Extensions, ALateOneEndsItsRoomAlone) {
  start();
  const int lessons = house_.status(kModule).pid, pages = room("pages").pid, work = room("work").pid;
  const auto late = ask(Point::kJob, "never", 20ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "MODULE_TIMEOUT");
  EXPECT_THAT(late.error().message, HasSubstr("did not answer in time"));
  house_.wait_for(
      kModule, [&](const auto&) { return room("work").restarts == 1 && room("work").state == ModuleState::kRunning; });
  EXPECT_NE(room("work").pid, work);
  EXPECT_THAT(room("work").last_failure, HasSubstr("limit"));
  EXPECT_EQ(house_.status(kModule).pid, lessons);
  EXPECT_EQ(room("pages").pid, pages);
  EXPECT_EQ(house_.status(kModule).restarts, 0u);
}

TEST_F(Extensions, ARouteThatNeverAnswersEndsThePagesAloneAndTheAdminReadsWhy) {
  start();
  const int lessons = house_.status(kModule).pid, pages = room("pages").pid, work = room("work").pid;
  for (const Point point : {Point::kRoute, Point::kPanel, Point::kExport}) {
    const auto before = room("pages").restarts;
    auto late = ask_later(point, "never", 300ms);
    EXPECT_EQ(house_.ask(kModule, 60s).kind, Kind::kContinue) << "lessons go on meanwhile";
    const auto answer = late.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, "MODULE_TIMEOUT") << hooks::name(point);
    EXPECT_THAT(answer.error().log_detail, HasSubstr("longer than its limit of 300 ms"));
    house_.wait_for(kModule, [&](const auto&) {
      return room("pages").restarts == before + 1 && room("pages").state == ModuleState::kRunning;
    });
    EXPECT_THAT(room("pages").last_failure, HasSubstr("longer than its limit of 300 ms"));
  }
  EXPECT_NE(room("pages").pid, pages);
  EXPECT_EQ(room("work").pid, work);
  EXPECT_EQ(house_.status(kModule).pid, lessons);
}

TEST_F(Extensions, APanelWithMarkupIsRefusedAndItsLogSaysWhere) {
  start();
  const auto refused = ask(Point::kPanel, "markup");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "MODULE_FAILED");
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("onerror")));
  std::string told;
  for (const auto& line : house_.supervisor().take_lines()) told += line.level + " " + line.text + "\n";
  EXPECT_THAT(told, HasSubstr("warn Its answer at panel was refused: parts[0].text must hold no HTML"));
  EXPECT_EQ(room("pages").restarts, 0u);
  EXPECT_TRUE(ask(Point::kPanel, "tell"));
}

TEST_F(Extensions, FailuresAreSentencesForPeopleAndReasonsForTheAdmin) {
  start();
  for (const auto& [order, reason] :
       {std::pair{"throw", "its log may say why"}, {"prose", "its log"}, {"crash", "abort"}}) {
    const auto failed = ask(Point::kRoute, order);
    ASSERT_FALSE(failed) << order;
    EXPECT_EQ(failed.error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(failed.error().part, kModule);
    EXPECT_THAT(failed.error().message, HasSubstr("The module hostile-extensions could not answer")) << order;
    EXPECT_THAT(failed.error().log_detail, HasSubstr(reason)) << order;
  }
  EXPECT_EQ(house_.status(kModule).hooks.size(), 8u + 5u);
}

TEST_F(Extensions, AnAnswerOfAnotherShapeIsAFailureAndFiveInARowOpenTheCircuit) {
  start();
  const std::pair<Point, const char*> lies[] = {{Point::kRoute, "it has both"},
                                                {Point::kPanel, "parts[0].kind must be one of"},
                                                {Point::kExport, "neither \"memo\" nor \"done\""},
                                                {Point::kJob, "it is neither {}"},
                                                {Point::kEvent, "an event is answered with {}"}};
  for (const auto& [point, reason] : lies) {
    const auto failed = ask(point, "shape");
    ASSERT_FALSE(failed) << hooks::name(point);
    EXPECT_EQ(failed.error().code, "MODULE_FAILED");
    EXPECT_THAT(failed.error().log_detail, HasSubstr(reason));
    ASSERT_TRUE(ask(point, "tell")) << "one that is right closes it again";
  }
  std::string told;
  for (const auto& line : house_.supervisor().take_lines()) told += line.level + " " + line.text + "\n";
  EXPECT_THAT(told, HasSubstr("warn Its answer at route was refused: it has both"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(Point::kRoute, "shape").error().code, "MODULE_FAILED");
  EXPECT_EQ(ask(Point::kRoute, "tell").error().code, "MODULE_UNAVAILABLE");
  EXPECT_EQ(room("pages").restarts, 0u) << "its process is none the worse";
}

TEST_F(Extensions, JobsThatFailInARowOpenTheCircuitOfItsWorkAndOfNothingElse) {
  start();
  for (const char* work : {"a", "b", "c", "d"}) EXPECT_FALSE(attempt(Point::kJob, "throw", work));
  EXPECT_FALSE(attempt(Point::kEvent, "shape", "e"));
  EXPECT_EQ(room("work").circuit, host::Circuit::kOpen);
  EXPECT_THAT(room("work").circuit_reason, HasSubstr("its last 5 calls failed, the latest at event"));
  EXPECT_EQ(ask(Point::kJob, "done").error().code, "MODULE_UNAVAILABLE");
  EXPECT_EQ(room("work").restarts, 0u);
  EXPECT_EQ(house_.status(kModule).circuit, host::Circuit::kClosed);
  EXPECT_EQ(room("pages").circuit, host::Circuit::kClosed);
  EXPECT_TRUE(ask(Point::kRoute, "tell"));
  EXPECT_EQ(figures(Point::kJob).failures, 4u);
  EXPECT_EQ(figures(Point::kEvent).failures, 1u);
}

TEST_F(Extensions, AJobThatIsTriedAgainAndFailsAgainIsOneFailure) {
  start();
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(attempt(Point::kJob, "throw", "a"));
  EXPECT_EQ(room("work").circuit, host::Circuit::kClosed);
  EXPECT_EQ(figures(Point::kJob).calls, 1u);
  EXPECT_EQ(figures(Point::kJob).failures, 1u);
  for (const char* work : {"b", "c", "d"}) EXPECT_FALSE(attempt(Point::kJob, "throw", work));
  EXPECT_EQ(room("work").circuit, host::Circuit::kClosed);
  EXPECT_TRUE(attempt(Point::kJob, "done", "a"));
  EXPECT_EQ(figures(Point::kJob).calls, 5u);
  EXPECT_FALSE(attempt(Point::kJob, "throw", "a"));
  EXPECT_EQ(figures(Point::kJob).failures, 5u) << "it had been done, so this is another failure";
}

TEST_F(Extensions, AJobThatAsksForAnotherAttemptHasNotFailed) {
  start();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(*attempt(Point::kJob, "again", std::to_string(i)), R"({"again_in_s":60})");
  EXPECT_EQ(room("work").circuit, host::Circuit::kClosed);
  EXPECT_EQ(figures(Point::kJob).calls, 8u);
  EXPECT_EQ(figures(Point::kJob).failures, 0u);
  EXPECT_EQ(figures(Point::kJob).within.back(), 8u) << "in the histogram, as hooks are";
}

TEST_F(Extensions, EndsOverOneJobAreOneEndAndOverManyTheyBringItsWorkIntoQuarantineForGood) {
  const auto strict = [](auto& options) { options.quarantine_failures = 3; };
  auto installed = workshop_.pack("extensions", {.abi = "1.3", .permissions = kPermissions, .declared = kDeclared});
  const auto work_of = [](const host::ModuleStatus& status) -> const host::RoomStatus& {
    for (const auto& one : status.companions)
      if (one.name == "work") return one;
    throw std::logic_error("it has no work");
  };
  {
    House house(workshop_, strict);
    house.start({installed});
    for (unsigned i = 1; i <= 4; ++i) {
      EXPECT_FALSE(attempt(house, Point::kJob, i % 2 == 0 ? "crash" : "never", "a", 500ms));
      house.wait_for(kModule, [&](const auto& now) { return work_of(now).restarts == i; });
    }
    const auto one = house.status(kModule);
    EXPECT_EQ(work_of(one).health.failures.size(), 1u);
    EXPECT_THAT(work_of(one).last_failure, HasSubstr("abort")) << "each is told";
    EXPECT_FALSE(attempt(house, Point::kJob, "crash", "b"));
    house.wait_for(kModule, [&](const auto& now) { return work_of(now).restarts == 5; });
    EXPECT_FALSE(attempt(house, Point::kEvent, "crash", "c"));
    const auto status =
        house.wait_for(kModule, [&](const auto& now) { return work_of(now).state == ModuleState::kQuarantined; });
    EXPECT_EQ(status.state, ModuleState::kRunning) << "its lessons go on";
    for (const char* part : {"process for its work of the module hostile-extensions", "it ended 3 times",
                             "`rapt module release hostile-extensions`"})
      EXPECT_THAT(work_of(status).reason, HasSubstr(part));
    installed.health = status.health;
  }
  House house(workshop_, strict);
  house.start({installed});
  const auto again =
      house.wait_for(kModule, [&](const auto& now) { return work_of(now).state == ModuleState::kQuarantined; });
  EXPECT_EQ(again.health, installed.health) << "a restart lets nobody out";
  EXPECT_EQ(again.state, ModuleState::kRunning);
  installed.health.released_at = SystemClock().now();
  house.update({installed});
  house.wait_for(kModule, [&](const auto& now) { return work_of(now).state == ModuleState::kRunning; });
  EXPECT_TRUE(attempt(house, Point::kJob, "done", "a"));
}

TEST_F(Extensions, WhatIsNotDeclaredIsNotAsked) {
  start(R"("jobs":[{"name":"work"}])");
  EXPECT_EQ(house_.status(kModule).companions.size(), 1u);
  const auto refused = ask(Point::kRoute, "tell");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().log_detail, HasSubstr("nothing of that kind"));
  EXPECT_EQ(house_.supervisor().offer(kModule)->jobs.size(), 1u);
  EXPECT_EQ(house_.supervisor().offers().size(), 1u);
}

TEST_F(Extensions, ALibraryWithoutWhatItsManifestDeclaresIsRefused) {
  house_.start({workshop_.pack("continue", {.abi = "1.3", .permissions = kPermissions, .declared = kDeclared})});
  const auto status =
      house_.wait_for("hostile-continue", [](const auto& now) { return now.state == ModuleState::kRefused; });
  EXPECT_THAT(status.reason, HasSubstr("Its manifest declares routes, its library offers no rapt.routes/1"));
}

}  // namespace
}  // namespace rapt::hostile
