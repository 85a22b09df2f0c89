// SPDX-License-Identifier: AGPL-3.0-or-later
#include "user_list.hpp"

#include <array>

#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/page_cursor.hpp"
#include "user_store.hpp"

namespace rapt::users {
namespace {

// $1 to $6 scope, $7 and $8 where the page begins (the sorting value, the id), $9 limit, $10 status, $11 role,
// $12 group, $13 pattern. Each statement begins at its page by an index: a condition that may be absent is not part of
// the statement, and where it is absent its parameters are said to be NULL.
constexpr const char* kScopeOfGroup =
    RAPT_IN_SCOPE("g.path", "NULL::uuid", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6");
constexpr const char* kScopeOfClass = RAPT_IN_SCOPE("g.path", "c.id", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6");

enum class Who : std::uint8_t { kEverybody, kInScope, kMembers };

struct Order {
  const char* key;
  const char* type;
  bool descending;
};
constexpr std::array kOrders{
    Order{"lower(u.name)", "text", false}, Order{"u.created_at", "timestamptz", true},
    Order{"coalesce(u.last_login_at, '1970-01-01 00:00:00+00'::timestamptz)", "timestamptz", true}};

std::string condition_of(Who who) {
  const std::string groups =
      "SELECT m.user_id FROM group_members m JOIN groups g ON g.id = m.group_id WHERE g.deleted_at IS NULL AND " +
      std::string(kScopeOfGroup);
  // Only within the own reach: a filter must not tell of memberships that the list does not show.
  if (who == Who::kMembers)
    return " AND u.id IN (" + groups +
           " AND ($11::text IS NULL OR m.role::text = $11)"
           " AND ($12::uuid IS NULL OR g.path <@ (SELECT path FROM groups WHERE id = $12::uuid)))";
  const std::string unused = " AND $11::text IS NULL AND $12::uuid IS NULL";
  if (who == Who::kEverybody) return unused;
  return unused + " AND u.id IN (" + groups +
         " UNION ALL SELECT m.user_id FROM class_members m JOIN classes c ON c.id = m.class_id"
         " JOIN groups g ON g.id = c.group_id WHERE c.deleted_at IS NULL AND " +
         kScopeOfClass + " UNION ALL SELECT $6::uuid)";
}

std::string sql_of(Who who, const Order& order, bool searching) {
  const std::string key = order.key, direction = order.descending ? " DESC" : "";
  return "SELECT " RAPT_USER_COLUMNS ", u.sort_key FROM (SELECT u.*, " + key +
         " AS sort_key FROM users u WHERE u.deleted_at IS NULL AND (" + key + ", u.id) " +
         (order.descending ? "<" : ">") + " ($7::" + order.type +
         ", $8::uuid) AND ($10::text IS NULL OR u.status::text = $10)" + condition_of(who) +
         (searching ? " AND (lower(u.name) || ' ' || lower(u.email)) LIKE '%' || lower($13) || '%'"
                    : " AND $13::text IS NULL") +
         " ORDER BY " + key + direction + ", u.id" + direction + " LIMIT $9::bigint) AS u ORDER BY u.sort_key" +
         direction + ", u.id" + direction;
}

struct Prepared {
  std::string name, sql;
};

/// All of them, made once: a statement's name stands for its text on every connection.
const Prepared& statement(Who who, Sort sort, bool searching) {
  static const auto all = [] {
    std::vector<Prepared> made;
    for (const auto one : {Who::kEverybody, Who::kInScope, Who::kMembers}) {
      for (const auto& order : kOrders) {
        for (const bool search : {false, true})
          made.push_back({"users.list_" + std::to_string(made.size()), sql_of(one, order, search)});
      }
    }
    return made;
  }();
  return all[(static_cast<std::size_t>(who) * kOrders.size() + static_cast<std::size_t>(sort)) * 2 +
             (searching ? 1 : 0)];
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

Error bad_cursor() {
  return Error::invalid("cursor", "is not one that this list has answered");
}

/// "<name in base64url>_<id>"
Result<void> add_name_cursor(store::Params& params, const std::string& cursor) {
  if (cursor.empty()) {
    params.add("").add("00000000-0000-0000-0000-000000000000");
    return {};
  }
  const auto cut = cursor.rfind('_');
  if (cut == std::string::npos || cursor.size() > 2000) return bad_cursor();
  const auto name = security::from_base64url(cursor.substr(0, cut));
  const auto id = canonical_uuid(cursor.substr(cut + 1));
  if (!name || !id || !is_utf8(*name) || name->find('\0') != std::string::npos) return bad_cursor();
  params.add(*name).add(*id);
  return {};
}

Result<void> add_time_cursor(store::Params& params, const std::string& cursor) {
  const auto at = store::PageCursor::parse(cursor);
  if (!at) return at.error();
  if (*at) {
    params.add((*at)->at).add((*at)->id);
  } else {
    params.add("infinity").add("ffffffff-ffff-ffff-ffff-ffffffffffff");
  }
  return {};
}

std::string cursor_at(const store::Row& row, Sort sort) {
  if (sort == Sort::kName) return security::to_base64url(row.text("sort_key")) + "_" + row.text("id");
  return store::PageCursor{row.time("sort_key"), row.text("id")}.text();
}

}  // namespace

Result<UserPage> list_users(store::Transaction& tx, const identity::Scope& scope, const UserFilter& filter) {
  store::Params values;
  identity::add_scope(values, scope);
  RAPT_TRY(filter.sort == Sort::kName ? add_name_cursor(values, filter.cursor)
                                      : add_time_cursor(values, filter.cursor));
  values.add(filter.limit + 1);
  filter.status.empty() ? values.add_null() : values.add(filter.status);
  filter.role ? values.add(identity::name(*filter.role)) : values.add_null();
  values.add(filter.group);
  filter.text.empty() ? values.add_null() : values.add(escaped(filter.text));
  const bool members = filter.role || !filter.group.empty();
  const auto who = members ? Who::kMembers : scope.everywhere ? Who::kEverybody : Who::kInScope;
  const auto& prepared = statement(who, filter.sort, !filter.text.empty());
  const auto rows = tx.exec({prepared.name.c_str(), prepared.sql.c_str()}, values);
  if (!rows) return rows.error();
  UserPage page;
  const auto shown = std::min(rows->size(), static_cast<std::size_t>(filter.limit));
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(user_of((*rows)[i]));
  if (rows->size() > shown && shown > 0) page.next_cursor = cursor_at((*rows)[shown - 1], filter.sort);
  return page;
}

}  // namespace rapt::users
