// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

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
  /// Lets the present request finish, then closes; closes at once when there is none. Thread-safe.
  void drain();
  /// Ends it now; its handler goes on with a client that has left. Thread-safe.
  void close();

 private:
  Task<bool> answer(Incoming incoming);
  Task<void> refuse(Incoming incoming);
  Task<bool> handle_guarded(Request& request, Responder& responder);

  Tcp::socket socket_;
  const ServerOptions& options_;
  Handler& handler_;
  Deadline deadline_;
  RequestReader reader_;
  bool draining_ = false;
  bool idle_ = true;
};

}  // namespace rapt::http
