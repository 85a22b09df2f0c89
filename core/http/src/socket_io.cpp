// SPDX-License-Identifier: AGPL-3.0-or-later
#include "socket_io.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rapt::http {

namespace asio = boost::asio;

struct Deadline::State : std::enable_shared_from_this<Deadline::State> {
  explicit State(Tcp::socket& given) : socket(&given), timer(given.get_executor()) {}

  using Time = std::chrono::steady_clock::time_point;
  Tcp::socket* socket;  ///< null once the deadline has gone
  asio::steady_timer timer;
  std::optional<Time> due{};    ///< when the time is up, while it counts
  std::optional<Time> rings{};  ///< when the timer ends, while it runs
  bool passed = false;

  void run_timer(Time until) {
    rings = until;
    timer.expires_at(until);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& fault) {
      if (!fault) self->look();
    });
  }

  void look() {
    rings.reset();
    if (!socket || !due) return;
    if (std::chrono::steady_clock::now() < *due) return run_timer(*due);
    due.reset();
    passed = true;
    boost::system::error_code ignored;
    socket->cancel(ignored);
  }
};

Deadline::Deadline(Tcp::socket& socket) : state_(std::make_shared<State>(socket)) {}

Deadline::~Deadline() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void Deadline::start(std::chrono::milliseconds after) {
  state_->passed = false;
  state_->due = std::chrono::steady_clock::now() + after;
  if (!state_->rings || *state_->rings > *state_->due) state_->run_timer(*state_->due);
}

void Deadline::stop() {
  state_->due.reset();
}

bool Deadline::passed() const {
  return state_->passed;
}

Task<bool> write_all(Tcp::socket& socket, Deadline& deadline, std::chrono::milliseconds longest_pause,
                     std::string_view first, std::string_view second) {
  std::array<asio::const_buffer, 2> rest{asio::const_buffer(first.data(), first.size()),
                                         asio::const_buffer(second.data(), second.size())};
  while (asio::buffer_size(rest) > 0) {
    boost::system::error_code fault;
    std::size_t written = socket.write_some(rest, fault);
    if (fault == asio::error::would_block) {
      deadline.start(longest_pause);
      std::tie(fault, written) = co_await socket.async_write_some(rest, asio::as_tuple(asio::use_awaitable));
      deadline.stop();
    }
    if (fault) co_return false;
    const std::size_t of_first = std::min(written, rest[0].size());
    rest[0] += of_first;
    rest[1] += written - of_first;
  }
  co_return true;
}

}  // namespace rapt::http
