// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/ability.hpp"

#include <algorithm>
#include <optional>

#include "ltree_path.hpp"

namespace rapt::identity {
namespace {

/// In which capacity somebody acts.
enum class Who : std::uint8_t {
  kAnybody,
  kSystemAdmin,
  kGroupAdmin,
  kGroupTeacher,
  kGroupMember,
  kClassTeacher,
  kClassMember
};
/// At which places the rule holds, seen from the membership that makes it apply.
enum class Where : std::uint8_t {
  kEverywhere,
  kTree,
  kGroup,
  kAbove,
  kClass,
  kClassGroup,
  kClassTree,
  kAboveClass,
  kOwn
};

struct Rule {
  Who who;
  std::optional<Action> action;  ///< none: every one
  std::optional<Subject> subject;
  Where where;
};

constexpr std::nullopt_t kAll = std::nullopt;

// Who may do what, and where. Whatever is not here is not allowed.
constexpr Rule kRules[] = {
    {Who::kSystemAdmin, kAll, kAll, Where::kEverywhere},

    {Who::kGroupAdmin, kAll, Subject::kGroup, Where::kTree},
    {Who::kGroupAdmin, kAll, Subject::kClass, Where::kTree},
    {Who::kGroupAdmin, kAll, Subject::kUser, Where::kTree},

    {Who::kGroupTeacher, Action::kRead, Subject::kClass, Where::kGroup},
    {Who::kGroupTeacher, Action::kRead, Subject::kUser, Where::kGroup},

    {Who::kGroupMember, Action::kRead, Subject::kGroup, Where::kGroup},
    {Who::kGroupMember, Action::kRead, Subject::kGroup, Where::kAbove},

    {Who::kClassTeacher, Action::kRead, Subject::kClass, Where::kClass},
    {Who::kClassTeacher, Action::kUpdate, Subject::kClass, Where::kClass},
    {Who::kClassTeacher, Action::kManageMembers, Subject::kClass, Where::kClass},
    {Who::kClassTeacher, Action::kViewUsage, Subject::kClass, Where::kClass},
    {Who::kClassTeacher, Action::kRead, Subject::kUser, Where::kClass},

    {Who::kClassMember, Action::kRead, Subject::kClass, Where::kClass},
    {Who::kClassMember, Action::kRead, Subject::kGroup, Where::kClassGroup},
    {Who::kClassMember, Action::kRead, Subject::kGroup, Where::kAboveClass},

    {Who::kAnybody, Action::kRead, Subject::kUser, Where::kOwn},
    {Who::kAnybody, Action::kUpdate, Subject::kUser, Where::kOwn},

    // Those who teach see the tools of the groups above and below; a tool's creator may change it.
    {Who::kGroupAdmin, kAll, Subject::kTool, Where::kTree},
    {Who::kGroupAdmin, Action::kRead, Subject::kTool, Where::kAbove},
    {Who::kGroupTeacher, Action::kRead, Subject::kTool, Where::kTree},
    {Who::kGroupTeacher, Action::kRead, Subject::kTool, Where::kAbove},
    {Who::kGroupTeacher, Action::kCreate, Subject::kTool, Where::kGroup},
    {Who::kClassTeacher, Action::kRead, Subject::kTool, Where::kClassTree},
    {Who::kClassTeacher, Action::kRead, Subject::kTool, Where::kAboveClass},
    {Who::kClassTeacher, Action::kCreate, Subject::kTool, Where::kClassGroup},
    {Who::kAnybody, Action::kRead, Subject::kTool, Where::kOwn},
    {Who::kAnybody, Action::kUpdate, Subject::kTool, Where::kOwn},

    {Who::kGroupAdmin, kAll, Subject::kAssignment, Where::kTree},
    {Who::kClassTeacher, kAll, Subject::kAssignment, Where::kClass},
    {Who::kClassMember, Action::kRead, Subject::kAssignment, Where::kClass},

    // Conversations and runs belong to whoever has them; teachers and administrators read those of their students.
    {Who::kGroupAdmin, Action::kRead, Subject::kSession, Where::kTree},
    {Who::kClassTeacher, Action::kRead, Subject::kSession, Where::kClass},
    {Who::kAnybody, kAll, Subject::kSession, Where::kOwn},
    {Who::kGroupAdmin, Action::kRead, Subject::kRun, Where::kTree},
    {Who::kClassTeacher, Action::kRead, Subject::kRun, Where::kClass},
    {Who::kAnybody, kAll, Subject::kRun, Where::kOwn},
};

bool acts_as(const GroupMembership& membership, Who who) {
  switch (who) {
    case Who::kSystemAdmin:
      return membership.role == GroupRole::kSystemAdmin;
    case Who::kGroupAdmin:
      return membership.role == GroupRole::kGroupAdmin;
    case Who::kGroupTeacher:
      return membership.role == GroupRole::kTeacher;
    case Who::kGroupMember:
      return true;
    default:
      return false;
  }
}

bool acts_as(const ClassMembership& membership, Who who) {
  return who == Who::kClassMember || (who == Who::kClassTeacher && membership.teaches);
}

void add(const GroupMembership& membership, Where where, Scope& scope) {
  if (where == Where::kEverywhere) scope.everywhere = true;
  if (where == Where::kTree) scope.trees.push_back(membership.path);
  if (where == Where::kGroup) scope.groups.push_back(membership.path);
  if (where == Where::kAbove) scope.above.push_back(membership.path);
}

void add(const ClassMembership& membership, Where where, Scope& scope) {
  if (where == Where::kClass) scope.classes.push_back(membership.id.str());
  if (where == Where::kClassTree) scope.trees.push_back(membership.group_path);
  if (where == Where::kClassGroup) scope.groups.push_back(membership.group_path);
  if (where == Where::kAboveClass) scope.above.push_back(membership.group_path);
}

void apply(const Rule& rule, const Actor& actor, Scope& scope) {
  if (rule.who == Who::kAnybody && rule.where == Where::kOwn) scope.owner = actor.id.str();
  for (const auto& membership : actor.groups) {
    if (acts_as(membership, rule.who)) add(membership, rule.where, scope);
  }
  for (const auto& membership : actor.classes) {
    if (acts_as(membership, rule.who)) add(membership, rule.where, scope);
  }
}

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

const char* name(Subject subject) {
  switch (subject) {
    case Subject::kGroup:
      return "group";
    case Subject::kClass:
      return "class";
    case Subject::kUser:
      return "user";
    case Subject::kTool:
      return "tool";
    case Subject::kAssignment:
      return "assignment";
    case Subject::kSession:
      return "session";
    case Subject::kRun:
      return "run";
  }
  return "object";
}

}  // namespace

bool Scope::empty() const {
  return !everywhere && trees.empty() && groups.empty() && above.empty() && classes.empty() && owner.empty();
}

bool Scope::covers(const Place& place) const {
  if (everywhere) return true;
  if (!owner.empty() && place.owner.str() == owner) return true;
  if (!place.class_id.empty() && contains(classes, place.class_id.str())) return true;
  const std::string_view path = place.group_path;
  if (path.empty()) return false;
  const auto below = [path](const std::string& tree) { return is_at_or_below(path, tree); };
  const auto over = [path](const std::string& group) { return is_at_or_below(group, path); };
  return std::any_of(trees.begin(), trees.end(), below) || contains(groups, path) ||
         std::any_of(above.begin(), above.end(), over);
}

Scope scope_of(const Actor& actor, Action action, Subject subject) {
  Scope scope;
  for (const auto& rule : kRules) {
    if (rule.action.value_or(action) == action && rule.subject.value_or(subject) == subject) apply(rule, actor, scope);
  }
  return scope;
}

bool can(const Actor& actor, Action action, Subject subject, const Place& place) {
  return scope_of(actor, action, subject).covers(place);
}

Result<void> check_can(const Actor& actor, Action action, Subject subject, const Place& place) {
  if (can(actor, action, subject, place)) return {};
  if (!can(actor, Action::kRead, subject, place)) return Error::not_found(name(subject));
  return Error::forbidden(std::string("You may see this ") + name(subject) + ", but not change it like this.");
}

Result<void> check_can_at_all(const Actor& actor, Action action, Subject subject, const std::vector<Place>& places) {
  const auto scope = scope_of(actor, action, subject);
  const auto covered = [](const Scope& by) { return [&by](const Place& place) { return by.covers(place); }; };
  if (scope.everywhere || (!places.empty() && std::all_of(places.begin(), places.end(), covered(scope)))) return {};
  const auto readable = scope_of(actor, Action::kRead, subject);
  if (std::none_of(places.begin(), places.end(), covered(readable))) return Error::not_found(name(subject));
  return Error::forbidden(std::string("This ") + name(subject) +
                          " also stands outside of what you administer: ask an administrator who reaches all of it.");
}

store::Params& add_scope(store::Params& params, const Scope& scope) {
  params.add(scope.everywhere).add_array(scope.trees).add_array(scope.groups).add_array(scope.above);
  params.add_array(scope.classes);
  return scope.owner.empty() ? params.add_null() : params.add(scope.owner);
}

}  // namespace rapt::identity
