// SPDX-License-Identifier: AGPL-3.0-or-later
// Reading JSON of a server that nobody vouches for: what is absent or of another type counts as empty.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::agent {

/// What the path leads to; null where it leads nowhere.
const nlohmann::json& at(const nlohmann::json& object, std::initializer_list<std::string_view> path);
std::string text(const nlohmann::json& object, std::string_view field);
std::int64_t number(const nlohmann::json& object, std::string_view field, std::int64_t otherwise = 0);
bool flag(const nlohmann::json& object, std::string_view field);
/// A JSON value converts to nearly everything, so a Result of one has to be told which of its sides is meant.
Result<nlohmann::json> found(nlohmann::json value);

}  // namespace rapt::agent
