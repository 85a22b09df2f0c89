// SPDX-License-Identifier: AGPL-3.0-or-later
#include "memory.hpp"

#include <utility>

#include "words.hpp"

namespace struggle {

std::shared_ptr<const Facts> Memory::facts_of(const Turn& turn) {
  const auto print = fingerprint(turn.content) * kOdd + static_cast<std::uint64_t>(turn.who);
  if (const auto known = young_.find(print); known != young_.end()) return known->second;
  const auto aged = old_.find(print);
  auto facts = aged != old_.end() ? aged->second : std::make_shared<const Facts>(read(turn));
  if (young_.size() == kGeneration) old_ = std::exchange(young_, {});
  young_.emplace(print, facts);
  return facts;
}

}  // namespace struggle
