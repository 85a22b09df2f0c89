// SPDX-License-Identifier: AGPL-3.0-or-later
#include "barrier.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "groups.hpp"

namespace safety {
namespace {

/// ASCII that stands in no address, no run of digits, no disguised word and no run of single letters.
constexpr std::array<bool, 256> kParts = [] {
  std::array<bool, 256> out{};
  for (unsigned c = 0; c < 0x20; ++c) out[c] = c != '\t';
  for (const char c : std::string_view("?;:\"=/^~`#&|\\")) out[static_cast<unsigned char>(c)] = true;
  return out;
}();
bool parts_everything(char c) {
  return kParts[static_cast<unsigned char>(c)];
}

bool joins(std::string_view word) {
  constexpr std::array<std::string_view, 4> kJoiners = {"at", "dot", "underscore", "dash"};
  return is_digit_word(word) || std::find(kJoiners.begin(), kJoiners.end(), word) != kJoiners.end();
}

/// The letters that end at `end`; empty when they go on too far to be a word.
std::string_view letters_before(const Normalized& text, std::size_t end) {
  auto begin = end;
  while (begin > 0 && end - begin < kBarrierReach && is_letter(text.text[begin - 1])) --begin;
  if (end - begin == kBarrierReach) return {};
  return std::string_view(text.text).substr(begin, end - begin);
}

/// The letters from `begin` on; empty when they go on too far, or to the end of what is known.
std::string_view letters_from(const Normalized& text, std::size_t begin) {
  auto end = begin;
  while (end - begin < kBarrierReach && is_letter(text.at(end))) ++end;
  if (end - begin == kBarrierReach || end >= text.text.size()) return {};
  return std::string_view(text.text).substr(begin, end - begin);
}

bool ends_word(const Normalized& text, std::size_t at) {
  const auto word = letters_before(text, at);
  return word.size() >= 2 && !joins(word);
}

bool between_words(const Normalized& text, std::size_t at) {
  if (!is_letter(text.at(at)) || !ends_word(text, at - 1)) return false;
  const auto next = letters_from(text, at);
  return !next.empty() && !joins(next);
}

bool within_letters(const Normalized& text, std::size_t at) {
  if (at < kBarrierReach || text.text.size() < at + kBarrierReach) return false;
  const auto around = std::string_view(text.text).substr(at - kBarrierReach, 2 * kBarrierReach);
  return std::all_of(around.begin(), around.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

bool is_barrier(const Normalized& text, std::size_t at) {
  if (at == 0 || at >= text.text.size()) return false;
  const char last = text.text[at - 1];
  if (parts_everything(last)) return true;
  if (last == ',') return ends_word(text, at - 1);
  if (last == ' ') return between_words(text, at);
  return static_cast<unsigned char>(last) >= 0x80 && within_letters(text, at);
}

}  // namespace safety
