// SPDX-License-Identifier: AGPL-3.0-or-later
// Each hostile module tries one thing. It fails at it, the admin gets a sentence, and a neighbor keeps answering.
#include <gmock/gmock.h>

#include <cerrno>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;
using testing::HasSubstr;

/// What becomes of one act.
struct Act {
  const char* name;
  Kind kind;
  const char* says;  ///< part of the answer's sentence; for kContinue the extraction "result"
};

void PrintTo(const Act& act, std::ostream* out) { *out << act.name; }

std::string test_name(const testing::TestParamInfo<Act>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

class Hostile : public testing::TestWithParam<Act> {
 protected:
  Workshop workshop_;
  House house_{workshop_};
};

TEST_P(Hostile, FailsAndTheNeighborGoesOn) {
  const Act& act = GetParam();
  const std::string module = std::string("hostile-") + act.name;
  house_.start({workshop_.pack(act.name), workshop_.pack("replace")});
  house_.wait_running(module);
  const auto answer = house_.ask(module, act.kind == Kind::kLate ? 50ms : 2000ms);
  EXPECT_EQ(answer.kind, act.kind) << answer.text;
  if (act.kind == Kind::kContinue) {
    EXPECT_EQ(extraction(answer, "result"), act.says);
  } else {
    EXPECT_THAT(answer.text, HasSubstr(act.says));
  }
  EXPECT_EQ(house_.ask("hostile-replace").kind, Kind::kReplace) << "the neighbor";
  if (act.kind == Kind::kContinue || act.kind == Kind::kError) {
    EXPECT_EQ(house_.status(module).restarts, 0u);
  } else {
    const auto status =
        house_.wait_for(module, [](const auto& s) { return s.restarts > 0 && s.state == host::ModuleState::kRunning; });
    EXPECT_THAT(status.last_failure, HasSubstr(act.says));
  }
}

// Numbers are errno values: EPERM 1, EBADF 9, EACCES 13.
INSTANTIATE_TEST_SUITE_P(Looking, Hostile,
                         testing::Values(Act{"open-passwd", Kind::kContinue, "13"},
                                         Act{"open-magic", Kind::kContinue, "13"},
                                         Act{"environment", Kind::kContinue, "0"},
                                         Act{"constructor-open", Kind::kContinue, "13"},
                                         Act{"terminal", Kind::kContinue, "1"}, Act{"print", Kind::kContinue, "9"}),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Growing, Hostile,
                         testing::Values(Act{"fork", Kind::kContinue, "1000"}, Act{"thread", Kind::kContinue, "1"},
                                         Act{"own-handler", Kind::kContinue, "1"},
                                         Act{"more-memory", Kind::kContinue, "1"}),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Memory, Hostile,
                         testing::Values(Act{"write-request", Kind::kDead, "SIGSEGV"},
                                         Act{"unprotect-request", Kind::kContinue, "13"},
                                         Act{"write-text", Kind::kDead, "SIGSEGV"},
                                         Act{"mprotect-exec", Kind::kDead, "forbidden system call (mprotect)"},
                                         Act{"mmap-exec", Kind::kDead, "forbidden system call (mmap)"},
                                         Act{"segfault", Kind::kDead, "SIGSEGV"},
                                         Act{"stack-overflow", Kind::kDead, "SIGSEGV"}),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Ending, Hostile,
                         testing::Values(Act{"abort", Kind::kDead, "gave up"}, Act{"throw", Kind::kDead, "gave up"},
                                         Act{"exit", Kind::kDead, "exited by itself with status 3"},
                                         Act{"false-last-words", Kind::kDead, "forbidden system call"}),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Staying, Hostile,
                         testing::Values(Act{"loop", Kind::kLate, "took longer than its limit of 50 ms"},
                                         Act{"deadlock", Kind::kLate, "took longer"},
                                         Act{"sleep", Kind::kLate, "took longer"},
                                         Act{"flood-wakeups", Kind::kLate, "took longer"},
                                         Act{"steal-wakeup", Kind::kLate, "took longer"}),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Lying, Hostile,
                         testing::Values(Act{"wrong-verdict", Kind::kLying, "the verdict 77 does not exist"},
                                         Act{"replace-without-text", Kind::kError, "without giving an acceptable text"},
                                         Act{"invalid-utf8", Kind::kContinue, "-1"},
                                         Act{"emit-too-much", Kind::kContinue, "32"},
                                         Act{"not-allowed", Kind::kContinue, "-3"},
                                         Act{"corrupt-offset", Kind::kLying, "lies outside of the reply"},
                                         Act{"corrupt-size", Kind::kLying, "are allowed"},
                                         Act{"corrupt-counts", Kind::kLying, "counts more"},
                                         Act{"corrupt-utf8", Kind::kLying, "not UTF-8"},
                                         Act{"corrupt-json", Kind::kLying, "not JSON"},
                                         Act{"corrupt-sequence", Kind::kLying, "answered a call that nobody made"},
                                         Act{"corrupt-log", Kind::kContinue, "0"}),
                         test_name);
#if defined(__x86_64__)
INSTANTIATE_TEST_SUITE_P(OtherArchitecture, Hostile, testing::Values(Act{"bits32", Kind::kDead, "SIGSYS"}), test_name);
#endif

class HostileHouse : public testing::Test {
 protected:
  Workshop workshop_;
};

TEST_F(HostileHouse, EveryForbiddenSystemCallEndsTheProcessAndIsNamed) {
  static constexpr const char* kCalls[] = {
#include "forbidden_calls.inc"
  };
  std::vector<host::InstalledModule> modules{workshop_.pack("replace")};
  std::string name;
  for (const char* call : kCalls) modules.push_back(workshop_.pack(name.assign("call-").append(call)));
  House house(workshop_);
  house.start(modules);
  for (const char* call : kCalls) {
    const std::string module = Workshop::full_name(name.assign("call-").append(call));
    const auto answer = house.ask(module);
    EXPECT_EQ(answer.kind, Kind::kDead) << call << ": " << answer.text << " " << extraction(answer, "result");
    EXPECT_EQ(answer.text, std::string("It tried a forbidden system call (") + call + ").");
    EXPECT_EQ(house.ask("hostile-replace").kind, Kind::kReplace) << "the neighbor, after " << call;
  }
}

TEST_F(HostileHouse, AMemoryEaterGetsWhatItsManifestSaysAndNoMore) {
  Packing packing;
  packing.memory_mb = 40;
  House house(workshop_);
  house.start({workshop_.pack("memory-eater", packing)});
  house.wait_running("hostile-memory-eater");
  const auto answer = house.ask("hostile-memory-eater");
  ASSERT_EQ(answer.kind, Kind::kContinue) << answer.text;
  const int mib = std::stoi(extraction(answer, "result"));
  EXPECT_GE(mib, 30);
  EXPECT_LE(mib, 40);
}

TEST_F(HostileHouse, NobodyInTheSandboxIsRoot) {
  House house(workshop_);
  house.start({workshop_.pack("whoami")});
  EXPECT_NE(extraction(house.ask("hostile-whoami"), "result"), "0");
}

TEST_F(HostileHouse, AHostileConstructorNeverStartsAndSaysWhy) {
  House house(workshop_);
  house.start({workshop_.pack("constructor-socket"), workshop_.pack("replace")});
  const auto status = house.wait_for("hostile-constructor-socket", [](const auto& s) { return s.restarts > 0; });
  EXPECT_THAT(status.last_failure, HasSubstr("while starting, it tried a forbidden system call (socket)"));
  EXPECT_EQ(house.ask("hostile-constructor-socket").kind, Kind::kNotRunning);
  EXPECT_EQ(house.ask("hostile-replace").kind, Kind::kReplace);
}

TEST_F(HostileHouse, AConstructorThatNeverReturnsIsLate) {
  House house(workshop_, [](auto& options) { options.start_timeout = 100ms; });
  ASSERT_TRUE(house.supervisor().start({workshop_.pack("constructor-loop")}));
  const auto status = house.wait_for("hostile-constructor-loop", [](const auto& s) { return s.restarts > 0; });
  EXPECT_THAT(status.last_failure, HasSubstr("was not ready in time"));
}

TEST_F(HostileHouse, AFloodOfLogLinesIsCutCountedAndEscaped) {
  House house(workshop_);
  house.start({workshop_.pack("log-lines")});
  testing::internal::CaptureStderr();
  const auto answer = house.ask("hostile-log-lines", 10s);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(answer.kind, Kind::kContinue) << answer.text;
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 100) << "lines in the log";
  EXPECT_LT(log.size(), 100u * 1200);
  EXPECT_THAT(log, HasSubstr("last line"));
  EXPECT_THAT(log, HasSubstr("hostile-log-lines"));
  EXPECT_THAT(log, HasSubstr("module.lines_dropped"));
  EXPECT_THAT(log, testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace rapt::hostile
