// SPDX-License-Identifier: AGPL-3.0-or-later
#include "policy.hpp"

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "rapt/store/database.hpp"

namespace rapt::quota {
namespace {

using nlohmann::json;

#define RAPT_NEAREST(column)                                                      \
  "(SELECT up." column " FROM levels up WHERE up.depth <= l.depth AND up." column \
  " IS NOT NULL ORDER BY up.depth"                                                \
  " DESC LIMIT 1)"

// PostgreSQL knows the time zones, and computes with money. A class stands below all groups.
constexpr store::Statement kPolicy{"quota.policy", R"(
  WITH payer AS (SELECT path FROM groups WHERE id = $1::uuid),
  levels AS (
    SELECT s.*, coalesce(c.name, g.name, '') AS place,
           CASE WHEN s.class_id IS NOT NULL THEN 1000 WHEN s.group_id IS NULL THEN 0 ELSE nlevel(g.path) END AS depth
      FROM ai_settings s LEFT JOIN groups g ON g.id = s.group_id LEFT JOIN classes c ON c.id = s.class_id
     WHERE (s.group_id IS NULL AND s.class_id IS NULL) OR s.class_id = $2::uuid OR g.path @> (SELECT path FROM payer)),
  inheriting AS (
    SELECT l.*, coalesce()" RAPT_NEAREST("time_zone") R"(, 'UTC') AS zone, )" RAPT_NEAREST("soft_limit") R"( AS soft,
           )" RAPT_NEAREST("budget_alert_threshold") R"( AS threshold
      FROM levels l)
  SELECT l.id, l.group_id, l.class_id, l.place, l.default_model, to_json(l.fallback_models)::text AS fallback_models,
         l.user_requests_per_minute, l.user_requests_per_hour, l.user_requests_per_day,
         l.requests_per_minute, l.requests_per_hour, l.requests_per_day, l.max_output_tokens, l.soft::text AS soft, l.zone,
         l.tokens_per_day::text AS tokens_per_day, l.daily_budget::text AS daily_budget,
         l.monthly_budget::text AS monthly_budget, (l.daily_budget * l.threshold)::text AS daily_alert,
         (l.monthly_budget * l.threshold)::text AS monthly_alert,
         d.today::text AS today, (d.today + 1)::text AS tomorrow, d.month::text AS month, d.next_month::text AS next_month,
         (d.today + 1)::timestamp AT TIME ZONE l.zone AS day_ends, d.next_month::timestamp AT TIME ZONE l.zone AS month_ends,
         (SELECT version FROM ai_policy_version) AS version
    FROM inheriting l
   CROSS JOIN LATERAL (SELECT ($3::timestamptz AT TIME ZONE l.zone)::date AS today) AS t
   CROSS JOIN LATERAL (SELECT t.today, date_trunc('month', t.today)::date AS month,
                              (date_trunc('month', t.today) + interval '1 month')::date AS next_month) AS d
   ORDER BY l.depth)"};
constexpr store::Statement kCatalog{"quota.catalog", R"(
  SELECT v.version, m.id, m.active, m.input_cost_per_1k::text AS input_cost, m.output_cost_per_1k::text AS output_cost,
         m.max_context_tokens, m.max_output_tokens FROM ai_policy_version v LEFT JOIN ai_models m ON true)"};
constexpr store::Statement kVersion{"quota.version", "SELECT version FROM ai_policy_version"};

RequestLimits limits_of(const store::Row& row, const std::string& prefix) {
  return {optional_integer(row, (prefix + "requests_per_minute").c_str()),
          optional_integer(row, (prefix + "requests_per_hour").c_str()),
          optional_integer(row, (prefix + "requests_per_day").c_str())};
}

std::vector<Budget> budgets_of(const store::Row& row) {
  std::vector<Budget> budgets;
  const auto id = row.text("id"), place = row.text("place");
  if (!row.is_null("daily_budget") || !row.is_null("tokens_per_day")) {
    budgets.push_back({id, place, "day", row.text("today"), row.text("tomorrow"), row.time("day_ends"),
                       row.optional_text("daily_budget"), row.optional_text("tokens_per_day"),
                       row.optional_text("daily_alert")});
  }
  if (!row.is_null("monthly_budget")) {
    budgets.push_back({id, place, "month", row.text("month"), row.text("next_month"), row.time("month_ends"),
                       row.optional_text("monthly_budget"), std::nullopt, row.optional_text("monthly_alert")});
  }
  return budgets;
}

Level level_of(const store::Row& row) {
  Level level;
  level.settings_id = row.text("id");
  level.group_id = row.text("group_id");
  level.class_id = row.text("class_id");
  level.place = row.text("place");
  level.default_model = row.optional_text("default_model");
  level.fallback_models = json::parse(row.text("fallback_models")).get<std::vector<std::string>>();
  level.per_user = limits_of(row, "user_");
  level.together = limits_of(row, "");
  level.max_output_tokens = optional_integer(row, "max_output_tokens");
  if (const auto soft = row.optional_text("soft")) level.soft_limit = std::strtod(soft->c_str(), nullptr);
  level.time_zone = row.text("zone");
  level.today = row.text("today");
  level.day_ends = row.time("day_ends");
  level.budgets = budgets_of(row);
  return level;
}

std::optional<std::int64_t> smaller(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

std::optional<std::int64_t> optional_integer(const store::Row& row, const char* column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

std::optional<std::int64_t> Policy::per_user(Window window) const {
  std::optional<std::int64_t> strictest;
  for (const auto& level : levels) strictest = smaller(strictest, level.per_user[window]);
  return strictest;
}

std::optional<std::int64_t> Policy::max_output_tokens() const {
  std::optional<std::int64_t> least;
  for (const auto& level : levels) least = smaller(least, level.max_output_tokens);
  return least;
}

Task<Result<Policy>> load_policy(store::Database& database, GroupId group, ClassId class_id, TimePoint now) {
  const auto rows = co_await database.query(kPolicy, store::params(group, class_id, now));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::internal("the system's row of ai_settings is missing");
  Policy policy;
  policy.version = (*rows)[0].integer("version");
  for (std::size_t i = 0; i < rows->size(); ++i) policy.levels.push_back(level_of((*rows)[i]));
  policy.since = now;
  policy.ends = policy.levels.front().day_ends;
  for (const auto& level : policy.levels) policy.ends = std::min(policy.ends, level.day_ends);
  co_return policy;
}

Task<Result<Catalog>> load_catalog(store::Database& database) {
  const auto rows = co_await database.query(kCatalog);
  if (!rows) co_return rows.error();
  Catalog catalog;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    catalog.version = row.integer("version");
    if (row.is_null("id")) continue;
    Catalog::Entry entry;
    entry.active = row.boolean("active");
    if (!row.is_null("input_cost")) entry.price = usage::Price{row.text("input_cost"), row.text("output_cost")};
    entry.max_context_tokens = optional_integer(row, "max_context_tokens");
    entry.max_output_tokens = optional_integer(row, "max_output_tokens");
    catalog.models.emplace(row.text("id"), std::move(entry));
  }
  co_return catalog;
}

Task<Result<std::int64_t>> load_version(store::Database& database) {
  const auto rows = co_await database.query(kVersion);
  if (!rows) co_return rows.error();
  co_return (*rows)[0].integer("version");
}

}  // namespace rapt::quota
