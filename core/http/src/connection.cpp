// SPDX-License-Identifier: AGPL-3.0-or-later
#include "connection.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "rapt/base/log.hpp"
#include "response_writer.hpp"

namespace rapt::http {
namespace {

/// How long the peer has to end its side after the last answer of a server that drains.
constexpr std::chrono::seconds kLastWait{2};

}  // namespace

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
  co_await serve();
  // The peer reads that this is the end and ends its side, before anything it still sends could reset the connection
  // under an answer on its way.
  if (draining_ && !closed_ && options_.drain.count() > 0) co_await reader_.linger(kLastWait);
  socket_.shutdown(Tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

/// How long the next request is waited for.
std::chrono::milliseconds Connection::patience() const {
  if (!draining_) return options_.idle_timeout;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(drained_ - Time::now());
  return std::min(options_.idle_timeout, std::max(left, std::chrono::milliseconds(0)));
}

Task<void> Connection::serve() {
  while (!closed_ && patience().count() > 0) {
    idle_ = true;
    const bool more = co_await reader_.wait(patience());
    idle_ = false;
    if (!more) co_return;
    Incoming incoming = co_await reader_.read();
    if (incoming.end == Incoming::End::kClosed) co_return;
    if (incoming.end == Incoming::End::kFault) {
      co_await refuse(incoming);
      co_return;
    }
    const bool reusable = co_await answer(incoming);
    if (!reusable) co_return;
  }
}

/// What has been received behind the present request is answered, too.
bool Connection::is_last() const {
  return draining_ && !reader_.has_more();
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

Task<bool> Connection::answer(Incoming& incoming) {
  ResponseWriter::Asked asked;
  asked.request_id = incoming.request.id;
  asked.head_only = incoming.request.method == "HEAD";
  asked.http_1_1 = incoming.http_1_1;
  asked.keep_alive = incoming.keep_alive;
  asked.is_last = [this] { return is_last(); };
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

Task<void> Connection::refuse(const Incoming& incoming) {
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
  co_await reader_.linger(options_.body_timeout);
}

void Connection::drain() {
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->draining_ = true;
    self->drained_ = Time::now() + self->options_.drain;
    if (self->idle_) self->reader_.wait_no_longer_than(self->patience());
  });
}

void Connection::close() {
  boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->draining_ = self->closed_ = true;
    boost::system::error_code ignored;
    self->socket_.close(ignored);
  });
}

}  // namespace rapt::http
