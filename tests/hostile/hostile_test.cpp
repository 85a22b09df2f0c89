// SPDX-License-Identifier: AGPL-3.0-or-later
// Acts that need more than one question: at the start, about memory, time, the log and other calls.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;
using ::testing::HasSubstr;

class HostileHouse : public ::testing::Test {
 protected:
  Workshop workshop_;
};

/// By malloc, by mappings, by one mapping that grows: the manifest's memory and no more.
TEST_F(HostileHouse, AMemoryEaterGetsWhatItsManifestSaysAndNoMore) {
  Packing packing;
  packing.memory_mb = 40;
  House house(workshop_, fearless);
  house.start({workshop_.pack("memory-eater", packing), workshop_.pack("memory-mapped", packing),
               workshop_.pack("memory-grown", packing), workshop_.pack("replace")});
  for (const char* module : {"hostile-memory-eater", "hostile-memory-mapped", "hostile-memory-grown"}) {
    house.wait_running(module);
    const auto answer = house.ask(module, 10s);
    ASSERT_EQ(answer.kind, Kind::kContinue) << module << ": " << answer.text;
    const int mib = std::stoi(extraction(answer, "result"));
    EXPECT_GE(mib, 30) << module;
    EXPECT_LE(mib, 40) << module;
  }
  EXPECT_EQ(house.ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor";
}

std::string each_byte_one_higher(std::string text) {
  for (char& c : text) ++c;
  return text;
}

/// What the module finds of `text` in its own memory, and what is no module's business it does not find.
TEST_F(HostileHouse, NothingOfTheHostsMemoryEnvironmentOrOtherModulesIsInItsOwn) {
  setenv("RAPT_HOSTILE_PROBE", "environment-of-the-host-4711", 1);
  const std::string heap = "heap-of-the-host-" + std::to_string(getpid());
  House house(workshop_, fearless);
  house.start({workshop_.pack("own-memory"), workshop_.pack("replace")});
  auto context = sample_context();
  context.current = hooks::Message{"user", "conversation-of-the-neighbor-4712", 3, SystemClock().now()};
  ASSERT_EQ(house.ask("hostile-replace", context, hooks::Point::kChatOnMessage, "{}", 10s).kind, Kind::kReplace);
  const auto found = [&](const std::string& text) {
    context.current->content = each_byte_one_higher(text);
    const auto answer = house.ask("hostile-own-memory", context, hooks::Point::kChatOnMessage, "{}", 60s);
    EXPECT_EQ(answer.kind, Kind::kContinue) << answer.text;
    return extraction(answer, "result");
  };
  EXPECT_NE(found("Socratic Algebra Tutor"), "0") << "what it was given it finds";
  EXPECT_EQ(found("environment-of-the-host-4711"), "0");
  EXPECT_EQ(found(heap), "0");
  EXPECT_EQ(found("conversation-of-the-neighbor-4712"), "0");
  unsetenv("RAPT_HOSTILE_PROBE");
}

TEST_F(HostileHouse, WhoSleepsWithinTheLimitIsHeardWhoSleepsBeyondItIsEnded) {
  House house(workshop_, fearless);
  house.start({workshop_.pack("sleep-for")});
  auto context = sample_context();
  const auto ask = [&](const char* sleeps_ms, std::chrono::milliseconds limit) {
    context.current->content = sleeps_ms;
    return house.ask("hostile-sleep-for", context, hooks::Point::kChatOnMessage, "{}", limit);
  };
  EXPECT_EQ(ask("90", 10s).kind, Kind::kContinue);
  const auto late = ask("60000", 100ms);
  EXPECT_EQ(late.kind, Kind::kLate);
  EXPECT_THAT(late.text, HasSubstr("limit of 100 ms"));
  house.wait_running("hostile-sleep-for");
  EXPECT_EQ(ask("1", 10s).kind, Kind::kContinue) << "the next process";
}

TEST_F(HostileHouse, WhoAnswersAheadIsFoundOut) {
  House house(workshop_, fearless);
  house.start({workshop_.pack("answer-ahead"), workshop_.pack("replace")});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  // Whether an answer comes before or after its question is a matter of milliseconds: it may be taken for honest first,
  // and it may be found out while nobody asks.
  while (house.status("hostile-answer-ahead").last_failure.empty() && std::chrono::steady_clock::now() < deadline) {
    const auto answer = house.ask("hostile-answer-ahead", 10s);
    EXPECT_THAT(answer.kind, ::testing::AnyOf(Kind::kContinue, Kind::kLying, Kind::kNotRunning)) << answer.text;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_THAT(house.status("hostile-answer-ahead").last_failure, HasSubstr("answered a call that nobody made"));
  EXPECT_EQ(house.ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor";
}

TEST_F(HostileHouse, NobodyInTheSandboxIsRoot) {
  House house(workshop_);
  house.start({workshop_.pack("whoami")});
  EXPECT_NE(extraction(house.ask("hostile-whoami"), "result"), "0");
}

TEST_F(HostileHouse, WhatIsHostileAtTheStartNeverStartsAndSaysWhy) {
  const std::pair<const char*, const char*> starts[] = {
      {"constructor-socket", "while starting, it tried a forbidden system call (socket)"},
      {"constructor-code", "while starting, it tried a forbidden system call (mmap)"},
      {"constructor-listener", "while starting, it tried a forbidden system call (seccomp)"},
      {"constructor-exit", "while starting, it exited by itself with status 0"},
      {"constructor-crash", "while starting, it crashed"},
      {"init-crash", "while starting, it gave up"},
      {"self-test-crash", "while starting, it gave up"},
      {"self-test-socket", "while starting, it tried a forbidden system call (socket)"}};
  std::vector<host::InstalledModule> modules{workshop_.pack("replace")};
  for (const auto& [name, says] : starts) modules.push_back(workshop_.pack(name));
  House house(workshop_, fearless);
  house.start(modules);
  for (const auto& [name, says] : starts) {
    const std::string module = Workshop::full_name(name);
    const auto status = house.wait_for(module, [](const auto& s) { return s.restarts > 0; });
    EXPECT_THAT(status.last_failure, HasSubstr(says));
    EXPECT_EQ(house.ask(module).kind, Kind::kNotRunning) << module;
  }
  EXPECT_EQ(house.ask("hostile-replace", 10s).kind, Kind::kReplace);
}

TEST_F(HostileHouse, WhoNeverBecomesReadyIsLate) {
  House house(workshop_, [](auto& options) {
    fearless(options);
    options.start_timeout = 300ms;
  });
  const auto never = {workshop_.pack("constructor-loop"), workshop_.pack("init-loop"), workshop_.pack("false-ready"),
                      workshop_.pack("self-test-loop")};
  ASSERT_TRUE(house.supervisor().start(never));
  for (const auto& module : never) {
    const auto status = house.wait_for(module.name, [](const auto& s) { return s.restarts > 0; });
    EXPECT_THAT(status.last_failure, HasSubstr("was not ready in time")) << module.name;
  }
}

TEST_F(HostileHouse, AFloodOfLogLinesIsCutCountedAndEscaped) {
  House house(workshop_);
  house.start({workshop_.pack("log-lines")});
  ::testing::internal::CaptureStderr();
  const auto answer = house.ask("hostile-log-lines", 10s);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(answer.kind, Kind::kContinue) << answer.text;
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 100) << "lines in the log";
  EXPECT_LT(log.size(), 100u * 1200);
  EXPECT_THAT(log, HasSubstr("last line"));
  EXPECT_THAT(log, HasSubstr("hostile-log-lines"));
  EXPECT_THAT(log, HasSubstr("module.lines_dropped"));
  EXPECT_THAT(log, ::testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace rapt::hostile
