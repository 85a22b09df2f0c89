// SPDX-License-Identifier: AGPL-3.0-or-later
// An instance's life and watch; how it is asked stands in instance_call.cpp.
#include "instance.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "instance_waiter.hpp"
#include "rapt/sandbox/spawn_protocol.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using hooks::Answer;

Result<std::shared_ptr<Instance>> Instance::create(Executor executor, std::string module,
                                                   std::shared_ptr<LineBuffer> lines) {
  auto areas = sandbox::Areas::create();
  if (!areas) return areas.error();
  UniqueFd wake_runner(eventfd(0, EFD_CLOEXEC));
  UniqueFd wake_host(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UniqueFd woken(wake_host ? dup(wake_host.get()) : -1);
  if (!wake_runner || !woken)
    return Error::unavailable(module, "There are no file descriptors left for another process.");
  auto instance = std::make_shared<Instance>(std::move(executor), std::move(module), std::move(*areas),
                                             std::move(wake_runner), std::move(wake_host), std::move(lines));
  instance->woken_.assign(woken.release());
  return instance;
}

Instance::Instance(Executor executor, std::string module, sandbox::Areas areas, UniqueFd wake_runner,
                   UniqueFd wake_host, std::shared_ptr<LineBuffer> lines)
    : module_(std::move(module)),
      areas_(std::move(areas)),
      wake_runner_(std::move(wake_runner)),
      wake_host_(std::move(wake_host)),
      strand_(asio::make_strand(executor)),
      woken_(executor),
      watch_timer_(strand_),
      reader_(areas_.reply(), sandbox::wire::kReplyBytes),
      log_(module_, std::move(lines)) {}

void Instance::complete_order(sandbox::SpawnRequest& order) const {
  order.request_area = areas_.request_fd();
  order.reply_area = areas_.reply_fd();
  order.wake_runner = wake_runner_.get();
  order.wake_host = wake_host_.get();
}

void Instance::spawned(UniqueFd pidfd, int pid) {
  areas_.close_files();
  pid_ = pid;
  const std::lock_guard lock(mutex_);
  pidfd_ = std::move(pidfd);
  // Ended before it was there: then it is killed now.
  if (ending_ && pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

void Instance::exited(const sandbox::Exited& how) {
  log_.forward(reader_, Clock::now());  // what it wrote before it died
  const auto words = reader_.last_words();
  const bool forbidden = words.first == sandbox::wire::LastWords::kForbiddenCall;
  lost(sandbox::describe_end(how, forbidden ? words.second : -1));
}

void Instance::lost(const std::string& what) {
  end({Answer::Kind::kDead, what});
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    pidfd_.reset();
  }
  gone_wakeup_.notify();
}

void Instance::end(Ending ending) {
  std::deque<std::shared_ptr<Waiter>> line;
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = std::move(ending);
    ended_ = true;
    watched_.reset();
    line.swap(line_);
    if (pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  }
  pid_ = 0;
  for (const auto& waiter : line) waiter->wakeup.notify();
  ring_host();
  end_wakeup_.notify();
  drained_wakeup_.notify();
  asio::post(strand_, [self = shared_from_this()] { self->watch_timer_.cancel(); });
}

std::optional<Ending> Instance::ending() const {
  if (!ended_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return ending_;
}

void Instance::ring_runner() const {
  const std::uint64_t one = 1;
  // The counter of a process that never reads grows by one a call: it cannot overflow, so this neither blocks nor
  // fails.
  while (write(wake_runner_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void Instance::ring_host() const {
  const std::uint64_t one = 1;
  // EAGAIN: the runner has filled the counter, which wakes us just as well.
  while (write(wake_host_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

Task<void> Instance::wait_wakeup() {
  std::uint64_t count = 0;
  co_await woken_.async_read_some(asio::buffer(&count, sizeof count), asio::as_tuple(asio::use_awaitable));
}

Task<Result<void>> Instance::wait_ready(Clock::time_point deadline) {
  watch({deadline, std::nullopt, {}});
  auto state = sandbox::wire::RunnerState::kStarting;
  while ((state = reader_.state()) != sandbox::wire::RunnerState::kReady) {
    log_.forward(reader_, Clock::now());
    if (state == sandbox::wire::RunnerState::kRefused) break;
    if (auto over = ending()) co_return Error::unavailable(module_, over->what);
    co_await wait_wakeup();
  }
  stop_watching();
  log_.forward(reader_, Clock::now());
  if (state == sandbox::wire::RunnerState::kReady) co_return Result<void>();
  const auto sentence = reader_.refusal();
  co_return Error::forbidden(sentence.empty() ? "It refused itself without saying why." : sentence);
}

Task<Ending> Instance::wait_end() {
  for (;;) {
    if (auto over = ending()) co_return *over;
    if (const bool woken = co_await end_wakeup_.wait(); !woken)
      co_return Ending{Answer::Kind::kDead, "is no longer watched"};
  }
}

Task<bool> Instance::wait_gone(Clock::time_point deadline) {
  asio::steady_timer timer(strand_, deadline);
  timer.async_wait([wakeup = gone_wakeup_](const boost::system::error_code& error) {
    if (!error) wakeup.notify();
  });
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (gone_) co_return true;
    }
    if (Clock::now() >= deadline) co_return false;
    if (const bool woken = co_await gone_wakeup_.wait(); !woken) co_return false;
  }
}

std::string Instance::Watched::when_late() const {
  if (!hook) return "was not ready in time";
  return "took longer than its limit of " + std::to_string(limit.count()) + " ms at " + std::string(hooks::name(*hook));
}

void Instance::watch(Watched watched) {
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  watched_ = watched;
  // A timer that fires earlier looks again: in the steady state a call costs no timer.
  if (timer_set_to_ <= watched.deadline) return;
  timer_set_to_ = watched.deadline;
  asio::post(strand_, [self = shared_from_this()] { self->restart_watch(); });
}

void Instance::stop_watching() {
  const std::lock_guard lock(mutex_);
  watched_.reset();
}

void Instance::restart_watch() {
  Clock::time_point when;
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || timer_set_to_ == Clock::time_point::max()) return;
    when = timer_set_to_;
  }
  watch_timer_.expires_at(when);
  watch_timer_.async_wait(
      [self = shared_from_this()](const boost::system::error_code& error) { self->on_watch(error); });
}

void Instance::on_watch(const boost::system::error_code& error) {
  if (error) return;
  std::string late;
  bool answered_meanwhile = false;
  {
    const std::lock_guard lock(mutex_);
    timer_set_to_ = Clock::time_point::max();
    if (!watched_ || ending_) return;
    if (Clock::now() < watched_->deadline) {
      timer_set_to_ = watched_->deadline;
    } else {
      answered_meanwhile = abandoned_ && reader_.sequence() == asked_;
      late = watched_->when_late();
    }
  }
  if (answered_meanwhile) return pass_turn();
  if (late.empty()) return restart_watch();
  end({Answer::Kind::kLate, late});
}

}  // namespace rapt::host
