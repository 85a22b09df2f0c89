// SPDX-License-Identifier: AGPL-3.0-or-later
// A module asks its host while it is being asked, in its real sandbox: answers, refusals, limits, slow and late hosts.
#include <gmock/gmock.h>
#include <signal.h>

#include <future>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include "memory_services.hpp"
#include "modules/forged_fault.h"
#include "rapt/sandbox/wire.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
using hooks::Point;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using Kind = Answer::Kind;
namespace asio = boost::asio;

constexpr const char* kAll =
    R"([{"name":"kv","reason":"r"},{"name":"sql","reason":"r"},{"name":"http","reason":"r","hosts":["a.example"]},)"
    R"({"name":"metrics","reason":"r"}])";

class Services : public ::testing::Test {
 protected:
  void start(const char* permissions = kAll) {
    house_.start({workshop_.pack("ask", {.permissions = permissions})});
    house_.wait_running(kModule);
  }
  std::future<Answer> ask_later(const std::string& orders, std::chrono::milliseconds limit = 10s) {
    auto& context = contexts_.emplace_back(std::make_unique<hooks::Context>(sample_context()));
    context->current->content = orders;
    return asio::co_spawn(house_.loop(),
                          house_.supervisor().call(kModule, Point::kChatOnMessage, *context, kConfig, limit),
                          asio::use_future);
  }
  Answer ask(const std::string& orders, std::chrono::milliseconds limit = 10s) {
    return ask_later(orders, limit).get();
  }
  std::string told(const std::string& orders) {
    const Answer answer = ask(orders);
    EXPECT_EQ(answer.kind, Kind::kReplace) << answer.text;
    return answer.text;
  }
  host::ServiceStatus service(const std::string& name) {
    const auto status = house_.status(kModule);
    for (const auto& one : status.services) {
      if (one.name == name) return one;
    }
    return {};
  }
  std::vector<std::string> warnings() {
    for (auto& line : house_.supervisor().take_lines()) {
      if (line.level == "warn") warnings_.push_back(line.text);
    }
    return warnings_;
  }
  void wait_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(condition());
  }

  const std::string kModule = "hostile-ask", kConfig = "{}";  ///< outlive the calls
  Workshop workshop_;
  MemoryServices services_;
  std::vector<std::unique_ptr<hooks::Context>> contexts_;
  std::vector<std::string> warnings_;
  House house_{workshop_, [this](host::Supervisor::Options& options) {
                 fearless(options);
                 options.services = &services_;
               }};
};

TEST_F(Services, AnswerEveryFunction) {
  start();
  EXPECT_EQ(told("kv|get|1|color\nkv|put|1|color|green|60\nkv|get|1|color\nkv|erase|1|color\nkv|get|1|color"),
            "0 -\n0 -\n0 green\n0 -\n0 -\n");
  EXPECT_EQ(told("kv|add|1|n|5|0\nkv|add|1|n|-7|0"), "0 5\n0 -2\n");
  EXPECT_EQ(told("kv|swap|1|s|-|a|0\nkv|swap|1|s|b|c|0\nkv|swap|1|s|a|c|0\nkv|get|1|s"), "0 1\n0 0\n0 1\n0 c\n");
  EXPECT_EQ(told("kv|keys|1|a|-|10"), "0 []\n");
  EXPECT_EQ(told("sql|query|SELECT $1|[1]\nsql|transact|[]\nsql|query|fault|-"),
            "0 SELECT $1\n0 []\n-1 {\"sqlstate\":\"42601\"}\n");
  EXPECT_EQ(told("http|{\"url\":\"u\"}|body\nhttp|{}|-"), "0 body\n0 {\"url\":\"u\"}\n0 -\n0 {}\n");
  EXPECT_THAT(service("kv"), AllOf(Field(&host::ServiceStatus::calls, 12u), Field(&host::ServiceStatus::offered, true),
                                   Field(&host::ServiceStatus::refused, 0u)));
}

TEST_F(Services, KnowWhomTheCallIsAbout) {
  start();
  told("kv|put|4|k|v|0");
  const auto seen = services_.seen();
  ASSERT_EQ(seen.size(), 1u);
  const auto& scope = seen[0].scope;
  EXPECT_EQ(scope.user_id, "user-1");
  EXPECT_EQ(scope.tool_id + scope.group_id + scope.session_id, "tool-1group-1session-1");
  EXPECT_EQ(scope.point, Point::kChatOnMessage);
  EXPECT_EQ(seen[0].module + " " + seen[0].version, "hostile-ask 1.0.0");
  EXPECT_THAT(seen[0].grants, Contains("http:a.example"));
}

TEST_F(Services, AreRefusedWithoutPermissionAndTheAdminSeesIt) {
  start(R"([{"name":"sql","reason":"r"}])");
  EXPECT_EQ(told("kv|get|1|k\nkv|get|1|k\ncount|figure|1\nsql|query|SELECT 1|-"),
            "-3 no service\n-3 no service\n-3 no service\n0 SELECT 1\n");
  house_.ask(kModule);
  EXPECT_THAT(warnings(), ElementsAre(AllOf(HasSubstr("rapt.kv/1"), HasSubstr("\"kv\"")), HasSubstr("rapt.metrics/1")));
}

TEST_F(Services, ThatThisHostLacksAreNotOffered) {
  services_.offered = {sandbox::Service::kSql};
  start();
  EXPECT_EQ(told("kv|get|1|k\nsql|query|SELECT 1|-"), "-3 no service\n0 SELECT 1\n");
}

TEST_F(Services, RefuseWhatIsNoKeyNoValueNoJson) {
  start();
  EXPECT_EQ(told("kv|get|0|k\nkv|get|6|k\nkv|get|1|-\nkv|get|1|*0\nkv|get|1|*257\nkv|get|1|!\nkv|get|1|a\tb"),
            "-1 -\n-1 -\n-1 -\n-1 -\n-1 -\n-1 -\n-1 -\n");
  EXPECT_EQ(told("kv|put|1|k|-|0\nkv|put|1|k|!|0\nkv|put|1|k|*65537|0\nkv|put|1|k|v|-1\nkv|put|1|k|v|34560001"),
            "-1 -\n-1 -\n-2 -\n-1 -\n-1 -\n");
  EXPECT_EQ(told("kv|keys|1|a|b|0\nkv|keys|1|a|b|1001\nkv|keys|1|*257|-|1"), "-1 -\n-1 -\n-1 -\n");
  EXPECT_EQ(told("sql|query|-|-\nsql|query|SELECT|{}\nsql|query|SELECT|[1\nsql|transact|x\nsql|query|*1048577|-"),
            "-1 -\n-1 -\n-1 -\n-1 -\n-2 -\n");
  EXPECT_EQ(told("http|[]|-\nhttp|{}|*524289\nhttp|{}|!"), "-1 -\n-1 -\n-2 -\n-2 -\n-1 -\n-1 -\n");
  EXPECT_EQ(told("kv|put|1|k|*65537|0"), "-2 -\n");
  EXPECT_TRUE(services_.seen().empty()) << "nothing of it was asked";
  std::vector<std::string> said;
  wait_until([&] { return (said = warnings()).size() >= 5; });
  EXPECT_THAT(said, Contains(HasSubstr("refused at once: a text of 65537 bytes, where 65536 are the most")));
  EXPECT_THAT(said, Contains(HasSubstr("a text that is not UTF-8")));
  EXPECT_THAT(said, Contains(HasSubstr("a text that is not a JSON array")));
  EXPECT_THAT(said, Contains(HasSubstr("a text that is not a JSON object")));
}

TEST_F(Services, CarryWhatIsLargestAndNothingLarger) {
  start();
  EXPECT_EQ(told("kv|put|1|*256|*65536|34560000"), "0 -\n");
  EXPECT_EQ(told("sql|query|*1048570|[1]"), "0 *1048570\n");
  EXPECT_EQ(told("sql|query|*1048576|[1]"), "-2 -\n") << "both together are too large";
  EXPECT_EQ(told("kv|get|1|large"), "0 *1048576\n");
  EXPECT_EQ(told("kv|get|1|huge"), "-2 -\n");
  EXPECT_EQ(house_.status(kModule).restarts, 0u);
}

TEST_F(Services, ThatFailOrForbidAreCounted) {
  start();
  EXPECT_EQ(told("kv|get|1|throw\nkv|get|1|forbidden\nkv|get|1|k"), "-4 -\n-3 -\n0 -\n");
  EXPECT_THAT(service("kv"), AllOf(Field(&host::ServiceStatus::calls, 3u), Field(&host::ServiceStatus::failures, 1u),
                                   Field(&host::ServiceStatus::refused, 1u)));
  EXPECT_THAT(warnings(), Contains("It asked for what is somebody else's."));
}

TEST_F(Services, AreAskedThousandsOfTimesInOneCall) {
  start();
  std::string orders;
  for (int i = 0; i < 3000; ++i) orders += "kv|add|1|n|1|0\n";
  EXPECT_THAT(told(orders), ::testing::EndsWith("0 3000\n"));
}

TEST_F(Services, ThatAreSlowDoNotHoldUpAnybodyElse) {
  house_.start({workshop_.pack("ask", {.permissions = kAll}), workshop_.pack("replace")});
  auto slow = ask_later("kv|get|1|wait\nkv|get|1|k");
  wait_until([&] { return services_.waiting == 1; });
  EXPECT_EQ(house_.ask("hostile-replace", 10s).kind, Kind::kReplace);
  services_.release();
  EXPECT_EQ(slow.get().text, "0 -\n0 -\n");
}

TEST_F(Services, ThatComeTooLateEndTheProcessAndAreCancelled) {
  start();
  auto late = ask_later("kv|get|1|never", 300ms);
  const auto answer = late.get();
  EXPECT_EQ(answer.kind, Kind::kLate) << answer.text;
  EXPECT_THAT(answer.text, HasSubstr("longer than its limit of 300 ms"));
  wait_until([&] { return services_.cancelled == 1; });
  EXPECT_EQ(services_.waiting, 0);
  EXPECT_EQ(service("kv").failures, 1u);
  house_.wait_running(kModule);
  EXPECT_EQ(told("kv|get|1|k"), "0 -\n");
}

TEST_F(Services, AreCancelledWhenTheProcessDies) {
  start();
  const int pid = house_.wait_running(kModule).pid;
  auto asked = ask_later("kv|get|1|wait");
  wait_until([&] { return services_.waiting == 1; });
  kill(pid, SIGKILL);
  EXPECT_EQ(asked.get().kind, Kind::kDead);
  wait_until([&] { return services_.waiting == 0; });
  EXPECT_EQ(services_.cancelled, 1);
  house_.wait_for(kModule, [&](const auto& now) {
    return now.state == host::ModuleState::kRunning && now.pid != pid && now.pid != 0;
  });
  EXPECT_EQ(told("kv|get|1|k"), "0 -\n") << "the next process counts its questions from one";
}

TEST_F(Services, GoOnForACallerThatHasLeft) {
  start();
  auto strand = asio::make_strand(house_.loop());
  asio::cancellation_signal leave;
  std::promise<void> left;
  auto context = sample_context();
  context.current->content = "kv|get|1|wait\nkv|put|1|k|done|0";
  asio::co_spawn(
      strand, house_.supervisor().call(kModule, Point::kChatOnMessage, context, kConfig, 10s),
      asio::bind_cancellation_slot(leave.slot(), [&](const std::exception_ptr&, const Answer&) { left.set_value(); }));
  wait_until([&] { return services_.waiting == 1; });
  asio::post(strand, [&] { leave.emit(asio::cancellation_type::terminal); });
  left.get_future().get();
  context = {};
  services_.release();
  EXPECT_EQ(told("kv|get|1|k"), "0 done\n");
  EXPECT_EQ(services_.seen().back().scope.user_id, "user-1");
}

TEST_F(Services, OfCallsInLineAreEachAnsweredInItsOwnName) {
  start();
  constexpr int kCalls = 400;
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < kCalls; ++i) {
    answers.push_back(ask_later("kv|put|4|k|" + std::to_string(i) + "|0\nkv|add|1|n|1|0\nkv|get|4|k", 60s));
    contexts_.back()->user.id = "user-" + std::to_string(i);
  }
  std::set<std::string> sums;
  for (int i = 0; i < kCalls; ++i) {
    const auto answer = answers[static_cast<std::size_t>(i)].get();
    ASSERT_EQ(answer.kind, Kind::kReplace) << answer.text;
    EXPECT_THAT(answer.text, ::testing::EndsWith("\n0 " + std::to_string(i) + "\n"));
    sums.insert(answer.text.substr(4, answer.text.find('\n', 4) - 4));
  }
  EXPECT_EQ(sums.size(), static_cast<std::size_t>(kCalls)) << "no question was asked twice";
}

TEST_F(Services, AreAnsweredToTheOldVersionWhileAnotherTakesItsPlace) {
  start();
  auto asked = ask_later("kv|get|1|wait\nkv|get|1|k");
  wait_until([&] { return services_.waiting == 1; });
  house_.update({workshop_.pack("ask", {.timeout_ms = 9000, .permissions = kAll})});
  house_.wait_running(kModule);
  services_.release();
  const auto answer = asked.get();
  EXPECT_EQ(answer.kind, Kind::kReplace) << answer.text;
  EXPECT_EQ(told("kv|get|1|k"), "0 -\n");
}

TEST_F(Services, OutsideOfACallAreNotAllowed) {
  house_.start({workshop_.pack("ask_outside", {.permissions = kAll})});
  const auto answer = house_.ask("hostile-ask-outside");
  EXPECT_EQ(extraction(answer, "result"), "-33") << answer.text;
  EXPECT_TRUE(services_.seen().empty());
}

TEST_F(Services, FiguresTravelWithTheReplyAndAreShown) {
  start();
  std::string orders = "count|words|3\ncount|words|4\nobserve|seconds|0.5\nobserve|seconds|2\nobserve|seconds|-1";
  EXPECT_EQ(told(orders), "0 -\n0 -\n0 -\n0 -\n0 -\n");
  EXPECT_EQ(told("count|Words|1\ncount|w|-1\nobserve|w|inf\ncount|*65|1\ncount|-|1"), "-1 -\n-1 -\n-1 -\n-1 -\n-1 -\n");
  const auto metrics = house_.status(kModule).metrics;
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[0].name, "seconds");
  EXPECT_FALSE(metrics[0].is_counter);
  EXPECT_EQ(metrics[0].count, 3u);
  EXPECT_DOUBLE_EQ(metrics[0].sum, 1.5);
  EXPECT_DOUBLE_EQ(metrics[0].min, -1);
  EXPECT_EQ(metrics[1].name, "words");
  EXPECT_EQ(metrics[1].count, 7u);
}

TEST_F(Services, FiguresAreFewEnough) {
  start();
  std::string seventeen;
  for (int i = 0; i < 17; ++i) seventeen += "count|a" + std::to_string(i) + "|1\n";
  EXPECT_THAT(told(seventeen), ::testing::EndsWith("0 -\n-2 -\n"));
  for (int round = 0; round < 2; ++round) {
    std::string more;
    for (int i = 0; i < 16; ++i) more += "count|b" + std::to_string(round * 16 + i) + "|1\n";
    told(more);
  }
  EXPECT_EQ(house_.status(kModule).metrics.size(), 32u);
  EXPECT_THAT(warnings(), Contains(HasSubstr("16 of its figures were dropped")));
}

class Forged : public Services {
 protected:
  void SetUp() override {
    house_.start(
        {workshop_.pack("ask_forged", {.permissions = R"([{"name":"kv","reason":"r"}])"}), workshop_.pack("replace")});
  }
  Answer forge(const std::string& order) {
    house_.wait_running(kForger);
    auto context = sample_context();
    context.current->content = order;
    return house_.ask(kForger, context, Point::kChatOnMessage, "{}", 60s);  // a slow machine is no lie
  }
  Answer forge(Fault fault) { return forge(std::to_string(fault)); }

  static constexpr const char* kForger = "hostile-ask-forged";
};

TEST_F(Forged, AQuestionByHandIsAnswered) {
  const auto answer = forge(kNone);
  EXPECT_EQ(extraction(answer, "result"), "0") << answer.text;
}

TEST_F(Forged, EveryLieEndsTheProcessWithASentence) {
  const std::map<Fault, std::string> sentences = {{kTwoAtOnce, "counted its questions to the host wrongly"},
                                                  {kOtherCall, "in the name of a call that it is not working on"},
                                                  {kOutside, "lies outside of it"},
                                                  {kHuge, "4294967295 bytes"},
                                                  {kTooManyTexts, "more or fewer parts"},
                                                  {kNoSuchService, "service 77, which does not exist"},
                                                  {kFiguresByWire, "which does not exist"},
                                                  {kNotUtf8, "not UTF-8"},
                                                  {kBackwards, "counted its questions"},
                                                  {kMissingText, "is absent"}};
  for (const auto& [fault, sentence] : sentences) {
    const auto answer = forge(fault);
    EXPECT_EQ(answer.kind, Kind::kLying) << fault << " " << answer.text;
    EXPECT_THAT(answer.text, HasSubstr(sentence));
  }
  EXPECT_EQ(house_.ask("hostile-replace").kind, Kind::kReplace);
  EXPECT_TRUE(services_.seen().empty());
}

TEST_F(Forged, AnsweringWhileAQuestionIsOpenIsALie) {
  const auto answer = forge(kLeavesWithoutWaiting);
  EXPECT_EQ(answer.kind, Kind::kLying);
  EXPECT_THAT(answer.text, HasSubstr("answered while it waited for its host"));
  wait_until([&] { return services_.cancelled == 1; });
}

TEST_F(Forged, AskingUnaskedIsALie) {
  EXPECT_EQ(forge(kAsksUnasked).kind, Kind::kContinue);
  const auto status = house_.wait_for(kForger, [](const auto& now) { return !now.last_failure.empty(); });
  EXPECT_THAT(status.last_failure, HasSubstr("asked its host although nobody had called it"));
}

TEST_F(Forged, WhatWasNotGrantedIsRefusedCountedAndSaid) {
  const auto answer = forge(kNotGranted);
  EXPECT_EQ(extraction(answer, "result"), "-3") << answer.text;
  forge(kManyTimes);
  EXPECT_TRUE(services_.seen().empty());
  wait_until([&] { return house_.status(kForger).services.size() == 2; });
  const auto sql = house_.status(kForger).services.at(1);
  EXPECT_EQ(sql.name, "sql");
  EXPECT_FALSE(sql.offered);
  EXPECT_EQ(sql.refused, 1001u);
  const auto said = warnings();
  EXPECT_THAT(said, Contains(HasSubstr("It was refused sql")));
  EXPECT_LT(said.size(), 200u) << "the lines are limited";
}

TEST_F(Forged, FiguresWithoutPermissionAreRefused) {
  EXPECT_EQ(forge(kFigures).kind, Kind::kContinue);
  EXPECT_TRUE(house_.status(kForger).metrics.empty());
  EXPECT_THAT(warnings(), Contains(HasSubstr("It was refused metrics")));
}

TEST_F(Forged, EveryChangedWordIsRefusedOrALie) {
  int lies = 0, answers = 0;
  for (std::size_t word = 0; word < sizeof(sandbox::wire::ServiceFrame) / 4; ++word) {
    for (int change = 0; change < 6; ++change) {
      const auto answer = forge(std::to_string(kWord) + " " + std::to_string(word) + " " + std::to_string(change));
      ASSERT_THAT(answer.kind, ::testing::AnyOf(Kind::kLying, Kind::kContinue)) << word << "/" << change << answer.text;
      (answer.kind == Kind::kLying ? lies : answers) += 1;
    }
  }
  EXPECT_GT(lies, 30);
  EXPECT_GT(answers, 30) << "most words are not counted";
  EXPECT_EQ(house_.status("hostile-replace").restarts, 0u);
}

}  // namespace
}  // namespace rapt::hostile
