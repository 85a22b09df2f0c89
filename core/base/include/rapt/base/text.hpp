// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rapt {

/// True for well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);
/// Number of code points of well-formed UTF-8.
std::size_t count_code_points(std::string_view utf8);
/// Text for a log or a terminal: control characters and bad bytes escaped, cut at `limit` bytes with "…".
std::string printable(std::string_view hostile, std::size_t limit = 200);

}  // namespace rapt
