// SPDX-License-Identifier: AGPL-3.0-or-later
#include <cstdint>
#include <optional>

#include "masker.hpp"

namespace safety {
namespace {

/// The index behind the closing quote of the string that opens at `at`.
std::size_t string_end(std::string_view json, std::size_t at) {
  auto i = at + 1;
  while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
  return i < json.size() ? i + 1 : json.size();
}

bool is_key(std::string_view json, std::size_t end) {
  const auto next = json.find_first_not_of(" \t\r\n", end);
  return next != std::string_view::npos && json[next] == ':';
}

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t out = 0;
  for (const char c : digits) out = out * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  return out;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&](std::uint32_t b) { out += static_cast<char>(b); };
  if (c < 0x80) return byte(c);
  if (c < 0x800) return byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F));
  if (c < 0x10000) return byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
  byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
}

/// nullopt for a half of a surrogate pair alone: such a string stays as it is.
std::optional<std::string> decode(std::string_view body) {
  static constexpr std::string_view kShort = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    if (++i >= body.size()) return std::nullopt;
    if (body[i] != 'u') {
      const auto index = kShort.find(body[i]);
      if (index == std::string_view::npos) return std::nullopt;
      out += kMeant[index];
      continue;
    }
    auto c = hex4(body.substr(i + 1, 4));
    i += 4;
    if (c >= 0xD800 && c < 0xE000) {
      if (c >= 0xDC00 || body.substr(i + 1, 2) != "\\u") return std::nullopt;
      const auto low = hex4(body.substr(i + 3, 4));
      if (low < 0xDC00 || low >= 0xE000) return std::nullopt;
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      i += 6;
    }
    append_utf8(out, c);
  }
  return out;
}

std::string encode(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (byte < 0x20) {
      out += "\\u00", out += hex[byte >> 4], out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace

std::string mask_json(std::string_view json, const Rules& rules, Counts& counts) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t i = json.find('"'); i < json.size(); i = json.find('"', i)) {
    const auto end = string_end(json, i);
    if (!is_key(json, end)) {
      if (const auto text = decode(json.substr(i + 1, end - i - 2))) {
        if (const auto masked = mask(*text, rules, counts); masked != *text) {
          out.append(json.substr(done, i - done)).append(encode(masked));
          done = end;
        }
      }
    }
    i = end;
  }
  return out.append(json.substr(done));
}

}  // namespace safety
