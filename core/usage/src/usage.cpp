// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/usage.hpp"

#include <string_view>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/store/database.hpp"

namespace rapt::usage {

namespace {

constexpr store::Statement kInsert{"usage_insert", R"(
  INSERT INTO ai_usage (id, user_id, group_id, class_id, tool_id, session_id, run_id, assignment_id, model, request_type, outcome,
                        input_tokens, output_tokens, estimated, latency_ms, cost)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, CASE WHEN $9 = 'rapt-demo' THEN 0 END))"};

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

Result<void> record(store::Transaction& transaction, const Record& what) {
  RAPT_TRY(transaction.exec(
      kInsert, store::params(new_uuid(), what.user, what.group, what.class_id, what.tool, what.session, what.run,
                             what.assignment, what.model, what.request_type, name(what.outcome), what.input_tokens,
                             what.output_tokens, what.estimated, static_cast<std::int64_t>(what.latency.count()))));
  return {};
}

Task<void> record_alone(store::Database& database, Record what) {
  auto writing = [what](store::Transaction& tx) -> Result<void> { return record(tx, what); };
  const auto stored = co_await database.transaction(std::move(writing));
  if (stored) co_return;
  log::error("usage.not_recorded", {{"model", what.model},
                                    {"input_tokens", std::to_string(what.input_tokens)},
                                    {"output_tokens", std::to_string(what.output_tokens)},
                                    {"detail", stored.error().log_detail}});
}

}  // namespace rapt::usage
