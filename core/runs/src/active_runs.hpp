// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace rapt::runs {

/// The runs that this process works on, so that their leases can be prolonged. Thread-safe.
class ActiveRuns {
 public:
  /// An id in the set as long as it lives. Keeps the set alive.
  class Mark {
   public:
    Mark(std::shared_ptr<ActiveRuns> set, std::string id) : set_(std::move(set)), id_(std::move(id)) {
      const std::lock_guard lock(set_->mutex_);
      set_->ids_.insert(id_);
    }
    ~Mark() {
      const std::lock_guard lock(set_->mutex_);
      set_->ids_.erase(id_);
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;

   private:
    std::shared_ptr<ActiveRuns> set_;
    std::string id_;
  };

  [[nodiscard]] std::vector<std::string> ids() const {
    const std::lock_guard lock(mutex_);
    return {ids_.begin(), ids_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> ids_;
};

}  // namespace rapt::runs
