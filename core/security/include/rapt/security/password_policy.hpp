// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rapt::security {

/// Bounds of a password in code points. Any character may be in it.
inline constexpr std::size_t kMinPassword = 8;
inline constexpr std::size_t kMaxPassword = 256;
/// The most bytes that such a password has: what routes read at most.
inline constexpr std::size_t kMaxPasswordBytes = 4 * kMaxPassword;

/// What keeps `password` from being a good one, as words that follow the field's name ("must have at least 8
/// characters"); empty when nothing does. Refused is what a patient guesser finds within about 10^8 guesses (zxcvbn
/// with its lists of leaked and common passwords). `words` are the person's name and address: passwords made of them
/// are guessed first. Takes up to some tens of milliseconds: call it on a pool. Thread-safe.
std::string password_fault(std::string_view password, const std::vector<std::string>& words);

}  // namespace rapt::security
