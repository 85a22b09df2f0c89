// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "rapt/runtime/task.hpp"
#include "redis_url.hpp"
#include "redis_wire.hpp"

namespace rapt::store {

/// One connection that many commands share: what is asked in one turn of the loop is written together, and answers are
/// matched in order. Made when it is needed, and made anew after a loss, not more often than it makes sense. When it is
/// lost, everybody who waits gets an error: nothing is asked twice. Lives on a loop of one thread.
class RedisLink : public std::enable_shared_from_this<RedisLink> {
 public:
  using Clock = std::chrono::steady_clock;
  /// Called on the link's loop, never before submit() has returned.
  using Done = std::function<void(Result<RedisReply>)>;

  RedisLink(Executor executor, RedisAddress address);
  /// `patience`: until its answer must be there, connecting included.
  void submit(const std::vector<std::string>& arguments, std::chrono::milliseconds patience, Done done);
  /// Closes it for good; everybody who waits, or comes, gets an error.
  void end();
  /// Closes it; who waits is dropped.
  void abandon();
  [[nodiscard]] bool idle() const { return asked_.empty(); }

 private:
  using Socket = boost::asio::generic::stream_protocol::socket;
  /// A connection in the making, or made. What ends late for an earlier one is told by its being another object.
  struct Wire {
    explicit Wire(const Executor& executor) : socket(executor) {}
    Socket socket;
    RedisReplies replies{};
    bool ready = false;
    bool writing = false;
    std::array<char, 16 * 1024> buffer{};
  };
  struct Asked {
    std::string name;
    Done done;
    Clock::time_point due;
  };

  Task<Result<void>> open(std::shared_ptr<Wire> wire);
  Task<Result<void>> greet(std::shared_ptr<Wire> wire, std::vector<std::string> command);
  static Task<void> run_open(std::shared_ptr<RedisLink> self, std::shared_ptr<Wire> wire);
  static bool quiet(Wire& wire);
  void connect();
  void flush_soon();
  void flush();
  void read(const std::shared_ptr<Wire>& wire);
  void take(const std::shared_ptr<Wire>& wire, std::size_t got);
  void watch();
  void look();
  void close();
  void lose(const std::string& why);

  const Executor executor_;
  const RedisAddress address_;
  std::shared_ptr<Wire> wire_;
  std::deque<Asked> asked_;  ///< in the order of their answers
  std::string out_;          ///< what is to be written
  bool flush_posted_ = false;
  bool ended_ = false;
  boost::asio::steady_timer timer_;
  std::optional<Clock::time_point> rings_;
  Clock::time_point not_before_{};  ///< of the next attempt to connect
  std::chrono::milliseconds pause_{};
};

}  // namespace rapt::store
