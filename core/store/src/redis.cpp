// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/redis.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rapt/base/text.hpp"
#include "rapt/runtime/lane_parts.hpp"
#include "redis_link.hpp"

namespace rapt::store {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds kUsualPatience{3000};

/// They would change the connection under everybody else's commands.
bool changes_connection(const std::string& name) {
  constexpr std::array<std::string_view, 14> kWords{"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR", "MULTI",
                                                    "EXEC",      "WATCH",      "SELECT",     "AUTH",    "HELLO",
                                                    "RESET",     "QUIT",       "CLIENT",     "SYNC"};
  return std::any_of(kWords.begin(), kWords.end(), [&name](std::string_view word) {
    return std::equal(word.begin(), word.end(), name.begin(), name.end(),
                      [](char one, char other) { return one == (other & ~0x20); });
  });
}

/// The connections of one loop: one that is shared, and those on which somebody waits.
class RedisPart final : public runtime::LanePart {
 public:
  RedisPart(const Executor& executor, const RedisAddress& address, unsigned most_waiting)
      : executor_(executor), address_(address), most_waiting_(most_waiting), shared_(make()) {}

  void command(const std::vector<std::string>& arguments, milliseconds patience, RedisLink::Done done) {
    shared_->submit(arguments, patience, std::move(done));
  }
  void wait(const std::vector<std::string>& arguments, milliseconds patience, RedisLink::Done done) {
    auto link = std::find_if(waiting_.begin(), waiting_.end(), [](const auto& known) { return known->idle(); });
    if (link == waiting_.end() && waiting_.size() >= most_waiting_) {
      Error full = redis_away(arguments[0] + ": too many wait already");
      return asio::post(executor_, [done = std::move(done), error = std::move(full)] { done(error); });
    }
    if (link == waiting_.end()) link = waiting_.insert(link, make());
    (*link)->submit(arguments, patience, std::move(done));
  }
  void end() override {
    for (const auto& link : waiting_) link->end();
    shared_->end();
  }
  void abandon() override {
    for (const auto& link : waiting_) link->abandon();
    shared_->abandon();
  }

 private:
  [[nodiscard]] std::shared_ptr<RedisLink> make() const { return std::make_shared<RedisLink>(executor_, address_); }

  const Executor executor_;
  const RedisAddress address_;
  const unsigned most_waiting_;
  const std::shared_ptr<RedisLink> shared_;
  std::vector<std::shared_ptr<RedisLink>> waiting_;
};

using Ask = void (RedisPart::*)(const std::vector<std::string>&, milliseconds, RedisLink::Done);

/// Asks on the loop that is the caller's, or else on that of everybody; the caller goes on where it was.
Task<Result<RedisReply>> ask(runtime::LaneParts& parts, Ask how, std::vector<std::string> arguments,
                             milliseconds patience) {
  auto initiation = [&parts, how, patience](auto handler, std::vector<std::string> words) {
    const Executor executor = asio::get_associated_executor(handler);
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    RedisLink::Done done = [shared](Result<RedisReply> outcome) {
      asio::dispatch(asio::get_associated_executor(*shared), [shared, result = std::move(outcome)]() mutable {
        auto once = std::move(*shared);
        once(std::move(result));
      });
    };
    if (auto* part = static_cast<RedisPart*>(parts.here(executor)))
      return (part->*how)(words, patience, std::move(done));
    parts.elsewhere([how, patience, moved = std::move(words), done](runtime::LanePart& part) {
      (static_cast<RedisPart&>(part).*how)(moved, patience, done);
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Result<RedisReply>)>(
      std::move(initiation), asio::use_awaitable, std::move(arguments));
}

}  // namespace

struct Redis::Impl {
  Impl(std::string_view url, unsigned waiting, milliseconds given_patience)
      : address(parse_redis_url(url)),
        patience(given_patience.count() > 0 ? given_patience : kUsualPatience),
        parts("redis", [this, waiting](const Executor& executor) {
          return std::make_shared<RedisPart>(executor, *address, waiting);
        }) {}

  [[nodiscard]] Result<void> check(const std::vector<std::string>& arguments) const {
    if (!address) return address.error();
    if (arguments.empty()) return Error::internal("an empty Redis command");
    if (changes_connection(arguments[0]))
      return Error::internal(printable(arguments[0]) + " would change a connection that others share");
    return {};
  }

  const Result<RedisAddress> address;
  const milliseconds patience;
  runtime::LaneParts parts;
};

Redis::Redis(std::string url, unsigned waiting, milliseconds patience)
    : impl_(std::make_unique<Impl>(url, waiting, patience)) {}
Redis::~Redis() = default;

// No cancellation slot on purpose: a cancelled task waits for its answer, which has a limit of its own.
Task<Result<RedisReply>> Redis::command(std::vector<std::string> arguments) {
  RAPT_CO_TRY(impl_->check(arguments));
  co_return co_await ask(impl_->parts, &RedisPart::command, std::move(arguments), impl_->patience);
}

Task<Result<RedisReply>> Redis::wait(std::vector<std::string> arguments, milliseconds longest) {
  RAPT_CO_TRY(impl_->check(arguments));
  co_return co_await ask(impl_->parts, &RedisPart::wait, std::move(arguments), impl_->patience + longest);
}

}  // namespace rapt::store
