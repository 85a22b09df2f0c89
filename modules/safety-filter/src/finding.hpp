// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace safety {

enum class Kind { kEmail, kPhone, kCard, kSsn };
inline constexpr std::size_t kKinds = 4;
/// Names in configuration and extractions, by Kind.
inline constexpr std::array<std::string_view, kKinds> kKindNames = {"email", "phone", "card", "ssn"};
/// What a reader sees in the place of the data. Holds nothing that a scanner would find again.
inline constexpr std::array<std::string_view, kKinds> kMasks = {
    "[email removed]", "[phone number removed]", "[card number removed]", "[social security number removed]"};
/// Every mask ends so; words of a mask are no cue for what follows it.
inline constexpr std::string_view kMaskEnd = "removed]";

/// A stretch of the normalized text.
struct Finding {
  std::size_t begin = 0, end = 0;
  Kind kind{};
};

}  // namespace safety
