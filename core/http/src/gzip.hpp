// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::http {

inline constexpr int kSmallest = 9;

/// In gzip's format; `level` from 1 (fast) to kSmallest. Empty when zlib fails.
std::string gzip(std::string_view bytes, int level = kSmallest);

}  // namespace rapt::http
