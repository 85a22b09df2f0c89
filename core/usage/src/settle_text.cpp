// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/store/database.hpp"
#include "rapt/usage/settle_sql.hpp"

namespace rapt::usage {
namespace {

using nlohmann::json;

constexpr std::size_t kMostModelBytes = 300;

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

/// "anthropic/claude-sonnet-4" and "claude-sonnet-4-20250514" are one model: gateways answer with a name of their own.
bool is_kind_of(std::string_view answered, std::string_view asked) {
  const auto last = [](std::string_view id) { return id.substr(id.rfind('/') + 1); };
  const auto a = last(answered), b = last(asked);
  return !a.empty() && !b.empty() && (a.starts_with(b) || b.starts_with(a));
}

/// The price of the model that answered. Who answers under a name that nobody asked for is one of those that were
/// asked all the same: the nearest name decides. Where a budget holds nothing may be free: then the first that was
/// asked.
std::optional<Price> price_of(const Call& call, std::string_view model) {
  if (call.prices.empty()) return std::nullopt;
  const auto exact = [model](const auto& priced) { return priced.model == model; };
  auto found = std::find_if(call.prices.begin(), call.prices.end(), exact);
  const auto similar = [model](const auto& priced) { return is_kind_of(model, priced.model); };
  if (found == call.prices.end()) found = std::find_if(call.prices.begin(), call.prices.end(), similar);
  if (found != call.prices.end()) return found->price;
  return call.reserved ? std::optional(call.prices.front().price) : std::nullopt;
}

std::string storable_name(std::string model) {
  std::erase(model, '\0');
  if (model.size() > kMostModelBytes) model.resize(kMostModelBytes);
  if (!is_utf8(model)) model = printable(model, kMostModelBytes);
  return model.empty() ? "unknown" : model;
}

std::int64_t bounded(std::int64_t count) {
  return std::clamp<std::int64_t>(count, 0, std::numeric_limits<std::int32_t>::max());
}

template <class IdType>
json or_null(const IdType& id) {
  return id.empty() ? json(nullptr) : json(id.str());
}

json fields_of(const Record& record) {
  const auto price = price_of(record.call, record.model);
  return {{"id", record.call.id},
          {"user_id", or_null(record.user)},
          {"group_id", or_null(record.group)},
          {"class_id", or_null(record.class_id)},
          {"tool_id", or_null(record.tool)},
          {"session_id", or_null(record.session)},
          {"run_id", or_null(record.run)},
          {"assignment_id", or_null(record.assignment)},
          {"model", storable_name(record.model)},
          {"request_type", record.request_type},
          {"outcome", name(record.outcome)},
          {"input_tokens", bounded(record.input_tokens)},
          {"output_tokens", bounded(record.output_tokens)},
          {"estimated", record.estimated},
          {"latency_ms", bounded(record.latency.count())},
          {"day", record.call.day},
          {"budgeted", record.call.reserved},
          {"input_price", price ? json(price->input_per_1k) : json(nullptr)},
          {"output_price", price ? json(price->output_per_1k) : json(nullptr)}};
}

}  // namespace

void add_paid(store::Params& params, const std::optional<Record>& record) {
  if (!record) {
    for (int column = 0; column < 12; ++column) params.add_null();
    return;
  }
  const auto price = price_of(record->call, record->model);
  params.add(record->call.id).add(storable_name(record->model)).add(record->request_type);
  params.add(name(record->outcome)).add(bounded(record->input_tokens)).add(bounded(record->output_tokens));
  params.add(record->estimated).add(bounded(record->latency.count())).add(record->call.day);
  params.add(record->call.reserved);
  params.add(price ? std::optional(price->input_per_1k) : std::nullopt);
  params.add(price ? std::optional(price->output_per_1k) : std::nullopt);
}

std::string settle_text(const std::vector<Record>& records) {
  json all = json::array();
  for (const auto& record : records) all.push_back(fields_of(record));
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string settle_text(const Record& record) {
  return settle_text(std::vector<Record>{record});
}

}  // namespace rapt::usage
