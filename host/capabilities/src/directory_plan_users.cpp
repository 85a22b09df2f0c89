// SPDX-License-Identifier: AGPL-3.0-or-later
// Accounts. A module gets no account by knowing its address, and changes no address of an account that it has not made:
// who changes an address becomes the person.
#include "directory_planner.hpp"

namespace rapt::host {

using identity::Action;
using identity::Subject;

bool DirectoryPlanner::may_touch(const KnownUser& user, const char* field) {
  if (user.system_admin) {
    fail(field, "This is a system administrator, whom modules do not touch.");
  } else if (user.administers && acting_.everything) {
    fail(field, "This is an administrator's account, which modules by themselves do not change.");
  } else if (!user.reached) {
    fail(field, "The person who caused this call does not administer this account.");
  }
  return !op_.failed();
}

/// Address and status decide who gets in: only for those who reach all of the person, and not one's own.
bool DirectoryPlanner::may_change(const KnownUser& user, bool made, bool new_email) {
  if (!may_touch(user, "external_id")) return false;
  if (!new_email) return true;
  const auto holder = world_.by_email.find(op_.email_key);
  if (!made) {
    fail("email", "This account was there before: its person or an administrator changes the address.");
  } else if (!user.wholly_reached || user.id == acting_.actor.id.str()) {
    fail("email", "The person who caused this call may not change the address of this account.");
  } else if (holder != world_.by_email.end() && holder->second != user.id) {
    fail("email", "There is an account with this address already.");
  }
  return !op_.failed();
}

bool DirectoryPlanner::may_link(const KnownUser& user) {
  if (!may_touch(user, "email") || !may_be_known(user.id)) return false;
  if (!op_.link) {
    fail("link", "There is an account with this address already. Say \"link\": true to take it for this one.");
  } else if (!user.verified) {
    fail("email", "The address of the account that has it is not proven, so it may be somebody else's.");
  }
  return !op_.failed();
}

void DirectoryPlanner::plan_user() {
  const External* known = world_.external('u', op_.external_id);
  const bool stands = known != nullptr && known->alive;
  const auto found = stands ? world_.users.find(known->id) : world_.users.end();
  if (stands && found == world_.users.end()) return fail("external_id", "There is no such user.");
  if (stands) return update_user(found->second, false);
  const auto holder = world_.by_email.find(op_.email_key);
  if (holder == world_.by_email.end()) return create_user();
  auto& other = world_.users.at(holder->second);
  if (other.key != op_.email_key)
    return fail("email", "This address has just been given up: put this user in another call.");
  if (may_link(other)) update_user(other, true);
}

void DirectoryPlanner::create_user() {
  KnownGroup* where = op_.group.empty() ? nullptr : group();
  if (op_.failed()) return;
  if (where == nullptr && !acting_.is_everybody())
    return fail("group_id", "It is required: a group that the person who caused this call administers.");
  KnownUser user{.id = new_uuid(), .email = *op_.email, .key = op_.email_key, .name = *op_.name};
  user.given_name = op_.given_name.value_or("");
  user.family_name = op_.family_name.value_or("");
  user.verified = true;
  user.change = Change::kNew;
  const std::string role = op_.role.value_or("student");
  if (where != nullptr) {
    if (!may_manage(Action::kCreate, Subject::kUser, {.group_path = where->path})) return;
    if (!may_have_role(user, *where, role)) return;
    world_.members[{where->id, user.id}].role = role;
    user.trees.insert(where->path.substr(0, where->path.find('.')));
  }
  const std::string id = user.id;
  world_.by_email[user.key] = id;
  world_.users[id] = std::move(user);
  world_.know('u', op_.external_id, id, true);
  done("created", id);
}

void DirectoryPlanner::update_user(KnownUser& user, bool linked) {
  const bool new_email = op_.email_key != user.key || (!linked && *op_.email != user.email);
  const bool new_names = *op_.name != user.name || (op_.given_name && *op_.given_name != user.given_name) ||
                         (op_.family_name && *op_.family_name != user.family_name);
  const External* known = world_.external('u', op_.external_id);
  const bool made = !linked && known != nullptr && known->made;
  if ((new_email || new_names) && !may_change(user, made, new_email)) return;
  KnownGroup* where = op_.group.empty() ? nullptr : group();
  if (op_.failed()) return;
  const std::string before = where == nullptr ? "" : role_in(*where, user);
  const std::string role = op_.role.value_or(before.empty() ? "student" : before);
  const bool joins = where != nullptr && before != role;
  if (joins && (!may_manage(Action::kManageMembers, Subject::kGroup, {.group_path = where->path}) ||
                !may_have_role(user, *where, role)))
    return;
  if (joins) world_.members[{where->id, user.id}].role = role;
  if (joins) user.trees.insert(where->path.substr(0, where->path.find('.')));
  if (new_email) {
    if (user.change != Change::kNew && user.email_before.empty()) user.email_before = user.email;
    user.email = *op_.email;
    user.key = op_.email_key;
    world_.by_email[user.key] = user.id;  // the old one stays taken until the batch is done
  }
  user.name = *op_.name;
  user.given_name = op_.given_name.value_or(user.given_name);
  user.family_name = op_.family_name.value_or(user.family_name);
  if ((new_email || new_names) && user.change == Change::kNone) user.change = Change::kUpdate;
  if (linked) world_.know('u', op_.external_id, user.id, false);
  done(linked || new_email || new_names || joins ? "updated" : "unchanged", user.id);
}

void DirectoryPlanner::plan_deactivation() {
  const External* known = world_.external('u', op_.external_id);
  if (known == nullptr) return fail("external_id", "The source has put no user with this id.");
  if (!known->alive) return done("unchanged", known->id);
  const auto found = world_.users.find(known->id);
  if (found == world_.users.end()) return fail("external_id", "There is no such user.");
  auto& user = found->second;
  if (user.status == "inactive" || user.status == "suspended") return done("unchanged", user.id);
  if (!may_touch(user, "external_id")) return;
  if (!user.wholly_reached || user.id == acting_.actor.id.str())
    return fail("external_id", "The person who caused this call may not deactivate this account.");
  user.status = "inactive";
  if (user.change == Change::kNone) user.change = Change::kUpdate;
  done("updated", user.id);
}

}  // namespace rapt::host
