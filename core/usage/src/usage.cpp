// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/usage.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/store/database.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kInsert{"usage_insert", R"(
  INSERT INTO ai_usage (id, user_id, group_id, class_id, tool_id, session_id, run_id, assignment_id, model, request_type, outcome,
                        input_tokens, output_tokens, estimated, latency_ms, day, cost)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
          ($12::integer * $17::numeric + $13::integer * $18::numeric) / 1000)
  ON CONFLICT (id) DO NOTHING)"};

std::optional<Price> price_of(const Call& call, const std::string& model) {
  for (const auto& priced : call.prices) {
    if (priced.model == model) return priced.price;
  }
  return std::nullopt;
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAnswered:
      return "answered";
    case Outcome::kBlocked:
      return "blocked";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kAbandoned:
      return "abandoned";
  }
  return "failed";
}

}  // namespace

Result<void> settle(store::Transaction& transaction, const Record& what) {
  auto params =
      store::params(what.call.id, what.user, what.group, what.class_id, what.tool, what.session, what.run,
                    what.assignment, what.model, what.request_type, name(what.outcome), what.input_tokens,
                    what.output_tokens, what.estimated, static_cast<std::int64_t>(what.latency.count()), what.call.day);
  if (const auto price = price_of(what.call, what.model)) {
    params.add(price->input_per_1k).add(price->output_per_1k);
  } else {
    params.add_null().add_null();
  }
  RAPT_TRY(transaction.exec(kInsert, params));
  return {};
}

Task<Result<void>> settle_alone(store::Database& database, Record what) {
  auto writing = [what](store::Transaction& tx) -> Result<void> { return settle(tx, what); };
  auto stored = co_await database.transaction(std::move(writing));
  if (!stored) {
    log::error("usage.not_recorded", {{"model", what.model},
                                      {"input_tokens", std::to_string(what.input_tokens)},
                                      {"output_tokens", std::to_string(what.output_tokens)},
                                      {"detail", stored.error().log_detail}});
  }
  co_return stored;
}

Task<Result<void>> release(store::Database& /*database*/, Call /*call*/) {
  co_return Result<void>{};
}

}  // namespace rapt::usage
