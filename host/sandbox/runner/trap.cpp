// SPDX-License-Identifier: AGPL-3.0-or-later
// The handler of forbidden system calls. It answers the three that the dynamic loader needs without making them (no
// path is ever looked up in the sandbox, not even while loading), and ends the process at every other.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "runner.hpp"

namespace rapt::runner {
namespace {

using sandbox::wire::LastWords;

sandbox::wire::ReplyHeader* reply_area = nullptr;
volatile bool loader_may_open = false;

#if defined(__x86_64__)
long argument(const ucontext_t* context, int index) {
  static constexpr int kRegisters[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9};
  return context->uc_mcontext.gregs[kRegisters[index]];
}
void set_result(ucontext_t* context, long value) { context->uc_mcontext.gregs[REG_RAX] = value; }
#elif defined(__aarch64__)
long argument(const ucontext_t* context, int index) { return static_cast<long>(context->uc_mcontext.regs[index]); }
void set_result(ucontext_t* context, long value) {
  context->uc_mcontext.regs[0] = static_cast<unsigned long long>(value);
}
#else
#error "rapt-runner knows x86-64 and AArch64"
#endif

[[noreturn]] void end(LastWords words, int call, int status) {
  reply_area->forbidden_call.store(static_cast<std::uint32_t>(call), std::memory_order_relaxed);
  reply_area->last_words.store(static_cast<std::uint32_t>(words), std::memory_order_release);
  _exit(status);
}

long open_for_loader(const char* path) {
  return loader_may_open && std::strcmp(path, kLibraryPath) == 0 ? kLibraryFd : -EACCES;
}

/// fstat() of glibc 2.33 and later is newfstatat() with an empty path.
long stat_of(long fd, const char* path, void* out, long flags) {
  if (fd != kLibraryFd || path[0] != '\0' || (flags & AT_EMPTY_PATH) == 0) return -EACCES;
  return syscall(SYS_fstat, fd, out) == 0 ? 0 : -errno;
}

/// Every runner of a module has the same open file, so its position is nobody's: read() becomes pread().
long read_for_loader(long fd, void* to, long size) {
  static off_t position = 0;
  if (!loader_may_open || fd != kLibraryFd) return -EBADF;
  const ssize_t count = pread(kLibraryFd, to, static_cast<std::size_t>(size), position);
  if (count < 0) return -errno;
  position += count;
  return count;
}

void on_forbidden_call(int, siginfo_t* info, void* raw_context) {
  auto* context = static_cast<ucontext_t*>(raw_context);
  const int saved = errno;
  switch (info->si_syscall) {
    case SYS_openat: set_result(context, open_for_loader(reinterpret_cast<const char*>(argument(context, 1)))); break;
    case SYS_read:
      set_result(context, read_for_loader(argument(context, 0), reinterpret_cast<void*>(argument(context, 1)),
                                          argument(context, 2)));
      break;
    case SYS_newfstatat:
      set_result(context, stat_of(argument(context, 0), reinterpret_cast<const char*>(argument(context, 1)),
                                  reinterpret_cast<void*>(argument(context, 2)), argument(context, 3)));
      break;
    case SYS_tgkill:
      if (argument(context, 2) == SIGABRT) end(LastWords::kAborted, 0, sandbox::spawn::kExitAborted);
      [[fallthrough]];
    default: end(LastWords::kForbiddenCall, info->si_syscall, sandbox::spawn::kExitForbiddenCall);
  }
  errno = saved;
}

}  // namespace

int install_trap(sandbox::wire::ReplyHeader* reply) {
  reply_area = reply;
  struct sigaction action {};
  action.sa_sigaction = on_forbidden_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  return sigaction(SIGSYS, &action, nullptr) != 0 ? errno : 0;
}

void let_loader_open(bool allowed) { loader_may_open = allowed; }

}  // namespace rapt::runner
