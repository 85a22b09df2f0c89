// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/gateway/tokens.hpp"

#include <cstddef>

namespace rapt::gateway {

namespace {

enum class Script : std::uint8_t { kWord, kDigit, kSpace, kLine, kSign, kAccented, kDense, kPicture };

/// What a run of one script comes to, in twelfths of a token: what its first character adds, and each further one.
struct Weight {
  std::int64_t first;
  std::int64_t further;
};
constexpr std::int64_t kWhole = 12;

constexpr Weight weight_of(Script script) {
  switch (script) {
    case Script::kWord:
      return {11, 1};
    case Script::kDigit:
      return {12, 4};
    case Script::kSpace:
      return {0, 3};
    case Script::kLine:
      return {10, 2};
    case Script::kSign:
      return {11, 5};
    case Script::kAccented:
      return {6, 4};
    case Script::kDense:
      return {10, 9};
    case Script::kPicture:
      return {24, 18};
  }
  return {kWhole, kWhole};
}

constexpr unsigned kFirstDense = 0x2E80;  ///< from here on Chinese, Japanese, Korean

struct Character {
  Script script;
  std::size_t bytes;
};

bool between(char c, char low, char high) {
  return c >= low && c <= high;
}

Character character_at(std::string_view text) {
  const char c = text.front();
  const auto byte = static_cast<unsigned char>(c);
  if (between(c, 'a', 'z') || between(c, 'A', 'Z')) return {Script::kWord, 1};
  if (between(c, '0', '9')) return {Script::kDigit, 1};
  if (c == '\n' || c == '\r') return {Script::kLine, 1};
  if (c == ' ' || c == '\t') return {Script::kSpace, 1};
  if (byte < 0xC0) return {Script::kSign, 1};
  if (byte < 0xE0) return {Script::kAccented, 2};
  if (byte >= 0xF0) return {Script::kPicture, 4};
  const unsigned second = text.size() > 1 ? static_cast<unsigned char>(text[1]) & 0x3FU : 0;
  const unsigned point = ((byte & 0x0FU) << 12U) | (second << 6U);
  if (point >= kFirstDense) return {Script::kDense, 3};
  return {point >= 0x2000 ? Script::kSign : Script::kAccented, 3};  // dashes and arrows; other alphabets
}

}  // namespace

std::int64_t estimated_tokens(std::string_view text) {
  std::int64_t twelfths = 0;
  bool first = true;
  Script before = Script::kSpace;
  while (!text.empty()) {
    const auto character = character_at(text);
    const auto weight = weight_of(character.script);
    twelfths += first || character.script != before ? weight.first : weight.further;
    first = false;
    before = character.script;
    text.remove_prefix(character.bytes < text.size() ? character.bytes : text.size());
  }
  return (twelfths + kWhole - 1) / kWhole;
}

}  // namespace rapt::gateway
