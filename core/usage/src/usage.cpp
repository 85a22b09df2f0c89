// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/usage.hpp"

#include <utility>

#include "rapt/store/database.hpp"
#include "rapt/usage/backlog.hpp"
#include "rapt/usage/settle_sql.hpp"
#include "settling.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kSettle{"usage.settle", RAPT_SETTLE("$1")};
constexpr store::Statement kRelease{"usage.release", "SELECT release_reservation($1::uuid)"};
constexpr store::Statement kSweep{"usage.sweep", "SELECT sweep_reservations($1::timestamptz, $2::integer) AS swept"};
constexpr int kMostSwept = 1000;

}  // namespace

bool may_pass(const Error& error) {
  return error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kTimeout;
}

void log_unrecorded(const Record& record, const std::string& why) {
  log::error("usage.not_recorded", {{"call", record.call.id},
                                    {"group", record.group.str()},
                                    {"model", printable(record.model)},
                                    {"input_tokens", std::to_string(record.input_tokens)},
                                    {"output_tokens", std::to_string(record.output_tokens)},
                                    {"detail", why}});
}

Task<Result<void>> store_records(store::Database& database, std::vector<Record> records) {
  const auto stored = co_await database.query(kSettle, store::params(settle_text(records)));
  if (!stored) co_return stored.error();
  co_return Result<void>{};
}

Result<void> settle(store::Transaction& transaction, const Record& record) {
  RAPT_TRY(transaction.exec(kSettle, store::params(settle_text(record))));
  return {};
}

Task<Result<void>> settle_alone(store::Database& database, Record record) {
  std::vector<Record> alone;
  alone.push_back(record);
  const auto stored = co_await store_records(database, std::move(alone));
  if (stored) co_return stored;
  if (may_pass(stored.error()) && record.call.backlog) {
    const auto backlog = record.call.backlog;
    backlog->keep(std::move(record));
    co_return Result<void>{};
  }
  log_unrecorded(record, stored.error().log_detail);
  co_return stored;
}

Task<Result<void>> release_reservation(store::Database& database, std::string call_id) {
  const auto done = co_await database.query(kRelease, store::params(call_id));
  if (!done) co_return done.error();
  co_return Result<void>{};
}

Task<Result<void>> release(store::Database& database, Call call) {
  if (!call.reserved) co_return Result<void>{};
  const auto released = co_await release_reservation(database, call.id);
  if (released || !may_pass(released.error()) || !call.backlog) co_return released;  // else the sweep gives it back
  call.backlog->keep_release(std::move(call.id));
  co_return Result<void>{};
}

Task<Result<std::int64_t>> sweep_reservations(store::Database& database, TimePoint now) {
  const auto rows = co_await database.query(kSweep, store::params(now, kMostSwept));
  if (!rows) co_return rows.error();
  co_return (*rows)[0].integer("swept");
}

}  // namespace rapt::usage
