// SPDX-License-Identifier: AGPL-3.0-or-later
#include "circuit_breaker.hpp"

#include <algorithm>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::host {

CircuitBreaker::CircuitBreaker(std::string module, Settings settings, unsigned seed)
    : module_(std::move(module)),
      settings_{std::max(1u, settings.failures), std::max(std::chrono::milliseconds(1), settings.pause)},
      pause_(settings_.pause),
      random_(seed) {}

std::optional<CircuitBreaker::Pass> CircuitBreaker::admit(Clock::time_point now, std::string& why) {
  if (const auto word = word_.load(std::memory_order_acquire); phase_of(word) == Phase::kClosed)
    return Pass(*this, generation_of(word), false);
  const std::lock_guard lock(mutex_);
  const auto phase = phase_of(word_);
  if (phase == Phase::kClosed) return Pass(*this, generation_of(word_), false);
  const bool may_try = phase == Phase::kOpen ? !waits_for_process_ && now >= until_ : !trying_;
  if (!may_try) {
    why = cause_;
    return std::nullopt;
  }
  enter(Phase::kHalfOpen);
  trying_ = true;
  return Pass(*this, generation_of(word_), true);
}

void CircuitBreaker::enter(Phase phase) {
  const auto generation = generation_of(word_) + 1;
  word_.store(generation << 2 | static_cast<std::uint64_t>(phase), std::memory_order_release);
  failures_ = 0;
  trying_ = false;
}

bool CircuitBreaker::decides(const Pass& pass) const {
  return pass.trial_ && trying_ && pass.generation_ == generation_of(word_);
}

void CircuitBreaker::succeeded(const Pass& pass) {
  if (!pass.trial_) {
    if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!decides(pass)) return;
    enter(Phase::kClosed);
    pause_ = settings_.pause;
    cause_.clear();
  }
  log::info("module.circuit_closed", {{"module", module_}});
}

void CircuitBreaker::failed(const Pass& pass, hooks::Point point, const std::string& what, Clock::time_point now) {
  std::string told;
  {
    const std::lock_guard lock(mutex_);
    if (pass.generation_ != generation_of(word_)) return;
    const std::string how = " at " + std::string(hooks::name(point)) + ": " + printable(what);
    if (pass.trial_) {
      if (!decides(pass)) return;
      pause_ = std::min(pause_ * 2, settings_.pause * kLongest);
      cause_ =
          "The module " + module_ + " is not asked for now: the call that was to show whether it works failed" + how;
    } else {
      const unsigned failures = ++failures_;
      if (failures < settings_.failures) return;
      cause_ = "The module " + module_ + " is not asked for now: its last " + std::to_string(failures) +
               " calls failed, the latest" + how;
    }
    open(now);
    told = cause_;
  }
  log::warn("module.circuit_opened", {{"module", module_}, {"reason", told}});
}

void CircuitBreaker::open(Clock::time_point now) {
  enter(Phase::kOpen);
  const auto quarter = pause_.count() / 4;
  until_ = now + pause_ + std::chrono::milliseconds(std::uniform_int_distribution<long>(-quarter, quarter)(random_));
}

void CircuitBreaker::give_back(const Pass& pass) {
  const std::lock_guard lock(mutex_);
  if (decides(pass)) trying_ = false;
}

void CircuitBreaker::process_ended(const std::string& what) {
  const std::lock_guard lock(mutex_);
  enter(Phase::kOpen);
  waits_for_process_ = true;
  cause_ =
      "The module " + module_ + " is asked again when one call to its next process has been answered: " + what + ".";
}

void CircuitBreaker::process_runs() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(waits_for_process_, false)) enter(Phase::kHalfOpen);
}

Circuit CircuitBreaker::state() const {
  switch (phase_of(word_)) {
    case Phase::kClosed:
      return Circuit::kClosed;
    case Phase::kOpen:
      return Circuit::kOpen;
    case Phase::kHalfOpen:
      return Circuit::kHalfOpen;
  }
  return Circuit::kOpen;
}

std::string CircuitBreaker::reason(Clock::time_point now) const {
  const std::lock_guard lock(mutex_);
  if (phase_of(word_) == Phase::kClosed) return {};
  if (waits_for_process_) return cause_;
  if (trying_) return cause_ + " One call is being tried.";
  if (phase_of(word_) == Phase::kHalfOpen || now >= until_) return cause_ + " The next call is let through.";
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until_ - now);
  return cause_ + " One call is let through in " + std::to_string(left.count()) + " ms.";
}

}  // namespace rapt::host
