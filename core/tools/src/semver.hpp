// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::tools {

/// A semantic version 2.0.0; build metadata is checked and does not count.
struct SemanticVersion {
  std::array<unsigned long, 3> numbers{};
  std::vector<std::string> prerelease;
  static std::optional<SemanticVersion> parse(std::string_view text);
  [[nodiscard]] bool newer_than(const SemanticVersion& other) const;
};

}  // namespace rapt::tools
