// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session_store.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "history.hpp"
#include "rapt/identity/reach.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::chat {

namespace {

constexpr store::Statement kOpen{
    "chat_open_session", "SELECT" RAPT_CHAT_SESSION "," RAPT_CHAT_ASKED "," RAPT_CHAT_HISTORY(
                             "NULL", "$3", "$4") " FROM" RAPT_CHAT_SESSION_FROM " WHERE s.id = $1 AND s.user_id = $2"};
constexpr store::Statement kBefore{
    "chat_session_before", "SELECT" RAPT_CHAT_SESSION
                           "," RAPT_CHAT_HISTORY("$2", "$3", "$4") " FROM" RAPT_CHAT_SESSION_FROM " WHERE s.id = $1"};

constexpr store::Statement kMessage{"chat_message", R"(
  SELECT role, content, seq, created_at FROM messages WHERE session_id = $1 AND seq = $2)"};

#define RAPT_CHAT_HEAD                                                                                      \
  "SELECT s.id, s.tool_id, t.name AS tool_name, t.type AS tool_type, v.version AS tool_version, s.user_id," \
  " u.name AS user_name, s.assignment_id, s.state, s.started_at, s.ended_at, s.last_message_at,"            \
  " s.next_seq - 1 AS message_count, (SELECT count(*) FROM extractions e WHERE e.session_id = s.id) AS "    \
  "extraction_count"                                                                                        \
  " FROM chat_sessions s JOIN tools t ON t.id = s.tool_id JOIN tool_versions v ON v.id = s.tool_version_id" \
  " JOIN users u ON u.id = s.user_id LEFT JOIN assignments a ON a.id = s.assignment_id "

#define RAPT_CHAT_PAGE                                                                                            \
  " AND ($2::uuid IS NULL OR a.class_id = $2 OR (s.assignment_id IS NULL AND EXISTS (SELECT FROM class_members m" \
  "      WHERE m.user_id = s.user_id AND m.class_id = $2)))"                                                      \
  " AND ($3::uuid IS NULL OR s.tool_id = $3) AND ($4::session_state IS NULL OR s.state = $4)"                     \
  " AND ($5::timestamptz IS NULL OR (s.started_at, s.id) < ($5, $6::uuid))"                                       \
  " ORDER BY s.started_at DESC, s.id DESC LIMIT $7"

constexpr store::Statement kMayRead{
    "chat_may_read",
    "SELECT s.id FROM chat_sessions s LEFT JOIN assignments a ON a.id = s.assignment_id"
    " WHERE s.id = $2 AND (s.user_id = $1 OR " RAPT_IN_REACH("s", "$3", "$4", "$5") ")"};
constexpr store::Statement kReadable{
    "chat_readable_session",
    "SELECT h.*, v.id AS version_id, a.closes_at, extract(epoch FROM a.time_limit)::bigint AS time_limit,"
    " r.turn_id, r.request_id, r.started_at AS turn_started_at FROM (" RAPT_CHAT_HEAD
    "WHERE s.id = $2 AND (s.user_id = $1 OR " RAPT_IN_REACH("s", "$3", "$4", "$5") ")) h"
    " JOIN chat_sessions o ON o.id = h.id JOIN tool_versions v ON v.id = o.tool_version_id"
    " LEFT JOIN assignments a ON a.id = h.assignment_id"
    " LEFT JOIN chat_turns r ON r.session_id = h.id AND r.expires_at > $6"};
constexpr store::Statement kOwnList{"chat_list_own", RAPT_CHAT_HEAD "WHERE s.user_id = $1" RAPT_CHAT_PAGE};
constexpr store::Statement kTeachingList{"chat_list_teaching", RAPT_CHAT_HEAD
                                         "WHERE s.user_id <> $1 AND " RAPT_IN_REACH("s", "$8", "$9", "$10")
                                             RAPT_CHAT_PAGE};

#undef RAPT_CHAT_HEAD
#undef RAPT_CHAT_PAGE

constexpr store::Statement kMessages{"chat_messages", R"(
  SELECT id, role, content, seq, created_at, meta, request_id, replaced_at FROM messages
   WHERE session_id = $1 AND ($2 OR replaced_at IS NULL) ORDER BY seq)"};

constexpr store::Statement kInsertSession{"chat_insert_session", R"(
  INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id, started_at, group_id)
  VALUES ($1, $2, $3, $4, $5, $6, paying_group($4, $5)))"};

std::optional<std::chrono::seconds> seconds_from(const store::Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return std::chrono::seconds(row.integer(column));
}

/// What every statement about sessions selects.
Session session_from(const store::Row& row) {
  Session session;
  session.id = row.id<SessionId>("id");
  session.tool.id = row.id<ToolId>("tool_id");
  session.user = row.id<UserId>("user_id");
  session.assignment = row.id<AssignmentId>("assignment_id");
  session.state = parse_session_state(row.text("state")).value_or(SessionState::kActive);
  session.started_at = row.time("started_at");
  session.ended_at = row.optional_time("ended_at");
  return session;
}

SessionSummary summary_from(const store::Row& row) {
  SessionSummary summary;
  summary.session = session_from(row);
  summary.session.tool.name = row.text("tool_name");
  summary.session.tool.type = row.text("tool_type");
  summary.session.tool_version = row.text("tool_version");
  summary.user_name = row.text("user_name");
  summary.message_count = row.integer("message_count");
  summary.extraction_count = row.integer("extraction_count");
  summary.last_message_at = row.optional_time("last_message_at");
  return summary;
}

store::Params list_params(const identity::Actor& actor, const SessionFilter& filter,
                          const std::optional<store::PageCursor>& cursor, int limit) {
  auto params = store::params(actor.id, filter.class_id, filter.tool_id);
  if (filter.state) {
    params.add(name(*filter.state));
  } else {
    params.add_null();
  }
  store::add_page(params, cursor).add(limit + 1);
  if (filter.teaching) identity::add_reach(params, actor, identity::Subject::kSession);
  return params;
}

}  // namespace

Message message_from(const store::Row& row) {
  return {row.id<MessageId>("id"), row.text("role"), row.text("content"),    row.integer("seq"),
          row.time("created_at"),  row.text("meta"), row.text("request_id"), row.optional_time("replaced_at")};
}

OpenSession open_session_from(const store::Row& row) {
  OpenSession open;
  open.session = session_from(row);
  open.version = row.id<ToolVersionId>("tool_version_id");
  open.next_seq = row.integer("next_seq");
  open.class_id = row.id<ClassId>("class_id");
  open.group = {row.text("group_id"), row.text("group_name")};
  open.group_path = row.text("group_path");
  open.payer = row.id<GroupId>("payer");
  open.available_at = row.optional_time("available_at");
  open.closes_at = row.optional_time("closes_at");
  open.time_limit = seconds_from(row, "time_limit");
  return open;
}

static Result<OpenSession> open_from(const store::Rows& rows) {
  const auto row = rows.first();
  if (!row) return Error::not_found("session");
  auto open = open_session_from(*row);
  read_history(row->text("history"), open);
  return open;
}

Task<Result<OpenSession>> load_open_session(store::Database& database, UserId owner, SessionId id) {
  const auto rows = co_await database.query(kOpen, store::params(id, owner, kHistoryMessages, kHistoryBytes));
  if (!rows) co_return rows.error();
  auto open = open_from(*rows);
  if (open) open->asked = (*rows)[0].integer("asked");
  co_return open;
}

Task<Result<OpenSession>> load_session_before(store::Database& database, SessionId id, std::int64_t before) {
  const auto rows = co_await database.query(kBefore, store::params(id, before, kHistoryMessages, kHistoryBytes));
  if (!rows) co_return rows.error();
  co_return open_from(*rows);
}

Task<Result<hooks::Message>> load_message(store::Database& database, SessionId session, std::int64_t seq) {
  const auto rows = co_await database.query(kMessage, store::params(session, seq));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("message");
  co_return hooks::Message{row->text("role"), row->text("content"), row->integer("seq"), row->time("created_at")};
}

Task<Result<void>> check_readable(store::Database& database, identity::Actor actor, SessionId id) {
  auto params = store::params(actor.id, id);
  const auto found = co_await database.query(kMayRead, identity::add_reach(params, actor, identity::Subject::kSession));
  if (!found) co_return found.error();
  if (found->empty()) co_return Error::not_found("session");
  co_return Result<void>{};
}

Task<Result<ReadableSession>> load_readable_session(store::Database& database, identity::Actor actor, SessionId id,
                                                    bool with_replaced, TimePoint now) {
  auto params = store::params(actor.id, id);
  identity::add_reach(params, actor, identity::Subject::kSession).add(now);
  auto head = co_await database.query(kReadable, std::move(params));
  if (!head) co_return head.error();
  const auto row = head->first();
  if (!row) co_return Error::not_found("session");
  auto rows = co_await database.query(kMessages, store::params(id, with_replaced));
  if (!rows) co_return rows.error();
  const auto summary = summary_from(*row);
  ReadableSession found;
  found.shown = {summary.session, summary.user_name, {}};
  found.version = row->id<ToolVersionId>("version_id");
  found.closes_at = row->optional_time("closes_at");
  found.time_limit = seconds_from(*row, "time_limit");
  if (!row->is_null("turn_id")) {
    found.shown.turn = TurnInfo{row->text("turn_id"), row->text("request_id"), row->time("turn_started_at")};
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    found.shown.messages.push_back(message_from((*rows)[i]));
  }
  co_return found;
}

Task<Result<SessionPage>> list_sessions(store::Database& database, identity::Actor actor, SessionFilter filter) {
  const auto cursor = store::PageCursor::parse(filter.cursor);
  if (!cursor) co_return cursor.error();
  const int limit = std::clamp(filter.limit, 1, 100);
  auto rows =
      co_await database.query(filter.teaching ? kTeachingList : kOwnList, list_params(actor, filter, *cursor, limit));
  if (!rows) co_return rows.error();
  SessionPage page;
  const auto shown = std::min(rows->size(), static_cast<std::size_t>(limit));
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(summary_from((*rows)[i]));
  if (rows->size() > shown) {
    const auto& last = page.items.back().session;
    page.next_cursor = store::PageCursor{last.started_at, last.id.str()}.text();
  }
  co_return page;
}

Result<void> insert_session(store::Transaction& tx, const NewSession& session) {
  RAPT_TRY(tx.exec(kInsertSession, store::params(session.id, session.tool, session.version, session.user,
                                                 session.assignment, session.started_at)));
  return {};
}

}  // namespace rapt::chat
