// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::agent {

/// A server's process: its standard error line by line, whether it is ready, and how it ended. On one executor alone.
class Child : public std::enable_shared_from_this<Child> {
 public:
  using Log = std::function<void(std::string_view line)>;
  /// What is known of a process that has been started.
  struct Born {
    pid_t pid = 0;
    UniqueFd errors;  ///< to be read
    int place = 0;
    std::filesystem::path release;
  };
  static Result<std::shared_ptr<Child>> follow(const Executor& executor, Born born, Log log);
  Child(const Executor& executor, Born born, UniqueFd process, Log log);
  ~Child();  ///< kills it when it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int place() const { return place_; }
  [[nodiscard]] const std::filesystem::path& release() const { return release_; }
  [[nodiscard]] bool ready() const { return ready_ && !ended_; }
  [[nodiscard]] bool ended() const { return ended_; }
  /// Its last lines and how it ended, cleaned: for people.
  [[nodiscard]] std::string last_words() const;
  [[nodiscard]] std::chrono::steady_clock::time_point since() const { return since_; }
  [[nodiscard]] int errors() { return errors_.native_handle(); }
  void say_ready() { ready_ = true; }

  /// True when it is ready within that time; false when it ends, or is not.
  Task<bool> wait_ready(std::chrono::milliseconds patience);
  /// SIGTERM, and SIGKILL when it is still there after `grace`. Returns when it has gone.
  Task<void> end(std::chrono::milliseconds grace);
  /// Nobody kills it from here on; for a process that goes on under another program.
  void let_go() { ended_ = true; }

 private:
  static Task<void> read_all(std::shared_ptr<Child> self);
  static Task<void> wait_for_end(std::shared_ptr<Child> self);
  Task<bool> wait_ended(std::chrono::milliseconds patience);
  bool take_lines();
  void take_line(std::string_view line);
  void reap(int options);

  const pid_t pid_;
  const int place_;
  const std::filesystem::path release_;
  const Log log_;
  const std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  boost::asio::posix::stream_descriptor process_, errors_;
  std::string part_;  ///< of a line
  std::deque<std::string> last_;
  bool ready_ = false, ended_ = false;
  std::string how_;
};

}  // namespace rapt::agent
