// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "rapt/runtime/task.hpp"

namespace rapt::runtime {

/// What a task has with it, and whatever it starts: nobody in between needs to pass it on.
class Carried {
 public:
  virtual ~Carried() = default;
};

/// An executor that runs what `executor` runs, where and as that does. A task that is spawned on it carries `what`, and
/// so does everything that is spawned on that task's own executor. What `executor` carries is not carried any more.
Executor carrying(const Executor& executor, std::shared_ptr<const Carried> what);
/// What a task on `executor` carries, also when that is a strand on it. nullptr: nothing. Allocates nothing.
const Carried* carried(const Executor& executor);
/// The executor without what it carries: for whatever outlives the task, such as connections of its lane.
Executor bare(const Executor& executor);

}  // namespace rapt::runtime
