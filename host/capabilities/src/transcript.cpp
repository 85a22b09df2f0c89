// SPDX-License-Identifier: AGPL-3.0-or-later
#include "transcript.hpp"

#include <algorithm>

#include "rapt/sandbox/services.hpp"

namespace rapt::host {
namespace {

// An answer is for messages first; findings get what is left, at least this.
constexpr std::size_t kForFindings = std::size_t{256} << 10;
constexpr std::size_t kForMessages = sandbox::kMaxServiceBytes - kForFindings - 8192;
constexpr std::size_t kMostRead =
    2 * sandbox::kMaxServiceBytes;  // one message more than fits tells that there are more

// Not what has been said anew since, as the core's transcripts. No more bytes are read than could be answered.
constexpr store::Statement kMessages{"sessions.messages", R"(
  SELECT seq, item FROM (
    SELECT m.seq, json_build_object('seq', m.seq, 'role', m.role, 'content', m.content,
           'at_ms', (extract(epoch FROM m.created_at) * 1000)::bigint)::text AS item,
           sum(octet_length(m.content)) OVER (ORDER BY m.seq) - octet_length(m.content) AS before
      FROM messages m WHERE m.session_id = $1::uuid AND m.seq > $2 AND m.replaced_at IS NULL
     ORDER BY m.seq LIMIT $3::bigint) AS page
   WHERE before <= $4::bigint ORDER BY seq)"};
constexpr store::Statement kRun{"sessions.run", R"(
  SELECT input::text AS input, coalesce(output::text, 'null') AS output FROM runs
   WHERE id = $1::uuid AND octet_length(input::text) + coalesce(octet_length(output::text), 0) <= $2::bigint)"};
// Of a conversation those about the messages shown, and on its first page also those about none.
constexpr store::Statement kFindings{"sessions.findings", R"(
  SELECT item, before FROM (
    SELECT e.created_at, e.id, json_build_object('module', e.module, 'type', e.type, 'data', e.data,
           'message_seq', e.message_seq)::text AS item,
           sum(octet_length(e.data::text) + 256) OVER (ORDER BY e.created_at, e.id) AS before
      FROM extractions e WHERE (e.session_id = $1::uuid OR e.run_id = $1::uuid) AND e.module = $2
       AND (CASE WHEN e.message_seq IS NULL THEN $3::integer = 0 ELSE e.message_seq > $3 AND e.message_seq <= $4 END))
    AS page ORDER BY created_at, id LIMIT 2000)"};

/// `,"findings":[…]`, and how many did not fit.
Task<Result<std::string>> findings(store::Database& database, TranscriptPage page, std::int64_t last,
                                   std::size_t room) {
  const auto rows = co_await database.query(kFindings, store::params(page.id, page.module, page.after_seq, last));
  if (!rows) co_return rows.error();
  std::string out = R"(,"findings":[)";
  std::size_t shown = 0;
  for (; shown < rows->size(); ++shown) {
    const std::string item = (*rows)[shown].text("item");
    if (out.size() + item.size() + 64 > room) break;
    out += (shown == 0 ? "" : ",") + item;
  }
  out += "]";
  if (shown < rows->size()) out += R"(,"findings_left_out":)" + std::to_string(rows->size() - shown);
  co_return out;
}

}  // namespace

Task<Result<std::string>> conversation(store::Database& database, TranscriptPage page) {
  const auto rows = co_await database.query(
      kMessages, store::params(page.id, page.after_seq, page.limit + 1, static_cast<std::int64_t>(kMostRead)));
  if (!rows) co_return rows.error();
  std::string out = R"({"session":)" + page.head + R"(,"messages":[)";
  std::size_t shown = 0;
  std::int64_t last = page.after_seq;
  for (const auto most = std::min(rows->size(), static_cast<std::size_t>(page.limit)); shown < most; ++shown) {
    const std::string item = (*rows)[shown].text("item");
    if (out.size() + item.size() > kForMessages && shown > 0) break;
    out += (shown == 0 ? "" : ",") + item;
    last = (*rows)[shown].integer("seq");
  }
  out += "]";
  const bool more = shown < rows->size();
  if (more) out += R"(,"next_seq":)" + std::to_string(last);
  const std::size_t room = sandbox::kMaxServiceBytes - std::min(sandbox::kMaxServiceBytes, out.size() + 64);
  auto found = co_await findings(database, std::move(page), more ? last : INT32_MAX, room);
  if (!found) co_return found.error();
  co_return out + *found + "}";
}

Task<Result<std::string>> run(store::Database& database, TranscriptPage page) {
  const auto rows = co_await database.query(kRun, store::params(page.id, static_cast<std::int64_t>(kForMessages)));
  if (!rows) co_return rows.error();
  if (rows->empty())
    co_return Error{.kind = ErrorKind::kTooLarge, .code = {}, .message = "This run is larger than an answer may be."};
  const auto row = (*rows)[0];
  std::string out =
      R"({"session":)" + page.head + R"(,"input":)" + row.text("input") + R"(,"output":)" + row.text("output");
  const std::size_t room = sandbox::kMaxServiceBytes - std::min(sandbox::kMaxServiceBytes, out.size() + 64);
  page.after_seq = 0;
  auto found = co_await findings(database, std::move(page), INT32_MAX, room);
  if (!found) co_return found.error();
  co_return out + *found + "}";
}

}  // namespace rapt::host
