// SPDX-License-Identifier: AGPL-3.0-or-later
#include "user_rules.hpp"

#include <algorithm>

namespace rapt::users {
namespace {

using identity::Action;
using identity::Actor;
using identity::Subject;

bool covers_one(const Actor& actor, Action action, const Target& target) {
  const auto scope = identity::scope_of(actor, action, Subject::kUser);
  return std::any_of(target.places.begin(), target.places.end(),
                     [&scope](const identity::Place& place) { return scope.covers(place); });
}

Result<void> check_not_above(const Actor& actor, const Target& target) {
  if (!target.system_admin || actor.is_system_admin()) return {};
  return Error::forbidden("Only system administrators change the account of a system administrator.");
}

}  // namespace

Result<void> check_readable(const Actor& actor, const Target& target) {
  if (actor.is_system_admin() || covers_one(actor, Action::kRead, target)) return {};
  return Error::not_found("user");
}

Result<void> check_updatable(const Actor& actor, const Target& target) {
  RAPT_TRY(check_readable(actor, target));
  if (!actor.is_system_admin() && !covers_one(actor, Action::kUpdate, target))
    return Error::forbidden("You may see this user, but not change it like this.");
  return actor.id == target.user.id ? Result<void>{} : check_not_above(actor, target);
}

Result<void> check_manageable(const Actor& actor, const Target& target) {
  if (!actor.id.empty() && actor.id == target.user.id)
    return Error::forbidden("Your own address, password and status are not changed here: see /auth/me.");
  RAPT_TRY(identity::check_can_at_all(actor, Action::kManageAccount, Subject::kUser, target.places));
  return check_not_above(actor, target);
}

Result<void> check_admin_left(store::Transaction& tx, const Target& target) {
  if (!target.system_admin || target.user.status != "active") return {};
  const auto admins = count_system_admins(tx);
  if (!admins) return admins.error();
  if (*admins > 1) return {};
  return Error::conflict("This is the last system administrator: make another one first.");
}

}  // namespace rapt::users
