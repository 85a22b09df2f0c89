// SPDX-License-Identifier: AGPL-3.0-or-later
#include "connection.hpp"

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "rapt/base/log.hpp"
#include "response_writer.hpp"

namespace rapt::http {

Connection::Connection(Tcp::socket socket, const ServerOptions& options, Handler& handler)
    : socket_(std::move(socket)),
      options_(options),
      handler_(handler),
      deadline_(socket_),
      reader_(socket_, deadline_, options_, handler_) {}

Task<void> Connection::run() {
  boost::system::error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  while (!draining_) {
    idle_ = true;
    const bool more = co_await reader_.wait();
    idle_ = false;
    if (!more) break;
    Incoming incoming = co_await reader_.read();
    if (incoming.end == Incoming::End::kClosed) break;
    if (incoming.end == Incoming::End::kFault) {
      co_await refuse(std::move(incoming));
      break;
    }
    const bool reusable = co_await answer(std::move(incoming));
    if (!reusable) break;
  }
  socket_.shutdown(Tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

Task<bool> Connection::handle_guarded(Request& request, Responder& responder) {
  try {
    co_await handler_.handle(request, responder);
    co_return true;
  } catch (const std::exception& fault) {
    log::error("http.handler_failed", {{"request_id", request.id}, {"error", fault.what()}});
  } catch (...) {
    log::error("http.handler_failed", {{"request_id", request.id}, {"error", "unknown exception"}});
  }
  co_return false;
}

Task<bool> Connection::answer(Incoming incoming) {
  ResponseWriter::Asked asked;
  asked.request_id = incoming.request.id;
  asked.head_only = incoming.request.method == "HEAD";
  asked.http_1_1 = incoming.http_1_1;
  asked.keep_alive = incoming.keep_alive && !draining_;
  ResponseWriter writer(socket_, deadline_, options_, std::move(asked));
  const bool returned = co_await handle_guarded(incoming.request, writer);
  co_await writer.finish(returned);
  if (!writer.answered()) {
    if (returned) log::error("http.no_answer", {{"request_id", incoming.request.id}});
    Response failure = handler_.failure(500, "INTERNAL_ERROR",
                                        "Something went wrong on our side. It has been recorded.", incoming.request.id);
    co_await writer.send(std::move(failure));
  }
  co_return writer.reusable();
}

Task<void> Connection::refuse(Incoming incoming) {
  log::info(
      "http.refused",
      {{"request_id", incoming.request.id}, {"status", std::to_string(incoming.status)}, {"reason", incoming.message}});
  ResponseWriter::Asked asked;
  asked.request_id = incoming.request.id;
  asked.head_only = incoming.request.method == "HEAD";
  asked.http_1_1 = incoming.http_1_1;
  asked.keep_alive = false;
  ResponseWriter writer(socket_, deadline_, options_, std::move(asked));
  Response failure = handler_.failure(incoming.status, incoming.code, incoming.message, incoming.request.id);
  co_await writer.send(std::move(failure));
  co_await reader_.linger();
}

void Connection::drain() {
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    boost::system::error_code ignored;
    if (self->idle_) self->socket_.cancel(ignored);
  });
}

void Connection::close() {
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    boost::system::error_code ignored;
    self->socket_.close(ignored);
  });
}

}  // namespace rapt::http
