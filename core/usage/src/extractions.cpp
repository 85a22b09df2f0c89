// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/extractions.hpp"

#include <algorithm>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/store/database.hpp"
#include "rapt/usage/findings_sql.hpp"
#include "rapt/usage/storable.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kInsert{"extractions_insert",
                                   RAPT_STORE_FINDINGS("$1::uuid", "$2::uuid", "$3", "$4", "$5", "$6", "$7")};

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

Task<Result<std::vector<Extraction>>> extractions_of(store::Database& database, SessionId session) {
  co_return co_await select(database, kOfSession, session.str());
}

Task<Result<std::vector<Extraction>>> extractions_of(store::Database& database, RunId run) {
  co_return co_await select(database, kOfRun, run.str());
}

}  // namespace rapt::usage
