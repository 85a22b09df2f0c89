// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/users/import_service.hpp"

#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "csv_file.hpp"
#include "import_batch.hpp"
#include "import_store.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/jobs/queue.hpp"
#include "rapt/users/user_service.hpp"

namespace rapt::users {
namespace {

using identity::Actor;
using nlohmann::json;

constexpr int kMostRaces = 5;

constexpr store::Statement kOrderer{"imports.orderer", R"(
  SELECT i.ordered_by, i.by_machine, u.status = 'active' AND u.deleted_at IS NULL AS active
    FROM user_imports i LEFT JOIN users u ON u.id = i.ordered_by WHERE i.id = $1::uuid)"};

Result<Import> order_in(store::Transaction& tx, const Actor& actor, const NewImport& wanted, TimePoint now) {
  const auto checked = check_file(wanted.csv);
  if (!checked) return checked.error();
  ImportState state;
  state.import.id = ImportId::trusted(new_uuid());
  state.import.ordered_by = actor.id;
  state.by_machine = actor.id.empty();
  state.import.dry_run = wanted.dry_run;
  state.import.invite = wanted.invite;
  state.import.total = checked->rows;
  state.import.created_at = now;
  state.position = checked->header.position;
  state.next_line = checked->header.line;
  RAPT_TRY(insert_import(tx, state));
  const std::string_view csv = wanted.csv;
  for (std::size_t part = 0; part * kPartBytes < csv.size(); ++part)
    RAPT_TRY(
        insert_part(tx, state.import.id, static_cast<std::int64_t>(part), csv.substr(part * kPartBytes, kPartBytes)));
  const auto& id = state.import.id.str();
  RAPT_TRY(jobs::enqueue(tx, jobs::NewJob{kImportJob, id, json{{"import_id", id}}.dump()}));
  return load_import(tx, state.import.id, actor);
}

Result<std::int64_t> line_of_cursor(const std::string& cursor) {
  std::int64_t line = 0;
  if (cursor.empty()) return line;
  const auto* end = cursor.data() + cursor.size();
  const auto [stop, fault] = std::from_chars(cursor.data(), end, line);
  if (fault == std::errc{} && stop == end && line > 0 && line <= 2'000'000'000) return line;
  return Error::invalid("cursor", "is not one that this list has answered");
}

/// On whose behalf an import is done, with the memberships of now; nullopt when nobody answers for it any more.
Task<Result<std::optional<Actor>>> orderer(store::Database& database, ImportId id) {
  const auto rows = co_await database.query(kOrderer, store::params(id));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("import");
  const auto row = (*rows)[0];
  if (row.boolean("by_machine")) co_return std::optional<Actor>(machine_administrator());
  if (row.is_null("active") || !row.boolean("active")) co_return std::optional<Actor>();
  auto actor = co_await identity::load_actor(database, row.id<UserId>("ordered_by"));
  if (!actor) co_return actor.error();
  if (!actor->administers_anything()) co_return std::optional<Actor>();
  co_return std::optional<Actor>(std::move(*actor));
}

Task<Result<bool>> next_batch(store::Database& database, const Clock& clock, const accounts::AccountService& accounts,
                              ImportId id) {
  auto actor = co_await orderer(database, id);
  if (!actor) co_return actor.error();
  auto work = [id = std::move(id), actor = std::move(*actor), &accounts, now = clock.now()](store::Transaction& tx) {
    return import_batch(tx, id, actor, accounts, now);
  };
  co_return co_await database.transaction(std::move(work));
}

Task<jobs::Done> do_job(store::Database& database, const Clock& clock, const accounts::AccountService& accounts,
                        jobs::Job job) {
  const auto payload = json::parse(job.payload_json, nullptr, false);
  const auto text = payload.is_object() ? payload.value("import_id", "") : "";
  const auto id = ImportId::parse(text);
  if (!id) co_return jobs::Done{jobs::Done::Kind::kFailed, "The job names no import."};
  const auto done = co_await run_import(database, clock, accounts, *id);
  if (done) co_return jobs::Done{};
  const auto& error = done.error();
  const bool last = error.kind == ErrorKind::kNotFound || job.attempt >= job.max_attempts;
  if (!last) co_return jobs::Done{jobs::Done::Kind::kAgain, error.message + " " + error.log_detail};
  auto fail = [id = *id, now = clock.now()](store::Transaction& tx) {
    return end_import(tx, id, "failed", "The import could not be done; the host's log says why.", now);
  };
  const auto failed = co_await database.transaction(std::move(fail));
  co_return jobs::Done{jobs::Done::Kind::kFailed, failed ? error.message : failed.error().message};
}

}  // namespace

Task<Result<Import>> ImportService::order(Actor actor, NewImport wanted) {
  if (wanted.csv.size() > kMaxImportBytes) co_return Error::invalid("file", "must not be larger than 32 MiB: split it");
  // On the database's thread, because a large file takes a while to check.
  auto work = [actor = std::move(actor), wanted = std::make_shared<const NewImport>(std::move(wanted)),
               now = clock_.now()](store::Transaction& tx) { return order_in(tx, actor, *wanted, now); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<Import>> ImportService::get(Actor actor, ImportId id) {
  auto work = [actor = std::move(actor), id = std::move(id)](store::Transaction& tx) {
    return load_import(tx, id, actor);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<ImportPage>> ImportService::list(Actor actor, int limit, std::string cursor) {
  auto work = [actor = std::move(actor), limit, cursor = std::move(cursor)](store::Transaction& tx) {
    return list_imports(tx, actor, limit, cursor);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<ImportLinePage>> ImportService::lines(Actor actor, ImportId id, std::string outcome, int limit,
                                                  std::string cursor) {
  const auto after = line_of_cursor(cursor);
  if (!after) co_return after.error();
  auto work = [actor = std::move(actor), id = std::move(id), outcome = std::move(outcome), limit,
               after = *after](store::Transaction& tx) -> Result<ImportLinePage> {
    RAPT_TRY(load_import(tx, id, actor));
    return list_lines(tx, id, outcome, limit, after);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<bool>> run_import_batch(store::Database& database, const Clock& clock,
                                    const accounts::AccountService& accounts, ImportId id) {
  for (int races = 0;;) {
    auto ended = co_await next_batch(database, clock, accounts, id);
    // After a conflict somebody else made one of the addresses at the same moment: now it is there to be seen.
    if (ended || ended.error().kind != ErrorKind::kConflict || ++races > kMostRaces) co_return ended;
  }
}

Task<Result<void>> run_import(store::Database& database, const Clock& clock, const accounts::AccountService& accounts,
                              ImportId id) {
  for (;;) {
    const auto ended = co_await run_import_batch(database, clock, accounts, id);
    if (!ended) co_return ended.error();
    if (*ended) co_return Result<void>{};
  }
}

jobs::Handler import_handler(store::Database& database, const Clock& clock, const accounts::AccountService& accounts) {
  return [&database, &clock, &accounts](jobs::Job job) { return do_job(database, clock, accounts, std::move(job)); };
}

}  // namespace rapt::users
