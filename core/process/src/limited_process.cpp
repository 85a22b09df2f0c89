// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/process/limited_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "rapt/base/file.hpp"

namespace rapt::process {
namespace {

using Time = std::chrono::steady_clock;

struct Pipe {
  UniqueFd from, to;
  static Result<Pipe> make() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return Error::internal(std::string("pipe2: ") + std::strerror(errno));
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  }
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  for (const auto& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

Result<pid_t> start(const std::vector<std::string>& words, const std::vector<std::string>& environment, int out,
                    int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  // A group of its own, and none of the signals that this thread has blocked.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  const auto argv = pointers(words), envp = pointers(environment);
  pid_t pid = -1;
  const int failure = posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failure != 0)
    return Error::unavailable(words[0],
                              "The program " + words[0] + " cannot be started: " + std::strerror(failure) + ".");
  return pid;
}

/// Takes what has come; false at the end.
bool drain(int from, std::string& into) {
  std::array<char, 16384> piece;
  const auto got = read(from, piece.data(), piece.size());
  if (got > 0) into.append(piece.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

/// Reads until both streams end or a limit is passed.
void listen(const UniqueFd& out, const UniqueFd& err, const ProcessLimits& limits, const std::function<bool()>& alive,
            ProcessOutcome& outcome) {
  const auto deadline = Time::now() + limits.time;
  bool out_open = true, err_open = true;
  auto told = Time::now();
  while (out_open || err_open) {
    std::array<pollfd, 2> on{{{out_open ? out.get() : -1, POLLIN, 0}, {err_open ? err.get() : -1, POLLIN, 0}}};
    poll(on.data(), on.size(), 200);
    if (on[0].revents != 0) out_open = drain(out.get(), outcome.output);
    if (on[1].revents != 0) err_open = drain(err.get(), outcome.errors);
    const auto now = Time::now();
    bool wanted = true;
    if (now - told >= std::chrono::seconds(1)) {
      wanted = alive();
      told = now;
    }
    outcome.too_much = outcome.output.size() + outcome.errors.size() > limits.output_bytes;
    outcome.too_slow = now > deadline || !wanted;
    if (outcome.too_much || outcome.too_slow) return;
  }
}

}  // namespace

Result<ProcessOutcome> run_limited(const std::vector<std::string>& words, const std::vector<std::string>& environment,
                                   const ProcessLimits& limits, const std::function<bool()>& alive) {
  auto out = Pipe::make(), err = Pipe::make();
  if (!out) return out.error();
  if (!err) return err.error();
  const auto pid = start(words, environment, out->to.get(), err->to.get());
  if (!pid) return pid.error();
  out->to.reset();
  err->to.reset();
  ProcessOutcome outcome;
  listen(out->from, err->from, limits, alive, outcome);
  // Whatever it started goes with it, also after an orderly end. It is not reaped yet, so the group's number is its
  // own.
  kill(-*pid, SIGKILL);
  int status = 0;
  while (waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace rapt::process
