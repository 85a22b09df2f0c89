// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::bundle {

/// A version by Semantic Versioning 2.0.0. Ordered by its rules of precedence: a pre-release comes before its release,
/// build metadata does not count (so two different texts may compare equal).
struct Version {
  std::array<std::uint32_t, 3> core{};  ///< major, minor, patch; each below 1,000,000,000
  std::vector<std::string> prerelease;  ///< "rc.1" is {"rc", "1"}; empty for a release
  std::string build;                    ///< after "+", "" when there is none

  /// nullopt unless `text` is a well-formed version of at most 64 bytes.
  static std::optional<Version> parse(std::string_view text);
  [[nodiscard]] bool is_prerelease() const { return !prerelease.empty(); }
  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }
};

}  // namespace rapt::bundle
