// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

namespace rapt::identity {

/// True for `path` itself and everything below it; labels are whole, so "a.b" is not above "a.bc".
inline bool is_at_or_below(std::string_view path, std::string_view above) {
  return path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '.');
}

}  // namespace rapt::identity
