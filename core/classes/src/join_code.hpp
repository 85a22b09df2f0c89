// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace rapt::classes {

/// Eight characters of an alphabet of 32 (40 bits): no I, O, 0 or 1, which hands write alike.
std::string random_join_code();
/// As somebody may type it: case, spaces and hyphens do not count.
std::string canonical_join_code(std::string_view typed);

}  // namespace rapt::classes
