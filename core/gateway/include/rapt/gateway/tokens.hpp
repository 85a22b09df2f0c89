// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace rapt::gateway {

/// About how many tokens a model makes of a text, for where nobody counted: by its words, digits, signs and scripts.
/// Bytes that are no UTF-8 count as signs.
std::int64_t estimated_tokens(std::string_view text);

}  // namespace rapt::gateway
