// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {

/// What somebody does, and to what. The rules stand in one table (ability.cpp).
/// kManageAccount (of a user): what would let one log in as the person, or keeps the person out; see check_can_at_all.
enum class Action : std::uint8_t {
  kRead,
  kCreate,
  kUpdate,
  kDelete,
  kManageMembers,
  kManageTheme,
  kViewUsage,
  kManageAccount
};
enum class Subject : std::uint8_t { kGroup, kClass, kUser, kTool, kAssignment, kSession, kRun };

/// Where a thing stands; the conditions of the rules look at nothing else. What does not apply is empty and matches
/// nothing. For kCreate: where it would stand.
struct Place {
  std::string group_path{};  ///< ltree path of its group; of a group, its own
  ClassId class_id{};        ///< of a class, its own
  UserId owner{};            ///< of a user, the user; of a tool, its creator; of a conversation or run, whose it is
};

/// All places at which an actor may do something: what the rules come to. The same value decides about one thing in
/// memory (covers) and about rows in a statement (add_scope, RAPT_IN_SCOPE), so that lists and single objects cannot
/// disagree.
struct Scope {
  bool everywhere = false;
  std::vector<std::string> trees;    ///< paths: these groups and everything below
  std::vector<std::string> groups;   ///< paths: exactly these groups
  std::vector<std::string> above;    ///< paths: the groups above these
  std::vector<std::string> classes;  ///< ids
  std::string owner;                 ///< id: what belongs to this user

  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool covers(const Place& place) const;
};

Scope scope_of(const Actor& actor, Action action, Subject subject);
bool can(const Actor& actor, Action action, Subject subject, const Place& place);

/// kNotFound ("There is no such group.") to somebody who may not even read the thing, kForbidden to somebody who may
/// read it and not do this.
Result<void> check_can(const Actor& actor, Action action, Subject subject, const Place& place);

/// As check_can(), for something that stands at several places and must be within reach at every one of them: who takes
/// over an account gets all that it reaches. One of them within reach
/// of kRead is enough to know of it. Without any place only those may who may everywhere.
Result<void> check_can_at_all(const Actor& actor, Action action, Subject subject, const std::vector<Place>& places);

/// Binds the six parameters that RAPT_IN_SCOPE names, in its order.
store::Params& add_scope(store::Params& params, const Scope& scope);

}  // namespace rapt::identity

/// The condition that a row lies in a scope, for the text of a statement. All are string literals: `path` is the
/// ltree of its group, `class_id` and `owner` its class and user or "NULL::uuid"; the others are the places of the
/// parameters ("$3").
#define RAPT_IN_SCOPE(path, class_id, owner, everywhere, trees, groups, above, classes, self)                         \
  "(" everywhere "::boolean OR " path " <@ ANY (" trees "::ltree[]) OR " path " = ANY (" groups "::ltree[]) OR " path \
  " @> ANY (" above "::ltree[]) OR " class_id " = ANY (" classes "::uuid[]) OR " owner " = " self "::uuid)"
