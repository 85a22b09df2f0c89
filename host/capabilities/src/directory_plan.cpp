// SPDX-License-Identifier: AGPL-3.0-or-later
// Groups, classes, and who belongs where.
#include "directory_plan.hpp"

#include <algorithm>

#include "directory_planner.hpp"
#include "rapt/groups/types.hpp"

namespace rapt::host {

using identity::Action;
using identity::Place;
using identity::Subject;

namespace {

identity::Place place_of(const KnownClass& one) {
  return {.group_path = one.path, .class_id = ClassId::trusted(one.id)};
}

std::string top_of(const std::string& path) {
  return path.substr(0, path.find('.'));
}

std::string label_of(std::string id) {
  for (char& c : id) c = c == '-' ? '_' : c;
  return id;
}

std::string belonging_status(const std::string& before, const std::string& after) {
  if (before == after) return "unchanged";
  return before.empty() ? "created" : "updated";
}

}  // namespace

template <class Known>
Known* DirectoryPlanner::named(std::map<std::string, Known>& all, char kind, const Named& name, const char* what) {
  std::string id = name.id;
  if (!name.external_id.empty()) {
    const auto* known = world_.external(kind, name.external_id);
    id = known == nullptr ? "" : known->id;
  }
  const auto found = all.find(id);
  if (found != all.end()) return &found->second;
  fail(name.field, std::string("There is no such ") + what + ".");
  return nullptr;
}

KnownUser* DirectoryPlanner::user() {
  return named(world_.users, 'u', op_.user, "user");
}

KnownGroup* DirectoryPlanner::group() {
  auto* found = named(world_.groups, 'g', op_.group, "group");
  if (found == nullptr || acting_.can(Action::kRead, Subject::kGroup, {.group_path = found->path})) return found;
  fail(op_.group.field, "There is no such group.");
  return nullptr;
}

KnownClass* DirectoryPlanner::class_of() {
  auto* found = named(world_.classes, 'c', op_.class_of, "class");
  const bool there =
      found != nullptr && !found->archived && acting_.can(Action::kRead, Subject::kClass, place_of(*found));
  if (!there) fail(op_.class_of.field, "There is no such class.");
  return there ? found : nullptr;
}

bool DirectoryPlanner::may_manage(Action action, Subject subject, const Place& place) {
  if (acting_.can(action, subject, place)) return true;
  fail("", "The person who caused this call may not do that there.");
  return false;
}

std::string DirectoryPlanner::role_in(const KnownGroup& group, const KnownUser& user) const {
  const auto found = world_.members.find({group.id, user.id});
  return found == world_.members.end() ? "" : found->second.role;
}

bool DirectoryPlanner::may_have_role(const KnownUser& user, const KnownGroup& group, const std::string& role) {
  const std::string before = role_in(group, user);
  if (before == role) return true;
  if (user.system_admin) {
    fail(op_.user.field, "This is a system administrator, whom modules do not touch.");
  } else if (acting_.everything && (role == "group_admin" || before == "group_admin")) {
    fail(role == "group_admin" ? "role" : op_.user.field, "A module by itself makes and unmakes no administrators.");
  }
  return !op_.failed();
}

void DirectoryPlanner::plan_member(bool stays) {
  KnownUser* who = user();
  KnownGroup* where = who == nullptr ? nullptr : group();
  if (where == nullptr) return;
  if (!may_manage(Action::kManageMembers, Subject::kGroup, {.group_path = where->path})) return;
  const std::string before = role_in(*where, *who);
  const std::string role = !stays ? "" : op_.role.value_or(before.empty() ? "student" : before);
  if (!may_have_role(*who, *where, role)) return;
  if (before != role) {
    world_.members[{where->id, who->id}].role = role;
    if (stays) who->trees.insert(top_of(where->path));
  }
  done(belonging_status(before, role));
}

void DirectoryPlanner::plan_enrollment(bool stays) {
  KnownUser* who = user();
  KnownClass* where = who == nullptr ? nullptr : class_of();
  if (where == nullptr) return;
  if (!may_manage(Action::kManageMembers, Subject::kClass, place_of(*where))) return;
  const auto found = world_.enrolled.find({where->id, who->id});
  const std::string before = found == world_.enrolled.end() ? "" : found->second.role;
  const std::string role = !stays ? "" : op_.role.value_or(before.empty() ? "student" : before);
  if (before == role) return done("unchanged");
  if (who->system_admin) return fail(op_.user.field, "This is a system administrator, whom modules do not touch.");
  // As in the core: whoever is in none of the groups of the class's tree is nobody to those who manage the class.
  const bool belongs = who->status == "active" && who->trees.contains(top_of(where->path));
  if (before.empty() && !acting_.is_everybody() && !belongs) return fail(op_.user.field, "There is no such user.");
  if (before == "teacher" && where->teachers < 2)
    return fail(op_.user.field, "This is the class's last teacher: enroll another one first.");
  where->teachers += (role == "teacher" ? 1 : 0) - (before == "teacher" ? 1 : 0);
  world_.enrolled[{where->id, who->id}].role = role;
  done(belonging_status(before, role));
}

bool DirectoryPlanner::may_be_known(const std::string& id) {
  const auto known = world_.known_as.find(id);
  if (known == world_.known_as.end()) return true;
  fail("external_id", "This source knows it by another id already.");
  return false;
}

void DirectoryPlanner::create_group(const KnownGroup* parent) {
  if (parent == nullptr && !acting_.is_everybody())
    return fail("parent_id", "It is required: only system administrators begin a tree of groups.");
  if (parent != nullptr && !may_manage(Action::kCreate, Subject::kGroup, {.group_path = parent->path})) return;
  const auto depth = parent == nullptr ? 0 : 1 + std::count(parent->path.begin(), parent->path.end(), '.');
  if (depth >= groups::kMaxDepth) return fail(op_.group.field, "Groups do not stand deeper than that.");
  const std::string id = new_uuid();
  const std::string path = (parent == nullptr ? "" : parent->path + ".") + label_of(id);
  const std::string parent_id = parent == nullptr ? "" : parent->id;
  world_.groups[id] = {id, parent_id, *op_.name, op_.type.value_or("custom"), path, Change::kNew};
  world_.new_groups.push_back(id);
  world_.know('g', op_.external_id, id, true);
  done("created", id);
}

void DirectoryPlanner::create_class(const KnownGroup* where) {
  if (where == nullptr) return fail("group_id", "It is required, or group_external_id.");
  if (!may_manage(Action::kCreate, Subject::kClass, {.group_path = where->path})) return;
  const std::string id = new_uuid();
  world_.classes[id] = {.id = id, .group = where->id, .name = *op_.name, .path = where->path, .change = Change::kNew};
  world_.know('c', op_.external_id, id, true);
  done("created", id);
}

void DirectoryPlanner::plan_group() {
  External* known = world_.external('g', op_.external_id);
  KnownGroup* parent = op_.group.empty() ? nullptr : group();
  if (op_.failed()) return;
  const bool stands = known != nullptr && known->alive;
  if (!stands && op_.link_id.empty()) return create_group(parent);
  const auto found = world_.groups.find(stands ? known->id : op_.link_id);
  if (found == world_.groups.end() || !acting_.can(Action::kRead, Subject::kGroup, {.group_path = found->second.path}))
    return fail(stands ? "external_id" : "id", "There is no such group.");
  auto& one = found->second;
  if (stands && !op_.link_id.empty() && op_.link_id != one.id)
    return fail("id", "The source knows another group by this external_id.");
  if (parent != nullptr && parent->id != one.parent)
    return fail(op_.group.field, "Modules do not move groups: an administrator does.");
  const bool changes = one.name != *op_.name || (op_.type && *op_.type != one.type);
  if ((changes || !stands) && !may_manage(Action::kUpdate, Subject::kGroup, {.group_path = one.path})) return;
  if (!stands && !may_be_known(one.id)) return;
  if (!stands) world_.know('g', op_.external_id, one.id, false);
  if (changes) {
    one.name = *op_.name;
    one.type = op_.type.value_or(one.type);
    if (one.change == Change::kNone) one.change = Change::kUpdate;
  }
  done(changes || !stands ? "updated" : "unchanged", one.id);
}

void DirectoryPlanner::plan_class() {
  External* known = world_.external('c', op_.external_id);
  KnownGroup* where = op_.group.empty() ? nullptr : group();
  if (op_.failed()) return;
  const bool stands = known != nullptr && known->alive;
  if (!stands && op_.link_id.empty()) return create_class(where);
  const auto found = world_.classes.find(stands ? known->id : op_.link_id);
  if (found == world_.classes.end() || found->second.archived ||
      !acting_.can(Action::kRead, Subject::kClass, place_of(found->second)))
    return fail(stands ? "external_id" : "id", "There is no such class.");
  auto& one = found->second;
  if (stands && !op_.link_id.empty() && op_.link_id != one.id)
    return fail("id", "The source knows another class by this external_id.");
  if (where != nullptr && where->id != one.group)
    return fail(op_.group.field, "Modules do not move classes: an administrator does.");
  const bool changes = one.name != *op_.name;
  if ((changes || !stands) && !may_manage(Action::kUpdate, Subject::kClass, place_of(one))) return;
  if (!stands && !may_be_known(one.id)) return;
  if (!stands) world_.know('c', op_.external_id, one.id, false);
  if (changes) {
    one.name = *op_.name;
    if (one.change == Change::kNone) one.change = Change::kUpdate;
  }
  done(changes || !stands ? "updated" : "unchanged", one.id);
}

void DirectoryPlanner::plan_archive() {
  External* known = world_.external('c', op_.external_id);
  if (known == nullptr) return fail("external_id", "The source has put no class with this id.");
  if (!known->alive) return done("unchanged", known->id);
  const auto found = world_.classes.find(known->id);
  if (found == world_.classes.end() || !acting_.can(Action::kRead, Subject::kClass, place_of(found->second)))
    return fail("external_id", "There is no such class.");
  if (!may_manage(Action::kDelete, Subject::kClass, place_of(found->second))) return;
  found->second.archived = true;
  known->alive = false;
  done("updated", known->id);
}

void plan(Operation& operation, DirectoryWorld& world, const Acting& acting) {
  DirectoryPlanner planner(operation, world, acting);
  switch (operation.put) {
    case Put::kUser:
      return planner.plan_user();
    case Put::kGroup:
      return planner.plan_group();
    case Put::kClass:
      return planner.plan_class();
    case Put::kEnroll:
    case Put::kUnenroll:
      return planner.plan_enrollment(operation.put == Put::kEnroll);
    case Put::kAddMember:
    case Put::kRemoveMember:
      return planner.plan_member(operation.put == Put::kAddMember);
    case Put::kDeactivateUser:
      return planner.plan_deactivation();
    case Put::kArchiveClass:
      return planner.plan_archive();
  }
}

}  // namespace rapt::host
