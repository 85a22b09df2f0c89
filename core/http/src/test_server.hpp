// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <future>
#include <memory>
#include <string>
#include <thread>

#include "rapt/http/server.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "raw_socket.hpp"

namespace rapt::http::testing {

/// Answers in the ways that the tests ask for by path.
///   /echo    what was asked, as text         /boom    throws              /silent  does not answer
///   /wait    says it has begun, answers once opened                       /stream  two events, then waits to be opened
///   /leave   streams until the client has gone, then says so
///   /body    a body in two pieces            /torn    one that stays without an end
///   /sized   a part of an announced length, in two pieces     /short    one that its handler leaves before the end
///   /flood   a body without an end, until the client has gone, then says so
class TestHandler final : public Handler {
 public:
  Task<void> handle(Request& request, Responder& responder) override;
  [[nodiscard]] Response failure(int status, std::string_view code, std::string_view message,
                                 std::string_view request_id) const override;

  std::promise<void> begun;        ///< /wait has begun
  runtime::Wakeup gate;            ///< lets /wait and /stream go on
  std::promise<void> client_gone;  ///< /leave has noticed

 private:
  Task<void> stream(Responder& responder);
  Task<void> stream_until_left(Responder& responder);
  Task<void> body(Responder& responder, bool whole);
  Task<void> sized(Responder& responder, bool whole);
  Task<void> flood(Responder& responder);
};

/// A server on a free port of the loopback address, with threads of its own.
class TestServer {
 public:
  explicit TestServer(ServerOptions options = {});
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  [[nodiscard]] RawSocket connect() const { return RawSocket::connect(server_.port()); }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] std::string url(const std::string& path) const;
  /// Starts to stop; the future is ready once stopped.
  std::future<void> stop(std::chrono::milliseconds grace);
  /// Until the stop has been heard of: a server refuses new connections after it has told those it has that they end.
  void wait_until_closed() const;

  TestHandler handler;

 private:
  Task<void> stop_and_tell(std::chrono::milliseconds grace, std::shared_ptr<std::promise<void>> stopped);
  runtime::Runtime loop_{2};
  Server server_;
  std::jthread thread_;
};

}  // namespace rapt::http::testing
