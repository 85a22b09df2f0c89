// SPDX-License-Identifier: AGPL-3.0-or-later
#include "pieces.hpp"

namespace rapt::chat {

namespace {

constexpr std::size_t kLeastBytes = 24;
constexpr std::size_t kMostBytes = 512;

bool is_space(char c) {
  return c == ' ' || c == '\n';
}

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t piece_end(std::string_view text) {
  if (text.size() <= kLeastBytes) return text.size();
  for (auto at = kLeastBytes; at < text.size() && at < kMostBytes; ++at) {
    if (is_space(text[at - 1]) && !is_space(text[at])) return at;
  }
  auto at = kMostBytes < text.size() ? kMostBytes : text.size();
  while (at < text.size() && !starts_character(text[at])) ++at;
  return at;
}

}  // namespace

std::vector<std::string_view> word_groups(std::string_view text) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const auto end = piece_end(text);
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

}  // namespace rapt::chat
