// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::marketplace {

/// What is left of a name where the differences that eyes miss are taken out: 0 and o, 1, l and i, rn and m, vv and w,
/// hyphens, doubled letters.
std::string skeleton(std::string_view name);

/// Whether somebody who means one of the names could take the other for it: their skeletons are the same, or, of names
/// of five characters and more (shorter words are near each other by nature), one letter is another one, too many,
/// missing, or changed places with its neighbor. A name does not look like itself.
bool look_alike(std::string_view a, std::string_view b);

/// The first of `names` that looks like `name`.
std::optional<std::string> similar_to(std::string_view name, const std::vector<std::string>& names);

/// Whether a publisher or module may be called so by nobody but whoever runs the registry: words that speak for the
/// platform or the registry, and what looks like the platform's name.
bool is_reserved_name(std::string_view name);

}  // namespace rapt::marketplace
