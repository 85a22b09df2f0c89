// SPDX-License-Identifier: AGPL-3.0-or-later
#include "redis_link.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "rapt/base/text.hpp"

namespace rapt::store {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMostAsked = 4096;  // beyond it the server is not slow, it is gone
constexpr std::chrono::milliseconds kFirstPause{50};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

}  // namespace

RedisLink::RedisLink(Executor executor, RedisAddress address)
    : executor_(std::move(executor)), address_(std::move(address)), timer_(executor_) {}

bool RedisLink::quiet(Wire& wire) {
  pollfd one{wire.socket.native_handle(), POLLIN, 0};
  return ::poll(&one, 1, 0) == 0;
}

void RedisLink::submit(const std::vector<std::string>& arguments, std::chrono::milliseconds patience, Done done) {
  const auto now = Clock::now();
  const char* refusal = nullptr;
  if (ended_) refusal = "the program is stopping";
  if (asked_.size() >= kMostAsked) refusal = "too many commands wait for it";
  if (!wire_ && now < not_before_) refusal = "it did not answer, and is not asked again yet";
  if (refusal != nullptr) {
    asio::post(executor_, [done = std::move(done), error = redis_away(arguments[0] + ": " + refusal)] { done(error); });
    return;
  }
  // Closed by the server while it was idle, which the loop may not have looked at yet.
  if (asked_.empty() && wire_ && !quiet(*wire_)) close();
  append_command(out_, arguments);
  asked_.push_back({arguments[0], std::move(done), now + patience});
  watch();
  if (!wire_) {
    connect();
  } else if (wire_->ready) {
    flush_soon();
  }
}

void RedisLink::connect() {
  wire_ = std::make_shared<Wire>(executor_);
  asio::co_spawn(executor_, run_open(shared_from_this(), wire_), [](const std::exception_ptr&) {});
}

Task<void> RedisLink::run_open(std::shared_ptr<RedisLink> self, std::shared_ptr<Wire> wire) {
  Result<void> opened = Error::internal("not tried");
  try {
    opened = co_await self->open(wire);
  } catch (const std::exception& fault) {
    opened = redis_away(printable(fault.what()));
  }
  if (self->wire_ != wire) co_return;  // given up meanwhile
  if (!opened) {
    self->lose(opened.error().log_detail);
    co_return;
  }
  self->pause_ = {};
  wire->ready = true;
  self->read(wire);
  self->flush();
}

Task<Result<void>> RedisLink::open(std::shared_ptr<Wire> wire) {
  Socket& socket = wire->socket;
  error_code fault;
  if (!address_.socket.empty()) {
    const asio::local::stream_protocol::endpoint endpoint(address_.socket);
    std::tie(fault) = co_await socket.async_connect(endpoint, kAwait);
  } else {
    asio::ip::tcp::resolver resolver(executor_);
    asio::ip::tcp::resolver::results_type found;
    std::tie(fault, found) = co_await resolver.async_resolve(address_.host, std::to_string(address_.port), kAwait);
    for (const auto& entry : found) {
      if (wire_ != wire) co_return redis_away("given up");
      error_code ignored;
      socket.close(ignored);
      std::tie(fault) = co_await socket.async_connect(entry.endpoint(), kAwait);
      if (!fault) break;
    }
    if (!fault) socket.set_option(asio::ip::tcp::no_delay(true), fault);
  }
  if (!fault) socket.non_blocking(true, fault);
  if (fault) co_return redis_away("connect: " + fault.message());
  if (!address_.password.empty()) {
    std::vector<std::string> auth{"AUTH"};
    if (!address_.user.empty()) auth.push_back(address_.user);
    auth.push_back(address_.password);
    RAPT_CO_TRY(co_await greet(wire, std::move(auth)));
  }
  if (address_.database != 0) {
    std::vector<std::string> select{"SELECT", std::to_string(address_.database)};
    RAPT_CO_TRY(co_await greet(wire, std::move(select)));
  }
  co_return Result<void>{};
}

/// One command and its answer, before anybody else's.
Task<Result<void>> RedisLink::greet(std::shared_ptr<Wire> wire, std::vector<std::string> command) {
  std::string text;
  append_command(text, command);
  const auto [fault, sent] = co_await asio::async_write(wire->socket, asio::buffer(text), kAwait);
  if (fault) co_return redis_away(command[0] + ": " + fault.message());
  for (;;) {
    auto reply = wire->replies.next();
    if (!reply) co_return reply.error();
    if (*reply && (*reply)->is_error) co_return redis_away(command[0] + " was refused; check REDIS_URL");
    if (*reply) co_return Result<void>{};
    const auto [lost, got] = co_await wire->socket.async_read_some(asio::buffer(wire->buffer), kAwait);
    if (lost) co_return redis_away(command[0] + ": " + lost.message());
    wire->replies.feed({wire->buffer.data(), got});
  }
}

/// Behind what the loop has ready now, so that commands of other tasks go along.
void RedisLink::flush_soon() {
  if (std::exchange(flush_posted_, true)) return;
  asio::post(executor_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void RedisLink::flush() {
  const auto wire = wire_;
  if (!wire || !wire->ready || wire->writing || out_.empty()) return;
  error_code fault;
  const std::size_t written = wire->socket.write_some(asio::buffer(out_), fault);
  if (fault && fault != asio::error::would_block) return lose("write: " + fault.message());
  out_.erase(0, written);
  if (out_.empty()) return;
  wire->writing = true;
  wire->socket.async_wait(Socket::wait_write, [self = shared_from_this(), wire](const error_code&) {
    wire->writing = false;
    if (self->wire_ == wire) self->flush();
  });
}

void RedisLink::read(const std::shared_ptr<Wire>& wire) {
  wire->socket.async_read_some(asio::buffer(wire->buffer),
                               [self = shared_from_this(), wire](const error_code& fault, std::size_t got) {
                                 if (self->wire_ != wire) return;
                                 if (fault) return self->lose("read: " + fault.message());
                                 self->take(wire, got);
                                 if (self->wire_ == wire) self->read(wire);
                               });
}

void RedisLink::take(const std::shared_ptr<Wire>& wire, std::size_t got) {
  wire->replies.feed({wire->buffer.data(), got});
  while (wire_ == wire) {
    auto reply = wire->replies.next();
    if (!reply) return lose(reply.error().log_detail);
    if (!*reply) return;
    if (asked_.empty()) return lose("an answer to no question");
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    asked.done(outcome_of(asked.name, std::move(**reply)));
  }
}

/// The first in the row has the least time left. The timer runs on when it is answered in time, and looks again.
void RedisLink::watch() {
  if (asked_.empty() || (rings_ && *rings_ <= asked_.front().due)) return;
  rings_ = asked_.front().due;
  timer_.expires_at(*rings_);
  timer_.async_wait([self = shared_from_this()](const error_code& fault) {
    if (!fault) self->look();
  });
}

void RedisLink::look() {
  rings_.reset();
  if (!asked_.empty() && asked_.front().due <= Clock::now()) return lose("no answer in time");
  watch();
}

void RedisLink::close() {
  error_code ignored;
  if (const auto wire = std::exchange(wire_, nullptr)) wire->socket.close(ignored);
  out_.clear();
  timer_.cancel();
  rings_.reset();
}

/// Who has been asked may have done it, or not: nothing is asked twice.
void RedisLink::lose(const std::string& why) {
  if (wire_ && !wire_->ready) {
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    not_before_ = Clock::now() + pause_;
  }
  close();
  auto lost = std::exchange(asked_, {});
  for (Asked& asked : lost) asked.done(redis_away(asked.name + ": " + why));
}

void RedisLink::end() {
  ended_ = true;
  lose("the program is stopping");
}

void RedisLink::abandon() {
  ended_ = true;
  close();
  asked_.clear();
}

}  // namespace rapt::store
