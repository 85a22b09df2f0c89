// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rapt/base/file.hpp"

namespace rapt::bench {

/// Who reads an answer.
struct Reader {
  std::string cookie, session;
};

/// Both ends of a server's streams on one thread, so that one clock says how long a token took: the gateway that writes
/// it and the reader who sees it. Every token has its number in it. Throws std::runtime_error when anything fails.
class StreamLoad {
 public:
  using Clock = std::chrono::steady_clock;
  struct Options {
    std::uint16_t gateway_port = 0;  ///< where the server looks for its gateway
    std::string server_address;      ///< of the loopback address
    std::uint16_t server_port = 0;
    std::chrono::microseconds between_tokens{50000};
  };
  StreamLoad(Options options, std::vector<Reader> readers);
  ~StreamLoad();
  StreamLoad(const StreamLoad&) = delete;
  StreamLoad& operator=(const StreamLoad&) = delete;

  /// The reader of this number asks for an answer.
  void ask(std::size_t reader);
  /// Turns until `when` says so, at most for so long; false when the time is up.
  bool turn_until(const std::function<bool()>& when, std::chrono::milliseconds longest);
  /// The gateway ends every answer that has begun.
  void finish();
  /// Counts from zero.
  void start_over();
  /// Answers of which words have come, and that have ended.
  [[nodiscard]] std::size_t flowing() const { return flowing_; }
  [[nodiscard]] std::size_t ended() const { return ended_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

  /// What has been measured since the last time, in milliseconds.
  struct Samples {
    std::vector<double> first;  ///< from the gateway's writing of a first token to its reader
    std::vector<double> token;  ///< of every token
    std::vector<double> own;    ///< how late the gateway itself wrote
  };
  Samples take_samples() { return std::exchange(samples_, {}); }

 private:
  struct Answer;
  struct Connection;
  void watch(int fd, std::uint64_t what);
  void accept_gateway();
  void read_request(Connection& connection);
  void begin_answer(Connection& connection, const std::string& body);
  void write_due();
  void write_token(Answer& answer, Clock::time_point now);
  void read_answer(std::size_t reader);
  void take(Answer& answer, std::string_view bytes);
  void fail(Answer& answer, std::string why);

  const Options options_;
  UniqueFd epoll_, listener_;
  std::vector<std::unique_ptr<Answer>> answers_;                  ///< by reader
  std::unordered_map<int, std::unique_ptr<Connection>> gateway_;  ///< by descriptor
  std::deque<Answer*> due_;                                       ///< in the order in which their tokens are due
  std::string tokens_before_, tokens_after_, end_;                ///< what stands around a token, and an answer's end
  std::size_t flowing_ = 0, ended_ = 0, failed_ = 0;
  std::string failure_;
  Samples samples_;
};

}  // namespace rapt::bench
