// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "rapt/identity/ability.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/store/database.hpp"

namespace rapt::identity {

// Whose conversations and runs somebody may read beside the own ones. The rules are those of ability.hpp
// (Subject::kSession, kRun); this is how the places of such a thing are found in SQL, which are those of its student.

/// Binds the three parameters that RAPT_IN_REACH names, in its order.
store::Params& add_reach(store::Params& params, const Actor& actor, Subject subject);
/// Whether there is anybody to be reached.
bool reaches_others(const Actor& actor, Subject subject);

}  // namespace rapt::identity

/// The condition that a conversation or run lies in somebody's reach, for the text of a statement. All are string
/// literals: `of` is the alias of its table (with user_id and assignment_id), beside which `a` must be its assignment;
/// the others are the places of the parameters ("$3").
/// In reach: everything for system administrators; for teachers what belongs to an assignment of their class, or to any
/// student of theirs when there is no assignment; for group administrators what belongs to a student of their groups,
/// itself or through a class.
#define RAPT_IN_REACH(of, everybody, classes, paths)                                                               \
  "(" everybody "::boolean OR a.class_id = ANY (" classes                                                          \
  "::uuid[])"                                                                                                      \
  " OR (" of ".assignment_id IS NULL AND EXISTS (SELECT FROM class_members m WHERE m.user_id = " of                \
  ".user_id AND m.role = 'student' AND m.class_id = ANY (" classes                                                 \
  "::uuid[])))"                                                                                                    \
  " OR EXISTS (SELECT FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id" \
  "      WHERE m.user_id = " of ".user_id AND m.role = 'student' AND g.path <@ ANY (" paths                        \
  "::ltree[]))"                                                                                                    \
  " OR EXISTS (SELECT FROM group_members m JOIN groups g ON g.id = m.group_id"                                     \
  "      WHERE m.user_id = " of ".user_id AND m.role = 'student' AND g.path <@ ANY (" paths "::ltree[])))"
