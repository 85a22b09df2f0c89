// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "rapt/runtime/task.hpp"

namespace rapt::store {

class Redis;
struct RedisReply;

/// A Lua script that Redis runs at once and whole, and that answers numbers: for counts that every request waits for.
/// While Redis is away or slow it is asked again every few seconds only, by one request at a time; all others learn at
/// once that it is away. Thread-safe.
class RedisScript {
 public:
  /// `redis` should be one of little patience. `text` and `name`, which the log calls it by, must outlive the script.
  RedisScript(Redis& redis, const char* text, const char* name) : redis_(redis), text_(text), name_(name) {}

  /// `operands`: how many keys, the keys, the arguments. The answer has exactly `expected` numbers; kUnavailable
  /// otherwise.
  Task<Result<std::vector<long long>>> numbers(std::vector<std::string> operands, std::size_t expected);

 private:
  Task<Result<RedisReply>> run(std::vector<std::string> operands);
  bool may_ask();
  void note(bool answered, const std::string& detail);

  Redis& redis_;
  const char* const text_;
  const char* const name_;
  std::atomic<std::int64_t> away_until_{0};  ///< steady milliseconds; 0: Redis answers
  std::mutex mutex_;
  std::string digest_;  ///< by which Redis knows the script; "": it has not been told
};

}  // namespace rapt::store
