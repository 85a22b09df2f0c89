// SPDX-License-Identifier: AGPL-3.0-or-later
#include "interruption.hpp"

#include <boost/asio/post.hpp>

namespace rapt::chat {

std::function<void()> Interruption::trigger() {
  return [weak = weak_from_this(), executor = executor_] {
    boost::asio::post(executor, [weak] {
      const auto self = weak.lock();
      if (self && self->open_) self->signal_.emit(boost::asio::cancellation_type::terminal);
    });
  };
}

}  // namespace rapt::chat
