// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

#include "rapt/runtime/task.hpp"

namespace rapt::gateway {
class Gateway;
}

namespace rapt::api {

/// Whether the AI gateway answers, asked at most once in kLifetime however many ask /ready, which anybody may. While
/// one asks, the others get the verdict before. Thread-safe.
class GatewayVerdict {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;
  static constexpr std::chrono::seconds kLifetime{5};

  /// `gateway` must outlive it.
  explicit GatewayVerdict(gateway::Gateway& gateway, Now now = std::chrono::steady_clock::now);
  /// The gateway's own failure; kUnavailable while the very first verdict is being asked for.
  Task<Result<void>> get();

 private:
  class Asking;
  /// What is known, or nullopt when the caller is the one to ask.
  std::optional<Result<void>> known();

  gateway::Gateway& gateway_;
  const Now now_;
  std::mutex mutex_;
  bool asking_ = false;
  std::optional<Result<void>> verdict_;
  std::chrono::steady_clock::time_point at_{};  ///< when the verdict came
};

}  // namespace rapt::api
