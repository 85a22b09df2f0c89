// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/redis_script.hpp"

#include <chrono>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::store {
namespace {

constexpr std::chrono::milliseconds kScriptPause{5000};

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool is_unknown_script(const Error& error) {
  return error.log_detail.find("NOSCRIPT") != std::string::npos;
}

Error away() {
  return Error::unavailable("redis", "The counts are not to be had at the moment.");
}

}  // namespace

Task<Result<std::vector<long long>>> RedisScript::numbers(std::vector<std::string> operands, std::size_t expected) {
  if (!may_ask()) co_return away();
  const auto reply = co_await run(std::move(operands));
  const bool whole = reply && reply->items.size() == expected;
  note(whole, reply ? "the script answered something else" : reply.error().log_detail);
  if (!whole) co_return away();
  std::vector<long long> out;
  for (const auto& item : reply->items) out.push_back(item.integer);
  co_return out;
}

/// By its digest; as a whole when Redis does not know it, as after a restart.
Task<Result<RedisReply>> RedisScript::run(std::vector<std::string> operands) {
  std::string digest;
  {
    const std::lock_guard lock(mutex_);
    digest = digest_;
  }
  if (!digest.empty()) {
    std::vector<std::string> short_form{"EVALSHA", digest};
    short_form.insert(short_form.end(), operands.begin(), operands.end());
    auto reply = co_await redis_.command(std::move(short_form));
    if (reply || !is_unknown_script(reply.error())) co_return reply;
  } else {
    std::vector<std::string> load{"SCRIPT", "LOAD", text_};
    const auto loaded = co_await redis_.command(std::move(load));
    if (!loaded) co_return loaded.error();
    const std::lock_guard lock(mutex_);
    digest_ = loaded->text;
  }
  std::vector<std::string> long_form{"EVAL", text_};
  long_form.insert(long_form.end(), operands.begin(), operands.end());
  co_return co_await redis_.command(std::move(long_form));
}

/// While it is away, the one request that finds the pause over asks for all.
bool RedisScript::may_ask() {
  auto until = away_until_.load();
  if (until == 0) return true;
  const auto now = steady_ms();
  return now >= until && away_until_.compare_exchange_strong(until, now + kScriptPause.count());
}

void RedisScript::note(bool answered, const std::string& detail) {
  const auto before = away_until_.exchange(answered ? 0 : steady_ms() + kScriptPause.count());
  if (answered && before != 0) log::info("counts.redis_is_back", {{"counts", name_}});
  if (!answered && before == 0) log::warn("counts.counted_here", {{"counts", name_}, {"detail", detail}});
}

}  // namespace rapt::store
