// SPDX-License-Identifier: AGPL-3.0-or-later
#include "wake_stream.hpp"

#include <chrono>
#include <utility>

#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/store/redis.hpp"

namespace rapt::jobs {

namespace {

constexpr const char* kGroup = "workers";
constexpr std::chrono::milliseconds kBlock{1000};

/// [[stream, [[entry, [name, value, …]], …]]]: what is shaped otherwise, or no id, is not ours.
std::vector<std::string> ids_in(const store::RedisReply& reply) {
  std::vector<std::string> ids;
  for (const auto& stream : reply.items) {
    if (stream.items.size() != 2) continue;
    for (const auto& entry : stream.items[1].items) {
      if (entry.items.size() != 2 || entry.items[1].items.size() != 2) continue;
      if (auto id = canonical_uuid(entry.items[1].items[1].text)) ids.push_back(std::move(*id));
    }
  }
  return ids;
}

}  // namespace

WakeStream::WakeStream(store::Redis& redis, const std::string& prefix, std::string consumer)
    : redis_(redis), stream_(prefix + ":jobs"), consumer_(std::move(consumer)) {}

Task<Result<std::vector<std::string>>> WakeStream::read(unsigned count) {
  if (!joined_) {
    // From the beginning, so that what was added before the first host came is read. "There is one already" is fine.
    std::vector<std::string> create{"XGROUP", "CREATE", stream_, kGroup, "0", "MKSTREAM"};
    const auto made = co_await redis_.command(std::move(create));
    if (!made && made.error().log_detail.find("BUSYGROUP") == std::string::npos) co_return made.error();
    joined_ = true;
  }
  std::vector<std::string> words{"XREADGROUP", "GROUP",
                                 kGroup,       consumer_,
                                 "COUNT",      std::to_string(count),
                                 "BLOCK",      std::to_string(kBlock.count()),
                                 "NOACK",      "STREAMS",
                                 stream_,      ">"};
  const auto reply = co_await redis_.wait(std::move(words), kBlock);
  if (!reply) {
    joined_ = false;  // the group may have gone with the server's memory
    co_return reply.error();
  }
  co_return ids_in(*reply);
}

Task<void> WakeStream::leave() {
  std::vector<std::string> words{"XGROUP", "DELCONSUMER", stream_, kGroup, consumer_};
  const auto left = co_await redis_.command(std::move(words));
  if (!left) log::debug("jobs.not_left", {{"detail", left.error().log_detail}});
}

}  // namespace rapt::jobs
