// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>

#include "bench.hpp"
#include "rapt/base/error.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/runtime.hpp"

/// For figures of services over a database of their own (store::ScratchDatabase, TEST_DATABASE_URL).
namespace rapt::bench {

/// The value, or a figure that cannot be taken.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().log_detail);
  return std::move(*result);
}
inline void must(Result<void> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().log_detail);
}

/// What a task gives, waited for on this thread.
template <class T>
T done(Task<Result<T>> task) {
  return must(runtime::run_blocking(std::move(task)));
}

inline double milliseconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace rapt::bench
