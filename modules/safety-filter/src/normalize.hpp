// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace safety {

/// Text as the scanners read it, with the way back. Lower case; full-width forms, typographic dashes and odd spaces as
/// their ASCII twins, look-alike Cyrillic and accented Latin letters as the plain ones, invisible characters gone: what
/// looks the same reads the same. Bytes that are no UTF-8 pass through as they are.
struct Normalized {
  std::string text;
  std::vector<std::uint32_t> origin;  ///< origin[i]: offset in the source of text[i]; one more entry for the end

  [[nodiscard]] char at(std::size_t i) const { return i < text.size() ? text[i] : '\0'; }
};

/// `source` must be smaller than 4 GiB. Linear time.
Normalized normalize(std::string_view source);

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Letters after normalizing: ASCII lower case, and every byte beyond ASCII.
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace safety
