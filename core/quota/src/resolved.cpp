// SPDX-License-Identifier: AGPL-3.0-or-later
#include <array>
#include <map>
#include <utility>

#include "places.hpp"
#include "policy.hpp"
#include "rapt/quota/administration.hpp"
#include "rapt/store/database.hpp"
#include "request_counts.hpp"
#include "reservations.hpp"
#include "resolution.hpp"

namespace rapt::quota {
namespace {

// A period that nobody has begun yet: what the ledger knows.
constexpr store::Statement kSpending{"quota.spending", R"(
  SELECT w.place AS settings_id, w.period::text AS period, trim_scale(coalesce(s.cost, spent.cost))::text AS cost,
         coalesce(s.tokens, spent.tokens)::text AS tokens, trim_scale(coalesce(s.reserved_cost, 0))::text AS reserved_cost,
         coalesce(s.reserved_tokens, 0)::text AS reserved_tokens
    FROM unnest($1::uuid[], $2::budget_period[], $3::date[]) AS w (place, period, starts_on)
    LEFT JOIN ai_spending s ON s.settings_id = w.place AND s.period = w.period AND s.starts_on = w.starts_on
    LEFT JOIN LATERAL spent_at(w.place, w.starts_on, (w.starts_on + ('1 ' || w.period::text)::interval)::date) AS spent
           ON s.settings_id IS NULL)"};

constexpr std::array kOfPerson{"user_requests_per_minute", "user_requests_per_hour", "user_requests_per_day"};
constexpr std::array kOfAll{"requests_per_minute", "requests_per_hour", "requests_per_day"};

Source source_of(const Level& level) {
  if (!level.class_id.empty()) return {"class", level.class_id, level.place};
  if (!level.group_id.empty()) return {"group", level.group_id, level.place};
  return {"system"};
}

struct Spending {
  std::string cost, tokens, reserved_cost, reserved_tokens;
};
using SpendingByPeriod = std::map<std::pair<std::string, std::string>, Spending>;

Task<Result<SpendingByPeriod>> load_spending(store::Database& database, std::vector<Budget> budgets) {
  std::vector<std::string> ids, periods, starts;
  for (const auto& budget : budgets) {
    ids.push_back(budget.settings_id);
    periods.push_back(budget.period);
    starts.push_back(budget.starts_on);
  }
  store::Params params;
  params.add_array(ids).add_array(periods).add_array(starts);
  const auto rows = co_await database.query(kSpending, std::move(params));
  if (!rows) co_return rows.error();
  SpendingByPeriod spending;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    spending[{row.text("settings_id"), row.text("period")}] = {row.text("cost"), row.text("tokens"),
                                                               row.text("reserved_cost"), row.text("reserved_tokens")};
  }
  co_return spending;
}

void add_request_limits(const Level& level, const std::vector<Counter>& counters, const std::vector<long long>& used,
                        std::vector<LimitInForce>& limits) {
  for (const auto window : {kMinute, kHour, kDay}) {
    if (const auto& limit = level.per_user[window])
      limits.push_back({.name = kOfPerson[window], .value = std::to_string(*limit), .source = source_of(level)});
  }
  for (std::size_t i = 0; i < counters.size(); ++i) {
    if (counters[i].settings_id != level.settings_id) continue;
    limits.push_back({.name = kOfAll[counters[i].window],
                      .value = std::to_string(counters[i].limit),
                      .used = std::to_string(used[i]),
                      .resets_at = counters[i].ends,
                      .source = source_of(level)});
  }
}

void add_budgets(const Level& level, const SpendingByPeriod& spending, std::vector<LimitInForce>& limits) {
  for (const auto& budget : level.budgets) {
    const auto found = spending.find({budget.settings_id, budget.period});
    const auto spent = found == spending.end() ? Spending{"0", "0", "0", "0"} : found->second;
    if (budget.token_limit)
      limits.push_back(
          {"tokens_per_day", *budget.token_limit, spent.tokens, spent.reserved_tokens, budget.ends, source_of(level)});
    if (budget.cost_limit)
      limits.push_back({budget.period == "day" ? "daily_budget" : "monthly_budget", *budget.cost_limit, spent.cost,
                        spent.reserved_cost, budget.ends, source_of(level)});
  }
}

void set_model(const Policy& policy, const Catalog& catalog, const std::string& environment, Resolved& out) {
  const auto chosen = choose_within(policy, catalog, {}, environment);
  if (!chosen) {
    out.problem = chosen.error().message;
    return;
  }
  out.model = chosen->model;
  out.model_source = chosen->from == nullptr ? Source{"environment"} : source_of(*chosen->from);
  out.fallback_models = chosen->fallbacks;
}

}  // namespace

Task<Result<Resolved>> Administration::resolved(identity::Actor actor, Place place) {
  auto checking = [actor = std::move(actor), place = std::move(place)](store::Transaction& tx) {
    return check_place(tx, actor, place);
  };
  const auto where = co_await database_.transaction(std::move(checking));
  if (!where) co_return where.error();
  const auto now = clock_.now();
  const auto policy = co_await load_policy(database_, where->group, where->class_id, now);
  if (!policy) co_return policy.error();
  const auto catalog = co_await load_catalog(database_);
  if (!catalog) co_return catalog.error();
  const auto spending = co_await load_spending(database_, budgets_of(*policy));
  if (!spending) co_return spending.error();
  const auto counters = counters_of(*policy, {}, now);
  RequestCounts counts(redis_);
  const auto used = co_await counts.look(counters, now);

  Resolved out;
  set_model(*policy, *catalog, default_model_, out);
  out.time_zone = policy->nearest().time_zone;
  for (const auto& level : policy->levels) {
    add_request_limits(level, counters, used, out.limits);
    add_budgets(level, *spending, out.limits);
    if (level.max_output_tokens)
      out.limits.push_back(
          {.name = "max_output_tokens", .value = std::to_string(*level.max_output_tokens), .source = source_of(level)});
  }
  co_return out;
}

}  // namespace rapt::quota
