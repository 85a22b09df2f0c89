// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "directory_world.hpp"

namespace rapt::host {

/// Does one operation in memory, or says in its outcome why not; then the world is as it was.
void plan(Operation& operation, DirectoryWorld& world, const Acting& acting);

}  // namespace rapt::host
