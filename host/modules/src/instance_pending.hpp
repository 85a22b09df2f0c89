// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "instance.hpp"
#include "instance_resumption.hpp"

namespace rapt::host {

/// A call under way; lives in its caller's frame. Guarded by the instance's mutex, but for `done`.
struct Instance::Pending {
  const hooks::Context& context;
  const CallDetails& details;
  Clock::time_point deadline;
  Executor executor{};         ///< of the caller; only where the module may ask its host
  std::uint64_t sequence = 0;  ///< 0: in line
  std::optional<hooks::Answer> answer{};
  std::atomic<bool> done{false};  ///< nothing touches it any more; set under the mutex
  std::unique_ptr<Resumption> resumption{};

  void finish(std::optional<hooks::Answer> with, Resumptions& resumptions) {
    answer = std::move(with);
    if (resumption) resumptions.list.push_back(std::move(resumption));
    done.store(true, std::memory_order_release);
  }
};

}  // namespace rapt::host
