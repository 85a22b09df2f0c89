// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/redis.hpp"

#include <hiredis/hiredis.h>
#include <poll.h>

#include <mutex>

#include "rapt/base/text.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "redis_url.hpp"

namespace rapt::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kUsualPatience{3000};

/// Of a server that may take `patience`, or as usual.
timeval time_limit(std::chrono::milliseconds patience) {
  const auto time = patience.count() > 0 ? patience : kUsualPatience;
  return {static_cast<time_t>(time.count() / 1000), static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

Error away(std::string detail) {
  return Error::unavailable("redis", "Redis is not available at the moment: try again shortly.", std::move(detail));
}

Reply send(redisContext& context, const std::vector<std::string>& arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : arguments) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  return Reply(
      static_cast<redisReply*>(redisCommandArgv(&context, static_cast<int>(texts.size()), texts.data(), sizes.data())));
}

RedisReply translated(const redisReply& reply) {
  RedisReply out;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      out.type = RedisReply::Type::kText;
      out.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_INTEGER:
      out.type = RedisReply::Type::kInteger;
      out.integer = reply.integer;
      break;
    case REDIS_REPLY_ARRAY:
      out.type = RedisReply::Type::kArray;
      for (std::size_t i = 0; i < reply.elements; ++i) out.items.push_back(translated(*reply.element[i]));
      break;
    default:
      break;
  }
  return out;
}

/// Errors that pass by themselves; the others are faults of the command.
bool passes(std::string_view text) {
  for (const char* word : {"LOADING", "MASTERDOWN", "READONLY", "BUSY", "CLUSTERDOWN", "OOM", "MISCONF"}) {
    if (text.starts_with(word)) return true;
  }
  return false;
}

/// False when the server has closed the connection while it was idle.
bool quiet(const redisContext& context) {
  pollfd poll_one{context.fd, POLLIN, 0};
  return context.err == 0 && ::poll(&poll_one, 1, 0) == 0;
}

}  // namespace

struct Redis::Impl {
  Impl(std::string_view url, unsigned connections, std::chrono::milliseconds given_patience)
      : address(parse_redis_url(url)),
        patience(given_patience),
        pool({.name = "redis", .threads = connections, .max_queued = 1024}) {}

  Result<RedisReply> run(const std::vector<std::string>& arguments, Steady::time_point asked) {
    if (!address) return address.error();
    if (arguments.empty()) return Error::internal("an empty Redis command");
    // Those that queued behind commands without an answer do not wait for one of their own.
    if (patience.count() > 0 && Steady::now() - asked > patience)
      return away(arguments[0] + ": its turn came too late");
    auto context = take();
    if (!context) return context.error();
    const Reply reply = send(**context, arguments);
    if (!reply) return away(arguments[0] + ": " + printable((*context)->errstr));
    give_back(std::move(*context));
    auto answer = translated(*reply);
    if (reply->type != REDIS_REPLY_ERROR) return answer;
    const std::string detail = arguments[0] + ": " + printable(answer.text);
    return passes(answer.text) ? away(detail) : Error::internal(detail);
  }

  Result<Context> take() {
    for (;;) {
      Context context;
      {
        const std::lock_guard lock(mutex);
        if (idle.empty()) break;
        context = std::move(idle.back());
        idle.pop_back();
      }
      if (quiet(*context)) return context;
    }
    return connect();
  }

  Result<Context> connect() const {
    Context context(address->socket.empty()
                        ? redisConnectWithTimeout(address->host.c_str(), address->port, time_limit(patience))
                        : redisConnectUnixWithTimeout(address->socket.c_str(), time_limit(patience)));
    if (!context) return away("out of memory");
    if (context->err != 0) return away(printable(context->errstr));
    redisSetTimeout(context.get(), time_limit(patience));
    if (!address->password.empty()) {
      std::vector<std::string> auth{"AUTH"};
      if (!address->user.empty()) auth.push_back(address->user);
      auth.push_back(address->password);
      RAPT_TRY(greet(*context, auth));
    }
    if (address->database != 0) RAPT_TRY(greet(*context, {"SELECT", std::to_string(address->database)}));
    return context;
  }

  static Result<void> greet(redisContext& context, const std::vector<std::string>& command) {
    const Reply reply = send(context, command);
    if (!reply) return away(command[0] + ": " + printable(context.errstr));
    if (reply->type == REDIS_REPLY_ERROR) return away(command[0] + " was refused; check REDIS_URL");
    return {};
  }

  void give_back(Context context) {
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(context));
  }

  const Result<RedisAddress> address;
  const std::chrono::milliseconds patience;
  std::mutex mutex;
  std::vector<Context> idle;
  runtime::BlockingPool pool;
};

Redis::Redis(std::string url, unsigned connections, std::chrono::milliseconds patience)
    : impl_(std::make_unique<Impl>(url, connections, patience)) {}
Redis::~Redis() = default;

Task<Result<RedisReply>> Redis::command(std::vector<std::string> arguments) {
  Impl* impl = impl_.get();
  auto bound = [impl, moved = std::move(arguments), asked = Steady::now()] { return impl->run(moved, asked); };
  co_return co_await impl->pool.run(std::move(bound));
}

}  // namespace rapt::store
