// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/reach.hpp"

namespace rapt::identity {

Reach reach_of(const Actor& actor) {
  Reach reach;
  for (const auto& membership : actor.groups) {
    if (membership.role == GroupRole::kSystemAdmin) reach.everybody = true;
    if (membership.role == GroupRole::kGroupAdmin) reach.paths.push_back(membership.path);
  }
  for (const auto& membership : actor.classes) {
    if (membership.teaches) reach.classes.push_back(membership.id.str());
  }
  return reach;
}

store::Params& add_reach(store::Params& params, const Actor& actor) {
  const auto reach = reach_of(actor);
  return params.add(reach.everybody).add_array(reach.classes).add_array(reach.paths);
}

}  // namespace rapt::identity
