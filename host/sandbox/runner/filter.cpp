// SPDX-License-Identifier: AGPL-3.0-or-later
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

#include "runner.hpp"

namespace rapt::runner {
namespace {

constexpr std::uint64_t kSharing = MAP_SHARED | MAP_PRIVATE | MAP_HUGETLB | MAP_GROWSDOWN;
constexpr std::uint64_t kNotByMprotect = PROT_EXEC | PROT_GROWSDOWN | PROT_GROWSUP;

scmp_arg_cmp is(unsigned argument, int value) {
  return {argument, SCMP_CMP_EQ, static_cast<scmp_datum_t>(value), 0};
}
scmp_arg_cmp is_not(unsigned argument, int value) {
  return {argument, SCMP_CMP_NE, static_cast<scmp_datum_t>(value), 0};
}
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

/// An allow-list: what is on no list raises SIGSYS, whose handler (trap.cpp) notes the call and ends the process. A
/// module cannot install another handler, and without one the kernel ends the process: either way the call is not made.
class FilterBuilder {
 public:
  FilterBuilder() : context_(seccomp_init(SCMP_ACT_TRAP)) {
    if (context_ == nullptr) {
      note(-ENOMEM);
      return;
    }
    note(seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    note(seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }
  FilterBuilder(const FilterBuilder&) = delete;
  FilterBuilder& operator=(const FilterBuilder&) = delete;
  ~FilterBuilder() {
    if (context_ != nullptr) seccomp_release(context_);
  }

  void allow(std::initializer_list<int> calls) {
    for (const int call : calls) rule(SCMP_ACT_ALLOW, call, {});
  }
  void allow_if(int call, std::initializer_list<scmp_arg_cmp> conditions) { rule(SCMP_ACT_ALLOW, call, conditions); }
  /// For what a well-meant library may try and can live without.
  void refuse(int error, std::initializer_list<int> calls) {
    for (const int call : calls) rule(SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, {});
  }
  void refuse_if(int error, int call, std::initializer_list<scmp_arg_cmp> conditions) {
    rule(SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, conditions);
  }
  int build(std::vector<sock_filter>& program);

 private:
  void rule(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions) {
    if (error_ == 0)
      note(
          seccomp_rule_add_array(context_, action, call, static_cast<unsigned>(conditions.size()), conditions.begin()));
  }
  void note(int result) {
    if (error_ == 0 && result < 0) error_ = -result;
  }

  scmp_filter_ctx context_;
  int error_ = 0;
};

int FilterBuilder::build(std::vector<sock_filter>& program) {
  if (error_ != 0) return error_;
  const int file = memfd_create("rapt-filter", MFD_CLOEXEC);
  if (file < 0) return errno;
  note(seccomp_export_bpf(context_, file));
  const off_t size = lseek(file, 0, SEEK_END);
  if (error_ == 0 && size > 0) {
    program.resize(static_cast<std::size_t>(size) / sizeof(sock_filter));
    if (pread(file, program.data(), static_cast<std::size_t>(size), 0) != size) error_ = EIO;
  }
  close(file);
  return error_;
}

/// The clocks of this machine and of this process. Other numbers name clocks of other processes: how much time a
/// neighbor spends would be told by them.
void clock_rules(FilterBuilder& filter) {
  for (const int call : {SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres)}) {
    filter.allow_if(call, {{0, SCMP_CMP_LE, CLOCK_TAI, 0}});
    filter.refuse_if(EINVAL, call, {{0, SCMP_CMP_GT, CLOCK_TAI, 0}});
  }
  for (const int clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME})
    filter.allow_if(SCMP_SYS(clock_nanosleep), {is(0, clock)});
}

/// Memory of its own: given back, grown, moved to where the kernel likes. Nothing is put on top of something else.
void memory_rules(FilterBuilder& filter) {
  filter.allow({SCMP_SYS(brk), SCMP_SYS(munmap)});
  filter.allow_if(SCMP_SYS(mremap), {masked(3, ~std::uint64_t{MREMAP_MAYMOVE}, 0)});
  for (const int advice : {MADV_DONTNEED, MADV_FREE}) filter.allow_if(SCMP_SYS(madvise), {is(2, advice)});
  for (const int advice : {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_HUGEPAGE, MADV_NOHUGEPAGE,
                           MADV_DONTDUMP, MADV_DODUMP}) {
    filter.refuse_if(EINVAL, SCMP_SYS(madvise), {is(2, advice)});  // an allocator tries them and does without
  }
}

/// What locks and condition variables of one thread may come to; no priority inheritance, no moving of waiters.
void futex_rules(FilterBuilder& filter) {
  constexpr std::uint64_t kOperation = ~std::uint64_t{FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME};
  for (const int operation : {FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET})
    filter.allow_if(SCMP_SYS(futex), {masked(1, kOperation, static_cast<std::uint64_t>(operation))});
}

/// What both filters have in common; docs/sandbox.md has the table with the reasons.
void common_rules(FilterBuilder& filter) {
  filter.allow({SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
                SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(sched_yield),
                SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
                SCMP_SYS(getegid)});
  clock_rules(filter);
  memory_rules(filter);
  futex_rules(filter);
  filter.allow_if(SCMP_SYS(write), {is(0, kWakeHostFd)});
  filter.refuse_if(EBADF, SCMP_SYS(write), {is_not(0, kWakeHostFd)});
  filter.refuse(EBADF, {SCMP_SYS(writev), SCMP_SYS(readv), SCMP_SYS(pwrite64), SCMP_SYS(lseek)});
  // openat, newfstatat and reading other descriptors are on no list: the handler answers them (trap.cpp).
  filter.refuse(EACCES,
                {SCMP_SYS(open), SCMP_SYS(openat2), SCMP_SYS(creat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx),
                 SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
                 SCMP_SYS(getcwd), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir)});
  filter.refuse(EPERM, {SCMP_SYS(clone),
                        SCMP_SYS(clone3),
                        SCMP_SYS(fork),
                        SCMP_SYS(vfork),
                        SCMP_SYS(rt_sigaction),
                        SCMP_SYS(rt_sigprocmask),
                        SCMP_SYS(sigaltstack),
                        SCMP_SYS(prctl),
                        SCMP_SYS(ioctl),
                        SCMP_SYS(fcntl),
                        SCMP_SYS(uname),
                        SCMP_SYS(sysinfo),
                        SCMP_SYS(prlimit64),
                        SCMP_SYS(getrlimit),
                        SCMP_SYS(setrlimit),
                        SCMP_SYS(getrusage),
                        SCMP_SYS(times),
                        SCMP_SYS(sched_getaffinity),
                        SCMP_SYS(sched_setaffinity),
                        SCMP_SYS(getcpu),
                        SCMP_SYS(membarrier),
                        SCMP_SYS(mlock),
                        SCMP_SYS(getppid)});
}

int build_load_filter(std::vector<sock_filter>& program) {
  FilterBuilder filter;
  common_rules(filter);
  filter.allow_if(SCMP_SYS(read), {is(0, kWakeRunnerFd)});
  for (const int call : {SCMP_SYS(pread64), SCMP_SYS(fstat), SCMP_SYS(close)}) {
    filter.allow_if(call, {is(0, kLibraryFd)});
    filter.refuse_if(EBADF, call, {is_not(0, kLibraryFd)});
  }
  // Executable is what was verified, and never writable: a constructor can add a filter of its own that swallows the
  // second one, and must have gained nothing by it.
  filter.allow_if(SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0), masked(3, kSharing, MAP_PRIVATE)});
  filter.allow_if(SCMP_SYS(mmap), {masked(2, PROT_EXEC | PROT_WRITE, PROT_EXEC),
                                   masked(3, kSharing | MAP_ANONYMOUS, MAP_PRIVATE), is(4, kLibraryFd)});
  filter.allow_if(SCMP_SYS(mprotect), {masked(2, kNotByMprotect, 0)});
  filter.allow_if(SCMP_SYS(seccomp), {is(0, SECCOMP_SET_MODE_FILTER), is(1, 0)});
  return filter.build(program);
}

int build_serve_filter(std::vector<sock_filter>& program) {
  FilterBuilder filter;
  common_rules(filter);
  filter.allow_if(SCMP_SYS(read), {is(0, kWakeRunnerFd)});
  filter.refuse(EBADF, {SCMP_SYS(pread64), SCMP_SYS(fstat), SCMP_SYS(close)});
  filter.allow_if(SCMP_SYS(mmap),
                  {masked(2, PROT_EXEC, 0), masked(3, kSharing | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS)});
  filter.allow_if(SCMP_SYS(mprotect), {masked(2, kNotByMprotect, 0)});
  return filter.build(program);
}

}  // namespace

int build_filters(Filters& filters) {
  if (const int error = build_load_filter(filters.load)) return error;
  return build_serve_filter(filters.serve);
}

int apply_filter(const std::vector<sock_filter>& filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), const_cast<sock_filter*>(filter.data())};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0 ? errno : 0;
}

}  // namespace rapt::runner
