// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::demo {

/// A JSON document that fits `schema_json` (objects, arrays, strings, numbers, enums, $ref within the document), filled
/// with sensible words about `input_json`: its topic, grade and duration. An unreadable schema counts as an empty one.
std::string structured_answer(std::string_view schema_json, std::string_view input_json);

}  // namespace rapt::demo
