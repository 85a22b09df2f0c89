// SPDX-License-Identifier: AGPL-3.0-or-later
// An instance's life: its start, its watch, its end. How it is asked stands in instance_call.cpp.
#include "instance.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "instance_pending.hpp"
#include "rapt/sandbox/spawn_protocol.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using hooks::Answer;
using namespace std::chrono_literals;

namespace {

constexpr auto kWatchStep = 1ms;   ///< limits are milliseconds; the watch looks no more often
constexpr auto kStartStep = 50ms;  ///< at a process that has not been let start

Answer failure(const Ending& ending) {
  return Answer{.kind = ending.kind, .text = "It " + ending.what + "."};
}

/// For a call that the process had not begun when it ended because of another one. Nothing is asked twice.
Answer failure_before(const Ending& ending) {
  const auto kind = ending.kind == Answer::Kind::kNotRunning ? Answer::Kind::kNotRunning : Answer::Kind::kDead;
  return Answer{.kind = kind, .text = "It " + ending.what + ", before it had begun with this call."};
}

/// No failure of the module: it worked on what others asked, and did not begin with this call.
Answer busy(const char* how_long, std::chrono::milliseconds limit) {
  return Answer{.kind = Answer::Kind::kNotRunning,
                .text = std::string("It was busy with other calls for ") + how_long + " the " +
                        std::to_string(limit.count()) + " ms."};
}

}  // namespace

Result<std::shared_ptr<Instance>> Instance::create(Executor executor, std::string module,
                                                   std::shared_ptr<LineBuffer> lines,
                                                   std::shared_ptr<ServiceDesk> desk) {
  auto areas = sandbox::Areas::create();
  if (!areas) return areas.error();
  UniqueFd wake_runner(eventfd(0, EFD_CLOEXEC));
  UniqueFd wake_host(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  UniqueFd woken(wake_host ? dup(wake_host.get()) : -1);
  if (!wake_runner || !woken)
    return Error::unavailable(module, "There are no file descriptors left for another process.");
  auto instance =
      std::make_shared<Instance>(std::move(executor), std::move(module), std::move(*areas), std::move(wake_runner),
                                 std::move(wake_host), std::move(lines), std::move(desk));
  instance->woken_.assign(woken.release());
  return instance;
}

Instance::Instance(Executor executor, std::string module, sandbox::Areas areas, UniqueFd wake_runner,
                   UniqueFd wake_host, std::shared_ptr<LineBuffer> lines, std::shared_ptr<ServiceDesk> desk)
    : module_(std::move(module)),
      exchange_(std::move(areas), std::move(wake_runner), std::move(wake_host)),
      strand_(asio::make_strand(executor)),
      woken_(executor),
      watch_timer_(strand_),
      log_(module_, std::move(lines)),
      desk_(std::move(desk)) {}

void Instance::spawned(UniqueFd pidfd, int pid) {
  const std::lock_guard lock(mutex_);
  if (!ending_) pid_ = pid;
  ready_wakeup_.notify();
  exchange_.close_files();
  pidfd_ = std::move(pidfd);
  // Ended before it was there: then it is killed now.
  if (ending_ && pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
}

void Instance::exited(const sandbox::Exited& how) {
  forward_log();  // what it wrote before it died
  const auto words = exchange_.reader().last_words();
  const bool forbidden = words.first == sandbox::wire::LastWords::kForbiddenCall;
  lost(sandbox::describe_end(how, forbidden ? words.second : -1));
}

void Instance::lost(const std::string& what) {
  {
    Resumptions resumptions;
    const std::lock_guard lock(mutex_);
    // What it answered before it died counts.
    if (!ending_) collect(Clock::now(), resumptions);
    end_locked({Answer::Kind::kDead, what}, resumptions);
    gone_ = true;
    pidfd_.reset();
  }
  gone_wakeup_.notify();
}

void Instance::end(Ending ending) {
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  end_locked(std::move(ending), resumptions);
}

void Instance::end_locked(Ending ending, Resumptions& resumptions) {
  if (ending_) return;
  ending_ = std::move(ending);
  if (!idle()) ending_->work = in_flight(collected_ + 1).work;
  ended_ = true;
  pid_ = 0;
  patience_.reset();
  if (pidfd_) syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  drop_question();
  fail_all(resumptions);
  boost::system::error_code ignored;
  woken_.cancel(ignored);
  ready_wakeup_.notify();
  end_wakeup_.notify();
  drained_wakeup_.notify();
  asio::post(strand_, [self = shared_from_this()] { self->watch_timer_.cancel(); });
}

void Instance::fail_all(Resumptions& resumptions) {
  bool begun = true;
  for (std::uint64_t sequence = collected_ + 1; sequence <= exchange_.published(); ++sequence) {
    Pending* caller = std::exchange(in_flight(sequence).caller, nullptr);
    if (caller != nullptr) caller->finish(begun ? failure(*ending_) : failure_before(*ending_), resumptions);
    begun = false;
  }
  collected_ = exchange_.published();
  for (Pending* call : line_) {
    // Nobody was asked; closed, another instance may be.
    if (closed_) {
      call->finish(std::nullopt, resumptions);
    } else {
      call->finish(failure_before(*ending_), resumptions);
    }
  }
  line_.clear();
}

std::optional<Ending> Instance::ending() const {
  if (!ended_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return ending_;
}

void Instance::forward_log() {
  log_.forward(exchange_.reader(), Clock::now());
}

Task<Result<void>> Instance::wait_ready(std::chrono::milliseconds limit) {
  {
    const std::lock_guard lock(mutex_);
    const auto deadline = Clock::now() + limit;
    patience_ = deadline;
    start_patience_.emplace(deadline, limit);
    watch_until(deadline);
    listen();
  }
  auto state = sandbox::wire::RunnerState::kStarting;
  while ((state = exchange_.reader().state()) != sandbox::wire::RunnerState::kReady) {
    forward_log();
    if (state == sandbox::wire::RunnerState::kRefused) break;
    if (auto over = ending()) co_return Error::unavailable(module_, over->what);
    if (const bool woken = co_await ready_wakeup_.wait(); !woken)
      co_return Error::unavailable(module_, "is no longer waited for");
  }
  // The process may say that it is ready before this host has heard which one it is.
  while (state == sandbox::wire::RunnerState::kReady && pid() == 0) {
    if (auto over = ending()) co_return Error::unavailable(module_, over->what);
    if (const bool woken = co_await ready_wakeup_.wait(); !woken)
      co_return Error::unavailable(module_, "is no longer waited for");
  }
  {
    const std::lock_guard lock(mutex_);
    patience_.reset();
    start_patience_.reset();
    started_ = true;
  }
  forward_log();
  if (state == sandbox::wire::RunnerState::kReady) co_return Result<void>();
  const auto sentence = exchange_.reader().refusal();
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
      if (gone_ && tasks_ == 0) co_return true;
    }
    if (Clock::now() >= deadline) co_return false;
    if (const bool woken = co_await gone_wakeup_.wait(); !woken) co_return false;
  }
}

/// A timer that fires earlier looks again: in the steady state a call costs no timer.
void Instance::watch_until(Clock::time_point deadline) {
  if (ending_ || timer_set_to_ <= deadline) return;
  timer_set_to_ = deadline;
  asio::post(strand_, [self = shared_from_this()] { self->restart_watch(); });
}

void Instance::restart_watch() {
  Clock::time_point when;
  {
    const std::lock_guard lock(mutex_);
    if (ending_ || timer_set_to_ == Clock::time_point::max()) return;
    when = timer_set_to_;
  }
  watch_timer_.expires_at(when);
  watch_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->on_watch();
  });
}

Instance::Clock::time_point Instance::next_deadline() const {
  auto next = patience_.value_or(Clock::time_point::max());
  for (const InFlight& call : in_flight_) {
    if (call.caller != nullptr) next = std::min(next, call.caller->deadline);
  }
  for (const Pending* call : line_) next = std::min(next, call->deadline);
  return next;
}

/// Who has no time left goes away unanswered; the process is none the worse for it.
void Instance::expire(Clock::time_point now, Resumptions& resumptions) {
  for (std::uint64_t sequence = collected_ + 1; sequence <= exchange_.published(); ++sequence) {
    Pending*& caller = in_flight(sequence).caller;
    if (caller == nullptr || now < caller->deadline) continue;
    const bool begun = sequence == collected_ + 1;
    exchange_.withdraw(sequence);
    std::exchange(caller, nullptr)
        ->finish(busy(begun ? "a part of" : "all of", in_flight(sequence).limit), resumptions);
  }
  std::erase_if(line_, [&](Pending* call) {
    if (now < call->deadline) return false;
    call->finish(busy("all of", call->details.time_limit), resumptions);
    return true;
  });
}

bool Instance::has_had_its_time(Clock::time_point now) {
  if (!patience_ || now < *patience_) return false;
  if (!start_patience_ || !start_patience_->holds(pid_, now)) return true;
  patience_ = now + kStartStep;
  return false;
}

void Instance::on_watch() {
  Resumptions resumptions;
  const std::lock_guard lock(mutex_);
  timer_set_to_ = Clock::time_point::max();
  if (ending_) return;
  const auto now = Clock::now();
  turn_over(now, resumptions);
  if (ending_) return;
  if (has_had_its_time(now)) {
    const InFlight& head = in_flight(collected_ + 1);
    end_locked({Answer::Kind::kLate, !started_ ? "was not ready in time"
                                               : "took longer than its limit of " + std::to_string(head.limit.count()) +
                                                     " ms at " + std::string(hooks::name(head.point))},
               resumptions);
    return;
  }
  expire(now, resumptions);
  const auto next = next_deadline();
  if (next != Clock::time_point::max()) watch_until(std::max(next, now + kWatchStep));
}

}  // namespace rapt::host
