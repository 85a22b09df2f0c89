// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/json_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "rapt/base/text.hpp"

namespace rapt {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// What a byte below 0x80 has to be written as: 0 as it is, 'u' by its number, else a letter after a backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> out{};
  for (std::size_t c = 0; c < 0x20; ++c) out[c] = 'u';
  out['"'] = '"';
  out['\\'] = '\\';
  out['\b'] = 'b';
  out['\f'] = 'f';
  out['\n'] = 'n';
  out['\r'] = 'r';
  out['\t'] = 't';
  return out;
}();

/// How many bytes the character at the front has; 0 when none begins there.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return length <= text.size() && is_utf8(text.substr(0, length)) ? length : 0;
}

/// Only texts with a fault in them come here.
std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = character_length(text);
    out += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

/// How many bytes from `at` on stay as they are. Sixteen at a time: texts are long and rarely have any that do not.
std::size_t plain_length(std::string_view text, std::size_t at) {
  using Bytes [[gnu::vector_size(16)]] = unsigned char;
  using Halves [[gnu::vector_size(16)]] = std::uint64_t;
  const std::size_t begin = at;
  for (; at + sizeof(Bytes) <= text.size(); at += sizeof(Bytes)) {
    Bytes bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const auto escaped = reinterpret_cast<Halves>((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
    if ((escaped[0] | escaped[1]) != 0) break;
  }
  while (at < text.size() && kEscapes[static_cast<unsigned char>(text[at])] == 0) ++at;
  return at - begin;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t at = 0;; ++at) {
    const auto plain = plain_length(text, at);
    out.append(text, at, plain);
    at += plain;
    if (at == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[at]);
    const char escape = kEscapes[byte];
    out += '\\';
    out += escape;
    if (escape == 'u') out.append("00").append(1, kDigits[byte >> 4U]).append(1, kDigits[byte & 15U]);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_utf8(text)) {
    append_escaped(out, text);
  } else {
    append_escaped(out, repaired(text));
  }
  out += '"';
}

}  // namespace rapt
