// SPDX-License-Identifier: AGPL-3.0-or-later
#include "gateway_verdict.hpp"

#include "rapt/gateway/gateway.hpp"

namespace rapt::api {

/// The turn of the one who asks; it ends also when the task is cancelled or fails.
class GatewayVerdict::Asking {
 public:
  explicit Asking(GatewayVerdict& owner) : owner_(owner) {}
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() {
    const std::scoped_lock lock(owner_.mutex_);
    owner_.asking_ = false;
  }

 private:
  GatewayVerdict& owner_;
};

GatewayVerdict::GatewayVerdict(gateway::Gateway& gateway, Now now) : gateway_(gateway), now_(std::move(now)) {}

std::optional<Result<void>> GatewayVerdict::known() {
  const std::scoped_lock lock(mutex_);
  if (verdict_ && (asking_ || now_() - at_ < kLifetime)) return verdict_;
  if (asking_) return Error::unavailable("gateway", "The AI gateway is being asked for the first time.");
  asking_ = true;
  return std::nullopt;
}

Task<Result<void>> GatewayVerdict::get() {
  if (auto verdict = known()) co_return std::move(*verdict);
  const Asking turn(*this);
  auto verdict = co_await gateway_.check();
  const std::scoped_lock lock(mutex_);
  verdict_ = verdict;
  at_ = now_();
  co_return verdict;
}

}  // namespace rapt::api
