// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

#include "openai_protocol.hpp"

namespace rapt::gateway {

/// Reads a chunk that brings words and nothing else, as nearly all of a stream do, without making a tree of it. False
/// for every other text, be it right or wrong: one with an escape in it, a usage, an error, an end. Then `into` holds
/// nothing of worth, and the general reader has to be asked, which would read what is read here alike.
bool read_plain_chunk(std::string_view text, Piece& into);

}  // namespace rapt::gateway
