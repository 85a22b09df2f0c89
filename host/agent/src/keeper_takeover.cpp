// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_takeover.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "keeper_launch.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/http/listening.hpp"
#include "rapt/process/limited_process.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;

/// "1 LISTENING NOTICES ERRORS PID PLACE RELEASE": the form's number first, so that a later one may differ.
constexpr const char* kVariable = "RAPT_AGENT_HANDED";
constexpr int kForm = 1;
constexpr std::chrono::seconds kCheckTime{30};

Error not_inherited(const std::string& why) {
  return Error::invalid(kVariable, "What the program before this one has handed on cannot be used: " + why + ".");
}

bool is_open(int descriptor) {
  return descriptor > STDERR_FILENO && fcntl(descriptor, F_GETFD) >= 0;
}

/// Alive or not: one whose end nobody has asked for yet.
bool is_child(int pid) {
  siginfo_t info{};
  return pid > 1 && waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/// exec keeps them open, or not.
void keep_open(const std::vector<int>& descriptors, bool open) {
  for (const int one : descriptors) fcntl(one, F_SETFD, open ? 0 : FD_CLOEXEC);
}

/// Whether the new program knows this form of a takeover, and runs at all on this machine.
Result<void> ask(const fs::path& program, const std::vector<std::string>& environment) {
  const std::vector<std::string> words{program.string(), "agent", "--check-takeover"};
  const process::ProcessLimits limits{.time = kCheckTime, .output_bytes = 64 * 1024};
  const auto ended = process::run_limited(words, environment, limits, [] { return true; });
  if (!ended) return ended.error();
  if (ended->status == 0 && !ended->too_slow && !ended->too_much) return {};
  return Error::unavailable("agent", program.string() + " cannot take this process over (it ended with " +
                                         std::to_string(ended->status) + "): " + printable(ended->errors, 300));
}

std::vector<std::string> merged(std::vector<std::string> own, const std::vector<std::string>& more) {
  for (const auto& variable : more) {
    std::erase_if(own, [&](const auto& one) { return name_of(one) == name_of(variable); });
    own.push_back(variable);
  }
  return own;
}

/// Returns only when it does not work.
Error become(KeeperState& state, const fs::path& program, std::vector<std::string> words,
             const std::vector<std::string>& environment) {
  Child& server = *state.current;
  std::ostringstream handed;
  handed << kVariable << "=" << kForm << " " << state.listening.get() << " " << state.notices->descriptor() << " "
         << server.errors() << " " << server.pid() << " " << server.place() << " " << server.release().string();
  const std::vector<int> open{state.listening.get(), state.notices->descriptor(), server.errors()};
  auto variables = merged(merged(state.options.environment, environment), {handed.str()});
  words.insert(words.begin(), program.string());
  const auto argv = pointers(words), envp = pointers(variables);
  keep_open(open, true);
  execve(program.c_str(), argv.data(), envp.data());
  const int fault = errno;
  keep_open(open, false);
  return Error::unavailable("agent", program.string() + " cannot be started: " + std::strerror(fault) + ".");
}

}  // namespace

Task<Result<void>> take_over(KeeperState::Self self, fs::path release, std::vector<std::string> words,
                             std::vector<std::string> environment) {
  const fs::path program = release / "bin" / "rapt";
  runtime::BlockingPool pool({.name = "takeover", .threads = 1, .max_queued = 1});
  auto asking = [program, own = self->options.environment] { return ask(program, own); };
  RAPT_CO_TRY(co_await pool.run(std::move(asking)));
  // The death signal of the server is bound to the thread that started it, and exec ends all but the first one.
  if (gettid() != getpid()) co_return Error::internal("only the main thread can become another program");
  const bool settled = self->current && self->current->ready() && !self->occupied && self->leaving.empty();
  if (!settled) co_return Error::conflict("A server is being started or ended: this program stays for the moment.");
  log::info("keeper.becoming", {{"program", program.string()}});
  co_return become(*self, program, std::move(words), environment);
}

Result<std::optional<Inheritance>> take_inheritance() {
  const char* const value = std::getenv(kVariable);
  if (value == nullptr) return std::optional<Inheritance>();
  std::istringstream text(value);
  unsetenv(kVariable);
  int form = 0, listening = -1, notices = -1, errors = -1;
  Inheritance taken;
  std::string release;
  if (!(text >> form) || form != kForm) return not_inherited("it is of another form");
  text >> listening >> notices >> errors >> taken.pid >> taken.place >> std::ws;
  std::getline(text, release);
  taken.release = release;
  if (!text || !taken.release.is_absolute() || (taken.place != 1 && taken.place != 2))
    return not_inherited("it is not whole");
  const bool apart = listening != notices && notices != errors && errors != listening;
  if (!apart || !is_open(listening) || !is_open(notices) || !is_open(errors))
    return not_inherited("a descriptor is missing");
  RAPT_TRY(http::port_of_listening(listening));
  if (!is_child(taken.pid)) return not_inherited("its server is no process of this one");
  keep_open({listening, notices, errors}, false);
  taken.listening = UniqueFd(listening);
  taken.notices = UniqueFd(notices);
  taken.errors = UniqueFd(errors);
  return std::optional<Inheritance>(std::move(taken));
}

bool is_own_release(const fs::path& release) {
  std::error_code failure;
  return fs::equivalent("/proc/self/exe", release / "bin" / "rapt", failure);
}

}  // namespace rapt::agent
