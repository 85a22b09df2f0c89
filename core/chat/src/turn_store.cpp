// SPDX-License-Identifier: AGPL-3.0-or-later
#include "turn_store.hpp"

#include <utility>

#include "history.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/store/database.hpp"
#include "rapt/usage/findings_sql.hpp"
#include "rapt/usage/settle_sql.hpp"

namespace rapt::chat {

namespace {

// The turn, and what it needs to know. Three parts are not in all of them, because each part costs its preparation
// whether it has something to do or not: the message of the same request, the history, and the message to be replaced.
// Each is there with the check of its owner's login as well: one trip instead of two.
#define RAPT_CHAT_BEGIN(login, known, unless_login_or_known, columns, and_login)                            \
  "WITH " login known                                                                                       \
  "taken AS ("                                                                                              \
  "  INSERT INTO chat_turns (session_id, turn_id, request_id, user_id, host, started_at, expires_at)"       \
  "  SELECT s.id, $3::uuid, $4::uuid, s.user_id, $5, $6::timestamptz, $7::timestamptz FROM chat_sessions s" \
  "   WHERE s.id = $1 AND s.user_id = $2 AND s.state = 'active'" unless_login_or_known                      \
  "  ON CONFLICT (session_id) DO NOTHING RETURNING turn_id)"                                                \
  "SELECT (SELECT true FROM taken) AS taken, (SELECT version FROM ai_policy_version) AS policy_version,"    \
  " set_config('synchronous_commit', 'off', true) AS not_waited_for," columns RAPT_CHAT_SESSION             \
  " FROM" RAPT_CHAT_SESSION_FROM and_login " WHERE s.id = $1 AND s.user_id = $2"
#define RAPT_CHAT_LOGIN(hash, now, renewed, noted) "login AS (" RAPT_LOGIN(hash, now, renewed, noted) "),"
#define RAPT_CHAT_WITH_LOGIN " AND EXISTS (SELECT FROM login WHERE login_user = $2)"
#define RAPT_CHAT_AND_LOGIN " JOIN login ON login_user = s.user_id"
#define RAPT_CHAT_KNOWN(remembered)                                                                              \
  "known AS ("                                                                                                   \
  "  SELECT m.seq FROM messages m, chat_sessions s"                                                              \
  "   WHERE $4::uuid IS NOT NULL AND s.id = $1 AND s.user_id = $2 AND m.session_id = s.id AND m.request_id = $4" \
  "     AND m.seq >= s.next_seq - " remembered "::integer ORDER BY m.seq DESC LIMIT 1),"
#define RAPT_CHAT_UNLESS_KNOWN " AND NOT EXISTS (SELECT FROM known)"
// A turn that had to wait for the end of another is taken, but what is read is of before that.
#define RAPT_CHAT_KNOWN_SEQ                \
  " (SELECT seq FROM known) AS known_seq," \
  " EXISTS (SELECT FROM chat_turns WHERE session_id = s.id) AS other_was_there,"

#define RAPT_CHAT_READ \
  RAPT_CHAT_KNOWN_SEQ RAPT_CHAT_ASKED "," RAPT_CHAT_HISTORY("$9", "$10", "$11")     \
      ","                                                                           \
      " EXISTS (SELECT FROM messages WHERE session_id = s.id AND seq = $9::integer" \
      " AND role = 'user' AND replaced_at IS NULL) AS replaces_own,"

struct Begin {
  store::Statement alone, with_login;
};
constexpr Begin kBegin{
    {"chat_begin_turn", RAPT_CHAT_BEGIN("", "", "", "", "")},
    {"chat_begin_turn_login", RAPT_CHAT_BEGIN(RAPT_CHAT_LOGIN("$8", "$9", "$10", "$11"), "", RAPT_CHAT_WITH_LOGIN,
                                              " login.*,", RAPT_CHAT_AND_LOGIN)}};
constexpr Begin kBeginRequest{
    {"chat_begin_request", RAPT_CHAT_BEGIN("", RAPT_CHAT_KNOWN("$8"), RAPT_CHAT_UNLESS_KNOWN, RAPT_CHAT_KNOWN_SEQ, "")},
    {"chat_begin_request_login", RAPT_CHAT_BEGIN(RAPT_CHAT_LOGIN("$9", "$10", "$11", "$12"), RAPT_CHAT_KNOWN("$8"),
                                                 RAPT_CHAT_WITH_LOGIN RAPT_CHAT_UNLESS_KNOWN,
                                                 " login.*," RAPT_CHAT_KNOWN_SEQ, RAPT_CHAT_AND_LOGIN)}};
constexpr Begin kBeginReading{
    {"chat_begin_reading", RAPT_CHAT_BEGIN("", RAPT_CHAT_KNOWN("$8"), RAPT_CHAT_UNLESS_KNOWN, RAPT_CHAT_READ, "")},
    {"chat_begin_reading_login",
     RAPT_CHAT_BEGIN(RAPT_CHAT_LOGIN("$12", "$13", "$14", "$15"), RAPT_CHAT_KNOWN("$8"),
                     RAPT_CHAT_WITH_LOGIN RAPT_CHAT_UNLESS_KNOWN, " login.*," RAPT_CHAT_READ, RAPT_CHAT_AND_LOGIN)}};

#undef RAPT_CHAT_READ
#undef RAPT_CHAT_KNOWN_SEQ
#undef RAPT_CHAT_UNLESS_KNOWN
#undef RAPT_CHAT_KNOWN
#undef RAPT_CHAT_AND_LOGIN
#undef RAPT_CHAT_WITH_LOGIN
#undef RAPT_CHAT_LOGIN
#undef RAPT_CHAT_BEGIN

// Everything hangs on `claimed`: without the row, nothing else happens but that the turn ends. What few turns need is
// in statements of their own: each part costs its preparation whether it has something to do or not.
#define RAPT_CHAT_STORE(more) \
  "WITH claimed AS ("                                                                                                \
  "  UPDATE chat_sessions SET next_seq = next_seq + $3::integer, last_message_at = $4::timestamptz"                  \
  "   WHERE id = $1 AND next_seq = $2 AND state = 'active'"  \
  "   RETURNING id, user_id, group_id, tool_id, assignment_id),"                                           \
  "said AS ("                                                                                                        \
  "  INSERT INTO messages (id, session_id, seq, role, content, meta, created_at, request_id)"                        \
  "  SELECT m.id, c.id, m.seq, m.role, m.content, m.meta, m.created_at, m.request_id"                                \
  "    FROM claimed c, (VALUES"                                                                                      \
  "      ($5::uuid, $6::integer, $7::message_role, $8::text, $9::jsonb, $10::timestamptz, $11::uuid),"               \
  "      ($12::uuid, $13::integer, $14::message_role, $15::text, $16::jsonb, $17::timestamptz, $18::uuid))"          \
  "      AS m (id, seq, role, content, meta, created_at, request_id)"                                                \
  "   WHERE m.id IS NOT NULL),"                                                                                      \
  "settled AS (" RAPT_SETTLE_FROM("c.user_id", "c.group_id", "CASE WHEN c.assignment_id IS NOT NULL THEN $31::uuid END", "c.tool_id", "c.id", "NULL::uuid", "c.assignment_id", "claimed c, " RAPT_PAID("$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28", "$29", "$30")) ")," \
  "told AS ("                                                                                                        \
  "  INSERT INTO outbox (topic, key, payload, modules_listen) SELECT $32, $1::text, $33::jsonb,"                     \
  "   EXISTS (SELECT FROM module_subscriptions) FROM claimed),"                                                      \
  more                                                                                                               \
  "ended AS ("                                                                                                       \
  "  DELETE FROM chat_turns WHERE session_id = $1::uuid AND turn_id = $34::uuid)"                                    \
  "SELECT EXISTS (SELECT FROM claimed) AS stored"
#define RAPT_CHAT_FOUND                                                             \
  " found AS (" RAPT_STORE_FINDINGS("$1::uuid", "NULL", "$35", "$36", "$37", "$38", \
                                    "$39") " WHERE EXISTS (SELECT FROM claimed)),"

constexpr store::Statement kStore{"chat_store_turn", RAPT_CHAT_STORE("")};
constexpr store::Statement kStoreFound{"chat_store_turn_found", RAPT_CHAT_STORE(RAPT_CHAT_FOUND)};
constexpr store::Statement kStoreReplacing{"chat_store_turn_replacing", RAPT_CHAT_STORE(RAPT_CHAT_FOUND R"(
  replaced AS (
    UPDATE messages SET replaced_at = $4::timestamptz
     WHERE session_id = $1 AND seq >= $40::integer AND seq < $2 AND replaced_at IS NULL
       AND EXISTS (SELECT FROM claimed)),)")};

#undef RAPT_CHAT_FOUND
#undef RAPT_CHAT_STORE

constexpr store::Statement kHasMessage{"chat_has_message", "SELECT EXISTS (SELECT FROM messages WHERE id = $1) AS has"};
constexpr store::Statement kDrop{"chat_drop_turn", "DELETE FROM chat_turns WHERE session_id = $1 AND turn_id = $2"};
constexpr store::Statement kProlong{"chat_prolong_turns", R"(
  WITH ours AS (
    SELECT session_id FROM chat_turns WHERE host = $1 AND turn_id = ANY ($2::uuid[])
     ORDER BY session_id FOR NO KEY UPDATE)
  UPDATE chat_turns t SET expires_at = $3 FROM ours WHERE t.session_id = ours.session_id)"};

#define RAPT_CHAT_TURN \
  "SELECT turn_id, session_id, user_id AS turn_user, request_id, host, started_at AS turn_started_at, expires_at"
constexpr store::Statement kLost{"chat_lost_turns", RAPT_CHAT_TURN
                                 " FROM chat_turns WHERE expires_at < $3 OR (host = $1 AND started_at < $2)"
                                 " ORDER BY started_at LIMIT 100"};
#undef RAPT_CHAT_TURN
constexpr store::Statement kTakeOver{"chat_take_over_turn", R"(
  UPDATE chat_turns SET host = $4, expires_at = $5
   WHERE session_id = $1 AND turn_id = $2 AND expires_at = $3)"};
constexpr store::Statement kRunning{"chat_running_turn", R"(
  SELECT t.turn_id, t.session_id, t.user_id AS turn_user, t.request_id, t.host, t.started_at AS turn_started_at,
         t.expires_at
    FROM chat_sessions s LEFT JOIN chat_turns t ON t.session_id = s.id WHERE s.id = $1 AND s.user_id = $2)"};
constexpr store::Statement kLoad{"chat_load_turn", R"(
  SELECT id, role, content, seq, created_at, meta, request_id, replaced_at FROM messages
   WHERE session_id = $1 AND seq IN ($2::integer, $2::integer + 1) ORDER BY seq)"};

std::optional<TurnRow> turn_from(const store::Row& row) {
  if (row.is_null("turn_id")) return std::nullopt;
  return TurnRow{
      row.text("turn_id"), row.id<SessionId>("session_id"), row.id<UserId>("turn_user"), row.text("request_id"),
      row.text("host"),    row.time("turn_started_at"),     row.time("expires_at")};
}

void add_text_or_null(store::Params& params, const std::string& text) {
  if (text.empty()) {
    params.add_null();
  } else {
    params.add(text);
  }
}

void add_message(store::Params& params, const NewMessage& message) {
  params.add(message.id).add(message.seq).add(message.role).add(message.content).add(message.meta_json);
  params.add(message.created_at);
  add_text_or_null(params, message.request_id);
}

store::Params store_params(const TurnEffects& effects) {
  const auto count = static_cast<std::int64_t>(effects.messages.size());
  auto params = store::params(effects.session, effects.first_seq, count, effects.now);
  for (std::size_t i = 0; i < 2; ++i) {
    if (i < effects.messages.size()) {
      add_message(params, effects.messages[i]);
    } else {
      for (int column = 0; column < 7; ++column) params.add_null();
    }
  }
  usage::add_paid(params, effects.usage);
  params.add(effects.usage ? effects.usage->class_id : ClassId{});
  params.add(effects.topic).add(effects.payload_json).add(effects.turn);
  if (effects.replaces_from || !effects.extractions.empty()) usage::add_findings(params, effects.extractions);
  if (effects.replaces_from) params.add(*effects.replaces_from);
  return params;
}

const store::Statement& statement_for(const TurnEffects& effects) {
  if (effects.replaces_from) return kStoreReplacing;
  return effects.extractions.empty() ? kStore : kStoreFound;
}

/// Answers that spend of the same budgets lock them in the same order; others must not do so in one transaction.
std::string payer(const TurnEffects& effects) {
  if (!effects.usage || !effects.usage->call.reserved) return {};
  return effects.usage->group.str() + effects.usage->class_id.str();
}

Result<void> judged(const store::Rows& rows) {
  if (rows[0].boolean("stored")) return {};
  return Error::conflict(
      "Another message of this conversation was answered meanwhile, or it was closed. Nothing of this message was "
      "kept: send it again.");
}

}  // namespace

static BegunTurn begun_from(const store::Row& row, bool asked_before, bool reading) {
  BegunTurn begun;
  begun.open = open_session_from(row);
  begun.reads_history = reading;
  begun.taken = !row.is_null("taken");
  begun.policy_version = row.integer("policy_version");
  if (asked_before && !row.is_null("known_seq")) begun.known_seq = row.integer("known_seq");
  begun.stale = asked_before && begun.taken && row.boolean("other_was_there");
  if (!reading) return begun;
  read_history(row.text("history"), begun.open);
  begun.open.asked = row.integer("asked");
  begun.replaces_own_message = row.boolean("replaces_own");
  return begun;
}

Task<Result<BegunTurn>> begin_turn(store::Database& database, TurnRow row, std::optional<std::int64_t> replaces,
                                   bool history_is_known, std::optional<identity::LoginCheck> login) {
  const bool reading = replaces || !history_is_known;
  const bool may_be_known = reading || !row.request_id.empty();
  auto params = store::params(row.session, row.user, row.id);
  add_text_or_null(params, row.request_id);
  params.add(row.host).add(row.started_at).add(row.started_at + kTurnLease);
  if (may_be_known) params.add(kRememberedRequests);
  if (reading) params.add(replaces).add(kHistoryMessages).add(kHistoryBytes);
  if (login) identity::add_login(params, *login);
  const auto& begin = reading ? kBeginReading : may_be_known ? kBeginRequest : kBegin;
  const auto rows = co_await database.query(login ? begin.with_login : begin.alone, std::move(params));
  if (!rows) co_return rows.error();
  const auto found = rows->first();
  if (!found) co_return Error::not_found("session");
  auto begun = begun_from(*found, may_be_known, reading);
  if (login) begun.login = identity::checked_login(*found);
  if (!begun.taken && begun.known_seq == 0) {
    auto other = co_await running_turn(database, row.user, row.session);
    if (!other) co_return other.error();
    begun.other = std::move(*other);
  }
  co_return begun;
}

Task<Result<void>> store_turn(store::Database& database, TurnEffects effects) {
  if (effects.jobs.empty()) {
    const auto rows = co_await database.query_sharing(statement_for(effects), store_params(effects), payer(effects));
    if (!rows) co_return rows.error();
    co_return judged(*rows);
  }
  auto writing = [what = std::move(effects)](store::Transaction& tx) -> Result<void> {
    const auto rows = tx.exec(statement_for(what), store_params(what));
    if (!rows) return rows.error();
    RAPT_TRY(judged(*rows));
    return jobs::enqueue(tx, what.jobs);
  };
  co_return co_await database.transaction(std::move(writing));
}

Task<Result<bool>> has_message(store::Database& database, MessageId id) {
  const auto rows = co_await database.query(kHasMessage, store::params(id));
  if (!rows) co_return rows.error();
  co_return (*rows)[0].boolean("has");
}

Task<Result<void>> drop_turn(store::Database& database, SessionId session, std::string turn) {
  const auto dropped = co_await database.query(kDrop, store::params(session, turn));
  if (!dropped) co_return dropped.error();
  co_return Result<void>{};
}

Result<void> drop_turn(store::Transaction& tx, const SessionId& session, const std::string& turn) {
  RAPT_TRY(tx.exec(kDrop, store::params(session, turn)));
  return {};
}

Task<Result<void>> prolong_turns(store::Database& database, std::string host, std::vector<std::string> turns,
                                 TimePoint until) {
  auto params = store::params(host);
  params.add_array(turns).add(until);
  const auto prolonged = co_await database.query(kProlong, std::move(params));
  if (!prolonged) co_return prolonged.error();
  co_return Result<void>{};
}

Task<Result<std::vector<TurnRow>>> lost_turns(store::Database& database, std::string host, TimePoint started,
                                              TimePoint now) {
  const auto rows = co_await database.query(kLost, store::params(host, started, now));
  if (!rows) co_return rows.error();
  std::vector<TurnRow> lost;
  for (std::size_t i = 0; i < rows->size(); ++i) lost.push_back(*turn_from((*rows)[i]));
  co_return lost;
}

Task<Result<bool>> take_over(store::Database& database, TurnRow lost, std::string host, TimePoint until) {
  const auto taken =
      co_await database.query(kTakeOver, store::params(lost.session, lost.id, lost.expires_at, host, until));
  if (!taken) co_return taken.error();
  co_return taken->affected() == 1;
}

Task<Result<std::optional<TurnRow>>> running_turn(store::Database& database, UserId owner, SessionId session) {
  const auto rows = co_await database.query(kRunning, store::params(session, owner));
  if (!rows) co_return rows.error();
  const auto row = rows->first();
  if (!row) co_return Error::not_found("session");
  co_return turn_from(*row);
}

Task<Result<StoredTurn>> load_turn(store::Database& database, SessionId session, std::int64_t seq) {
  const auto rows = co_await database.query(kLoad, store::params(session, seq));
  if (!rows) co_return rows.error();
  StoredTurn found;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    Message message = message_from((*rows)[i]);
    if (message.role == "user" && message.seq == seq) {
      found.question = std::move(message);
    } else if (message.role == "assistant" && !found.answer) {
      found.answer = std::move(message);
    }
  }
  co_return found;
}

}  // namespace rapt::chat
