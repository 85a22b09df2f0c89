// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>

#include "rapt/agent/strategy.hpp"

namespace rapt::agent {
namespace {

constexpr std::array<std::string_view, 8> kPhases{"downloading", "unpacking", "backing_up", "migrating",
                                                  "starting",    "switching", "watching",   "rolling_back"};

}  // namespace

std::string_view name(Phase phase) {
  return kPhases.at(static_cast<std::size_t>(phase));
}

std::optional<Phase> parse_phase(std::string_view text) {
  const auto found = std::find(kPhases.begin(), kPhases.end(), text);
  if (found == kPhases.end()) return std::nullopt;
  return static_cast<Phase>(found - kPhases.begin());
}

std::string_view name(Ending ending) {
  constexpr std::array<std::string_view, 4> kEndings{"updated", "rolled_back", "failed", "broken"};
  return kEndings.at(static_cast<std::size_t>(ending));
}

}  // namespace rapt::agent
