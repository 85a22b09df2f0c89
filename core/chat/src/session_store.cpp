// SPDX-License-Identifier: AGPL-3.0-or-later
#include "session_store.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/identity/reach.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::chat {

namespace {

// A session and the end of its history, for its owner ($2), or as it was before a message ($2).
#define RAPT_CHAT_OPEN(EARLIER)                                                                                      \
  "SELECT s.id, s.tool_id, s.tool_version_id, s.user_id, s.assignment_id, s.state, s.next_seq, s.started_at,"        \
  " s.ended_at, a.class_id, a.closes_at, s.group_id AS payer, g.id AS group_id, g.name AS group_name,"               \
  " (SELECT coalesce(jsonb_agg(jsonb_build_object('role', m.role, 'content', m.content, 'seq', m.seq,"               \
  "           'at', (extract(epoch FROM m.created_at) * 1000000)::bigint) ORDER BY m.seq), '[]')"                    \
  "    FROM (SELECT n.*, sum(octet_length(n.content)) OVER (ORDER BY n.seq DESC) AS bytes"                           \
  "            FROM (SELECT role, content, seq, created_at FROM messages WHERE session_id = s.id " EARLIER           \
  "                   ORDER BY seq DESC LIMIT $3) n) m WHERE m.bytes <= $4) AS history"                              \
  " FROM chat_sessions s LEFT JOIN assignments a ON a.id = s.assignment_id LEFT JOIN classes c ON c.id = a.class_id" \
  " LEFT JOIN groups g ON g.id = c.group_id WHERE s.id = $1 "

constexpr store::Statement kOpen{"chat_open_session", RAPT_CHAT_OPEN("") "AND s.user_id = $2"};
constexpr store::Statement kBefore{"chat_session_before", RAPT_CHAT_OPEN("AND seq < $2")};

#undef RAPT_CHAT_OPEN

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

constexpr store::Statement kReadable{
    "chat_readable_session",
    RAPT_CHAT_HEAD "WHERE s.id = $2 AND (s.user_id = $1 OR " RAPT_IN_REACH("s", "$3", "$4", "$5") ")"};
constexpr store::Statement kOwnList{"chat_list_own", RAPT_CHAT_HEAD "WHERE s.user_id = $1" RAPT_CHAT_PAGE};
constexpr store::Statement kTeachingList{"chat_list_teaching", RAPT_CHAT_HEAD
                                         "WHERE s.user_id <> $1 AND " RAPT_IN_REACH("s", "$8", "$9", "$10")
                                             RAPT_CHAT_PAGE};

#undef RAPT_CHAT_HEAD
#undef RAPT_CHAT_PAGE

constexpr store::Statement kMessages{"chat_messages", R"(
  SELECT id, role, content, seq, created_at, meta FROM messages WHERE session_id = $1 ORDER BY seq)"};

constexpr store::Statement kInsertSession{"chat_insert_session", R"(
  INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id, started_at, group_id)
  VALUES ($1, $2, $3, $4, $5, $6, paying_group($4, $5)))"};

constexpr store::Statement kInsertMessage{"chat_insert_message", R"(
  INSERT INTO messages (id, session_id, seq, role, content, meta, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7))"};

constexpr store::Statement kClaim{"chat_claim_sequence", R"(
  UPDATE chat_sessions SET next_seq = next_seq + $3, last_message_at = $4
   WHERE id = $1 AND next_seq = $2 AND state = 'active')"};

constexpr store::Statement kUpdateState{"chat_update_state", R"(
  UPDATE chat_sessions SET state = $2, ended_at = CASE WHEN $2::session_state = 'completed' THEN $3::timestamptz END
   WHERE id = $1 AND state <> 'completed')"};

std::vector<hooks::Message> parse_history(const std::string& text) {
  std::vector<hooks::Message> history;
  for (const auto& item : nlohmann::json::parse(text)) {
    history.push_back({item.at("role").get<std::string>(), item.at("content").get<std::string>(),
                       item.at("seq").get<std::int64_t>(),
                       TimePoint(std::chrono::microseconds(item.at("at").get<std::int64_t>()))});
  }
  const auto question = std::find_if(history.begin(), history.end(), [](const auto& m) { return m.role == "user"; });
  history.erase(history.begin(), question);
  return history;
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

static Result<OpenSession> open_from(const store::Rows& rows) {
  const auto row = rows.first();
  if (!row) return Error::not_found("session");
  OpenSession open;
  open.session = session_from(*row);
  open.version = row->id<ToolVersionId>("tool_version_id");
  open.next_seq = row->integer("next_seq");
  open.class_id = row->id<ClassId>("class_id");
  open.group = {row->text("group_id"), row->text("group_name")};
  open.payer = row->id<GroupId>("payer");
  open.closes_at = row->optional_time("closes_at");
  open.history = parse_history(row->text("history"));
  return open;
}

Task<Result<OpenSession>> load_open_session(store::Database& database, UserId owner, SessionId id) {
  const auto rows = co_await database.query(kOpen, store::params(id, owner, kHistoryMessages, kHistoryBytes));
  if (!rows) co_return rows.error();
  co_return open_from(*rows);
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

static Task<Result<SessionSummary>> load_head(store::Database& database, identity::Actor actor, SessionId id) {
  auto params = store::params(actor.id, id);
  auto head = co_await database.query(kReadable, identity::add_reach(params, actor, identity::Subject::kSession));
  if (!head) co_return head.error();
  const auto row = head->first();
  if (!row) co_return Error::not_found("session");
  co_return summary_from(*row);
}

Task<Result<void>> check_readable(store::Database& database, identity::Actor actor, SessionId id) {
  RAPT_CO_TRY(co_await load_head(database, std::move(actor), std::move(id)));
  co_return Result<void>{};
}

Task<Result<SessionWithMessages>> load_readable_session(store::Database& database, identity::Actor actor,
                                                        SessionId id) {
  auto summary = co_await load_head(database, std::move(actor), id);
  if (!summary) co_return summary.error();
  auto rows = co_await database.query(kMessages, store::params(id));
  if (!rows) co_return rows.error();
  SessionWithMessages found{summary->session, summary->user_name, {}};
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto message = (*rows)[i];
    found.messages.push_back({message.id<MessageId>("id"), message.text("role"), message.text("content"),
                              message.integer("seq"), message.time("created_at"), message.text("meta")});
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

Result<void> insert_message(store::Transaction& tx, const NewMessage& message) {
  RAPT_TRY(tx.exec(kInsertMessage, store::params(message.id, message.session, message.seq, message.role,
                                                 message.content, message.meta_json, message.created_at)));
  return {};
}

Result<void> claim_sequence(store::Transaction& tx, const SessionId& id, std::int64_t expected_next, int count,
                            TimePoint now) {
  auto claimed = tx.exec(kClaim, store::params(id, expected_next, count, now));
  if (!claimed) return claimed.error();
  if (claimed->affected() == 1) return {};
  return Error::conflict(
      "Another message of this conversation was answered meanwhile, or it was closed. Nothing of this message was "
      "kept: send it again.");
}

Result<void> update_state(store::Transaction& tx, const SessionId& id, SessionState state, TimePoint now) {
  auto updated = tx.exec(kUpdateState, store::params(id, name(state), now));
  if (!updated) return updated.error();
  if (updated->affected() == 1) return {};
  return Error::conflict("This conversation has ended and stays closed.");
}

}  // namespace rapt::chat
