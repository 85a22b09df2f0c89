// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rapt/telemetry/open_span.hpp"

namespace rapt::telemetry {

/// Does the task within the span, on the executor of whoever awaits it; cancelled with it. `span` must outlive it, and
/// T has a default.
template <class T>
Task<T> within(const OpenSpan& span, Task<T> task) {
  const Executor here = co_await boost::asio::this_coro::executor;
  const Executor executor = span.within(here);
  co_return co_await boost::asio::co_spawn(executor, std::move(task), boost::asio::use_awaitable);
}

}  // namespace rapt::telemetry
