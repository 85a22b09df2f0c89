// SPDX-License-Identifier: AGPL-3.0-or-later
#include "import_store.hpp"

#include <nlohmann/json.hpp>

#include "rapt/security/crypto.hpp"
#include "rapt/store/page_cursor.hpp"
#include "user_store.hpp"

namespace rapt::users {
namespace {

using nlohmann::json;
using store::params;

#define RAPT_IMPORT_COLUMNS                                                                                   \
  "i.id, i.ordered_by, i.by_machine, i.dry_run, i.invite, i.state, i.position, i.next_line, i.total, i.done," \
  " i.created, i.updated, i.unchanged, i.faulty, i.error, i.created_at, i.finished_at FROM user_imports i WHERE "

constexpr store::Statement kInsert{"imports.insert", R"(
  INSERT INTO user_imports (id, ordered_by, by_machine, dry_run, invite, position, next_line, total, created_at)
  VALUES ($1::uuid, $2::uuid, $3::boolean, $4::boolean, $5::boolean, $6::bigint, $7::integer, $8::integer, $9::timestamptz))"};
constexpr store::Statement kInsertPart{
    "imports.insert_part", "INSERT INTO user_import_parts (import_id, part, bytes) VALUES ($1::uuid, $2, $3::bytea)"};
constexpr store::Statement kLoad{
    "imports.load", "SELECT " RAPT_IMPORT_COLUMNS "i.id = $1::uuid AND ($2::boolean OR i.ordered_by = $3::uuid)"};
constexpr store::Statement kLock{"imports.lock", "SELECT " RAPT_IMPORT_COLUMNS "i.id = $1::uuid FOR UPDATE"};
constexpr store::Statement kList{
    "imports.list", "SELECT " RAPT_IMPORT_COLUMNS
                    "($1::boolean OR i.ordered_by = $2::uuid) AND ($3::timestamptz IS NULL OR (i.created_at, i.id) < "
                    "($3::timestamptz, $4::uuid)) ORDER BY i.created_at DESC, i.id DESC LIMIT $5::bigint"};
constexpr store::Statement kLines{"imports.lines", R"(
  SELECT line, outcome, email, user_id, faults FROM user_import_lines
   WHERE import_id = $1::uuid AND line > $2 AND ($3::text IS NULL OR outcome = $3) ORDER BY line LIMIT $4::bigint)"};
constexpr store::Statement kPart{"imports.part", R"(
  SELECT encode(substring(bytes FROM $3::integer + 1), 'hex') AS bytes FROM user_import_parts
   WHERE import_id = $1::uuid AND part = $2)"};
constexpr store::Statement kProgress{"imports.progress", R"(
  UPDATE user_imports SET state = 'running', position = $2, next_line = $3, done = $4, created = $5, updated = $6,
         unchanged = $7, faulty = $8 WHERE id = $1::uuid)"};
constexpr store::Statement kEnd{"imports.end", R"(
  WITH forgotten AS (DELETE FROM user_import_parts WHERE import_id = $1::uuid)
  UPDATE user_imports SET state = $2, error = nullif($3, ''), finished_at = $4::timestamptz WHERE id = $1::uuid)"};

// Triggers are planned by it, too.
constexpr store::Statement kPlanning{
    "imports.planning",
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true),"
    " set_config('enable_bitmapscan', 'off', true)"};

ImportState state_of(const store::Row& row) {
  ImportState out;
  out.by_machine = row.boolean("by_machine");
  out.position = row.integer("position");
  out.next_line = row.integer("next_line");
  auto& import = out.import;
  import.id = row.id<ImportId>("id");
  import.ordered_by = row.id<UserId>("ordered_by");
  import.dry_run = row.boolean("dry_run");
  import.invite = row.boolean("invite");
  import.state = row.text("state");
  import.total = row.integer("total");
  import.done = row.integer("done");
  import.created = row.integer("created");
  import.updated = row.integer("updated");
  import.unchanged = row.integer("unchanged");
  import.faulty = row.integer("faulty");
  import.error = row.text("error");
  import.created_at = row.time("created_at");
  import.finished_at = row.optional_time("finished_at");
  return out;
}

ImportLine line_of(const store::Row& row) {
  ImportLine line{row.integer("line"), row.text("outcome"), row.text("email"), row.id<UserId>("user_id"), {}};
  if (row.is_null("faults")) return line;
  for (const auto& fault : json::parse(row.text("faults")))
    line.faults.push_back({fault.at("path"), fault.at("message")});
  return line;
}

}  // namespace

Result<void> insert_import(store::Transaction& tx, const ImportState& state) {
  const auto& import = state.import;
  return written(tx.exec(kInsert, params(import.id, import.ordered_by, state.by_machine, import.dry_run, import.invite,
                                         state.position, state.next_line, import.total, import.created_at)));
}

Result<void> insert_part(store::Transaction& tx, const ImportId& id, std::int64_t part, std::string_view bytes) {
  return written(tx.exec(kInsertPart, params(id, part, "\\x" + security::to_hex(bytes))));
}

Result<Import> load_import(store::Transaction& tx, const ImportId& id, const identity::Actor& actor) {
  const auto rows = tx.exec(kLoad, params(id, actor.is_system_admin(), actor.id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("import");
  return state_of((*rows)[0]).import;
}

Result<ImportPage> list_imports(store::Transaction& tx, const identity::Actor& actor, int limit,
                                const std::string& cursor) {
  const auto after = store::PageCursor::parse(cursor);
  if (!after) return after.error();
  auto values = params(actor.is_system_admin(), actor.id);
  store::add_page(values, *after).add(limit + 1);
  const auto rows = tx.exec(kList, values);
  if (!rows) return rows.error();
  ImportPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(state_of((*rows)[i]).import);
  if (rows->size() > page.items.size())
    page.next_cursor = store::PageCursor{page.items.back().created_at, page.items.back().id.str()}.text();
  return page;
}

Result<ImportLinePage> list_lines(store::Transaction& tx, const ImportId& id, const std::string& outcome, int limit,
                                  std::int64_t after) {
  const auto rows =
      tx.exec(kLines, params(id, after, outcome.empty() ? std::nullopt : std::optional(outcome), limit + 1));
  if (!rows) return rows.error();
  ImportLinePage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(line_of((*rows)[i]));
  if (rows->size() > page.items.size()) page.next_cursor = std::to_string(page.items.back().line);
  return page;
}

Result<ImportState> lock_import(store::Transaction& tx, const ImportId& id) {
  const auto rows = tx.exec(kLock, params(id));
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("import");
  return state_of((*rows)[0]);
}

Result<void> plan_by_index(store::Transaction& tx) {
  return written(tx.exec(kPlanning));
}

Result<std::string> load_part(store::Transaction& tx, const ImportId& id, std::int64_t part, std::size_t skip) {
  const auto rows = tx.exec(kPart, params(id, part, static_cast<std::int64_t>(skip)));
  if (!rows) return rows.error();
  if (rows->empty()) return std::string();
  return security::from_hex((*rows)[0].text("bytes"));
}

Result<void> save_progress(store::Transaction& tx, const ImportState& state) {
  const auto& import = state.import;
  return written(tx.exec(kProgress, params(import.id, state.position, state.next_line, import.done, import.created,
                                           import.updated, import.unchanged, import.faulty)));
}

Result<void> end_import(store::Transaction& tx, const ImportId& id, const std::string& state, const std::string& error,
                        TimePoint now) {
  return written(tx.exec(kEnd, params(id, state, error, now)));
}

}  // namespace rapt::users
