// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <random>

#include "rapt/base/log.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kShutdownTimeout = 1s;
constexpr auto kKillTimeout = 5s;

}  // namespace

Module::Module(Executor executor, std::shared_ptr<const PreparedModule> prepared, Settings settings)
    : strand_(asio::make_strand(executor)),
      installed_(prepared->installed),
      prepared_(std::move(prepared)),
      start_timeout_(settings.start_timeout),
      backoff_(settings.restart_initial, settings.restart_maximum, std::random_device{}()),
      state_(ModuleState::kStarting),
      reason_("It is being started.") {}

Module::Module(Executor executor, InstalledModule installed, std::string refusal)
    : strand_(asio::make_strand(executor)),
      installed_(std::move(installed)),
      start_timeout_(0),
      backoff_(1ms, 1ms, 0),
      state_(ModuleState::kRefused),
      reason_(std::move(refusal)) {
  log::error("module.refused", {{"module", installed_.name}, {"version", installed_.version}, {"reason", reason_}});
}

void Module::run(std::shared_ptr<Nursery> nursery) {
  if (!prepared_) return;
  {
    const std::lock_guard lock(mutex_);
    living_ = true;
  }
  asio::co_spawn(strand_, live(std::move(nursery)), [self = shared_from_this()](std::exception_ptr failure) {
    {
      const std::lock_guard lock(self->mutex_);
      self->living_ = false;
      self->instance_.reset();
      if (self->state_ != ModuleState::kRefused) self->state_ = ModuleState::kStopped;
    }
    if (failure) log::error("module.supervision_failed", {{"module", self->installed_.name}});
    self->stopped_wakeup_.notify();
  });
}

bool Module::stopping() const {
  const std::lock_guard lock(mutex_);
  return stop_;
}

Task<void> Module::live(std::shared_ptr<Nursery> nursery) {
  while (!stopping()) {
    if (const Next next = co_await live_once(*nursery); next != Next::kStartAgain) break;
    co_await back_off();
    const std::lock_guard lock(mutex_);
    if (stop_) break;
    ++restarts_;
    state_ = ModuleState::kStarting;
    reason_ = "It is being started again.";
  }
}

Task<Result<std::shared_ptr<Instance>>> Module::bring_up(Nursery& nursery) {
  auto created = Instance::create(strand_.get_inner_executor(), installed_.name);
  if (!created) co_return created.error();
  sandbox::SpawnRequest order;
  order.name = installed_.name;
  order.version = installed_.version;
  order.needs_hooks = !prepared_->hooks.empty();
  order.memory_bytes = static_cast<std::uint64_t>(prepared_->manifest.memory_mb) << 20;
  order.library = prepared_->library.get();
  RAPT_CO_TRY(nursery.spawn(*created, order));
  RAPT_CO_TRY(co_await (*created)->wait_ready(Instance::Clock::now() + start_timeout_));
  co_return created;
}

Task<Module::Next> Module::live_once(Nursery& nursery) {
  auto started = co_await bring_up(nursery);
  if (!started && started.error().kind == ErrorKind::kForbidden) {
    refuse(started.error().message);
    co_return Next::kStop;
  }
  if (!started) {
    const bool its_own = started.error().part == installed_.name;
    record_failure(its_own ? "while starting, it " + started.error().message : started.error().message);
    co_return Next::kStartAgain;
  }
  const std::shared_ptr<Instance> instance = *started;
  {
    const std::lock_guard lock(mutex_);
    instance_ = instance;
    state_ = ModuleState::kRunning;
    reason_.clear();
  }
  log::info("module.running",
            {{"module", installed_.name}, {"version", installed_.version}, {"pid", std::to_string(instance->pid())}});
  const Ending ending = co_await instance->wait_end();
  if (stopping()) co_return Next::kStop;
  record_failure("it " + ending.what);
  co_return Next::kStartAgain;
}

void Module::refuse(const std::string& reason) {
  log::error("module.refused", {{"module", installed_.name}, {"version", installed_.version}, {"reason", reason}});
  const std::lock_guard lock(mutex_);
  state_ = ModuleState::kRefused;
  reason_ = reason;
}

void Module::record_failure(const std::string& what) {
  if (stopping()) return;
  log::warn("module.ended", {{"module", installed_.name}, {"version", installed_.version}, {"reason", what}});
  const std::lock_guard lock(mutex_);
  instance_.reset();
  last_failure_ = what;
  last_failure_at_ = SystemClock().now();
  state_ = ModuleState::kBackoff;
}

Task<void> Module::back_off() {
  const auto wait = backoff_.next(Backoff::Clock::now());
  const auto until = Backoff::Clock::now() + wait;
  {
    const std::lock_guard lock(mutex_);
    reason_ = "It is started again in " + std::to_string(wait.count()) + " ms, after " + last_failure_ + ".";
    if (backoff_.often()) reason_ += " It failed " + std::to_string(Backoff::kOften) + " times within a minute.";
  }
  asio::steady_timer timer(strand_, until);
  timer.async_wait([wakeup = stop_wakeup_](const boost::system::error_code& error) {
    if (!error) wakeup.notify();
  });
  while (!stopping() && Backoff::Clock::now() < until) {
    if (const bool woken = co_await stop_wakeup_.wait(); !woken) co_return;
  }
}

Task<void> Module::stop() {
  std::shared_ptr<Instance> instance;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    instance = instance_;
    if (!living_ && state_ != ModuleState::kRefused) state_ = ModuleState::kStopped;
  }
  stop_wakeup_.notify();
  if (instance) {
    const auto deadline = Instance::Clock::now() + kShutdownTimeout;
    co_await instance->ask_to_end(deadline);
    const bool gone = co_await instance->wait_gone(deadline);
    if (!gone) instance->end({hooks::Answer::Kind::kNotRunning, "was stopped"});
    co_await instance->wait_gone(Instance::Clock::now() + kKillTimeout);
  }
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!living_) co_return;
    }
    if (const bool woken = co_await stopped_wakeup_.wait(); !woken) co_return;
  }
}

void Module::abandon() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stop_wakeup_.notify();
}

std::shared_ptr<Instance> Module::running(std::string& why) const {
  const std::lock_guard lock(mutex_);
  if (state_ == ModuleState::kRunning && instance_ && !stop_) return instance_;
  why = reason_.empty() ? "It is being stopped." : reason_;
  return nullptr;
}

ModuleStatus Module::status() const {
  ModuleStatus status;
  status.name = installed_.name;
  status.version = installed_.version;
  if (prepared_) {
    status.publisher = prepared_->manifest.publisher;
    status.is_signed = prepared_->is_signed;
    for (const auto& hook : prepared_->hooks) status.hooks.push_back({.declared = hook, .time_limit = hook.time_limit});
    for (const auto& permission : prepared_->manifest.permissions) status.permissions.push_back(permission.name);
  }
  const std::lock_guard lock(mutex_);
  status.state = state_;
  status.reason = reason_;
  status.restarts = restarts_;
  status.last_failure = last_failure_;
  status.last_failure_at = last_failure_at_;
  if (instance_) status.pid = instance_->pid();
  return status;
}

}  // namespace rapt::host
