// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "rapt/runtime/task.hpp"

namespace rapt::http {

using Tcp = boost::asio::ip::tcp;

/// Cancels what a socket is doing when the time is up, and leaves the socket open so that it can still be answered on.
/// Starting and stopping it is cheap: its timer goes on running and looks, when it ends, whether the time is really up.
/// Used on the socket's strand only; must not outlive the socket.
class Deadline {
 public:
  explicit Deadline(Tcp::socket& socket);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  void start(std::chrono::milliseconds after);
  void stop();
  /// True when the time was up since the last start().
  [[nodiscard]] bool passed() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Writes both, one after the other, at once where the socket takes it (it must not block); `longest_pause` is how long
/// the client may accept nothing. False when it has gone.
Task<bool> write_all(Tcp::socket& socket, Deadline& deadline, std::chrono::milliseconds longest_pause,
                     std::string_view first, std::string_view second);

}  // namespace rapt::http
