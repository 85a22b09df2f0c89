// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <future>
#include <optional>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::http::testing {

/// A loop whose one lane runs on a thread.
class TestLane {
 public:
  ~TestLane() { stop(); }
  /// The lane runs no more, and is there.
  void stop() {
    if (!thread_.joinable()) return;
    loop_->stop();
    thread_.join();
  }
  /// The lane is no more, and with it what waited there.
  void drop() {
    stop();
    loop_.reset();
  }
  template <class T>
  std::future<T> start(Task<T> task) {
    return boost::asio::co_spawn(executor_, std::move(task), boost::asio::use_future);
  }
  template <class T>
  T run(Task<T> task) {
    return start(std::move(task)).get();
  }

 private:
  std::optional<runtime::Runtime> loop_{1};
  Executor executor_ = loop_->lane();
  std::thread thread_{[this] { loop_->run(); }};
};

}  // namespace rapt::http::testing
