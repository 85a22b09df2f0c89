// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "rapt/base/result.hpp"

namespace rapt {

/// A coroutine of the server. Started by awaiting it; cancelled and waited for by whoever awaits it.
/// Never write co_await inside the condition of an if, while or for: g++ 12 lays the coroutine's frame out wrongly and
/// it crashes. Await into a variable first, or in an init-statement: `if (auto r = co_await f(); !r)`.
template <class T = void>
using Task = boost::asio::awaitable<T>;

using Executor = boost::asio::any_io_executor;

}  // namespace rapt
