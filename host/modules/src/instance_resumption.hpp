// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>

namespace rapt::host {

/// A suspended task, of whatever executor.
class Resumption {
 public:
  Resumption() = default;
  Resumption(const Resumption&) = delete;
  Resumption& operator=(const Resumption&) = delete;
  virtual ~Resumption() = default;
  /// Posts it to its executor. Once.
  virtual void resume() = 0;
};

template <class Handler>
class HandlerResumption final : public Resumption {
 public:
  explicit HandlerResumption(Handler handler) : handler_(std::move(handler)) {}
  void resume() override {
    auto executor = boost::asio::get_associated_executor(handler_);
    boost::asio::post(executor, [handler = std::move(handler_)]() mutable {
      boost::asio::get_associated_cancellation_slot(handler).clear();
      std::move(handler)();
    });
  }

 private:
  Handler handler_;
};

}  // namespace rapt::host
