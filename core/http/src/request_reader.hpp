// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "rapt/http/server.hpp"
#include "socket_io.hpp"

namespace rapt::http {

/// What came of reading a request.
struct Incoming {
  enum class End { kRequest, kClosed, kFault };
  End end = End::kClosed;
  Request request;  ///< on a fault: as far as it was understood, with its id
  bool http_1_1 = true;
  bool keep_alive = false;
  /// The fault, in the words of Handler::failure().
  int status = 0;
  std::string code{};
  std::string message{};
};

/// Reads requests off a connection. The one place that parses with Beast. Lives on the connection's strand.
class RequestReader {
 public:
  RequestReader(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options, Handler& handler);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  /// Waits for the next request's first bytes. False when the client is silent for too long or leaves.
  Task<bool> wait(std::chrono::milliseconds longest);
  /// Shortens a wait() that is under way.
  void wait_no_longer_than(std::chrono::milliseconds longest);
  /// Whether bytes of a further request have been received.
  [[nodiscard]] bool has_more() const;
  Task<Incoming> read();
  /// After a last answer: takes in what the client still sends, so that it gets to read the answer before the
  /// connection is reset under it.
  Task<void> linger(std::chrono::milliseconds longest);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::http
