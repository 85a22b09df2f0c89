// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/store/redis.hpp"

struct redisReader;

namespace rapt::store {

/// Appends one command as Redis reads it.
void append_command(std::string& out, const std::vector<std::string>& arguments);

/// One answer; `is_error`: it is the text of a refusal.
struct WireReply {
  RedisReply reply;
  bool is_error = false;
};

/// Takes what the server sends apart, with hiredis' reader.
class RedisReplies {
 public:
  RedisReplies();
  void feed(std::string_view bytes);
  /// The next whole answer; nothing when more bytes are needed. An error means that the server does not speak Redis.
  Result<std::optional<WireReply>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, Free> reader_;
};

/// Redis is away, in the words of everybody; `detail` is for the log.
Error redis_away(std::string detail);
/// What an answer to `command` means to who asked.
Result<RedisReply> outcome_of(const std::string& command, WireReply answer);

}  // namespace rapt::store
