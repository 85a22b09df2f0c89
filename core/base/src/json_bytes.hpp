// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rapt {

/// What a byte below 0x80 has to be written as: 0 as it is, 'u' by its number, else a letter after a backslash.
inline constexpr std::array<char, 256> kJsonEscapes = [] {
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

/// How many bytes from `at` on stay as they are. Sixteen at a time: texts are long and rarely have any that do not.
inline std::size_t json_plain_length(std::string_view text, std::size_t at) {
  using Bytes [[gnu::vector_size(16)]] = unsigned char;
  using Halves [[gnu::vector_size(16)]] = std::uint64_t;
  const std::size_t begin = at;
  for (; at + sizeof(Bytes) <= text.size(); at += sizeof(Bytes)) {
    Bytes bytes;
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const auto escaped = reinterpret_cast<Halves>((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
    if ((escaped[0] | escaped[1]) != 0) break;
  }
  while (at < text.size() && kJsonEscapes[static_cast<unsigned char>(text[at])] == 0) ++at;
  return at - begin;
}

}  // namespace rapt
