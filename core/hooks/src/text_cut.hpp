// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace rapt::hooks {

/// Where UTF-8 may be cut. The text is well-formed but for its end, where a sequence may be incomplete.

/// True at the first byte of a character and at the end.
bool between_characters(std::string_view text, std::size_t at);
/// True unless the cut would part what a reader takes for one sign: a letter and its accents, an emoji and its parts.
/// The table knows the scripts of the larger languages, not all of Unicode.
bool between_graphemes(std::string_view text, std::size_t at);
/// How many bytes at the end begin a character whose rest has not come: 0 to 3.
std::size_t incomplete_tail(std::string_view text);
/// The last place up to `limit` behind white space; when there is none, between signs; else between characters. `text`
/// is longer than `limit`, which is 16 at least. Never 0.
std::size_t cut_before(std::string_view text, std::size_t limit);

}  // namespace rapt::hooks
