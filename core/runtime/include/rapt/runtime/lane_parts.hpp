// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "rapt/runtime/task.hpp"

namespace rapt::runtime {

/// What a service has on a loop of one thread: its connections there. Used on that loop alone, so it needs no lock.
class LanePart {
 public:
  virtual ~LanePart() = default;
  /// Nobody asks any more: answers what waits with an error and closes what is open. On the part's loop, once.
  virtual void end() = 0;
  /// The loop itself is going, and runs nothing any more: drops what waits, and closes. Posts nothing.
  virtual void abandon() = 0;
};

/// The parts of one service: one for each lane (Runtime::lane()) whose tasks ask, made when the first of them does, and
/// one for everybody else, on a loop and a thread of its own. A task on a lane is served by its own thread, so that
/// asking wakes nobody. Thread-safe. It may go before the lanes or after them; before, the lanes must run on or never
/// run again.
class LaneParts {
 public:
  using Make = std::function<std::shared_ptr<LanePart>(const Executor&)>;
  using Use = std::function<void(LanePart&)>;
  /// `make` is called on the loop whose executor it is given. `thread_name`: of the thread for everybody else.
  LaneParts(std::string thread_name, Make make);
  ~LaneParts();
  LaneParts(const LaneParts&) = delete;
  LaneParts& operator=(const LaneParts&) = delete;

  /// The part for a task that runs on `executor`, if that is of a lane: to be used at once, by that task's thread.
  LanePart* here(const Executor& executor);
  /// Hands the part for everybody else to `use`, on its own thread.
  void elsewhere(Use use);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::runtime
