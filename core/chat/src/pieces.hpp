// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>
#include <vector>

namespace rapt::chat {

/// Cuts an answer that was held for checking into a few words each, so that the reader's page can draw it as it draws a
/// stream. Together the pieces are the text, byte for byte; none ends inside a UTF-8 sequence.
std::vector<std::string_view> word_groups(std::string_view text);

}  // namespace rapt::chat
