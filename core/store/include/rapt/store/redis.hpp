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

/// A small pool of Redis connections (hiredis) on blocking threads. What is kept there may be lost: callers must live
/// with kUnavailable. Thread-safe; reconnects by itself.
class Redis {
 public:
  /// `url`: redis://[:password@]host[:port][/db] or unix:///path. `patience`: how long a command waits for a
  /// connection's turn, and then for the server; zero: for its turn until it comes, for the server three seconds.
  explicit Redis(std::string url, unsigned connections = 4, std::chrono::milliseconds patience = {});
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;
  /// One command, its arguments binary-safe. kUnavailable when the server is away or slow, kInternal when it answers an
  /// error.
  Task<Result<RedisReply>> command(std::vector<std::string> arguments);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::store
