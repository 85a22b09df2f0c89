// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

#include "rapt/http/server.hpp"
#include "socket_io.hpp"

namespace rapt::http {

/// One event as it goes over the wire; line breaks of any kind in `data` become several data lines.
std::string format_event(const ServerSentEvent& event);

/// The body of an event stream: sends events, comments when it is quiet, and watches for the client's leaving.
/// Lives on the connection's strand. The socket must outlive the time up to finish().
class SocketEventStream final : public EventStream, public std::enable_shared_from_this<SocketEventStream> {
 public:
  SocketEventStream(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options, bool chunked);
  /// Starts comments and watching. `client_present`: whether the head could be sent.
  void start(bool client_present);
  Task<bool> send(std::string_view event, std::string_view data) override;
  Task<bool> send_all(std::span<const ServerSentEvent> events) override;
  [[nodiscard]] bool closed() const override { return closed_; }
  /// Stops watching; with `orderly`, sends the end of the body. False when the connection cannot be used again.
  Task<bool> finish(bool orderly);

 private:
  [[nodiscard]] std::string_view framed(std::string& text) const;
  Task<bool> write(std::string_view framed_bytes);
  void schedule_heartbeat();
  void send_heartbeat();
  void watch_client();
  void look_at_client();

  Tcp::socket& socket_;
  Deadline& deadline_;
  const ServerOptions& options_;
  const bool chunked_;
  using Clock = std::chrono::steady_clock;
  boost::asio::steady_timer heartbeat_;
  Clock::time_point quiet_since_{};  ///< when something was sent last
  std::string unsent_;               ///< the rest of a comment that the socket did not take at once
  bool open_ = false;
  bool writing_ = false;
  bool closed_ = false;
};

}  // namespace rapt::http
