// SPDX-License-Identifier: AGPL-3.0-or-later
// How a module lives: one process after the other, until it is stopped, refused or put into quarantine.
#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include "module.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kShutdownTimeout = 1s;
constexpr auto kKillTimeout = 5s;
constexpr std::size_t kRefusalBytes = 1000;

}  // namespace

void Module::run(std::shared_ptr<Nursery> nursery, First first) {
  for (const auto& companion : companions_) companion->run(nursery, first);
  if (!prepared_) return over(false);
  {
    const std::lock_guard lock(mutex_);
    living_ = true;
  }
  asio::co_spawn(strand_, live(std::move(nursery), first),
                 [self = shared_from_this()](std::exception_ptr failure) { self->over(failure != nullptr); });
}

void Module::over(bool failed) {
  {
    const std::lock_guard lock(mutex_);
    living_ = false;
    instance_.reset();
    starting_.reset();
    if (state_ != ModuleState::kRefused) state_ = ModuleState::kStopped;
  }
  if (failed) log::error("module.supervision_failed", {{"module", installed_.name}});
  first_over_.open();
  ended_.open();
}

Task<Result<void>> Module::wait_first() {
  const bool decided = co_await first_over_.wait();
  {
    const std::shared_lock lock(mutex_);
    if (!was_ready_)
      co_return Error::unavailable(installed_.name, decided ? reason_ : "Nobody waited until it was ready.");
  }
  for (const auto& companion : companions_) RAPT_CO_TRY(co_await companion->wait_first());
  co_return Result<void>();
}

bool Module::stopping() const {
  const std::shared_lock lock(mutex_);
  return stop_;
}

bool Module::quarantined() const {
  const std::shared_lock lock(mutex_);
  return health_.quarantined();
}

Task<void> Module::live(std::shared_ptr<Nursery> nursery, First first) {
  if (first == First::kLasting) co_await wait_release();
  while (!stopping()) {
    const Next next = co_await live_once(*nursery);
    const bool failed_trial = first == First::kOnTrial && !first_over_.is_open();
    if (next == Next::kStop || failed_trial) break;
    if (quarantined()) {
      co_await wait_release();
    } else {
      co_await back_off();
    }
    const std::lock_guard lock(mutex_);
    if (stop_) break;
    health_.restarted();
    state_ = ModuleState::kStarting;
    reason_ = "The module " + installed_.name + " is being started again.";
  }
}

/// False when it is to be stopped: then nothing is started.
bool Module::announce(const std::shared_ptr<Instance>& instance) {
  const std::lock_guard lock(mutex_);
  starting_ = stop_ ? nullptr : instance;
  return starting_ != nullptr;
}

Task<Result<void>> Module::bring_up(Nursery& nursery, const std::shared_ptr<Instance>& instance) {
  sandbox::SpawnRequest order;
  order.name = installed_.name;
  order.version = installed_.version;
  for (const auto& declared : prepared_->hooks) {
    if (hooks::is_extension_call(declared.point)) {
      order.needs_calls |= 1u << static_cast<unsigned>(declared.point);
    } else {
      order.needs_hooks = true;
    }
  }
  order.services = desk_->offered();
  order.memory_bytes = static_cast<std::uint64_t>(prepared_->manifest.memory_mb) << 20;
  order.library = prepared_->library.get();
  RAPT_CO_TRY(nursery.spawn(instance, order));
  co_return co_await instance->wait_ready(settings_.start_timeout);
}

Task<Module::Next> Module::live_once(Nursery& nursery) {
  auto place = settings_.place ? settings_.place() : Executor(strand_.get_inner_executor());
  auto created = Instance::create(std::move(place), installed_.name, settings_.lines, desk_);
  if (created && !announce(*created)) co_return Next::kStop;
  auto started = created ? Result<void>() : Result<void>(created.error());
  if (created) started = co_await bring_up(nursery, *created);
  if (!started && started.error().kind == ErrorKind::kForbidden) {
    refuse(started.error().message);
    co_return Next::kStop;
  }
  if (!started) {
    // An error of the sandbox names another part; what an instance says of its end may still be the host's doing.
    const std::string& what = started.error().message;
    const bool its_own = created && started.error().part == installed_.name && !Nursery::caused({{}, what});
    record_failure(its_own ? "while starting, it " + what : what, its_own);
    co_return Next::kStartAgain;
  }
  const std::shared_ptr<Instance> instance = *created;
  set_running(instance);
  const Ending ending = co_await instance->wait_end();
  if (stopping()) co_return Next::kStop;
  record_failure("it " + ending.what, !Nursery::caused(ending), ending.work);
  co_return Next::kStartAgain;
}

void Module::set_running(const std::shared_ptr<Instance>& instance) {
  circuit_.process_runs();
  {
    const std::lock_guard lock(mutex_);
    instance_ = instance;
    starting_.reset();
    was_ready_ = true;
    if (!stop_) {
      state_ = ModuleState::kRunning;
      reason_.clear();
    }
  }
  log::info("module.running",
            {{"module", installed_.name}, {"version", installed_.version}, {"pid", std::to_string(instance->pid())}});
  first_over_.open();
}

void Module::refuse(const std::string& sentence) {
  const auto reason = printable(sentence, kRefusalBytes);  // the module may have written it
  log::error("module.refused", {{"module", installed_.name}, {"version", installed_.version}, {"reason", reason}});
  const std::lock_guard lock(mutex_);
  state_ = ModuleState::kRefused;
  reason_ = "The module " + installed_.name + " was refused: " + reason;
}

void Module::record_failure(const std::string& what, bool blamed, const std::string& work) {
  if (stopping()) return;
  log::warn("module.ended", {{"module", installed_.name}, {"version", installed_.version}, {"reason", what}});
  circuit_.process_ended(what);
  bool too_often = false;
  {
    const std::lock_guard lock(mutex_);
    instance_.reset();
    starting_.reset();
    last_failure_ = what;
    last_failure_at_ = SystemClock().now();
    state_ = ModuleState::kBackoff;
    reason_ = "The module " + installed_.name + " has ended: " + what + ".";
    if (blamed && ended_over_.count(work)) {
      too_often = health_.failed(*last_failure_at_, what);
    } else if (blamed) {
      health_.failed_again(what);
    }
  }
  if (too_often) log::error("module.quarantined", {{"module", installed_.name}, {"reason", what}});
}

Task<void> Module::wait_release() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_ || !health_.quarantined()) co_return;
      state_ = ModuleState::kQuarantined;
      reason_ = health_.health().quarantine_reason;
    }
    if (const bool woken = co_await stir_.wait(); !woken) co_return;
  }
}

Task<void> Module::back_off() {
  const auto wait = backoff_.next(Backoff::Clock::now());
  const auto until = Backoff::Clock::now() + wait;
  {
    const std::lock_guard lock(mutex_);
    reason_ = "The module " + installed_.name + " is started again in " + std::to_string(wait.count()) + " ms, after " +
              last_failure_ + ".";
    if (backoff_.often()) reason_ += " It failed " + std::to_string(Backoff::kOften) + " times within a minute.";
  }
  asio::steady_timer timer(strand_, until);
  timer.async_wait([wakeup = stir_](const boost::system::error_code& error) {
    if (!error) wakeup.notify();
  });
  while (!stopping() && Backoff::Clock::now() < until) {
    if (const bool woken = co_await stir_.wait(); !woken) co_return;
  }
}

std::chrono::milliseconds Module::longest_limit() const {
  std::chrono::milliseconds longest{0};
  for (const auto& hook : hooks_) {
    if (hook) longest = std::max(longest, hook->declared.time_limit);
  }
  return longest;
}

Task<void> Module::end_instance(const std::shared_ptr<Instance>& instance, std::chrono::milliseconds patience) {
  co_await instance->drain(Instance::Clock::now() + std::min(longest_limit(), patience) + kShutdownTimeout);
  const auto deadline = Instance::Clock::now() + kShutdownTimeout;
  co_await instance->ask_to_end(deadline);
  const bool gone = co_await instance->wait_gone(deadline);
  if (!gone) instance->end({hooks::Answer::Kind::kNotRunning, "was stopped"});
  co_await instance->wait_gone(Instance::Clock::now() + kKillTimeout);
}

Task<void> Module::stop(std::chrono::milliseconds patience) {
  for (const auto& companion : companions_) co_await companion->stop(patience);
  std::shared_ptr<Instance> running, starting;
  bool lives = false;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    running = instance_;
    starting = starting_;
    lives = living_;
    if (state_ != ModuleState::kRefused) {
      reason_ = "The module " + installed_.name + " is being stopped.";
      if (!lives) state_ = ModuleState::kStopped;
    }
  }
  stir_.notify();
  if (starting) {
    starting->end({hooks::Answer::Kind::kNotRunning, "was stopped"});
    co_await starting->wait_gone(Instance::Clock::now() + kKillTimeout);
  }
  if (running) co_await end_instance(running, patience);
  if (lives) co_await ended_.wait();
}

void Module::abandon() {
  for (const auto& companion : companions_) companion->abandon();
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stir_.notify();
}

}  // namespace rapt::host
