// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/kv.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

constexpr std::chrono::minutes kEvery{5};

constexpr store::Statement kTidy{"kv.tidy", "SELECT tidy_module_values($1::timestamptz) AS ended"};
constexpr store::Statement kShare{
    "kv.share", "SELECT share_module_room(f.module, 0) FROM (SELECT DISTINCT module FROM module_kv_freed) AS f"};

Task<Result<void>> tidy(store::Database& database, TimePoint now) {
  const auto tidied = co_await database.query(kTidy, store::params(now));
  if (!tidied) co_return tidied.error();
  const auto shared = co_await database.query(kShare);
  if (!shared) co_return shared.error();
  co_return Result<void>{};
}

Task<jobs::Done> do_tidy(store::Database& database, const Clock& clock) {
  const auto tidied = co_await tidy(database, clock.now());
  jobs::Done done;
  if (!tidied) done = {jobs::Done::Kind::kAgain, tidied.error().message};
  co_return done;
}

}  // namespace

jobs::Handler kv_tidy_handler(store::Database& database, const Clock& clock) {
  return [&database, &clock](jobs::Job) { return do_tidy(database, clock); };
}

Task<Result<void>> order_kv_tidy_job(store::Database& database, TimePoint now) {
  const auto slot = std::chrono::floor<std::chrono::minutes>(now).time_since_epoch() / kEvery;
  const jobs::NewJob job{kKvTidyJob, std::to_string(slot), "{}", 3};
  auto writing = [job](store::Transaction& tx) { return jobs::enqueue(tx, job); };
  co_return co_await database.transaction(std::move(writing));
}

}  // namespace rapt::host
