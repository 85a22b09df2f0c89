// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

#include "normalize.hpp"

namespace safety {

/// The furthest, in bytes, that a question about a stretch of text looks before or after it.
inline constexpr std::size_t kReach = 64;

/// What stands around a stretch of text. Every question looks at a bounded window, so asking is constant time.
class Surroundings {
 public:
  Surroundings(const Normalized& text, std::size_t begin, std::size_t end);

  /// A whole word of the list within 48 bytes before, not reaching back over a mask.
  [[nodiscard]] bool said_before(std::span<const std::string_view> words) const;
  /// A whole word of the list within 64 bytes before or after.
  [[nodiscard]] bool said_around(std::span<const std::string_view> words) const;
  /// The words directly before are one of the list ("what is", "solve").
  [[nodiscard]] bool directly_after(std::span<const std::string_view> phrases) const;
  /// An operator, a relation, a decimal point or a currency sign touches the stretch, spaces aside.
  [[nodiscard]] bool in_formula() const;
  /// The last character before that is no space, '\0' at the start.
  [[nodiscard]] char before() const;
  [[nodiscard]] char after() const;

 private:
  std::string_view head(std::size_t size) const;
  std::string_view tail(std::size_t size) const;
  const Normalized& text_;
  std::size_t begin_, end_;
};

/// A word of the list stands in `window`, whole; each begins with a letter.
bool contains_word(std::string_view window, std::span<const std::string_view> words);

}  // namespace safety
