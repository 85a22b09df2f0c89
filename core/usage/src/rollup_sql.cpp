// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rollup_sql.hpp"

namespace rapt::usage {
namespace {

// In every statement a group that is NULL has a branch of its own: IS NOT DISTINCT FROM uses no index.
std::string for_both(const std::string& text, const std::string& with_group, const std::string& without) {
  const auto filled = [&text](const std::string& condition) {
    auto out = text;
    const auto at = out.find("SAME_GROUP");
    return out.replace(at, 10, condition);
  };
  return filled(with_group) + " UNION ALL " + filled(without);
}

std::string joined(const std::string& text, const std::string& of) {
  return for_both(text, of + ".group_id = t.group_id", of + ".group_id IS NULL AND t.group_id IS NULL");
}

std::string with_touched(const Stretch& stretch) {
  return "WITH touched AS MATERIALIZED (" + stretch.touched + "), ";
}

constexpr const char* kRollupSums =
    "sum(requests)::bigint, sum(unanswered)::bigint, sum(estimated)::bigint, sum(unpriced)::bigint,"
    " sum(input_tokens)::bigint, sum(output_tokens)::bigint, sum(cost), sum(latency_ms)::bigint";
constexpr const char* kTotalColumns =
    "period, starts_on, group_id, model, request_type, requests, unanswered, estimated, unpriced, input_tokens,"
    " output_tokens, cost, latency_ms";

std::string gone_totals(const std::string& places, const std::string& period) {
  const auto one = [&](const std::string& name, const std::string& condition) {
    return name + " AS (DELETE FROM ai_usage_totals d USING " + places + " t WHERE d.period = '" + period +
           "' AND d.starts_on = t.day AND " + condition + ")";
  };
  return one("gone", "d.group_id = t.group_id") + ", " +
         one("gone_without", "d.group_id IS NULL AND t.group_id IS NULL");
}

/// A table of sums by all that reports are asked by.
struct FineTable {
  const char* name;
  const char* more_keys;  ///< beside those of ai_usage_daily
  const char* columns;    ///< of `ai_usage u` and what is joined to it
  const char* joined;
};

std::string replace_rows(const Stretch& stretch, const FineTable& table) {
  const std::string name = table.name,
                    figures = "requests, estimated, unpriced, input_tokens, output_tokens, cost, latency_ms";
  const std::string keys =
      std::string("day, ") + table.more_keys + "group_id, class_id, user_id, tool_id, model, request_type, outcome";
  const std::string rows = joined(
      "SELECT " + std::string(table.columns) +
          " FROM touched t JOIN ai_usage u ON SAME_GROUP AND u.day = t.day AND u.created_at <= " + stretch.until +
          table.joined,
      "u");
  const std::string have = joined(
      "SELECT d.ctid AS at, d::text AS line FROM touched t JOIN " + name + " d ON SAME_GROUP AND d.day = t.day", "d");
  return with_touched(stretch) + "counted AS (" + rows +
         "), fresh AS MATERIALIZED (SELECT s.*, s::text AS line FROM (SELECT " + keys +
         ", count(*) AS requests, count(*) FILTER (WHERE estimated) AS estimated,"
         " count(*) FILTER (WHERE cost IS NULL) AS unpriced, sum(input_tokens)::bigint AS input_tokens,"
         " sum(output_tokens)::bigint AS output_tokens, coalesce(sum(cost), 0)::numeric(20, 8) AS cost,"
         " coalesce(sum(latency_ms), 0)::bigint AS latency_ms FROM counted GROUP BY " +
         keys + ") AS s), have AS MATERIALIZED (" + have + "), gone AS (DELETE FROM " + name +
         " WHERE ctid = ANY (ARRAY(SELECT at FROM have WHERE NOT EXISTS"
         " (SELECT FROM fresh WHERE fresh.line = have.line)))) INSERT INTO " +
         name + " (" + keys + ", " + figures + ") SELECT " + keys + ", " + figures +
         " FROM fresh f WHERE NOT EXISTS (SELECT FROM have WHERE have.line = f.line)";
}

}  // namespace

Stretch stretch_by_time() {
  // Bounded on both sides, or the planner takes the rows for a third of all.
  return {
      "SELECT DISTINCT group_id, day FROM ai_usage WHERE created_at > $1::timestamptz - interval '10 minutes' AND"
      " created_at <= $2::timestamptz",
      "$2::timestamptz"};
}

Stretch stretch_by_day() {
  return {
      "SELECT group_id, day FROM ai_usage WHERE day BETWEEN $1::date AND $2::date"
      " UNION SELECT group_id, day FROM ai_usage_daily WHERE day BETWEEN $1::date AND $2::date"
      " UNION SELECT group_id, starts_on FROM ai_usage_totals WHERE"
      " starts_on BETWEEN CASE period WHEN 'day' THEN $1::date ELSE date_trunc('month', $1::date)::date END AND "
      "$2::date",
      "(SELECT until FROM ai_usage_rollup)"};
}

Stretch modules_by_time() {
  return {
      "SELECT DISTINCT u.group_id, u.day FROM ai_usage u JOIN ai_module_calls m ON m.id = u.id WHERE u.created_at >"
      " $1::timestamptz - interval '10 minutes' AND u.created_at <= $2::timestamptz",
      "$2::timestamptz"};
}

Stretch modules_by_day() {
  return {
      "SELECT u.group_id, u.day FROM ai_usage u JOIN ai_module_calls m ON m.id = u.id WHERE u.day BETWEEN $1::date AND"
      " $2::date UNION SELECT group_id, day FROM ai_usage_modules WHERE day BETWEEN $1::date AND $2::date",
      "(SELECT modules_until FROM ai_usage_rollup)"};
}

std::string replace_daily(const Stretch& stretch) {
  return replace_rows(stretch, {"ai_usage_daily", "", "u.*", ""});
}

std::string replace_modules(const Stretch& stretch) {
  return replace_rows(stretch,
                      {"ai_usage_modules", "module, ", "u.*, m.module", " JOIN ai_module_calls m ON m.id = u.id"});
}

std::string replace_day_totals(const Stretch& stretch) {
  const std::string rows =
      joined("SELECT d.* FROM touched t JOIN ai_usage_daily d ON SAME_GROUP AND d.day = t.day", "d");
  return with_touched(stretch) + gone_totals("touched", "day") + ", counted AS (" + rows +
         ") INSERT INTO ai_usage_totals (" + kTotalColumns + ") SELECT 'day', day, group_id, model, request_type, " +
         kRollupSums +
         " FROM (SELECT *, CASE outcome WHEN 'answered' THEN 0 ELSE requests END AS unanswered FROM counted) c"
         " GROUP BY day, group_id, model, request_type";
}

std::string replace_month_totals(const Stretch& stretch) {
  const std::string rows = joined(
      "SELECT t.day, d.group_id, d.model, d.request_type, d.requests, d.unanswered, d.estimated, d.unpriced,"
      " d.input_tokens, d.output_tokens, d.cost, d.latency_ms FROM months t JOIN ai_usage_totals d ON SAME_GROUP"
      " AND d.period = 'day' AND d.starts_on >= t.day AND d.starts_on < (t.day + interval '1 month')::date",
      "d");
  return with_touched(stretch) +
         "months AS MATERIALIZED (SELECT DISTINCT group_id, date_trunc('month', day)::date AS day FROM touched), " +
         gone_totals("months", "month") + ", counted AS (" + rows + ") INSERT INTO ai_usage_totals (" + kTotalColumns +
         ") SELECT 'month', day, group_id, model, request_type, " + kRollupSums +
         " FROM counted GROUP BY day, group_id, model, request_type";
}

}  // namespace rapt::usage
