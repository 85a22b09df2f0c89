// SPDX-License-Identifier: AGPL-3.0-or-later
#include "context_room.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "refusals.hpp"

namespace rapt::quota {
namespace {

constexpr std::int64_t kFraming = 64;  // tokens that a gateway adds around the messages

std::optional<std::int64_t> context_of(const Catalog& catalog, const std::string& model) {
  const auto found = catalog.models.find(model);
  return found == catalog.models.end() ? std::nullopt : found->second.max_context_tokens;
}

/// How much a model with that context may be told.
std::int64_t most_input(std::int64_t context, std::optional<std::int64_t> output_bound) {
  return context - std::min(output_bound.value_or(kUsualOutput), context / 2);
}

/// Erases those without room for the question, and narrows the room for the answer to that of the others.
void drop_too_small(Chosen& chosen, const Catalog& catalog, std::optional<std::int64_t> output_bound, Fitted& fitted) {
  std::erase_if(chosen.fallbacks, [&](const std::string& id) {
    const auto context = context_of(catalog, id);
    if (!context) return false;
    if (fitted.input_tokens > most_input(*context, output_bound)) return true;
    const auto left = *context - fitted.input_tokens;
    fitted.room = std::min(fitted.room.value_or(left), left);
    return false;
  });
}

}  // namespace

Result<Fitted> fit(const Ask& ask, Chosen& chosen, const Catalog& catalog, std::optional<std::int64_t> output_bound) {
  const auto& earlier = ask.earlier_tokens;
  const auto needed = ask.input_tokens + kFraming;
  Fitted fitted;
  fitted.input_tokens = std::accumulate(earlier.begin(), earlier.end(), needed);
  if (const auto context = context_of(catalog, chosen.model)) {
    const auto most = most_input(*context, output_bound);
    if (needed > most) return context_too_long(chosen.model, needed, most);
    while (fitted.input_tokens > most) fitted.input_tokens -= earlier[fitted.left_out++];
    fitted.room = *context - fitted.input_tokens;
  }
  drop_too_small(chosen, catalog, output_bound, fitted);
  return fitted;
}

}  // namespace rapt::quota
