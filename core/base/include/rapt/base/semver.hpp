// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapt {

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

/// Versions that are good enough: comparators with spaces between, all of which must hold (">=1.2 <2"). A comparator is
/// one of = > >= < <= ^ ~ or nothing, and a version whose last numbers may be left out. As npm reads them: "1.2" is any
/// 1.2.x, ">1.2" begins at 1.3.0, "<=1.2" ends before 1.3.0, "^1.2" ends before 2.0.0 ("^0.2" before 0.3.0), "~1.2"
/// before 1.3.0. A pre-release is among them only when a comparator names one of the same three numbers.
class VersionRange {
 public:
  /// nullopt unless `text` is a well-formed range of at most 128 bytes and 8 comparators.
  static std::optional<VersionRange> parse(std::string_view text);
  [[nodiscard]] bool contains(const Version& version) const;

 private:
  /// From `from` (included) to `to` (not included); either may be missing.
  struct Span {
    std::optional<Version> from, to;
    bool above = false;    ///< `from` itself is not included
    bool through = false;  ///< `to` itself is included
  };
  static std::optional<Span> span_of(std::string_view comparator);

  std::vector<Span> spans_;
  std::vector<std::array<std::uint32_t, 3>> named_prereleases_;
};

}  // namespace rapt
