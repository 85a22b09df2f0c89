// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

/// OpenRouter's GET /generation: what was spent on an answer, by the tokens that are paid for (`native_tokens_…`) where
/// it tells them. AI_INVALID_RESPONSE when it has no counts.
Result<std::optional<Spent>> parse_generation(std::string_view json);

/// A text as the value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace rapt::gateway
