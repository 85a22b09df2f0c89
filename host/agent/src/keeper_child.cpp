// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kLook{20};
constexpr std::size_t kLongestLine = 64 * 1024;
constexpr std::size_t kLinesKept = 4;
constexpr std::size_t kWordsKept = 600;

std::string how_it_ended(int status) {
  if (WIFEXITED(status)) return "it ended with " + std::to_string(WEXITSTATUS(status));
  return "it was killed (signal " + std::to_string(WTERMSIG(status)) + ")";
}

/// A line of the log about work that went well: it says nothing of why a server ended.
bool is_routine(std::string_view line) {
  const auto head = line.substr(0, 64);
  return head.starts_with(R"({"time":)") && (head.find(R"("level":"info")") != std::string_view::npos ||
                                             head.find(R"("level":"debug")") != std::string_view::npos);
}

}  // namespace

Result<std::shared_ptr<Child>> Child::follow(const Executor& executor, Born born, Log log) {
  UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, born.pid, 0)));
  fcntl(born.errors.get(), F_SETFL, O_NONBLOCK);
  if (!process) return Error::internal(std::string("pidfd_open: ") + std::strerror(errno));
  auto child = std::make_shared<Child>(executor, std::move(born), std::move(process), std::move(log));
  asio::co_spawn(executor, read_all(child), asio::detached);
  asio::co_spawn(executor, wait_for_end(child), asio::detached);
  return child;
}

Child::Child(const Executor& executor, Born born, UniqueFd process, Log log)
    : pid_(born.pid),
      place_(born.place),
      release_(std::move(born.release)),
      log_(std::move(log)),
      process_(executor, process.release()),
      errors_(executor, born.errors.release()) {}

Child::~Child() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  reap(0);
}

void Child::reap(int options) {
  int status = 0;
  pid_t got = 0;
  do got = waitpid(pid_, &status, options);
  while (got < 0 && errno == EINTR);
  if (got == 0) return;
  ended_ = true;
  how_ = got == pid_ ? how_it_ended(status) : std::string("it is gone");
}

Task<void> Child::wait_for_end(std::shared_ptr<Child> self) {
  while (!self->ended_) {
    const auto [fault] = co_await self->process_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                            asio::as_tuple(asio::use_awaitable));
    if (fault || self->ended_) co_return;
    self->take_lines();
    self->reap(WNOHANG);
  }
}

Task<void> Child::read_all(std::shared_ptr<Child> self) {
  for (;;) {
    const auto [fault] = co_await self->errors_.async_wait(asio::posix::stream_descriptor::wait_read,
                                                           asio::as_tuple(asio::use_awaitable));
    if (fault) co_return;
    const bool more = self->take_lines();
    if (!more) co_return;
  }
}

/// What is there; false at the end.
bool Child::take_lines() {
  std::array<char, 16384> piece;
  ssize_t got = 0;
  while ((got = read(errors_.native_handle(), piece.data(), piece.size())) > 0) {
    part_.append(piece.data(), static_cast<std::size_t>(got));
    std::size_t from = 0;
    for (auto end = part_.find('\n'); end != std::string::npos; end = part_.find('\n', from)) {
      take_line(std::string_view(part_).substr(from, end - from));
      from = end + 1;
    }
    part_.erase(0, from);
    if (part_.size() < kLongestLine) continue;
    take_line(part_);
    part_.clear();
  }
  if (got == 0 && !part_.empty()) take_line(std::exchange(part_, {}));
  return got != 0 && (errno == EAGAIN || errno == EINTR);
}

void Child::take_line(std::string_view line) {
  if (!is_routine(line)) {
    last_.emplace_back(line.substr(0, kWordsKept));
    if (last_.size() > kLinesKept) last_.pop_front();
  }
  log_(line);
}

std::string Child::last_words() const {
  std::string words = how_;
  for (auto line = last_.rbegin(); line != last_.rend() && words.size() < kWordsKept; ++line)
    words += (words.empty() ? "" : "; before: ") + *line;
  return printable(words, kWordsKept);
}

Task<bool> Child::wait_ready(std::chrono::milliseconds patience) {
  for (const auto until = Steady::now() + patience; !ready() && !ended_ && Steady::now() < until;)
    co_await runtime::sleep_for(kLook);
  co_return ready();
}

Task<bool> Child::wait_ended(std::chrono::milliseconds patience) {
  for (const auto until = Steady::now() + patience; !ended_ && Steady::now() < until;)
    co_await runtime::sleep_for(kLook);
  co_return ended_;
}

Task<void> Child::end(std::chrono::milliseconds grace) {
  if (!ended_) kill(pid_, SIGTERM);
  const bool gone = co_await wait_ended(grace);
  if (gone) co_return;
  kill(pid_, SIGKILL);
  co_await wait_ended(std::chrono::seconds(10));
}

}  // namespace rapt::agent
