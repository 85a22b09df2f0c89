// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/strand.hpp>

#include "instance.hpp"

namespace rapt::host {

/// The task that answers a process's questions, one after the other as long as they come close together.
struct Instance::Series {
  explicit Series(const Executor& executor) : strand(boost::asio::make_strand(executor)) {}
  boost::asio::strand<Executor> strand;       ///< of the call during which it began
  boost::asio::cancellation_signal cancel{};  ///< used on the strand
};

}  // namespace rapt::host
