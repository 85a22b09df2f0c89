// SPDX-License-Identifier: AGPL-3.0-or-later
#include "socket_io.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rapt::http {

namespace asio = boost::asio;

struct Deadline::State {
  Tcp::socket* socket;
  unsigned generation = 0;
  bool passed = false;
};

Deadline::Deadline(Tcp::socket& socket) : state_(std::make_shared<State>()), timer_(socket.get_executor()) {
  state_->socket = &socket;
}

Deadline::~Deadline() {
  stop();
}

void Deadline::start(std::chrono::milliseconds after) {
  stop();
  state_->passed = false;
  timer_.expires_after(after);
  timer_.async_wait([state = state_, generation = state_->generation](const boost::system::error_code& fault) {
    if (fault || state->generation != generation) return;
    state->passed = true;
    boost::system::error_code ignored;
    state->socket->cancel(ignored);
  });
}

void Deadline::stop() {
  ++state_->generation;
  timer_.cancel();
}

bool Deadline::passed() const {
  return state_->passed;
}

Task<bool> write_all(Tcp::socket& socket, Deadline& deadline, std::chrono::milliseconds longest_pause,
                     std::string_view first, std::string_view second) {
  std::array<asio::const_buffer, 2> rest{asio::const_buffer(first.data(), first.size()),
                                         asio::const_buffer(second.data(), second.size())};
  while (asio::buffer_size(rest) > 0) {
    deadline.start(longest_pause);
    const auto [fault, written] = co_await socket.async_write_some(rest, asio::as_tuple(asio::use_awaitable));
    deadline.stop();
    if (fault) co_return false;
    const std::size_t of_first = std::min(written, rest[0].size());
    rest[0] += of_first;
    rest[1] += written - of_first;
  }
  co_return true;
}

}  // namespace rapt::http
