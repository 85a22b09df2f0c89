// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/json_text.hpp"

#include <charconv>
#include <cstddef>

#include "json_bytes.hpp"
#include "rapt/base/text.hpp"

namespace rapt {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

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

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t at = 0;; ++at) {
    const auto plain = json_plain_length(text, at);
    out.append(text, at, plain);
    at += plain;
    if (at == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[at]);
    const char escape = kJsonEscapes[byte];
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

std::string& JsonObject::member(std::string_view name) {
  out_.append(empty_ ? "\"" : ",\"").append(name).append("\":");
  empty_ = false;
  return out_;
}

void JsonObject::number(std::string_view name, std::int64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  member(name).append(digits, end);
}

}  // namespace rapt
