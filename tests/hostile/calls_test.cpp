// SPDX-License-Identifier: AGPL-3.0-or-later
// Every system call that there is, by number: which are made, which fail politely, and that all others end the process
// and are named. What docs/sandbox.md says in its table is held here.
#include <gmock/gmock.h>
#include <sys/syscall.h>

#include <cerrno>
#include <set>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;
using ::testing::HasSubstr;

// With arguments of zero. Those of the second line do not come back.
const std::set<long> kMade = {
    SYS_futex,          SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep,
    SYS_gettimeofday,   SYS_getpid,        SYS_gettid,       SYS_getuid,          SYS_geteuid,
    SYS_getgid,         SYS_getegid,       SYS_brk,          SYS_munmap,          SYS_mremap,
    SYS_mprotect,       SYS_getrandom,     SYS_sched_yield,
#ifdef SYS_time
    SYS_time,
#endif
    SYS_restart_syscall};
const std::set<long> kEnds = {SYS_exit, SYS_exit_group, SYS_rt_sigreturn};
const std::set<long> kNotPermitted = {SYS_clone,
                                      SYS_clone3,
#ifdef SYS_fork
                                      SYS_fork,
                                      SYS_vfork,
#endif
                                      SYS_rt_sigaction,
                                      SYS_rt_sigprocmask,
                                      SYS_sigaltstack,
                                      SYS_prctl,
                                      SYS_ioctl,
                                      SYS_fcntl,
                                      SYS_uname,
                                      SYS_sysinfo,
                                      SYS_prlimit64,
                                      SYS_getrlimit,
                                      SYS_setrlimit,
                                      SYS_getrusage,
                                      SYS_times,
                                      SYS_sched_getaffinity,
                                      SYS_sched_setaffinity,
                                      SYS_getcpu,
                                      SYS_membarrier,
                                      SYS_mlock,
                                      SYS_getppid};
const std::set<long> kNoAccess = {
#ifdef SYS_open
    SYS_open,    SYS_creat,   SYS_stat,       SYS_lstat, SYS_access,    SYS_readlink,   SYS_unlink,     SYS_mkdir,
#endif
    SYS_openat,  SYS_openat2, SYS_newfstatat, SYS_statx, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getcwd,
    SYS_unlinkat};
const std::set<long> kNoDescriptor = {SYS_read,  SYS_write,   SYS_readv, SYS_writev, SYS_pwrite64,
                                      SYS_lseek, SYS_pread64, SYS_fstat, SYS_close};

/// Two calls of x86-64 that the kernel answers before it asks any filter (uretprobe since 6.13, uprobe since 6.18):
/// they come from code that the kernel itself has put in place, and from anywhere else are an error or SIGILL.
bool is_the_kernels_own([[maybe_unused]] long number) {
#if defined(__x86_64__)
  return number == 335 || number == 336;
#else
  return false;
#endif
}

class Calls : public ::testing::Test {
 protected:
  Calls() { house_.start({workshop_.pack("system-call"), workshop_.pack("replace")}); }

  hooks::Answer make(long number) {
    house_.wait_running(kModule);
    auto context = sample_context();
    context.current->content = std::to_string(number);
    return house_.ask(kModule, context, hooks::Point::kChatOnMessage, "{}", 10s);
  }
  void expect(long number) {
    const auto answer = make(number);
    const auto result = extraction(answer, "result");
    const auto fails_with = [&](int error) {
      EXPECT_EQ(answer.kind, Kind::kContinue) << number << ": " << answer.text;
      EXPECT_EQ(result, std::to_string(error)) << number;
    };
    if (kMade.contains(number)) {
      EXPECT_EQ(answer.kind, Kind::kContinue) << number << ": " << answer.text;
    } else if (kEnds.contains(number)) {
      EXPECT_EQ(answer.kind, Kind::kDead) << number;
      EXPECT_THAT(answer.text, ::testing::Not(HasSubstr("forbidden"))) << number;
    } else if (kNotPermitted.contains(number)) {
      fails_with(EPERM);
    } else if (kNoAccess.contains(number)) {
      fails_with(EACCES);
    } else if (kNoDescriptor.contains(number)) {
      fails_with(EBADF);
    } else if (number == SYS_madvise) {
      fails_with(EINVAL);
    } else if (is_the_kernels_own(number) &&
               answer.text != "It tried a forbidden system call (number " + std::to_string(number) + ").") {
      EXPECT_TRUE(answer.kind == Kind::kDead || result == std::to_string(ENXIO)) << number << ": " << result;
    } else {
      EXPECT_EQ(answer.kind, Kind::kDead) << number << " came to " << result << " " << answer.text;
      EXPECT_THAT(answer.text, HasSubstr("It tried a forbidden system call (")) << number;
      ++forbidden_;
    }
  }

  static constexpr const char* kModule = "hostile-system-call";
  Workshop workshop_;
  House house_{workshop_, fearless};
  int forbidden_ = 0;
};

TEST_F(Calls, EachIsMadeRefusedOrTheEndAsTheTableSays) {
  for (long number = 0; number <= 520; ++number) expect(number);
  EXPECT_GT(forbidden_, 400);
  EXPECT_EQ(house_.ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor";
  EXPECT_EQ(house_.status("hostile-replace").restarts, 0u);
}

TEST_F(Calls, TheWorstAreNamed) {
  const std::pair<long, const char*> worst[] = {{SYS_socket, "socket"},
                                                {SYS_connect, "connect"},
                                                {SYS_execve, "execve"},
                                                {SYS_ptrace, "ptrace"},
                                                {SYS_kill, "kill"},
                                                {SYS_io_uring_setup, "io_uring_setup"},
                                                {SYS_bpf, "bpf"},
                                                {SYS_userfaultfd, "userfaultfd"},
                                                {SYS_keyctl, "keyctl"},
                                                {SYS_perf_event_open, "perf_event_open"},
                                                {SYS_unshare, "unshare"},
                                                {SYS_mount, "mount"},
                                                {SYS_setuid, "setuid"},
                                                {SYS_process_vm_readv, "process_vm_readv"},
                                                {SYS_ftruncate, "ftruncate"},
                                                {SYS_fallocate, "fallocate"},
                                                {SYS_setns, "setns"},
                                                {SYS_seccomp, "seccomp"}};
  for (const auto& [number, name] : worst)
    EXPECT_EQ(make(number).text, std::string("It tried a forbidden system call (") + name + ").");
}

TEST_F(Calls, NumbersThatDoNotExistAreForbiddenToo) {
  for (const long number : {1000L, 4096L, 0x3FFFFFFFL, -1L, -2L, 0x7FFFFFFFL}) {
    const auto answer = make(number);
    EXPECT_EQ(answer.kind, Kind::kDead) << number;
    EXPECT_THAT(answer.text, ::testing::AnyOf(HasSubstr("forbidden system call"), HasSubstr("SIGSYS"))) << number;
  }
}

}  // namespace
}  // namespace rapt::hostile
