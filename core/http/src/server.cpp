// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/server.hpp"

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
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/runtime/wakeup.hpp"
#include "response_head.hpp"

namespace rapt::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// Pause after a failed accept, which mostly means that the process has no descriptors left.
constexpr std::chrono::milliseconds kAcceptPause{100};

Error bind_error(const ServerOptions& options, const error_code& fault) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  if (fault == asio::error::address_in_use) {
    return Error::conflict("Another program listens at " + where + ": stop it, or choose another PORT.");
  }
  return Error::invalid("HOST, PORT", "cannot listen at " + where + ": " + fault.message());
}

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
  std::unordered_map<Connection*, std::weak_ptr<Connection>> connections;
  runtime::Wakeup changed;

  error_code listen();
  static Task<void> accept_all(std::shared_ptr<Impl> self);
  void admit(Tcp::socket socket);
  void refuse(Tcp::socket socket) const;
  static Task<void> serve(std::shared_ptr<Impl> self, std::shared_ptr<Connection> connection);
  static Task<void> wait_until_empty(std::shared_ptr<Impl> self);
  template <class Action>
  void for_all(Action action);
};

error_code Server::Impl::listen() {
  error_code fault;
  const Tcp::endpoint endpoint(asio::ip::make_address(options.address, fault), options.port);
  if (!fault) acceptor.open(endpoint.protocol(), fault);
  if (!fault) acceptor.set_option(Tcp::acceptor::reuse_address(true), fault);
  if (!fault) acceptor.bind(endpoint, fault);
  if (!fault) acceptor.listen(asio::socket_base::max_listen_connections, fault);
  if (!fault) bound_port = acceptor.local_endpoint(fault).port();
  return fault;
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
}

void Server::Impl::admit(Tcp::socket socket) {
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard lock(mutex);
    if (!stopping && connections.size() < options.max_connections) {
      connection = std::make_shared<Connection>(std::move(socket), options, handler);
      connections.emplace(connection.get(), connection);
    }
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
      if (self->connections.empty()) co_return;
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
  if (const error_code fault = impl_->listen()) return bind_error(impl_->options, fault);
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
  asio::dispatch(impl->acceptor.get_executor(), [impl] {
    error_code ignored;
    impl->acceptor.close(ignored);
  });
  {
    const std::lock_guard lock(impl->mutex);
    impl->stopping = true;
  }
  impl->for_all([](Connection& connection) { connection.drain(); });
  co_await (Impl::wait_until_empty(impl) || runtime::sleep_for(grace));
  impl->for_all([](Connection& connection) { connection.close(); });
  co_await (Impl::wait_until_empty(impl) || runtime::sleep_for(grace));
}

}  // namespace rapt::http
