// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tool_store.hpp"

namespace rapt::tools {

// Groups in which the actor ($1) teaches or administers, by membership or through a class.
#define RAPT_TOOL_PLACES                                                                                             \
  "WITH places AS ("                                                                                                 \
  " SELECT g.path FROM group_members m JOIN groups g ON g.id = m.group_id"                                           \
  "  WHERE m.user_id = $1::uuid AND m.role IN ('teacher', 'group_admin') AND g.deleted_at IS NULL"                   \
  " UNION SELECT g.path FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id" \
  "  WHERE m.user_id = $1::uuid AND m.role = 'teacher' AND c.deleted_at IS NULL AND g.deleted_at IS NULL),"          \
  " administrator AS (SELECT EXISTS (SELECT FROM group_members m WHERE m.user_id = $1::uuid"                         \
  "  AND m.role = 'system_admin') AS everywhere) "

#define RAPT_TOOL_HEAD                                                                                        \
  "SELECT t.id, t.current_version_id, t.group_id, g.name AS group_name, t.created_at, v.definition_yaml,"     \
  " (administrator.everywhere OR t.created_by = $1::uuid OR EXISTS (SELECT FROM group_members m"              \
  "   JOIN groups own ON own.id = m.group_id WHERE m.user_id = $1::uuid AND m.role = 'group_admin'"           \
  "   AND g.path <@ own.path)) AS may_edit"                                                                   \
  " FROM tools t JOIN tool_versions v ON v.id = t.current_version_id LEFT JOIN groups g ON g.id = t.group_id" \
  " CROSS JOIN administrator "

// The creator; system administrators; those who teach or administer in the tool's group, above or below it, and for a
// tool of the whole system anywhere; classes that it is assigned to, their students while the assignment is open ($2).
#define RAPT_TOOL_VISIBLE                                                                                \
  " t.deleted_at IS NULL AND (administrator.everywhere OR t.created_by = $1::uuid"                       \
  " OR EXISTS (SELECT FROM places p WHERE t.group_id IS NULL OR p.path @> g.path OR p.path <@ g.path)"   \
  " OR EXISTS (SELECT FROM assignments a JOIN classes c ON c.id = a.class_id"                            \
  "   JOIN class_members m ON m.class_id = a.class_id"                                                   \
  "   WHERE a.tool_id = t.id AND a.deleted_at IS NULL AND c.deleted_at IS NULL AND m.user_id = $1::uuid" \
  "   AND (m.role = 'teacher' OR (coalesce(a.available_at, '-infinity') <= $2::timestamptz"              \
  "        AND coalesce(a.closes_at, 'infinity') > $2::timestamptz)))) "

const store::Statement kList{
    "tools.list", RAPT_TOOL_PLACES RAPT_TOOL_HEAD
    "WHERE" RAPT_TOOL_VISIBLE
    "AND ($3::uuid IS NULL OR (t.created_at, t.id) < (SELECT l.created_at, l.id FROM tools l WHERE l.id = $3::uuid))"
    " ORDER BY t.created_at DESC, t.id DESC LIMIT $4::bigint"};

const store::Statement kFind{"tools.find",
                             RAPT_TOOL_PLACES RAPT_TOOL_HEAD "WHERE" RAPT_TOOL_VISIBLE "AND t.id = $3::uuid"};

#undef RAPT_TOOL_PLACES
#undef RAPT_TOOL_HEAD
#undef RAPT_TOOL_VISIBLE

const store::Statement kVersion{"tools.version", "SELECT definition_yaml FROM tool_versions WHERE id = $1::uuid"};

const store::Statement kGroupForCreation{"tools.group_for_creation", R"(
  SELECT g.name,
         EXISTS (SELECT FROM group_members m JOIN groups own ON own.id = m.group_id
                  WHERE m.user_id = $1::uuid AND (m.role = 'system_admin'
                        OR (m.role = 'group_admin' AND g.path <@ own.path)
                        OR (m.role = 'teacher' AND own.id = g.id)))
         OR EXISTS (SELECT FROM class_members m JOIN classes c ON c.id = m.class_id
                     WHERE m.user_id = $1::uuid AND m.role = 'teacher' AND c.group_id = g.id AND c.deleted_at IS NULL)
         AS may_create,
         EXISTS (SELECT FROM group_members m JOIN groups own ON own.id = m.group_id
                  WHERE m.user_id = $1::uuid AND (g.path <@ own.path OR own.path <@ g.path)) AS may_know
    FROM groups g WHERE g.id = $2::uuid AND g.deleted_at IS NULL)"};

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
