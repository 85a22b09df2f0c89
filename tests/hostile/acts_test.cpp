// SPDX-License-Identifier: AGPL-3.0-or-later
// Each hostile module tries one thing. It fails at it, the admin gets a sentence, and a neighbor keeps answering. All
// acts of one run live in the same house, so that whatever one of them could break is broken for the next.
#include <gmock/gmock.h>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;
using ::testing::HasSubstr;

/// What becomes of one act.
struct Act {
  const char* name;
  Kind kind;
  const char* says;  ///< part of the answer's sentence; for kContinue the extraction "result"
};

void PrintTo(const Act& act, std::ostream* out) {
  *out << act.name;
}

std::string test_name(const ::testing::TestParamInfo<Act>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

class Hostile : public ::testing::TestWithParam<Act> {
 protected:
  static void SetUpTestSuite() {
    if (house_) return;
    workshop_ = std::make_unique<Workshop>();
    house_ = std::make_unique<House>(*workshop_, fearless);
    neighbor_ = workshop_->pack("replace");
    house_->start({neighbor_});
  }
  static void TearDownTestSuite() {
    house_.reset();
    workshop_.reset();
  }
  static std::unique_ptr<Workshop> workshop_;
  static std::unique_ptr<House> house_;
  static host::InstalledModule neighbor_;
};
std::unique_ptr<Workshop> Hostile::workshop_;
std::unique_ptr<House> Hostile::house_;
host::InstalledModule Hostile::neighbor_;

TEST_P(Hostile, FailsAndTheNeighborGoesOn) {
  const Act& act = GetParam();
  const auto module = workshop_->pack(act.name);
  house_->update({neighbor_, module});
  house_->wait_running(module.name);
  const auto answer = house_->ask(module.name, act.kind == Kind::kLate ? 50ms : 10s);
  EXPECT_EQ(answer.kind, act.kind) << answer.text;
  if (act.kind == Kind::kContinue) {
    EXPECT_EQ(extraction(answer, "result"), act.says);
  } else {
    EXPECT_THAT(answer.text, HasSubstr(act.says));
  }
  EXPECT_EQ(house_->ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor";
  EXPECT_EQ(house_->status("hostile-replace").restarts, 0u) << "the neighbor";
  if (act.kind == Kind::kContinue || act.kind == Kind::kError) {
    EXPECT_EQ(house_->status(module.name).restarts, 0u);
  } else {
    const auto status = house_->wait_for(
        module.name, [](const auto& s) { return s.restarts > 0 && s.state == host::ModuleState::kRunning; });
    EXPECT_THAT(status.last_failure, HasSubstr(act.says));
  }
}

// Numbers are errno values: EPERM 1, EBADF 9, EACCES 13, EINVAL 22.
constexpr Act kLooking[] = {{"open-passwd", Kind::kContinue, "13"},
                            {"open-shadow", Kind::kContinue, "13"},
                            {"open-environment", Kind::kContinue, "13"},
                            {"open-parent-environment", Kind::kContinue, "13"},
                            {"open-own-memory", Kind::kContinue, "13"},
                            {"open-parent-memory", Kind::kContinue, "13"},
                            {"open-kernel-memory", Kind::kContinue, "13"},
                            {"open-terminal", Kind::kContinue, "13"},
                            {"open-nameless", Kind::kContinue, "13"},
                            {"open-new-file", Kind::kContinue, "13"},
                            {"open-magic", Kind::kContinue, "13"},
                            {"environment", Kind::kContinue, "0"},
                            {"constructor-open", Kind::kContinue, "13"},
                            {"terminal", Kind::kContinue, "1"},
                            {"print", Kind::kContinue, "9"},
                            {"neighbor-clock", Kind::kContinue, "0"},
                            {"services", Kind::kContinue, "0"}};
INSTANTIATE_TEST_SUITE_P(Looking, Hostile, ::testing::ValuesIn(kLooking), test_name);

constexpr Act kReaching[] = {{"socket-inet", Kind::kDead, "forbidden system call (socket)"},
                             {"socket-inet6", Kind::kDead, "forbidden system call (socket)"},
                             {"socket-unix", Kind::kDead, "forbidden system call (socket)"},
                             {"socket-netlink", Kind::kDead, "forbidden system call (socket)"},
                             {"socket-vsock", Kind::kDead, "forbidden system call (socket)"},
                             {"socket-packet", Kind::kDead, "forbidden system call (socket)"},
                             {"socket-alg", Kind::kDead, "forbidden system call (socket)"},
                             {"signal-everyone", Kind::kDead, "forbidden system call (kill)"},
                             {"trace-parent", Kind::kDead, "forbidden system call (ptrace)"},
                             {"descriptor-owner", Kind::kContinue, "0"},
                             {"process-settings", Kind::kContinue, "0"},
                             {"more-processors", Kind::kContinue, "1"}};
INSTANTIATE_TEST_SUITE_P(Reaching, Hostile, ::testing::ValuesIn(kReaching), test_name);

constexpr Act kGrowing[] = {{"fork", Kind::kContinue, "1000"},
                            {"fork-bomb", Kind::kContinue, "0"},
                            {"thread", Kind::kContinue, "1"},
                            {"own-handler", Kind::kContinue, "1"},
                            {"block-signals", Kind::kContinue, "1"},
                            {"more-memory", Kind::kContinue, "1"},
                            {"exec-library", Kind::kDead, "forbidden system call (execveat)"},
                            {"memory-file", Kind::kDead, "forbidden system call (memfd_create)"},
                            {"futex-pi", Kind::kDead, "forbidden system call (futex)"}};
INSTANTIATE_TEST_SUITE_P(Growing, Hostile, ::testing::ValuesIn(kGrowing), test_name);

constexpr Act kMemory[] = {{"write-request", Kind::kDead, "SIGSEGV"},
                           {"unprotect-request", Kind::kContinue, "13"},
                           {"write-text", Kind::kDead, "SIGSEGV"},
                           {"mprotect-exec", Kind::kDead, "forbidden system call (mprotect)"},
                           {"mmap-exec", Kind::kDead, "forbidden system call (mmap)"},
                           {"map-area", Kind::kDead, "forbidden system call (mmap)"},
                           {"huge-pages", Kind::kDead, "forbidden system call (mmap)"},
                           {"memory-covered", Kind::kDead, "forbidden system call (mremap)"},
                           {"poison", Kind::kDead, "forbidden system call (madvise)"},
                           {"constructor-filter", Kind::kDead, "forbidden system call (mprotect)"},
                           {"segfault", Kind::kDead, "SIGSEGV"},
                           {"foreign-arguments", Kind::kDead, "SIGSEGV"},
                           {"stack-overflow", Kind::kDead, "SIGSEGV"}};
INSTANTIATE_TEST_SUITE_P(Memory, Hostile, ::testing::ValuesIn(kMemory), test_name);

constexpr Act kEnding[] = {{"abort", Kind::kDead, "gave up"},
                           {"throw", Kind::kDead, "gave up"},
                           {"unwind", Kind::kDead, "gave up"},
                           {"jump-out", Kind::kDead, "SIGSEGV"},
                           {"exit", Kind::kDead, "exited by itself with status 3"},
                           {"exit-now", Kind::kDead, "exited by itself with status 0"},
                           {"thread-exit", Kind::kDead, "exited by itself with status 0"},
                           {"destructor", Kind::kDead, "forbidden system call (socket)"},
                           {"divide", Kind::kDead, "SIGFPE"},
                           {"illegal", Kind::kDead, "SIGILL"},
                           {"false-last-words", Kind::kDead, "forbidden system call"}};
INSTANTIATE_TEST_SUITE_P(Ending, Hostile, ::testing::ValuesIn(kEnding), test_name);

constexpr Act kStaying[] = {{"loop", Kind::kLate, "took longer than its limit of 50 ms"},
                            {"deadlock", Kind::kLate, "took longer"},
                            {"sleep", Kind::kLate, "took longer"},
                            {"flood-wakeups", Kind::kLate, "took longer"},
                            {"steal-wakeup", Kind::kLate, "took longer"}};
INSTANTIATE_TEST_SUITE_P(Staying, Hostile, ::testing::ValuesIn(kStaying), test_name);

constexpr Act kLying[] = {{"wrong-verdict", Kind::kLying, "the verdict 77 does not exist"},
                          {"replace-without-text", Kind::kError, "without giving an acceptable text"},
                          {"invalid-utf8", Kind::kContinue, "-1"},
                          {"emit-too-much", Kind::kContinue, "32"},
                          {"finding-names", Kind::kContinue, "0"},
                          {"flood-services", Kind::kContinue, "31"},
                          {"not-allowed", Kind::kContinue, "-3"},
                          {"answer-twice", Kind::kContinue, "1"},
                          {"hold-service", Kind::kContinue, "-3"},
                          {"hold-elsewhere", Kind::kLying, "holds 5 bytes back, which it may not here"},
                          {"corrupt-offset", Kind::kLying, "lies outside of the reply"},
                          {"corrupt-size", Kind::kLying, "are allowed"},
                          {"corrupt-counts", Kind::kLying, "counts more"},
                          {"corrupt-utf8", Kind::kLying, "not UTF-8"},
                          {"corrupt-json", Kind::kLying, "not JSON"},
                          {"corrupt-sequence", Kind::kLying, "answered a call that nobody made"},
                          {"corrupt-log", Kind::kContinue, "0"}};
INSTANTIATE_TEST_SUITE_P(Lying, Hostile, ::testing::ValuesIn(kLying), test_name);

#if defined(__x86_64__)
constexpr Act kOtherTables[] = {{"bits32", Kind::kDead, "SIGSYS"}, {"x32-numbers", Kind::kDead, "SIGSYS"}};
INSTANTIATE_TEST_SUITE_P(OtherTables, Hostile, ::testing::ValuesIn(kOtherTables), test_name);
#endif

}  // namespace
}  // namespace rapt::hostile
