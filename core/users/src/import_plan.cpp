// SPDX-License-Identifier: AGPL-3.0-or-later
#include "import_plan.hpp"

#include "import_store.hpp"
#include "rapt/identity/ability.hpp"

namespace rapt::users {
namespace {

using identity::Action;
using identity::Actor;
using identity::Subject;

constexpr const char* kNotYours = "belongs to an account that you do not administer";

/// What a batch knows of the world while it is planned.
struct Planner {
  store::Transaction& tx;
  const Actor& actor;
  bool everything;  ///< the actor is a system administrator
  std::map<std::string, Present> present{};
  std::map<std::string, std::int64_t> earlier{};  ///< addresses of lines that are dealt with
  struct Group {
    std::string id, fault;
  };
  FoundGroups found{};  ///< what the lines name

  void plan(Planned& one);

 private:
  [[nodiscard]] Group group(const std::string& wanted) const;
  void plan_new(Planned& one) const;
  void plan_present(Planned& one, const Present& user) const;
  void plan_status(Planned& one, const Present& user) const;
  void plan_role(Planned& one, const Present& user) const;
};

Planner::Group Planner::group(const std::string& wanted) const {
  const auto at = found.find(wanted);
  if (at != found.end() && at->second.size() > 1) return {"", "is the name of several groups: use the id"};
  const bool may = at != found.end() && identity::can(actor, Action::kManageMembers, Subject::kUser,
                                                      {.group_path = at->second.front().path});
  if (may) return {at->second.front().id, ""};
  return {"", "is no group that you administer: write its id, or its path from the top, such as District/School"};
}

void Planner::plan(Planned& one) {
  if (one.faults.empty() && !one.group.empty()) {
    auto known = group(one.group);
    if (!known.fault.empty()) one.fault("group", known.fault);
    one.group_id = std::move(known.id);
  }
  if (one.role == "system_admin" && !everything) one.fault("role", "is given by system administrators alone");
  if (const auto before = earlier.find(one.key); before != earlier.end() && !one.key.empty())
    one.fault("email", "stands in line " + std::to_string(before->second) + " already");
  if (one.faults.empty()) {
    const auto user = present.find(one.key);
    user == present.end() ? plan_new(one) : plan_present(one, user->second);
  }
  if (!one.faults.empty()) one.outcome = "faulty";
  if (one.faults.empty()) earlier.emplace(one.key, one.line);
}

void Planner::plan_new(Planned& one) const {
  if (one.group_id.empty() && !everything) return one.fault("group", "is required: name a group that you administer");
  one.user = UserId::trusted(new_uuid());
  one.outcome = "created";
  if (one.role.empty()) one.role = "student";
}

void Planner::plan_present(Planned& one, const Present& user) const {
  if (!everything && (!user.reached || user.system_admin)) return one.fault("email", kNotYours);
  one.user = user.id;
  plan_status(one, user);
  plan_role(one, user);
  one.changes_user = one.name != user.name || (one.given_name && one.given_name != user.given_name) ||
                     (one.family_name && one.family_name != user.family_name) || !one.status.empty();
  one.outcome = one.changes_user || !one.group_id.empty() ? "updated" : "unchanged";
}

/// Clears a status that is the present one.
void Planner::plan_status(Planned& one, const Present& user) const {
  if (one.status.empty() || one.status == user.status) return one.status.clear();
  if (!everything && !user.wholly_reached) return one.fault("status", kNotYours);
  if (user.system_admin || user.id == actor.id)
    one.fault("status", "of a system administrator, or the own one, is not changed by an import");
}

/// Clears the group of a membership that is there already.
void Planner::plan_role(Planned& one, const Present& user) const {
  if (one.group_id.empty()) return;
  const auto role = user.roles.find(one.group_id);
  if (role == user.roles.end()) {
    if (one.role.empty()) one.role = "student";
  } else if (one.role.empty() || one.role == role->second) {
    one.group_id.clear();
  } else if (role->second == "system_admin") {
    one.fault("role", "of a system administrator is not taken away by an import");
  }
}

}  // namespace

Result<void> plan_lines(store::Transaction& tx, const ImportId& id, const Actor& actor, std::vector<Planned>& plans) {
  std::vector<std::string> emails;
  std::set<std::string> groups;
  for (const auto& one : plans) {
    emails.push_back(one.email);
    if (one.faults.empty() && !one.group.empty()) groups.insert(one.group);
  }
  const auto keys = lower_all(tx, emails);
  if (!keys) return keys.error();
  for (std::size_t i = 0; i < plans.size(); ++i) plans[i].key = (*keys)[i];
  Planner planner{.tx = tx, .actor = actor, .everything = actor.is_system_admin()};
  auto present = find_present(tx, *keys, identity::scope_of(actor, Action::kUpdate, Subject::kUser));
  if (!present) return present.error();
  planner.present = std::move(*present);
  auto earlier = find_earlier(tx, id, *keys);
  if (!earlier) return earlier.error();
  planner.earlier = std::move(*earlier);
  auto found = find_groups(tx, groups);
  if (!found) return found.error();
  planner.found = std::move(*found);
  for (auto& one : plans) planner.plan(one);
  return {};
}

}  // namespace rapt::users
