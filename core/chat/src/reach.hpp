// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/identity/actor.hpp"

namespace rapt::chat {

/// Whose conversations an actor may read beside the own ones, as parameters of a statement.
struct Reach {
  bool everybody = false;            ///< system administrators
  std::vector<std::string> classes;  ///< those that the actor teaches
  std::vector<std::string> paths;    ///< of groups that the actor administers, descendants included
  [[nodiscard]] bool empty() const { return !everybody && classes.empty() && paths.empty(); }
};

Reach reach_of(const identity::Actor& actor);

}  // namespace rapt::chat
