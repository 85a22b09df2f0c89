// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "rapt/hooks/hook.hpp"
#include "rapt/host/supervisor.hpp"

namespace rapt::host {

/// Decides whether a running module is asked. Closed: everybody passes, at the cost of one atomic load. Several failed
/// calls in a row open it for a while (doubling, with jitter, up to kLongest times the first pause); then one call is
/// let through, and its answer closes or opens it again. An end of the process opens it as well: back-off is the pause
/// then, and the first call to the next process is the one that decides. Thread-safe.
class CircuitBreaker {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kLongest = 12;
  struct Settings {
    unsigned failures = 5;
    std::chrono::milliseconds pause{5000};
  };

  /// The right to make one call. Whoever drops it without saying what came of the call has not decided anything.
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept
        : breaker_(std::exchange(other.breaker_, nullptr)), generation_(other.generation_), trial_(other.trial_) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(breaker_, other.breaker_);
      std::swap(generation_, other.generation_);
      std::swap(trial_, other.trial_);
      return *this;
    }
    ~Pass() {
      if (breaker_ != nullptr && trial_) breaker_->give_back(*this);
    }
    void succeeded() {
      if (auto* breaker = std::exchange(breaker_, nullptr)) breaker->succeeded(*this);
    }
    /// `what` is the sentence of the answer, which may be the module's own words.
    void failed(hooks::Point point, const std::string& what, Clock::time_point now) {
      if (auto* breaker = std::exchange(breaker_, nullptr)) breaker->failed(*this, point, what, now);
    }
    /// As before: it adds nothing to the failures in a row. The one call that decides decides all the same.
    void failed_again(hooks::Point point, const std::string& what, Clock::time_point now) {
      if (trial_) failed(point, what, now);
      breaker_ = nullptr;
    }

   private:
    friend class CircuitBreaker;
    Pass(CircuitBreaker& breaker, std::uint64_t generation, bool trial)
        : breaker_(&breaker), generation_(generation), trial_(trial) {}
    CircuitBreaker* breaker_ = nullptr;
    std::uint64_t generation_ = 0;
    bool trial_ = false;
  };

  CircuitBreaker(std::string module, Settings settings, unsigned seed);

  /// A pass, which must not outlive this; or nothing, and `why` is the sentence for the admin.
  std::optional<Pass> admit(Clock::time_point now, std::string& why);
  /// Calls to a process that has ended do not count any more. `what` is a clause: "it was killed (SIGKILL)".
  void process_ended(const std::string& what);
  void process_runs();

  [[nodiscard]] Circuit state() const;
  /// A sentence; "" when it is closed.
  [[nodiscard]] std::string reason(Clock::time_point now) const;

 private:
  enum class Phase : std::uint64_t { kClosed, kOpen, kHalfOpen };
  static Phase phase_of(std::uint64_t word) { return static_cast<Phase>(word & 3); }
  static std::uint64_t generation_of(std::uint64_t word) { return word >> 2; }

  void succeeded(const Pass& pass);
  void failed(const Pass& pass, hooks::Point point, const std::string& what, Clock::time_point now);
  void give_back(const Pass& pass);
  bool decides(const Pass& pass) const;  ///< of a trial; with the lock
  void enter(Phase phase);               ///< begins a generation; with the lock
  void open(Clock::time_point now);      ///< with the lock

  const std::string module_;
  const Settings settings_;
  std::atomic<std::uint64_t> word_{0};  ///< generation and phase in one, so that both are read at once
  std::atomic<unsigned> failures_{0};   ///< in a row

  mutable std::mutex mutex_;  ///< guards what follows, and changes of word_
  std::chrono::milliseconds pause_;
  Clock::time_point until_{};
  bool waits_for_process_ = false, trying_ = false;
  std::string cause_;  ///< a sentence
  std::mt19937 random_;
};

}  // namespace rapt::host
