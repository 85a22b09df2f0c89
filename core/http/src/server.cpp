// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/server.hpp"

#include <sys/socket.h>

#include <exception>
#include <mutex>
#include <unordered_map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "connection.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/http/listening.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "response_head.hpp"

namespace rapt::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Pause after a failed accept, which mostly means that the process has no descriptors left.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
  Impl(Executor given, ServerOptions given_options, Handler& given_handler)
      : executor(std::move(given)),
        options(std::move(given_options)),
        handler(given_handler),
        acceptor(asio::make_strand(executor)) {}

  const Executor executor;
  const ServerOptions options;
  Handler& handler;
  Tcp::acceptor acceptor;  ///< used on its strand once accepting
  std::uint16_t bound_port = 0;
  std::mutex mutex;
  bool stopping = false;
  bool accepting = false;
  std::unordered_map<Connection*, std::weak_ptr<Connection>> connections;
  runtime::Wakeup changed;

  Result<void> listen();
  void stop_listening();
  static Task<void> accept_all(std::shared_ptr<Impl> self);
  void admit(Tcp::socket socket);
  void refuse(Tcp::socket socket) const;
  static Task<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection);
  static Task<void> wait_until_empty(std::shared_ptr<Impl> self);
  template <class Action>
  void for_all(Action action);
};

Result<void> Server::Impl::listen() {
  auto listening =
      options.listening < 0 ? listen_at(options.address, options.port) : Result<UniqueFd>(UniqueFd(options.listening));
  if (!listening) return listening.error();
  const auto port = port_of_listening(listening->get());
  if (!port) return port.error();
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  getsockname(listening->get(), reinterpret_cast<sockaddr*>(&own), &size);
  error_code fault;
  acceptor.assign(own.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), listening->get(), fault);
  if (fault) return Error::internal("taking over the listening socket: " + fault.message());
  static_cast<void>(listening->release());
  bound_port = *port;
  accepting = true;
  return {};
}

/// Others may go on listening at the same socket: then closing alone would leave it in this loop's interest list.
void Server::Impl::stop_listening() {
  error_code ignored;
  if (acceptor.is_open()) const UniqueFd closing(acceptor.release(ignored));
}

Task<void> Server::Impl::accept_all(std::shared_ptr<Impl> self) {
  while (self->acceptor.is_open()) {
    Executor place = self->options.place ? self->options.place() : asio::make_strand(self->executor);
    auto [fault, socket] = co_await self->acceptor.async_accept(place, asio::as_tuple(asio::use_awaitable));
    if (!fault) {
      self->admit(std::move(socket));
    } else if (self->acceptor.is_open()) {
      log::error("http.accept_failed", {{"error", fault.message()}});
      co_await runtime::sleep_for(kAcceptPause);
    }
  }
  {
    const std::lock_guard lock(self->mutex);
    self->accepting = false;
  }
  self->changed.notify();
}

void Server::Impl::admit(Tcp::socket socket) {
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard lock(mutex);
    // Accepted in the moment of the stop: nobody else will answer it.
    const bool wanted = !stopping || options.drain.count() > 0;
    if (wanted && connections.size() < options.max_connections) {
      connection = std::make_shared<Connection>(std::move(socket), options, handler);
      connections.emplace(connection.get(), connection);
    }
    if (connection && stopping) connection->drain();
  }
  if (!connection) return refuse(std::move(socket));
  Executor strand = connection->executor();
  asio::co_spawn(strand, serve(shared_from_this(), std::move(connection)), [](const std::exception_ptr& fault) {
    if (fault) log::error("http.connection_failed");
  });
}

/// A fresh socket's buffer takes these few bytes at once.
void Server::Impl::refuse(Tcp::socket socket) const {
  Framing framing;
  framing.keep_alive = false;
  framing.request_id = new_uuid();
  const Response failure =
      handler.failure(503, "SERVICE_UNAVAILABLE",
                      "The server has more connections than it can serve: try again in a moment.", framing.request_id);
  framing.content_length = failure.body.size();
  log::warn("http.too_many_connections", {{"request_id", framing.request_id}});
  error_code ignored;
  asio::write(socket, asio::buffer(response_head(failure.status, failure.headers, framing) + failure.body), ignored);
  socket.shutdown(Tcp::socket::shutdown_both, ignored);
}

Task<void> Server::Impl::serve(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection) {
  co_await connection->run();
  {
    const std::lock_guard lock(self->mutex);
    self->connections.erase(connection.get());
  }
  self->changed.notify();
}

Task<void> Server::Impl::wait_until_empty(std::shared_ptr<Impl> self) {
  for (;;) {
    {
      const std::lock_guard lock(self->mutex);
      if (self->connections.empty() && !self->accepting) co_return;
    }
    const bool woken = co_await self->changed.wait();
    if (!woken) co_return;
  }
}

template <class Action>
void Server::Impl::for_all(Action action) {
  const std::lock_guard lock(mutex);
  for (const auto& [key, weak] : connections) {
    if (const auto connection = weak.lock()) action(*connection);
  }
}

Task<std::size_t> Handler::body_limit(const Request& /*head*/, std::size_t usual) {
  co_return usual;
}

Server::Server(Executor executor, ServerOptions options, Handler& handler)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options), handler)) {}
Server::~Server() = default;

Result<void> Server::start() {
  RAPT_TRY(impl_->listen());
  asio::co_spawn(impl_->acceptor.get_executor(), Impl::accept_all(impl_), [](const std::exception_ptr& fault) {
    if (fault) log::error("http.acceptor_failed");
  });
  return {};
}

std::uint16_t Server::port() const {
  return impl_->bound_port;
}

Task<void> Server::stop(std::chrono::milliseconds grace) {
  using namespace asio::experimental::awaitable_operators;
  const auto impl = impl_;
  {
    const std::lock_guard lock(impl->mutex);
    impl->stopping = true;
  }
  // Before the door is shut: where a new connection is refused, the others have been told that they end.
  impl->for_all([](Connection& connection) { connection.drain(); });
  asio::dispatch(impl->acceptor.get_executor(), [impl] { impl->stop_listening(); });
  co_await (Impl::wait_until_empty(impl) || runtime::sleep_for(grace));
  impl->for_all([](Connection& connection) { connection.close(); });
  co_await (Impl::wait_until_empty(impl) || runtime::sleep_for(grace));
}

}  // namespace rapt::http
