// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/wakeup.hpp"

#include <functional>
#include <mutex>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rapt::runtime {

namespace asio = boost::asio;

struct Wakeup::State {
  std::mutex mutex;
  bool notified = false;
  std::function<void(bool)> waiter;  ///< posts to the waiting task's executor

  void finish(bool woken) {
    std::function<void(bool)> taken;
    {
      const std::lock_guard lock(mutex);
      taken = std::exchange(waiter, nullptr);
      if (!taken && woken) notified = true;
    }
    if (taken) taken(woken);
  }

  void start(std::function<void(bool)> handler) {
    {
      const std::lock_guard lock(mutex);
      if (!std::exchange(notified, false)) {
        waiter = std::move(handler);
        return;
      }
    }
    handler(true);
  }
};

Wakeup::Wakeup() : state_(std::make_shared<State>()) {}

void Wakeup::notify() const {
  state_->finish(true);
}

void Wakeup::drop() const {
  const auto state = state_;  // what waits may own this object
  std::function<void(bool)> dropped;
  const std::lock_guard lock(state->mutex);
  dropped.swap(state->waiter);
}

// The initiation is a named variable: g++ 12 destroys a lambda that is a temporary of an awaited expression twice.
Task<bool> Wakeup::wait() const {
  auto initiation = [state = state_](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([weak = std::weak_ptr(state)](asio::cancellation_type) {
        if (auto alive = weak.lock()) alive->finish(false);
      });
    }
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    state->start([shared](bool woken) {
      auto executor = asio::get_associated_executor(*shared);
      asio::post(executor, [shared, woken] {
        asio::get_associated_cancellation_slot(*shared).clear();
        auto once = std::move(*shared);
        once(woken);
      });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(bool)>(std::move(initiation),
                                                                                      asio::use_awaitable);
}

}  // namespace rapt::runtime
