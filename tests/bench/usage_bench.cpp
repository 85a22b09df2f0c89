// SPDX-License-Identifier: AGPL-3.0-or-later
// A month of a large district: five million calls of two hundred schools. The summary that an administrator opens, from
// the sums, against the project's limit (50 ms), and the same sum over the rows in the same run. Takes minutes and five
// gigabytes in the database that TEST_DATABASE_URL names: only when named.
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/usage/reports.hpp"

namespace rapt::bench {
namespace {

using Steady = std::chrono::steady_clock;
using runtime::run_blocking;

constexpr double kLimit = 50;
constexpr int kAsked = 40;

// Schools 1 to 200 below a district, and a second district that must not be counted; a hundred people each.
constexpr const char* kWorld = R"(
  INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000000', 'District', 'district'),
    ('10000000-0000-7000-8000-000000000000', 'Other district', 'district');
  INSERT INTO groups (id, parent_id, name, type) SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
    '00000000-0000-7000-8000-000000000000', 'School ' || n, 'school' FROM generate_series(1, 200) n;
  INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid,
    n || '@example.org', 'User ' || n FROM generate_series(1, 20000) n;)";

std::string rows_of(int million_part, int rows) {
  return "INSERT INTO ai_usage (user_id, group_id, model, request_type, outcome, input_tokens, output_tokens, cost,"
         " latency_ms, day, created_at) SELECT ('00000000-0000-7000-9000-' || lpad((1 + n % 20000)::text, 12, "
         "'0'))::uuid,"
         " CASE WHEN n % 20 = 0 THEN '10000000-0000-7000-8000-000000000000'::uuid ELSE"
         " ('00000000-0000-7000-8000-' || lpad((1 + n % 200)::text, 12, '0'))::uuid END, 'vendor/model-' || n % 3,"
         " CASE WHEN n % 5 = 0 THEN 'product' ELSE 'chat' END::request_type,"
         " CASE WHEN n % 50 = 0 THEN 'blocked' ELSE 'answered' END::usage_outcome, 400, 150, 0.0034, 900,"
         " '2026-10-01'::date + (n % 31), '2026-10-01'::timestamptz + (n % 31) * interval '1 day' +"
         " random() * interval '23 hours' FROM generate_series(" +
         std::to_string(million_part * rows) + ", " + std::to_string((million_part + 1) * rows - 1) + ") n";
}

template <class T>
T wanted(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().log_detail);
  return std::move(*result);
}

void done(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().log_detail);
}

template <class Work>
double p50(int times, Work work) {
  std::vector<double> samples;
  for (int i = 0; i < times; ++i) {
    const auto start = Steady::now();
    work();
    samples.push_back(std::chrono::duration<double, std::milli>(Steady::now() - start).count());
  }
  return quantile(samples, 0.5);
}

int rows_wanted() {
  const char* set = std::getenv("RAPT_BENCH_USAGE_ROWS");
  return set == nullptr ? 5'000'000 : std::stoi(set);
}

identity::Actor district_admin() {
  identity::Actor actor;
  actor.id = UserId::trusted("00000000-0000-7000-9000-000000000001");
  actor.groups.push_back({GroupId::trusted("00000000-0000-7000-8000-000000000000"), "District", "district", "",
                          identity::GroupRole::kGroupAdmin});
  return actor;
}

std::vector<Figure> measure_usage() {
  const auto scratch = store::ScratchDatabase::migrated();
  auto options = scratch->options();
  options.statement_timeout_ms = 600'000;
  store::Database database(options);
  const int parts = 20, rows = rows_wanted() / parts;
  scratch->script(kWorld);
  for (int part = 0; part < parts; ++part)
    done(database.transaction_blocking([&](store::Transaction& tx) { return tx.exec_script(rows_of(part, rows)); }));
  scratch->script("ANALYZE");
  const auto begun = Steady::now();
  wanted(run_blocking(usage::roll_up_all(database)));
  const double adding = std::chrono::duration<double>(Steady::now() - begun).count();
  scratch->script("ANALYZE");

  const SystemClock clock;
  usage::Reports reports(database, clock);
  auto actor = district_admin();
  actor.groups[0].path = wanted(run_blocking(database.query(
      {"bench.path", "SELECT path::text FROM groups WHERE id = '00000000-0000-7000-8000-000000000000'"})))[0]
                             .text("path");
  const usage::Days october{"2026-10-01", "2026-10-31"}, most{"2026-10-02", "2026-10-31"};
  usage::Summary month;
  const double summary = p50(kAsked, [&] { month = wanted(run_blocking(reports.summary(actor, {.days = october}))); });
  const double cut = p50(kAsked, [&] { wanted(run_blocking(reports.summary(actor, {.days = most}))); });
  const double by_user =
      p50(5, [&] { wanted(run_blocking(reports.by(actor, usage::Dimension::kUser, {.days = october}, 50, ""))); });
  constexpr store::Statement kRaw{
      "bench.raw",
      "SELECT count(*) AS requests, sum(input_tokens), sum(output_tokens), sum(cost)::text AS cost, sum(latency_ms) "
      "FROM"
      " ai_usage u JOIN groups g ON g.id = u.group_id WHERE g.path <@ (SELECT path FROM groups WHERE name = 'District')"
      " AND day BETWEEN '2026-10-01' AND '2026-10-31'"};
  store::Rows raw;
  const double over_rows = p50(3, [&] { raw = wanted(run_blocking(database.query(kRaw))); });
  if (raw[0].integer("requests") != month.figures.requests || raw[0].text("cost") != month.figures.cost)
    throw std::runtime_error("the summary is not what the rows come to");
  return {{"usage_summary_month_p50", summary, "ms", kLimit},
          {"usage_summary_of_30_days_p50", cut, "ms", kLimit},
          {"usage_by_user_month_p50", by_user, "ms"},
          {"usage_sum_over_rows_p50", over_rows, "ms"},
          {"usage_rollup_of_all", adding, "s"}};
}

const Group usage_group("usage", measure_usage, true);

}  // namespace
}  // namespace rapt::bench
