// SPDX-License-Identifier: AGPL-3.0-or-later
#include "places.hpp"

#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"

namespace rapt::quota {
namespace {

using identity::Action;
using identity::Subject;

constexpr store::Statement kGroup{
    "quota.group_place", "SELECT path::text AS path, id FROM groups WHERE id = $1::uuid AND deleted_at IS NULL"};
constexpr store::Statement kClass{"quota.class_place", R"(
  SELECT g.path::text AS path, g.id FROM classes c JOIN groups g ON g.id = c.group_id
   WHERE c.id = $1::uuid AND c.deleted_at IS NULL AND g.deleted_at IS NULL)"};

}  // namespace

Result<Place> check_place(store::Transaction& tx, const identity::Actor& actor, const Place& place) {
  if (place.group.empty() && place.class_id.empty()) {
    if (actor.is_system_admin()) return place;
    return Error::forbidden("Only system administrators see and change the settings of the whole system.");
  }
  const bool of_class = !place.class_id.empty();
  const auto rows =
      of_class ? tx.exec(kClass, store::params(place.class_id)) : tx.exec(kGroup, store::params(place.group));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found(of_class ? "class" : "group");
  const identity::Place where{.group_path = (*rows)[0].text("path"), .class_id = place.class_id};
  RAPT_TRY(identity::check_can(actor, Action::kUpdate, of_class ? Subject::kClass : Subject::kGroup, where));
  return Place{(*rows)[0].id<GroupId>("id"), place.class_id};
}

}  // namespace rapt::quota
