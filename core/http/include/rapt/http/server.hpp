// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rapt/http/message.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::http {

/// One server-sent event. `id`, when there is one, is what a client that reconnects says as Last-Event-ID; without line
/// breaks.
struct ServerSentEvent {
  std::string_view event;
  std::string_view data;  ///< may hold line breaks
  std::string_view id{};
};

/// A stream of server-sent events to one client. Used from the handler's task only.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// Sends one event; `data` may hold line breaks. False when the client has gone (further calls are harmless): the
  /// caller decides whether to go on with its work.
  virtual Task<bool> send(std::string_view event, std::string_view data) = 0;
  /// The same for several at once, in one write. `events` and what it points to must live until then.
  virtual Task<bool> send_all(std::span<const ServerSentEvent> events) = 0;
  [[nodiscard]] virtual bool closed() const = 0;
};

/// A body in pieces to one client. Used from the handler's task only.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// Sends a piece and waits until the client takes it. False when the client has gone, or asked for the head alone:
  /// the rest need not be made.
  virtual Task<bool> write(std::string_view piece) = 0;
  /// The body stays without an end, so that nobody takes it for whole.
  virtual void give_up() = 0;
};

/// The one answer to a request. Exactly one of these is called, once; a handler that calls none has the server answer
/// 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual Task<void> send(Response response) = 0;
  /// Sends the head with text/event-stream, no-store and no proxy buffering, and starts heartbeat comments.
  virtual Task<EventStream*> open_event_stream(Headers extra) = 0;
  /// Sends the head of an answer 200; its body goes through what is returned, and ends when the handler returns.
  virtual Task<BodyStream*> open_body_stream(Headers headers) = 0;
  /// The same with another status (206) and a length that is known and announced: exactly so many bytes are written. A
  /// handler that returns before ends the connection, so that nobody takes the body for whole; more is a bug (throws).
  virtual Task<BodyStream*> open_sized_stream(int status, Headers headers, std::uint64_t length) = 0;
};

/// What serves requests. `handle` may run concurrently for different connections; a request is alive until it returns.
/// An exception that escapes is logged and answered by 500.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<void> handle(Request& request, Responder& responder) = 0;
  /// How large a body this request may have: asked when its head is there and a body is to come. `usual` is
  /// ServerOptions::max_body_bytes.
  virtual Task<std::size_t> body_limit(const Request& head, std::size_t usual);
  /// The answer to faults that the server itself finds: malformed request 400, too slow 408, too large 413, unknown
  /// expectation 417, header too large 431, internal 500, too many connections 503, HTTP version 505.
  [[nodiscard]] virtual Response failure(int status, std::string_view code, std::string_view message,
                                         std::string_view request_id) const = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one, see Server::port()
  /// A socket that listens already, handed to this process (see listening.hpp): start() takes it instead of `address`
  /// and `port`, and owns it from then on. -1: none.
  int listening = -1;
  /// How long stop() leaves open what is idle: a client that asks once more is answered, and told that it was the last
  /// time. For those whose place somebody else takes at the same socket. 0: what is idle is closed at once.
  std::chrono::milliseconds drain{0};
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_header_bytes = 16 * 1024;
  std::chrono::milliseconds header_timeout =
      std::chrono::seconds(15);  ///< from a request's first byte to its last header
  std::chrono::milliseconds body_timeout = std::chrono::seconds(30);   ///< for the whole body
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(75);   ///< between two requests of a connection
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);  ///< the longest pause of a client that reads
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);      ///< between comments on a quiet event stream
  std::size_t max_connections = 4096;                                  ///< one more is told 503 and closed
  /// Where a connection runs, asked for each: an executor that runs one thing at a time. Empty: a strand of the
  /// server's.
  std::function<Executor()> place{};
};

/// HTTP/1.1 over Beast: keep-alive, pipelining in order, chunked bodies in, time limits everywhere.
class Server {
 public:
  Server(Executor executor, ServerOptions options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Binds, or takes `listening`, and starts to accept. kConflict when the port is taken (the message says what to do).
  Result<void> start();
  [[nodiscard]] std::uint16_t port() const;
  /// Accepts no more, answers what comes over open connections for ServerOptions::drain, lets requests in flight finish
  /// for up to `grace` (let it be longer than the drain by some seconds), then closes what is left and waits for their
  /// handlers, which see a closed connection, for up to `grace` again.
  Task<void> stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rapt::http
