// SPDX-License-Identifier: AGPL-3.0-or-later
#include "reach.hpp"

namespace rapt::chat {

Reach reach_of(const identity::Actor& actor) {
  Reach reach;
  for (const auto& membership : actor.groups) {
    if (membership.role == identity::GroupRole::kSystemAdmin) reach.everybody = true;
    if (membership.role == identity::GroupRole::kGroupAdmin) reach.paths.push_back(membership.path);
  }
  for (const auto& membership : actor.classes) {
    if (membership.teaches) reach.classes.push_back(membership.id.str());
  }
  return reach;
}

}  // namespace rapt::chat
