// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>

#include "rapt/http/server.hpp"
#include "request_reader.hpp"
#include "socket_io.hpp"

namespace rapt::http {

/// One client. Everything but drain() and close() runs on the strand of its socket.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// `options` and `handler` must outlive it.
  Connection(Tcp::socket socket, const ServerOptions& options, Handler& handler);
  [[nodiscard]] Executor executor() { return socket_.get_executor(); }
  /// Serves requests one after the other until either side ends it. The caller keeps the connection alive meanwhile.
  Task<void> run();
  /// Lets the present request finish, and answers one more where ServerOptions::drain gives time for it, then closes.
  /// Thread-safe.
  void drain();
  /// Ends it now; its handler goes on with a client that has left. Thread-safe.
  void close();

 private:
  using Time = std::chrono::steady_clock;
  [[nodiscard]] std::chrono::milliseconds patience() const;
  [[nodiscard]] bool is_last() const;
  Task<void> serve();
  Task<bool> answer(Incoming& incoming);
  Task<void> refuse(const Incoming& incoming);
  Task<bool> handle_guarded(Request& request, Responder& responder);

  Tcp::socket socket_;
  const ServerOptions& options_;
  Handler& handler_;
  Deadline deadline_;
  RequestReader reader_;
  bool draining_ = false;
  bool closed_ = false;
  Time::time_point drained_{};  ///< while draining: until then a further request is waited for
  bool idle_ = true;
};

}  // namespace rapt::http
