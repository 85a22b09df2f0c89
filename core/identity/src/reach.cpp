// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/reach.hpp"

namespace rapt::identity {

store::Params& add_reach(store::Params& params, const Actor& actor, Subject subject) {
  const Scope scope = scope_of(actor, Action::kRead, subject);
  return params.add(scope.everywhere).add_array(scope.classes).add_array(scope.trees);
}

bool reaches_others(const Actor& actor, Subject subject) {
  const Scope scope = scope_of(actor, Action::kRead, subject);
  return scope.everywhere || !scope.classes.empty() || !scope.trees.empty();
}

}  // namespace rapt::identity
