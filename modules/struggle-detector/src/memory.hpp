// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "patterns.hpp"

namespace struggle {

/// What was read off messages, by their fingerprints: each is looked at again with every message that follows it.
/// Numbers only, no text; the messages that were asked for last, 8192 at most.
class Memory {
 public:
  std::shared_ptr<const Facts> facts_of(const Turn& turn);

 private:
  static constexpr std::size_t kGeneration = 4096;
  using Generation = std::unordered_map<std::uint64_t, std::shared_ptr<const Facts>>;
  Generation young_,
      old_;  ///< what is asked for again becomes young; a full generation ages, and the one before it goes
};

}  // namespace struggle
