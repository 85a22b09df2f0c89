// SPDX-License-Identifier: AGPL-3.0-or-later
#include "normalize.hpp"

#include <array>
#include <utility>

namespace safety {
namespace {

/// Base letters of U+00C0 to U+017F; '.' where there is none.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo.ouuuuy.saaaaaaaceeeeiiiidnooooo.ouuuuy.y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnn.nnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

constexpr std::array<std::pair<char32_t, char>, 22> kCyrillic = {{
    {0x0430, 'a'}, {0x0435, 'e'}, {0x043E, 'o'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0445, 'x'},
    {0x0443, 'y'}, {0x0456, 'i'}, {0x0455, 's'}, {0x0458, 'j'}, {0x0501, 'd'}, {0x0410, 'a'},
    {0x0415, 'e'}, {0x041E, 'o'}, {0x0420, 'p'}, {0x0421, 'c'}, {0x0425, 'x'}, {0x041C, 'm'},
    {0x041D, 'h'}, {0x0422, 't'}, {0x041A, 'k'}, {0x0412, 'b'},
}};

constexpr char kGone = '\0', kKeep = '\1';

/// The ASCII twin of a character, kGone for what nobody sees, kKeep for what has no twin.
char twin(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) {
    const char ascii = static_cast<char>(c - 0xFF01 + '!');
    return ascii >= 'A' && ascii <= 'Z' ? static_cast<char>(ascii | 0x20) : ascii;
  }
  if (c >= 0xC0 && c < 0xC0 + kLatin.size()) return kLatin[c - 0xC0] == '.' ? kKeep : kLatin[c - 0xC0];
  if (c == 0xAD || (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF) return kGone;
  if (c == 0xA0 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x3000) return ' ';
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE63) return '-';
  if (c == 0x2018 || c == 0x2019) return '\'';
  if (c == 0x00D7 || c == 0x00F7 || c == 0x00B7 || c == 0x2022) return '*';
  for (const auto& [from, to] : kCyrillic) {
    if (from == c) return to;
  }
  return kKeep;
}

/// Reads one character; `size` becomes its length, 1 for a byte that begins none.
char32_t decode(std::string_view text, std::size_t at, std::size_t& size) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned first = byte(at);
  size = 1;
  const std::size_t length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
  if (length == 1) return first;
  char32_t c = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80u) return first;
    c = (c << 6) | (byte(at + i) & 0x3Fu);
  }
  size = length;
  return c;
}

}  // namespace

Normalized normalize(std::string_view source) {
  Normalized out;
  out.text.resize(source.size());  // never more: each that stays comes from a byte of its own
  out.origin.resize(source.size() + 1);
  std::size_t written = 0;
  const auto put = [&](char c, std::size_t at) {
    out.text[written] = c;
    out.origin[written++] = static_cast<std::uint32_t>(at);
  };
  for (std::size_t i = 0; i < source.size();) {
    const char byte = source[i];
    if (static_cast<unsigned char>(byte) < 0x80) {  // nearly every byte there is
      put(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte, i++);
      continue;
    }
    std::size_t size = 1;
    const char32_t c = decode(source, i, size);
    const char ascii = size == 1 ? kKeep : twin(c);
    if (ascii == kKeep) {
      for (std::size_t k = 0; k < size; ++k) put(source[i + k], i + k);
    } else if (ascii != kGone) {
      put(ascii, i);
    }
    i += size;
  }
  out.text.resize(written);
  out.origin.resize(written + 1);
  out.origin[written] = static_cast<std::uint32_t>(source.size());
  return out;
}

}  // namespace safety
