// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rapt::gateway {

/// Reading JSON of which nothing is certain. A member that is null counts as missing.

const nlohmann::json* member(const nlohmann::json& value, const char* name);
/// "" when it is no string.
std::string text_of(const nlohmann::json* value);
/// Bounded and printable, for names of models and the like.
std::string name_from(std::string_view text);
/// The same of a value; "" when it is no string.
std::string name_of(const nlohmann::json* value);
/// A count of tokens that can be believed.
std::optional<std::int64_t> count_of(const nlohmann::json* value);

}  // namespace rapt::gateway
