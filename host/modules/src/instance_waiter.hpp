// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "instance.hpp"

namespace rapt::host {

/// Somebody in line.
struct Instance::Waiter {
  runtime::Wakeup wakeup;
  bool granted = false;  ///< guarded by the instance's mutex
};

}  // namespace rapt::host
