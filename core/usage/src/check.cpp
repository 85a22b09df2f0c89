// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether sums are what the rows come to.
#include <array>
#include <utility>

#include "rapt/store/database.hpp"
#include "rapt/usage/rollup.hpp"
#include "repair.hpp"

namespace rapt::usage {
namespace {

constexpr std::size_t kMostDifferences = 1000;
constexpr store::Statement kPatience{"usage.check_patience", "SELECT set_config('statement_timeout', '600000', true)"};

struct Comparison {
  const char* name;  ///< of the statement
  const char* table;
  const char* place;   ///< SQL: the place in words
  const char* stored;  ///< SELECT of what the place is made of, and the figures
  const char* expected;
};

// Rows of the days from $1 to $2, as far as they have been added up; of whole months for the sums of months.
#define RAPT_ROWS(days)                                                                                    \
  "SELECT *, date_trunc('month', day)::date AS month FROM ai_usage WHERE created_at <= (SELECT until FROM" \
  " ai_usage_rollup) AND day " days
#define RAPT_DAYS "BETWEEN $1::date AND $2::date"
#define RAPT_MONTHS                                                                         \
  ">= date_trunc('month', $1::date)::date AND day < (date_trunc('month', $2::date)::date +" \
  " interval '1 month')::date"
#define RAPT_COUNTS                                                                                            \
  "count(*) AS requests, count(*) FILTER (WHERE estimated) AS estimated, count(*) FILTER (WHERE cost IS NULL)" \
  " AS unpriced, sum(input_tokens)::numeric AS input_tokens, sum(output_tokens)::numeric AS output_tokens,"    \
  " coalesce(sum(cost), 0) AS cost, coalesce(sum(latency_ms), 0)::numeric AS latency_ms"
#define RAPT_UNANSWERED "count(*) FILTER (WHERE outcome <> 'answered') AS unanswered, "
#define RAPT_STORED "requests, estimated, unpriced, input_tokens, output_tokens, cost, latency_ms"
#define RAPT_DAILY_KEY "day, group_id, class_id, user_id, tool_id, model, request_type, outcome"

constexpr std::array kComparisons{
    Comparison{
        "usage.check_daily", "ai_usage_daily",
        "concat_ws(', ', day, 'group ' || group_id, 'class ' || class_id, 'user ' || user_id, 'tool ' || tool_id,"
        " model, request_type, outcome)",
        "SELECT " RAPT_DAILY_KEY ", 0 AS unanswered, " RAPT_STORED " FROM ai_usage_daily WHERE day " RAPT_DAYS,
        "SELECT " RAPT_DAILY_KEY ", 0 AS unanswered, " RAPT_COUNTS
        " FROM (" RAPT_ROWS(RAPT_DAYS) ") u GROUP BY " RAPT_DAILY_KEY},
    Comparison{
        "usage.check_modules", "ai_usage_modules",
        "concat_ws(', ', day, 'module ' || module, 'group ' || group_id, 'class ' || class_id, 'user ' || user_id,"
        " 'tool ' || tool_id, model, request_type, outcome)",
        "SELECT module, " RAPT_DAILY_KEY ", 0 AS unanswered, " RAPT_STORED
        " FROM ai_usage_modules WHERE day " RAPT_DAYS,
        "SELECT module, " RAPT_DAILY_KEY ", 0 AS unanswered, " RAPT_COUNTS
        " FROM (SELECT u.*, m.module FROM ai_usage u JOIN ai_module_calls m ON m.id = u.id WHERE u.created_at <="
        " (SELECT modules_until FROM ai_usage_rollup) AND u.day " RAPT_DAYS ") u GROUP BY module, " RAPT_DAILY_KEY},
    Comparison{"usage.check_days", "ai_usage_totals", "concat_ws(', ', day, 'group ' || group_id, model, request_type)",
               "SELECT starts_on AS day, group_id, model, request_type, unanswered, " RAPT_STORED
               " FROM ai_usage_totals WHERE period = 'day' AND starts_on " RAPT_DAYS,
               "SELECT day, group_id, model, request_type, " RAPT_UNANSWERED RAPT_COUNTS
               " FROM (" RAPT_ROWS(RAPT_DAYS) ") u GROUP BY day, group_id, model, request_type"},
    Comparison{"usage.check_months", "ai_usage_totals",
               "concat_ws(', ', 'month of ' || day, 'group ' || group_id, model, request_type)",
               "SELECT * FROM (SELECT starts_on AS day, group_id, model, request_type, unanswered, " RAPT_STORED
               " FROM ai_usage_totals WHERE period = 'month') t WHERE day " RAPT_MONTHS,
               "SELECT month AS day, group_id, model, request_type, " RAPT_UNANSWERED RAPT_COUNTS
               " FROM (" RAPT_ROWS(RAPT_MONTHS) ") u GROUP BY month, group_id, model, request_type"},
};

// Of periods that reach into the days, where something is limited: what was spent before there was a limit is counted
// when the first call reserves, and nothing is while there is none.
#define RAPT_LIMITED                                                                                           \
  "s.id = p.settings_id AND CASE p.period WHEN 'day' THEN num_nonnulls(s.daily_budget, s.tokens_per_day) ELSE" \
  " num_nonnulls(s.monthly_budget) END > 0 AND p.starts_on <= $2::date AND p.starts_on + CASE p.period WHEN"   \
  " 'day' THEN interval '1 day' ELSE interval '1 month' END > $1::date"
#define RAPT_SPENT_AT "spent_at(p.settings_id, p.starts_on, (p.starts_on + ('1 ' || p.period::text)::interval)::date)"
#define RAPT_RESERVED                                                                                           \
  "(SELECT coalesce(sum(r.cost), 0) AS cost, coalesce(sum(r.tokens), 0) AS tokens FROM ai_reservations r WHERE" \
  " r.settings_id = p.settings_id AND r.period = p.period AND r.starts_on = p.starts_on)"

constexpr store::Statement kSpending{
    "usage.check_spending",
    "SELECT concat_ws(', ', p.period || ' of ' || p.starts_on, 'settings ' || s.id, 'group ' || s.group_id, 'class ' ||"
    " s.class_id) AS place, v.figure, v.stored::text AS stored, v.expected::text AS expected FROM ai_spending p"
    " JOIN ai_settings s ON " RAPT_LIMITED " CROSS JOIN LATERAL " RAPT_SPENT_AT " e CROSS JOIN LATERAL " RAPT_RESERVED
    " r CROSS JOIN LATERAL (VALUES ('cost', p.cost, e.cost), ('tokens', p.tokens, e.tokens), ('reserved_cost',"
    " p.reserved_cost, r.cost), ('reserved_tokens', p.reserved_tokens, r.tokens)) v (figure, stored, expected)"
    " WHERE v.stored <> v.expected ORDER BY place, v.figure LIMIT 1000"};
// In the order of the key, as whoever spends does it.
constexpr store::Statement kLockSpending{"usage.lock_spending",
                                         "SELECT p.cost FROM ai_spending p JOIN ai_settings s ON " RAPT_LIMITED
                                         " ORDER BY p.settings_id, p.period, p.starts_on FOR UPDATE OF p"};
constexpr store::Statement kRepairSpending{
    "usage.repair_spending",
    "UPDATE ai_spending t SET cost = e.cost, tokens = e.tokens, reserved_cost = r.cost, reserved_tokens = r.tokens FROM"
    " ai_spending p JOIN ai_settings s ON " RAPT_LIMITED " CROSS JOIN LATERAL " RAPT_SPENT_AT
    " e CROSS JOIN LATERAL " RAPT_RESERVED
    " r WHERE t.settings_id = p.settings_id AND t.period = p.period AND t.starts_on = p.starts_on"};

std::string text_of(const Comparison& what) {
  std::string sums, pairs;
  for (const char* figure :
       {"requests", "unanswered", "estimated", "unpriced", "input_tokens", "output_tokens", "cost", "latency_ms"}) {
    const std::string name = figure;
    sums += ", sum(" + name + ") FILTER (WHERE stored) AS s_" + name + ", sum(" + name +
            ") FILTER (WHERE NOT stored) AS e_" + name;
    pairs += (pairs.empty() ? "('" : ", ('") + name + "', s_" + name + "::numeric, e_" + name + "::numeric)";
  }
  const std::string place = std::string(what.place) + " AS place, ";
  const auto side = [&](const char* stored, const char* rows) {
    return std::string("SELECT ") + stored + " AS stored, " + place + "unanswered, " RAPT_STORED " FROM (" + rows +
           ") r";
  };
  return "SELECT place, v.figure, v.stored::text AS stored, v.expected::text AS expected FROM (SELECT place" + sums +
         " FROM (" + side("true", what.stored) + " UNION ALL " + side("false", what.expected) +
         ") b GROUP BY place) g CROSS JOIN LATERAL (VALUES " + pairs +
         ") v (figure, stored, expected) WHERE v.stored IS DISTINCT FROM v.expected ORDER BY place, v.figure LIMIT "
         "1000";
}

Difference difference_of(const char* table, const store::Row& row) {
  return {table, row.text("place"), row.text("figure"), row.text("stored"), row.text("expected")};
}

Result<void> add_differences(store::Transaction& tx, const store::Statement& statement, const char* table,
                             const Days& days, std::vector<Difference>& found) {
  const auto rows = tx.exec(statement, store::params(days.from, days.to));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size() && found.size() < kMostDifferences; ++i)
    found.push_back(difference_of(table, (*rows)[i]));
  return {};
}

}  // namespace

Result<void> repair_spending(store::Transaction& tx, const Days& days) {
  const auto bounds = store::params(days.from, days.to);
  RAPT_TRY(tx.exec(kLockSpending, bounds));
  RAPT_TRY(tx.exec(kRepairSpending, bounds));
  return {};
}

Task<Result<std::vector<Difference>>> check_sums(store::Database& database, Days days) {
  auto work = [days = std::move(days)](store::Transaction& tx) -> Result<std::vector<Difference>> {
    RAPT_TRY(tx.exec(kPatience));
    std::vector<Difference> found;
    for (const auto& what : kComparisons) {
      const auto text = text_of(what);
      RAPT_TRY(add_differences(tx, {what.name, text.c_str()}, what.table, days, found));
    }
    RAPT_TRY(add_differences(tx, kSpending, "ai_spending", days, found));
    return found;
  };
  co_return co_await database.transaction(std::move(work));
}

}  // namespace rapt::usage
