// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tool_store.hpp"

namespace rapt::tools {

#define RAPT_TOOL_HEAD                                                                                       \
  "SELECT t.id, t.current_version_id, t.group_id, g.name AS group_name, g.path::text AS path, t.created_by," \
  " t.created_at, v.definition_yaml"                                                                         \
  " FROM tools t JOIN tool_versions v ON v.id = t.current_version_id LEFT JOIN groups g ON g.id = t.group_id "

// Those of the actor's scope; of the whole system for whoever reads tools of some tree; and those that assignments
// show: in a class that one teaches always, in the others while the assignment is open.
#define RAPT_TOOL_VISIBLE \
  "WHERE t.deleted_at IS NULL AND (" RAPT_IN_SCOPE("g.path", "NULL::uuid", "t.created_by", "$1", "$2", \
                                                   "$3", "$4", "$5", "$6")                              \
  " OR (t.group_id IS NULL AND $7::boolean)"                                                           \
  " OR EXISTS (SELECT FROM assignments a JOIN classes c ON c.id = a.class_id"                          \
  "   WHERE a.tool_id = t.id AND a.deleted_at IS NULL AND c.deleted_at IS NULL"                        \
  "   AND (a.class_id = ANY ($8::uuid[]) OR (a.class_id = ANY ($9::uuid[])"                            \
  "        AND coalesce(a.available_at, '-infinity') <= $10::timestamptz"                              \
  "        AND coalesce(a.closes_at, 'infinity') > $10::timestamptz)))) "

const store::Statement kList{"tools.list", RAPT_TOOL_HEAD RAPT_TOOL_VISIBLE
                             "AND ($11::uuid IS NULL OR (t.created_at, t.id) < (SELECT l.created_at, l.id FROM tools l"
                             " WHERE l.id = $11::uuid)) ORDER BY t.created_at DESC, t.id DESC LIMIT $12::bigint"};
const store::Statement kFind{"tools.find", RAPT_TOOL_HEAD RAPT_TOOL_VISIBLE "AND t.id = $11::uuid"};

#undef RAPT_TOOL_HEAD
#undef RAPT_TOOL_VISIBLE

store::Params visible_to(const identity::Actor& actor, TimePoint now) {
  using identity::Action;
  using identity::Subject;
  const auto scope = identity::scope_of(actor, Action::kRead, Subject::kTool);
  store::Params params;
  identity::add_scope(params, scope).add(scope.everywhere || !scope.trees.empty());
  params.add_array(identity::scope_of(actor, Action::kUpdate, Subject::kAssignment).classes);
  params.add_array(identity::scope_of(actor, Action::kRead, Subject::kAssignment).classes);
  return params.add(now);
}

const store::Statement kVersion{"tools.version", "SELECT definition_yaml FROM tool_versions WHERE id = $1::uuid"};

const store::Statement kGroup{"tools.group",
                              "SELECT name, path::text AS path FROM groups WHERE id = $1::uuid AND deleted_at IS NULL"};

const store::Statement kInsertTool{"tools.insert", R"(
  INSERT INTO tools (id, type, name, group_id, created_by, current_version_id, created_at)
  VALUES ($1::uuid, $2::tool_type, $3, $4::uuid, $5::uuid, $6::uuid, $7::timestamptz))"};

const store::Statement kInsertVersion{"tools.insert_version", R"(
  INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed, created_by, created_at)
  VALUES ($1::uuid, $2::uuid, $3, $4, $5::jsonb, $6::uuid, $7::timestamptz))"};

const store::Statement kSetCurrent{"tools.set_current", R"(
  UPDATE tools SET current_version_id = $2::uuid, name = $3
   WHERE id = $1::uuid AND current_version_id = $4::uuid AND deleted_at IS NULL)"};

}  // namespace rapt::tools
