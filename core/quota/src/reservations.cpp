// SPDX-License-Identifier: AGPL-3.0-or-later
#include "reservations.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "rapt/store/database.hpp"

namespace rapt::quota {
namespace {

constexpr store::Statement kReserve{"quota.reserve", R"(
  SELECT r.refused, r.passing, r.fullest, r.share::text AS share
    FROM reserve_spending(
           $1::uuid,
           (SELECT coalesce(max(round(($2::bigint * p.input + $3::bigint * p.output) / 1000, 8)), 0)
              FROM unnest($4::numeric[], $5::numeric[]) AS p (input, output)),
           $2::bigint + $3::bigint, $6::timestamptz, $7::uuid[], $8::budget_period[], $9::date[], $10::numeric[],
           $11::bigint[], $12::numeric[]) AS r)"};

/// An array whose elements may be NULL. They are numbers, ids and dates of our own, which need no quotes.
template <class Get>
std::string array_of(const std::vector<Budget>& budgets, Get get) {
  std::string out = "{";
  for (const auto& budget : budgets) {
    const std::optional<std::string> value = get(budget);
    out += (out.size() > 1 ? "," : "") + value.value_or("NULL");
  }
  return out + "}";
}

const Budget* at(const std::vector<Budget>& budgets, std::int64_t place) {
  return place > 0 ? &budgets[static_cast<std::size_t>(place - 1)] : nullptr;
}

}  // namespace

std::vector<Budget> budgets_of(const Policy& policy) {
  std::vector<Budget> all;
  for (const auto& level : policy.levels) all.insert(all.end(), level.budgets.begin(), level.budgets.end());
  // As PostgreSQL orders them: ids bytewise, a day before a month.
  std::sort(all.begin(), all.end(), [](const Budget& a, const Budget& b) {
    return std::tie(a.settings_id, a.period, a.starts_on) < std::tie(b.settings_id, b.period, b.starts_on);
  });
  return all;
}

Task<Result<Reserved>> reserve(store::Database& database, const std::string& call_id,
                               const std::vector<Budget>& budgets, Estimate estimate, TimePoint until) {
  std::vector<std::string> input_prices, output_prices;
  for (auto& price : estimate.prices) {
    input_prices.push_back(std::move(price.input_per_1k));
    output_prices.push_back(std::move(price.output_per_1k));
  }
  store::Params params;
  params.add(call_id).add(estimate.input_tokens).add(estimate.output_tokens);
  params.add_array(input_prices).add_array(output_prices).add(until);
  params.add(array_of(budgets, [](const Budget& one) { return one.settings_id; }))
      .add(array_of(budgets, [](const Budget& one) { return one.period; }))
      .add(array_of(budgets, [](const Budget& one) { return one.starts_on; }))
      .add(array_of(budgets, [](const Budget& one) { return one.cost_limit; }))
      .add(array_of(budgets, [](const Budget& one) { return one.token_limit; }))
      .add(array_of(budgets, [](const Budget& one) { return one.alert_at; }));
  const auto rows = co_await database.query(kReserve, std::move(params));
  if (!rows) co_return rows.error();
  const auto row = (*rows)[0];
  co_return Reserved{at(budgets, row.integer("refused")), row.boolean("passing"), at(budgets, row.integer("fullest")),
                     std::strtod(row.text("share").c_str(), nullptr)};
}

}  // namespace rapt::quota
