// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/crypto.hpp"

namespace rapt::security {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// -1 for anything but a hexadecimal digit of either case.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 15U];
  }
  return out;
}

std::string hex(const Digest& digest) {
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Result<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error::invalid("", "The hexadecimal text has an odd number of digits.");
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return Error::invalid("", "The text holds a character that is no hexadecimal digit.");
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string to_base64url(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = ((bits << 8U) | static_cast<unsigned char>(c)) & 0xffffU;
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += kBase64[(bits >> count) & 63U];
    }
  }
  if (count > 0) out += kBase64[(bits << (6 - count)) & 63U];
  return out;
}

// Strict: one text for each value, so no padding, no other alphabet, and unused bits are zero.
Result<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return Error::invalid("", "The base64url text has an impossible length.");
  std::string out;
  out.reserve(text.size() * 3 / 4);
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos) return Error::invalid("", "The text holds a character that is not base64url.");
    bits = ((bits << 6U) | static_cast<unsigned>(value)) & 0xffffU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 255U);
    }
  }
  if ((bits & ((1U << count) - 1U)) != 0)
    return Error::invalid("", "The base64url text ends in bits that are not zero.");
  return out;
}

}  // namespace rapt::security
