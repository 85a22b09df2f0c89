// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_launch.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include "rapt/base/file.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;

constexpr int kHanded = 3;  ///< where the protocol has the first socket
constexpr std::string_view kPid = "LISTEN_PID=";
constexpr std::string_view kCount = "LISTEN_FDS=1";
constexpr std::size_t kPidDigits = 10;
constexpr std::array<std::string_view, 10> kNotHandedOn{
    "NOTIFY_SOCKET", "LISTEN_FDS",    "LISTEN_PID",          "LISTEN_FDNAMES", "WATCHDOG_PID",
    "WATCHDOG_USEC", "RAPT_WEB_ROOT", "RAPT_MIGRATIONS_DIR", "RAPT_RUNNER",    "RAPT_HOST_NAME"};

/// After fork(): only what is safe between it and exec.
struct Newborn {
  pid_t parent;
  int nothing, listening, name, errors, cgroup;
  char* pid_digits;
  const char* program;
  char* const* words;
  char* const* environment;

  void write_pid() const {
    pid_t left = getpid();
    for (std::size_t i = kPidDigits; i-- > 0; left /= 10) pid_digits[i] = static_cast<char>('0' + left % 10);
  }

  [[noreturn]] void give_up(const char* why) const {
    static_cast<void>(!write(STDERR_FILENO, why, std::strlen(why)));
    _exit(127);
  }

  [[noreturn]] void become() const {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    if (cgroup >= 0) static_cast<void>(!write(cgroup, "0", 1));
    dup2(nothing, STDIN_FILENO);
    dup2(errors, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    if (dup2(listening, kHanded) < 0) give_up("rapt: the socket cannot be handed on\n");
    fcntl(kHanded, F_SETFD, 0);
    syscall(SYS_close_range, static_cast<unsigned>(kHanded + 1), ~0U, static_cast<unsigned>(CLOSE_RANGE_CLOEXEC));
    if (name >= 0 && dup2(name, kHanded + 1) >= 0) fcntl(kHanded + 1, F_SETFD, 0);
    write_pid();
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(program, words, environment);
    give_up("rapt: the release's program cannot be started\n");
  }
};

}  // namespace

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<std::string> environment_of(const std::vector<std::string>& own, const fs::path& release,
                                        const std::string& host_name, const std::string& notify_socket) {
  std::vector<std::string> out;
  for (const auto& variable : own) {
    const bool ours = std::find(kNotHandedOn.begin(), kNotHandedOn.end(), name_of(variable)) == kNotHandedOn.end();
    if (ours) out.push_back(variable);
  }
  std::error_code failure;
  const auto folder = [&](const char* name, const fs::path& path) {
    if (fs::exists(path, failure)) out.push_back(std::string(name) + "=" + path.string());
  };
  folder("RAPT_WEB_ROOT", release / "web");
  folder("RAPT_MIGRATIONS_DIR", release / "migrations");
  folder("RAPT_RUNNER", release / "bin" / "rapt-runner");
  out.push_back("RAPT_HOST_NAME=" + host_name);
  out.push_back("NOTIFY_SOCKET=" + notify_socket);
  out.emplace_back(kCount);
  out.push_back(std::string(kPid) + std::string(kPidDigits, '0'));
  return out;
}

Result<pid_t> launch(const Launch& what) {
  const UniqueFd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::string program = (what.release / "bin" / "rapt").string();
  std::vector<std::string> words{program, "serve"}, variables = what.environment;
  const auto argv = pointers(words), envp = pointers(variables);
  const auto pid =
      std::find_if(variables.begin(), variables.end(), [](const auto& one) { return one.starts_with(kPid); });
  // Out of the way of where the sockets have to be.
  const UniqueFd name(what.name >= 0 ? fcntl(what.name, F_DUPFD_CLOEXEC, kHanded + 2) : -1);
  const auto count = std::find(variables.begin(), variables.end(), kCount);
  if (count != variables.end() && name) count->back() = '2';
  if (!nothing || pid == variables.end()) return Error::internal("a server cannot be started without its variables");
  const Newborn newborn{
      getpid(),        nothing.get(), what.listening, name.get(), what.errors, what.cgroup, pid->data() + kPid.size(),
      program.c_str(), argv.data(),   envp.data()};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // no handler of this process runs in the child
  const pid_t child = fork();
  if (child == 0) newborn.become();
  const int fault = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child > 0) return child;
  return Error::unavailable("server", "A server cannot be started: " + std::string(std::strerror(fault)) + ".");
}

}  // namespace rapt::agent
