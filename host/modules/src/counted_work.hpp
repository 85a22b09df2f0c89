// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <deque>
#include <mutex>
#include <string>

namespace rapt::host {

/// Which jobs and events have failed and were counted, so that one that is tried again and again is counted once. Keeps
/// the latest kKept. Thread-safe.
class CountedWork {
 public:
  static constexpr std::size_t kKept = 256;

  /// It failed. False when that is counted already; what has no name ("": no job, no event) is counted each time.
  bool count(const std::string& work);
  /// It was answered.
  void forget(const std::string& work);

 private:
  std::mutex mutex_;
  std::deque<std::string> counted_;  ///< oldest first
};

}  // namespace rapt::host
