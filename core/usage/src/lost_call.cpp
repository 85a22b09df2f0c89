// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/lost_call.hpp"

#include <utility>

#include "rapt/store/database.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kReserved{"usage_lost_reservation", R"(
  SELECT max(starts_on) FILTER (WHERE period = 'day')::text AS day, count(*) AS reservations
    FROM ai_reservations WHERE call_id = $1)"};

constexpr store::Statement kPrices{"usage_prices", R"(
  SELECT id, input_cost_per_1k::text AS input, output_cost_per_1k::text AS output FROM ai_models
   WHERE input_cost_per_1k IS NOT NULL)"};

}  // namespace

Task<Result<Call>> lost_call(store::Database& database, std::string id, TimePoint started) {
  auto reserved = co_await database.query(kReserved, store::params(id));
  if (!reserved) co_return reserved.error();
  auto prices = co_await database.query(kPrices);
  if (!prices) co_return prices.error();
  const auto row = (*reserved)[0];
  Call call;
  call.id = std::move(id);
  call.reserved = row.integer("reservations") > 0;
  call.day = row.optional_text("day").value_or(to_rfc3339(started).substr(0, 10));
  for (std::size_t i = 0; i < prices->size(); ++i) {
    const auto price = (*prices)[i];
    call.prices.push_back({price.text("id"), {price.text("input"), price.text("output")}});
  }
  co_return call;
}

}  // namespace rapt::usage
