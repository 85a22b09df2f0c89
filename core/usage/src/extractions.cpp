// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/extractions.hpp"

#include <optional>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/store/database.hpp"
#include "rapt/usage/storable.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kInsert{"extraction_insert", R"(
  INSERT INTO extractions (id, session_id, run_id, module, type, data, message_seq) VALUES ($1, $2, $3, $4, $5, $6, $7))"};

constexpr store::Statement kOfSession{"extractions_of_session", R"(
  SELECT id, session_id, run_id, module, type, data, message_seq, created_at FROM extractions
   WHERE session_id = $1 ORDER BY created_at, id)"};

constexpr store::Statement kOfRun{"extractions_of_run", R"(
  SELECT id, session_id, run_id, module, type, data, message_seq, created_at FROM extractions
   WHERE run_id = $1 ORDER BY created_at, id)"};

bool storable(const hooks::Extraction& extraction) {
  return !extraction.type.empty() && is_utf8(extraction.type) && extraction.type.find('\0') == std::string::npos &&
         storable_json(extraction.data_json);
}

Extraction from_row(const store::Row& row) {
  return Extraction{.id = row.id<ExtractionId>("id"),
                    .session = row.id<SessionId>("session_id"),
                    .run = row.id<RunId>("run_id"),
                    .module = row.text("module"),
                    .type = row.text("type"),
                    .data_json = row.text("data"),
                    .created_at = row.time("created_at"),
                    .message_seq = row.is_null("message_seq") ? 0 : row.integer("message_seq")};
}

Task<Result<std::vector<Extraction>>> select(store::Database& database, const store::Statement& statement,
                                             std::string id) {
  auto rows = co_await database.query(statement, store::params(id));
  if (!rows) co_return rows.error();
  std::vector<Extraction> found;
  for (std::size_t i = 0; i < rows->size(); ++i) found.push_back(from_row((*rows)[i]));
  co_return found;
}

}  // namespace

Result<void> store_extractions(store::Transaction& transaction, const SessionId& session, const RunId& run,
                               const std::vector<hooks::Extraction>& extractions) {
  for (const auto& extraction : extractions) {
    if (!storable(extraction)) {
      log::warn("extraction.dropped", {{"module", extraction.module}, {"type", printable(extraction.type, 64)}});
      continue;
    }
    std::optional<std::int64_t> seq;
    if (extraction.message_seq > 0) seq = extraction.message_seq;
    RAPT_TRY(transaction.exec(kInsert, store::params(new_uuid(), session, run, extraction.module, extraction.type,
                                                     extraction.data_json, seq)));
  }
  return {};
}

Task<Result<std::vector<Extraction>>> extractions_of(store::Database& database, SessionId session) {
  co_return co_await select(database, kOfSession, session.str());
}

Task<Result<std::vector<Extraction>>> extractions_of(store::Database& database, RunId run) {
  co_return co_await select(database, kOfRun, run.str());
}

}  // namespace rapt::usage
