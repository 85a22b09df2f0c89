// SPDX-License-Identifier: AGPL-3.0-or-later
#include "directory_read.hpp"

#include <rapt/directory.h>

#include <nlohmann/json.hpp>

#include "asked_fields.hpp"
#include "json_asked.hpp"
#include "people_page.hpp"
#include "rapt/accounts/fields.hpp"

namespace rapt::host {
namespace {

using identity::Action;
using identity::Subject;
using nlohmann::json;

// $1 to $6 are the scope, $7 the module. Conditions that were not asked for are not part of a statement.
#define RAPT_SCOPE_OF(path, class_id, owner) RAPT_IN_SCOPE(path, class_id, owner, "$1", "$2", "$3", "$4", "$5", "$6")
#define RAPT_MS(time) "(extract(epoch FROM " time ") * 1000)::bigint"
#define RAPT_EXTERNAL(column, of)                                                                            \
  "'external_ids', (SELECT coalesce(json_object_agg(x.source, x.external_id ORDER BY x.source), '{}') FROM " \
  "module_external_ids x WHERE x." column " = " of ".id AND x.module = $7)"

// Who may see everybody sees also those who are in no group.
constexpr const char* kUsers =
    "SELECT u.id::text AS key, json_build_object('id', u.id, 'email', u.email, 'name', u.name,"
    " 'given_name', u.given_name, 'family_name', u.family_name, 'status', u.status,"
    " 'email_verified', u.email_verified_at IS NOT NULL, " RAPT_EXTERNAL(
        "user_id", "u") ", 'created_at_ms', " RAPT_MS("u.created_at") ", 'updated_at_ms', " RAPT_MS("u.updated_at") ")"
    "::text AS item FROM users u WHERE u.deleted_at IS NULL AND ($1::boolean OR u.id IN ("
    " SELECT m.user_id FROM group_members m JOIN groups g ON g.id = m.group_id WHERE g.deleted_at IS NULL"
    "    AND " RAPT_SCOPE_OF("g.path", "NULL::uuid", "NULL::uuid")
    " UNION ALL SELECT m.user_id FROM class_members m JOIN classes c ON c.id = m.class_id"
    "   JOIN groups g ON g.id = c.group_id WHERE c.deleted_at IS NULL"
    "    AND " RAPT_SCOPE_OF("g.path", "c.id", "NULL::uuid") " UNION ALL SELECT $6::uuid))";
constexpr const char* kGroups =
    "SELECT g.id::text AS key, json_build_object('id', g.id, 'parent_id', g.parent_id, 'name', g.name, 'type', g.type,"
    " " RAPT_EXTERNAL("group_id", "g") ", 'created_at_ms', " RAPT_MS("g.created_at") ", 'updated_at_ms', " RAPT_MS(
        "g.updated_at") ")::text AS item FROM groups g WHERE g.deleted_at IS NULL"
    " AND " RAPT_SCOPE_OF("g.path", "NULL::uuid", "NULL::uuid");
constexpr const char* kClasses =
    "SELECT c.id::text AS key, json_build_object('id', c.id, 'group_id', c.group_id, 'name', c.name, " RAPT_EXTERNAL(
        "class_id", "c") ", 'created_at_ms', " RAPT_MS("c.created_at") ", 'updated_at_ms', " RAPT_MS("c.updated_at")
    ")::text AS item FROM classes c JOIN groups g ON g.id = c.group_id WHERE c.deleted_at IS NULL AND g.deleted_at IS"
    " NULL AND " RAPT_SCOPE_OF("g.path", "c.id", "NULL::uuid");
constexpr const char* kEnrollments =
    "SELECT m.class_id || '_' || m.user_id AS key, json_build_object('class_id', m.class_id, 'user_id', m.user_id,"
    " 'role', m.role, 'since_ms', " RAPT_MS("m.created_at") ")::text AS item"
    " FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id"
    " JOIN users u ON u.id = m.user_id WHERE c.deleted_at IS NULL AND g.deleted_at IS NULL AND u.deleted_at IS NULL"
    " AND " RAPT_SCOPE_OF("g.path", "c.id", "NULL::uuid") " AND $7::text IS NOT NULL";
constexpr const char* kMembers =
    "SELECT m.user_id || '_' || m.group_id AS key, json_build_object('group_id', m.group_id, 'user_id', m.user_id,"
    " 'role', m.role, 'since_ms', " RAPT_MS("m.created_at") ")::text AS item"
    " FROM group_members m JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id"
    " WHERE g.deleted_at IS NULL AND u.deleted_at IS NULL AND " RAPT_SCOPE_OF("g.path", "NULL::uuid", "m.user_id")
    " AND $7::text IS NOT NULL";
// A filter must not tell of memberships that the list itself does not show.
constexpr const char* kOfGroup =
    "u.id IN (SELECT m.user_id FROM group_members m JOIN groups g ON g.id = m.group_id WHERE g.deleted_at IS NULL AND"
    " (m.user_id = $6::uuid OR " RAPT_SCOPE_OF(
        "g.path", "NULL::uuid",
        "NULL::uuid") ") AND g.path <@ (SELECT path FROM groups WHERE id = ?::uuid AND deleted_at IS NULL))";
constexpr const char* kOfClass =
    "u.id IN (SELECT m.user_id FROM class_members m JOIN classes c ON c.id = m.class_id"
    " JOIN groups g ON g.id = c.group_id WHERE c.deleted_at IS NULL AND (m.user_id = $6::uuid OR " RAPT_SCOPE_OF(
        "g.path", "c.id", "NULL::uuid") ") AND c.id = ?::uuid)";

struct Kind {
  const char* name;
  const char* sql;
  Subject subject;
  std::vector<const char*> keys;  ///< by which it is sorted; all are ids
};
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{"users", kUsers, Subject::kUser, {"u.id"}},
                                     {"groups", kGroups, Subject::kGroup, {"g.id"}},
                                     {"classes", kClasses, Subject::kClass, {"c.id"}},
                                     {"enrollments", kEnrollments, Subject::kClass, {"m.class_id", "m.user_id"}},
                                     {"members", kMembers, Subject::kUser, {"m.user_id", "m.group_id"}}};
  return all;
}

/// A statement that grows with what is asked for.
struct Select {
  std::string sql;
  store::Params values;

  void add(const char* condition) {
    for (sql += " AND "; *condition != '\0'; ++condition) {
      if (*condition == '?') {
        sql += "$" + std::to_string(values.values().size());
      } else {
        sql += *condition;
      }
    }
  }
  /// '?' stands for the value.
  void where(const char* condition, const std::string& value) {
    values.add(value);
    add(condition);
  }
  void where(const std::string& condition, const std::vector<std::string>& list) {
    values.add_array(list);
    add(condition.c_str());
  }
};

void by_external_ids(AskedFields& where, Select& select, const std::string& alias, const std::string& column) {
  const auto ids = where.texts("external_ids", RAPT_DIRECTORY_MAX_LISTED, RAPT_DIRECTORY_MAX_EXTERNAL_ID_BYTES);
  const auto source = where.text("source", 63);
  if (source && !ids) where.fault("source", "It narrows external_ids: name these, too.");
  if (!ids) return;
  const std::string found =
      alias + ".id IN (SELECT x." + column + " FROM module_external_ids x WHERE x.module = $7 AND ";
  if (source) {
    select.values.add(*source);
    select.where(found + "x.source = $" + std::to_string(select.values.values().size()) +
                     " AND x.external_id = ANY (?::text[]))",
                 *ids);
  } else {
    select.where(found + "x.external_id = ANY (?::text[]))", *ids);
  }
}

void by_id(AskedFields& where, Select& select, const char* member, const char* condition) {
  const auto id = where.id(member);
  if (!id.empty()) select.where(condition, id);
}

void by_ids(AskedFields& where, Select& select, const std::string& alias) {
  if (const auto ids = where.ids("ids", RAPT_DIRECTORY_MAX_LISTED)) select.where(alias + ".id = ANY (?::uuid[])", *ids);
}

void narrow_users(AskedFields& where, Select& select) {
  by_ids(where, select, "u");
  if (const auto emails = where.texts("emails", RAPT_DIRECTORY_MAX_LISTED, accounts::kMaxEmailBytes))
    select.where("lower(u.email) IN (SELECT lower(e) FROM unnest(?::text[]) AS e)", *emails);
  by_external_ids(where, select, "u", "user_id");
  by_id(where, select, "group_id", kOfGroup);
  by_id(where, select, "class_id", kOfClass);
  const auto status = where.one_of("status", {"pending_verification", "active", "inactive", "suspended"});
  if (status) select.where("u.status = ?::user_status", *status);
}

void narrow(const std::string& kind, AskedFields& where, Select& select) {
  if (kind == "users") return narrow_users(where, select);
  if (kind == "groups") {
    by_ids(where, select, "g");
    by_id(where, select, "parent_id", "g.parent_id = ?::uuid");
    by_external_ids(where, select, "g", "group_id");
  } else if (kind == "classes") {
    by_ids(where, select, "c");
    by_id(where, select, "group_id", "c.group_id = ?::uuid");
    by_external_ids(where, select, "c", "class_id");
  } else {
    if (kind == "enrollments") by_id(where, select, "class_id", "m.class_id = ?::uuid");
    if (kind == "members") by_id(where, select, "group_id", "m.group_id = ?::uuid");
    by_id(where, select, "user_id", "m.user_id = ?::uuid");
  }
}

/// The place behind which a page begins: as many ids as the list is sorted by. It is a place and no permission.
Result<void> begin_behind(const std::string& cursor, const Kind& kind, Select& select) {
  std::string columns, places;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kind.keys.size(); ++i) {
    const auto id = canonical_uuid(cursor.substr(std::min(at, cursor.size()), 36));
    const bool last = i + 1 == kind.keys.size();
    at += 36;
    if (!id || (last ? at != cursor.size() : at >= cursor.size() || cursor[at++] != '_'))
      return Error::invalid("cursor", "It is not one that this list has answered.");
    select.values.add(*id);
    columns += (i == 0 ? "" : ", ") + std::string(kind.keys[i]);
    places += (i == 0 ? "$" : ", $") + std::to_string(select.values.values().size()) + "::uuid";
  }
  select.sql += " AND (" + columns + ") > (" + places + ")";
  return {};
}

Result<Select> select_of(const json& asked, const ServiceRequest& request, const Acting& acting, std::int64_t& limit) {
  AskedFields fields(asked);
  const auto name = fields.one_of("kind", {"users", "groups", "classes", "enrollments", "members"});
  if (!name) fields.fault("kind", "It is required: users, groups, classes, enrollments or members.");
  const json* narrowed = fields.object("where");
  limit = fields.number("limit", 100, 1, RAPT_DIRECTORY_MAX_LISTED);
  const auto cursor = fields.text("cursor", 100);
  RAPT_TRY(fields.end());
  const auto& kind = *std::find_if(kinds().begin(), kinds().end(), [&](const Kind& one) { return *name == one.name; });
  Select select{kind.sql, {}};
  identity::add_scope(select.values, acting.scope(Action::kRead, kind.subject)).add(request.module);
  if (narrowed != nullptr) {
    AskedFields where(*narrowed, "where");
    narrow(*name, where, select);
    RAPT_TRY(where.end());
  }
  if (cursor) RAPT_TRY(begin_behind(*cursor, kind, select));
  std::string order;
  for (const char* key : kind.keys) order += (order.empty() ? " ORDER BY " : ", ") + std::string(key);
  select.values.add(limit + 1);
  select.sql += order + " LIMIT $" + std::to_string(select.values.values().size()) + "::bigint";
  return select;
}

}  // namespace

Task<Result<std::string>> read_directory(store::Database& database, const ServiceRequest& request, Acting acting) {
  const auto asked = json_asked(request, {"kind", "where", "limit", "cursor"}, 4);
  if (!asked) co_return asked.error();
  std::int64_t limit = 0;
  auto select = select_of(*asked, request, acting, limit);
  if (!select) co_return select.error();
  const auto statement = interned(std::move(select->sql));
  const auto rows = co_await database.query(statement, std::move(select->values));
  if (!rows) co_return rows.error();
  co_return page_of(*rows, limit);
}

}  // namespace rapt::host
