// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/base/result.hpp"

/// Settings and themes: JSON objects that descendants inherit.
namespace rapt::groups {

/// `patch` applied to `document` (RFC 7396). kInvalid, at `field`, when it is no object or the outcome is too large.
Result<std::string> merged(const std::string& document, const std::string& patch, const std::string& field);
/// The documents of a chain from the top down, each merged over the one before. Stored documents are objects.
std::string inherited(const std::vector<std::string>& chain);

}  // namespace rapt::groups
