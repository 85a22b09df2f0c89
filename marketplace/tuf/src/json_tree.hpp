// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "rapt/base/result.hpp"

namespace rapt::tuf {

inline constexpr std::size_t kMaxDepth = 32;

/// Strict JSON: kInvalid for anything malformed, a repeated key, more than kMaxDepth levels, a number that is no 64-bit
/// integer (canonical JSON has no fractions).
Result<void> parse_json(std::string_view bytes, nlohmann::json& out);

/// Canonical JSON as the framework signs it: sorted keys, no whitespace, only `"` and `\` escaped.
std::string canonical_json(const nlohmann::json& value);
/// The same value as a file may hold it: canonical JSON leaves control characters of texts bare, which JSON forbids.
std::string valid_json(std::string_view canonical);

}  // namespace rapt::tuf
