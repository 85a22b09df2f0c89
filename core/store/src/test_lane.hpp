// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <future>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::store {

/// A loop whose one lane runs on a thread.
class TestLane {
 public:
  ~TestLane() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
  }
  /// Many tasks on the lane, which all begin in one turn of it; their results in order.
  template <class T>
  std::vector<T> all(std::vector<Task<T>> tasks) {
    std::promise<void> go;
    boost::asio::post(executor_, [&go] { go.get_future().wait(); });
    std::vector<std::future<T>> futures;
    for (auto& task : tasks) futures.push_back(start(std::move(task)));
    go.set_value();
    std::vector<T> out;
    for (auto& future : futures) out.push_back(future.get());
    return out;
  }
  template <class T>
  std::future<T> start(Task<T> task) {
    return boost::asio::co_spawn(executor_, std::move(task), boost::asio::use_future);
  }

 private:
  runtime::Runtime loop_{1};
  Executor executor_ = loop_.lane();
  std::thread thread_{[this] { loop_.run(); }};
};

}  // namespace rapt::store
