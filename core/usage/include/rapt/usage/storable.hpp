// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

namespace rapt::usage {

/// Whether PostgreSQL takes `text` as jsonb: well-formed JSON in UTF-8, at most 64 levels deep, no NUL in a string, no
/// number beyond what a double holds. For JSON that comes from modules, models and readers.
bool storable_json(std::string_view text);

}  // namespace rapt::usage
