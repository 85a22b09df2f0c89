// SPDX-License-Identifier: AGPL-3.0-or-later
#include "text_cut.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rapt::hooks {

namespace {

constexpr char32_t kJoiner = 0x200D;

/// Code points that belong to the sign before them.
constexpr std::array<std::pair<char32_t, char32_t>, 37> kExtending{{
    {0x0300, 0x036F},   {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06DC}, {0x0900, 0x0903}, {0x093A, 0x093C}, {0x093E, 0x094F}, {0x0951, 0x0957},
    {0x0981, 0x0983},   {0x09BC, 0x09CD}, {0x0A01, 0x0A03}, {0x0A3C, 0x0A51}, {0x0A81, 0x0A83}, {0x0ABC, 0x0ACD},
    {0x0B82, 0x0B82},   {0x0BBE, 0x0BCD}, {0x0C00, 0x0C04}, {0x0C3E, 0x0C56}, {0x0E31, 0x0E31}, {0x0E33, 0x0E3A},
    {0x0E47, 0x0E4E},   {0x0EB1, 0x0EBC}, {0x102B, 0x103E}, {0x1160, 0x11FF}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200C, 0x200D},   {0x20D0, 0x20FF}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF},
    {0xE0020, 0xE01EF},
}};

bool extends(char32_t sign) {
  auto above = std::upper_bound(kExtending.begin(), kExtending.end(), sign,
                                [](char32_t value, const auto& range) { return value < range.first; });
  return above != kExtending.begin() && sign <= std::prev(above)->second;
}

bool is_flag_half(char32_t sign) {
  return sign >= 0x1F1E6 && sign <= 0x1F1FF;
}

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0xC0U) return 1;
  if (byte < 0xE0U) return 2;
  return byte < 0xF0U ? 3 : 4;
}

/// The character that begins at `at`; 0 when it is not whole.
char32_t character_at(std::string_view text, std::size_t at) {
  const auto length = length_of(text[at]);
  if (at + length > text.size()) return 0;
  const auto first = static_cast<unsigned char>(text[at]);
  if (length == 1) return first;
  char32_t sign = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) sign = (sign << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  return sign;
}

/// The first byte of the character that ends before `at`, which is not 0.
std::size_t start_before(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && !starts_character(text[at]));
  return at;
}

/// Flags are pairs: whether an odd number of halves stands before `at`.
bool within_flag(std::string_view text, std::size_t at) {
  bool odd = false;
  while (at > 0) {
    at = start_before(text, at);
    if (!is_flag_half(character_at(text, at))) break;
    odd = !odd;
  }
  return odd;
}

}  // namespace

bool between_characters(std::string_view text, std::size_t at) {
  return at >= text.size() ? at == text.size() : starts_character(text[at]);
}

bool between_graphemes(std::string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return at <= text.size();
  if (!starts_character(text[at])) return false;
  const auto next = character_at(text, at);
  const auto before = character_at(text, start_before(text, at));
  if (extends(next) || before == kJoiner || (before == '\r' && next == '\n')) return false;
  return !(is_flag_half(next) && within_flag(text, at));
}

std::size_t incomplete_tail(std::string_view text) {
  if (text.empty()) return 0;
  const auto start = start_before(text, text.size());
  const auto there = text.size() - start;
  return there < length_of(text[start]) ? there : 0;
}

std::size_t cut_before(std::string_view text, std::size_t limit) {
  const auto space = text.substr(0, limit).find_last_of(" \t\n");
  if (space != std::string_view::npos) return space + 1;
  for (auto at = limit; at > limit / 2; --at) {
    if (between_graphemes(text, at)) return at;
  }
  auto at = limit;
  while (at > 1 && !between_characters(text, at)) --at;
  return at;
}

}  // namespace rapt::hooks
