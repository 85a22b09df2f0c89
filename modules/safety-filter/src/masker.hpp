// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "finding.hpp"

namespace safety {

/// How often each kind was found, by Kind.
using Counts = std::array<std::size_t, kKinds>;

struct Rules {
  std::array<bool, kKinds> mask = {true, true, true, true};
  std::vector<std::string> allowed_domains;  ///< lower case
};

/// Replaces every finding by its mask and counts it. Masking a masked text changes nothing. Linear time.
/// `before` stands before the text and is read as its surroundings, no more; `text` begins at a cut (stream.hpp).
std::string mask(std::string_view text, const Rules& rules, Counts& counts, std::string_view before = {});
/// The same for every string value (no key) of a JSON text; everything else stays byte for byte. `json` must be valid.
std::string mask_json(std::string_view json, const Rules& rules, Counts& counts);

}  // namespace safety
