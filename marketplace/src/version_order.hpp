// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>

#include "rapt/base/semver.hpp"

namespace rapt::marketplace {

/// A text that orders, byte by byte (collation "C"), as the version does by its rules of precedence. For the columns
/// `sort_key`. Versions that compare equal have the same.
std::string sort_key(const Version& version);

}  // namespace rapt::marketplace
