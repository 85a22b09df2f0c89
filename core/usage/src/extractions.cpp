// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/extractions.hpp"

#include <algorithm>
#include <utility>

#include "extraction_row.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/store/page_cursor.hpp"
#include "rapt/usage/findings_sql.hpp"
#include "rapt/usage/settle_sql.hpp"
#include "rapt/usage/storable.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kInsert{"extractions_insert", RAPT_STORE_FINDINGS(RAPT_IF_THERE("chat_sessions", "$1::uuid"),
                                                                             "$2::uuid", "$3", "$4", "$5", "$6", "$7")};

#define RAPT_EXTRACTIONS_OF(subject)                                                                           \
  "SELECT id, session_id, run_id, module, type, data, message_seq, created_at FROM extractions WHERE " subject \
  " = $1::uuid AND ($2::text IS NULL OR type = $2)"                                                            \
  " AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid)) ORDER BY created_at, id LIMIT $5::bigint"

constexpr store::Statement kOfSession{"extractions_of_session", RAPT_EXTRACTIONS_OF("session_id")};
constexpr store::Statement kOfRun{"extractions_of_run", RAPT_EXTRACTIONS_OF("run_id")};

#undef RAPT_EXTRACTIONS_OF

bool storable(const hooks::Extraction& extraction) {
  return !extraction.type.empty() && is_utf8(extraction.type) && extraction.type.find('\0') == std::string::npos &&
         storable_json(extraction.data_json);
}

Task<Result<ExtractionPage>> select(store::Database& database, const store::Statement& statement, std::string id,
                                    ExtractionFilter which) {
  const auto after = store::PageCursor::parse(which.cursor);
  if (!after) co_return after.error();
  auto params = store::params(id);
  if (which.type.empty()) {
    params.add_null();
  } else {
    params.add(which.type);
  }
  const auto limit = static_cast<std::size_t>(std::clamp(which.limit, 1, 100));
  store::add_page(params, *after).add(static_cast<std::int64_t>(limit) + 1);
  const auto rows = co_await database.query(statement, std::move(params));
  if (!rows) co_return rows.error();
  ExtractionPage page;
  for (std::size_t i = 0; i < rows->size() && i < limit; ++i) page.items.push_back(extraction_from((*rows)[i]));
  if (rows->size() > limit)
    page.next_cursor = store::PageCursor{page.items.back().created_at, page.items.back().id.str()}.text();
  co_return page;
}

}  // namespace

void add_findings(store::Params& params, const std::vector<hooks::Extraction>& findings) {
  std::vector<std::string> ids, modules, types, data, seqs;
  for (const auto& finding : findings) {
    if (!storable(finding)) {
      log::warn("extraction.dropped", {{"module", finding.module}, {"type", printable(finding.type, 64)}});
      continue;
    }
    ids.push_back(new_uuid());
    modules.push_back(finding.module);
    types.push_back(finding.type);
    data.push_back(finding.data_json);
    seqs.push_back(std::to_string(std::max<std::int64_t>(finding.message_seq, 0)));
  }
  params.add_array(ids).add_array(modules).add_array(types).add_array(data).add_array(seqs);
}

Result<void> store_extractions(store::Transaction& transaction, const SessionId& session, const RunId& run,
                               const std::vector<hooks::Extraction>& extractions) {
  if (extractions.empty()) return {};
  auto params = store::params(session, run);
  add_findings(params, extractions);
  RAPT_TRY(transaction.exec(kInsert, params));
  return {};
}

Extraction extraction_from(const store::Row& row) {
  return Extraction{.id = row.id<ExtractionId>("id"),
                    .session = row.id<SessionId>("session_id"),
                    .run = row.id<RunId>("run_id"),
                    .module = row.text("module"),
                    .type = row.text("type"),
                    .data_json = row.text("data"),
                    .created_at = row.time("created_at"),
                    .message_seq = row.is_null("message_seq") ? 0 : row.integer("message_seq")};
}

Task<Result<ExtractionPage>> extractions_of(store::Database& database, SessionId session, ExtractionFilter which) {
  co_return co_await select(database, kOfSession, session.str(), std::move(which));
}

Task<Result<ExtractionPage>> extractions_of(store::Database& database, RunId run, ExtractionFilter which) {
  co_return co_await select(database, kOfRun, run.str(), std::move(which));
}

}  // namespace rapt::usage
