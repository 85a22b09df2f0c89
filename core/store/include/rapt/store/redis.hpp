// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "rapt/runtime/task.hpp"

namespace rapt::store {

/// What Redis answered: text, a number, nothing or a list.
struct RedisReply {
  enum class Type { kText, kInteger, kNil, kArray } type = Type::kNil;
  std::string text;
  long long integer = 0;
  std::vector<RedisReply> items;
};

/// Redis, for what may be lost: callers must live with kUnavailable. Commands of concurrent tasks share a connection
/// and a trip: those of a lane (runtime::Runtime::lane()) one of that lane, everybody else's one more. Thread-safe;
/// reconnects by itself, and asks nothing twice: when a connection is lost, who waits gets an error.
class Redis {
 public:
  /// `url`: redis://[:password@]host[:port][/db] or unix:///path. `waiting`: how many wait() at once, of a lane.
  /// `patience`: how long a command takes at most, connecting included; zero: three seconds.
  explicit Redis(std::string url, unsigned waiting = 4, std::chrono::milliseconds patience = {});
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  /// One command, its arguments binary-safe. kUnavailable when the server is away or slow, kInternal when it answers an
  /// error. Not for what changes a connection (SUBSCRIBE, MULTI, SELECT) or waits on the server: others share it.
  Task<Result<RedisReply>> command(std::vector<std::string> arguments);
  /// The same on a connection of its own for a command that waits on the server for up to `longest` (XREAD … BLOCK).
  /// kUnavailable also when too many wait.
  Task<Result<RedisReply>> wait(std::vector<std::string> arguments, std::chrono::milliseconds longest);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::store
