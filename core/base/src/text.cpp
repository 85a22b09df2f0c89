// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/text.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace rapt {

namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  ///< 0: not well-formed here
};

CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((first & 0xe0) == 0xc0) {
    length = 2, value = first & 0x1fu, smallest = 0x80;
  } else if ((first & 0xf0) == 0xe0) {
    length = 3, value = first & 0x0fu, smallest = 0x800;
  } else if ((first & 0xf8) == 0xf0) {
    length = 4, value = first & 0x07u, smallest = 0x10000;
  }
  if (length == 0 || text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3fu);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

/// How many bytes at the front are ASCII, eight at a time: most texts are nothing else.
std::size_t ascii_length(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

/// Control characters of ASCII and Latin-1, line separators, and what turns the direction of writing.
bool is_dangerous(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

/// How many bytes at the front are ASCII that shows as it is.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7f) ++at;
  return at;
}

std::string escaped(const char* format, unsigned value) {
  char out[16];
  static_cast<void>(std::snprintf(out, sizeof out, format, value));
  return out;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    text.remove_prefix(ascii_length(text));
    if (text.empty()) break;
    const CodePoint point = decode(text);
    if (point.length == 0) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

std::size_t count_code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<std::uint8_t>(c) & 0xc0) != 0x80;
  return count;
}

std::string printable(std::string_view hostile, std::size_t limit) {
  static constexpr std::string_view kEllipsis = "…";
  std::string out;
  while (!hostile.empty()) {
    if (const auto plain = plain_length(hostile); plain > 0) {
      if (out.size() + plain > limit) return out.append(hostile.substr(0, limit - out.size())).append(kEllipsis);
      out += hostile.substr(0, plain);
      hostile.remove_prefix(plain);
      continue;
    }
    const CodePoint point = decode(hostile);
    std::string piece;
    if (point.length == 0) {
      piece = escaped("\\x%02x", static_cast<std::uint8_t>(hostile.front()));
    } else if (is_dangerous(point.value)) {
      piece = escaped(point.value < 0x100 ? "\\x%02x" : "\\u%04x", point.value);
    } else {
      piece = hostile.substr(0, point.length);
    }
    if (out.size() + piece.size() > limit) return out.append(kEllipsis);
    out += piece;
    hostile.remove_prefix(point.length == 0 ? 1 : point.length);
  }
  return out;
}

}  // namespace rapt
