// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session_lists.hpp"

#include "attached.hpp"
#include "rapt/identity/reach.hpp"

namespace rapt::host {
namespace {

using identity::Subject;

// $1 whoever caused the call, $2 the attachment, $3 to $5 whose conversations may be read, $6 to $8 whose runs, $9 the
// kind. Both kinds stand in every statement, so that each parameter has a type.
#define RAPT_SESSION_MS(time) "(extract(epoch FROM " time ") * 1000)::bigint"
#define RAPT_OF_CLASS(of)                                          \
  " AND (a.class_id = ?::uuid OR (" of                             \
  ".assignment_id IS NULL AND EXISTS (SELECT FROM class_members m" \
  " WHERE m.user_id = " of ".user_id AND m.class_id = ?::uuid)))"

struct Part {
  const char* sql;
  const char* tool;
  const char* of_class;
  const char* assignment;
  const char* user;
  const char* state;
  const char* id;
  const char* after;
  const char* before;
  const char* behind;
  const char* order;
};

#define RAPT_SESSION_PART(of, began, head, reach)                                                                   \
  Part {                                                                                                            \
    head " AND " of ".tool_version_id IN " RAPT_ATTACHED_VERSIONS("$2") " AND (" of ".user_id = $1::uuid OR " reach \
                                                                        ")",                                        \
        " AND " of ".tool_id = ?::uuid", RAPT_OF_CLASS(of), " AND " of ".assignment_id = ?::uuid",                  \
        " AND " of ".user_id = ?::uuid", " AND " of ".state::text = ?", " AND " of ".id = ?::uuid",                 \
        " AND " began " >= to_timestamp(?::bigint / 1000.0)", " AND " began " < to_timestamp(?::bigint / 1000.0)",  \
        " AND (" began ", " of ".id) < (?::timestamptz, ", " ORDER BY " began " DESC, " of ".id DESC LIMIT "        \
  }

const Part kChats = RAPT_SESSION_PART(
    "s", "s.started_at",
    "SELECT s.id, s.tool_id, s.user_id, 'chat' AS kind, s.started_at AS at, json_build_object('id', s.id, 'kind', 'chat',"
    " 'tool_id', s.tool_id, 'tool_version', w.version, 'group_id', s.group_id, 'assignment_id', s.assignment_id,"
    " 'state', s.state, 'started_at_ms', " RAPT_SESSION_MS("s.started_at") ", 'ended_at_ms', " RAPT_SESSION_MS(
        "s.ended_at") ", 'messages', s.next_seq - 1)::text AS item"
    " FROM chat_sessions s JOIN tool_versions w ON w.id = s.tool_version_id"
    " LEFT JOIN assignments a ON a.id = s.assignment_id WHERE coalesce($9::text, 'chat') = 'chat'",
    RAPT_IN_REACH("s", "$3", "$4", "$5"));
const Part kRuns = RAPT_SESSION_PART(
    "r", "r.created_at",
    "SELECT r.id, r.tool_id, r.user_id, 'run' AS kind, r.created_at AS at, json_build_object('id', r.id, 'kind', 'run',"
    " 'tool_id', r.tool_id, 'tool_version', w.version, 'group_id', r.group_id, 'assignment_id', r.assignment_id,"
    " 'state', r.state, 'started_at_ms', " RAPT_SESSION_MS("r.created_at") ", 'ended_at_ms', " RAPT_SESSION_MS(
        "r.completed_at") ", 'messages', 0)::text AS item"
    " FROM runs r JOIN tool_versions w ON w.id = r.tool_version_id"
    " LEFT JOIN assignments a ON a.id = r.assignment_id WHERE coalesce($9::text, 'run') = 'run'",
    RAPT_IN_REACH("r", "$6", "$7", "$8"));

void add_reach(store::Params& values, const Acting& acting, Subject subject) {
  if (acting.everything) {
    values.add(true).add_array({}).add_array({});
  } else {
    identity::add_reach(values, acting.actor, subject);
  }
}

/// Both kinds with the same conditions.
struct Search {
  std::string chats = kChats.sql, runs = kRuns.sql;
  store::Params values;

  [[nodiscard]] std::string place() const { return "$" + std::to_string(values.values().size()); }
  /// '?' stands for the value that was bound last.
  void add(const char* Part::*condition) {
    for (auto [sql, part] : {std::pair(&chats, &kChats), std::pair(&runs, &kRuns)}) {
      for (const char* c = part->*condition; *c != '\0'; ++c) *c == '?' ? *sql += place() : *sql += *c;
    }
  }
  template <class Value>
  void where(const char* Part::*condition, const Value& value) {
    values.add(value);
    add(condition);
  }
  void where_any(const char* Part::*condition, const std::string& value) {
    if (!value.empty()) where(condition, value);
  }
};

Search search_of(const std::string& module, const Acting& acting, const SessionsWanted& wanted) {
  Search search;
  search.values.add(acting.actor.id).add(attachment_of(module));
  add_reach(search.values, acting, Subject::kSession);
  add_reach(search.values, acting, Subject::kRun);
  wanted.kind.empty() ? search.values.add_null() : search.values.add(wanted.kind);
  search.where_any(&Part::tool, wanted.tool_id);
  search.where_any(&Part::of_class, wanted.class_id);
  search.where_any(&Part::assignment, wanted.assignment_id);
  search.where_any(&Part::user, wanted.user_id);
  search.where_any(&Part::state, wanted.state);
  search.where_any(&Part::id, wanted.id);
  if (wanted.after_ms) search.where(&Part::after, *wanted.after_ms);
  if (wanted.before_ms) search.where(&Part::before, *wanted.before_ms);
  if (wanted.cursor) {
    search.where(&Part::behind, wanted.cursor->at);
    search.values.add(wanted.cursor->id);
    for (std::string* sql : {&search.chats, &search.runs}) *sql += search.place() + "::uuid)";
  }
  search.values.add(wanted.limit + 1);
  search.add(&Part::order);
  for (std::string* sql : {&search.chats, &search.runs}) *sql += search.place() + "::bigint";
  return search;
}

}  // namespace

Task<Result<store::Rows>> find_sessions(store::Database& database, std::string module, Acting acting,
                                        SessionsWanted wanted) {
  Search search = search_of(module, acting, wanted);
  const auto statement = interned("SELECT * FROM ((" + search.chats + ") UNION ALL (" + search.runs +
                                  ")) AS found ORDER BY at DESC, id DESC LIMIT " + search.place() + "::bigint");
  co_return co_await database.query(statement, std::move(search.values));
}

}  // namespace rapt::host
