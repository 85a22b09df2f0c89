// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace rapt {

/// Reads what programs usually write, in a small part of a parser's time: sixteen bytes of a text at once. False for
/// everything else, be it right or wrong: powers of ten, halves of surrogate pairs, a name that stands twice in one
/// object, what is nested deeper than sixteen levels, bytes that are not UTF-8. Then `into` holds nothing of worth, and
/// the parser has to be asked, which also knows what is wrong and where.
bool read_plain_json(std::string_view text, nlohmann::json& into);

/// nlohmann::json::parse(text, nullptr, false): discarded when that is no JSON.
nlohmann::json parse_json(std::string_view text);

}  // namespace rapt
