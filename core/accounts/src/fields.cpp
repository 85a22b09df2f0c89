// SPDX-License-Identifier: AGPL-3.0-or-later
#include "fields.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::accounts {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxEmailBytes = 255;

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto start = text.find_first_not_of(kSpace);
  return start == std::string::npos ? std::string() : text.substr(start, text.find_last_not_of(kSpace) - start + 1);
}

bool has_control(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool is_address(const std::string& text) {
  const auto at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == std::string::npos &&
         text.find_first_of(" ,;:<>()[]\"\\") == std::string::npos && text[at + 1] != '.' && text.back() != '.' &&
         is_utf8(text) && !has_control(text);
}

}  // namespace

Result<std::string> checked_email(const std::string& email) {
  std::string text = trimmed(email);
  if (text.size() > kMaxEmailBytes) return Error::invalid("email", "must not be longer than 255 bytes");
  if (!is_address(text)) return Error::invalid("email", "must be an email address, such as kim@school.example");
  return text;
}

Result<std::string> checked_name(const std::string& field, const std::string& name) {
  std::string text = trimmed(name);
  if (text.empty()) return Error::invalid(field, "must not be empty");
  if (!is_utf8(text) || count_code_points(text) > kMaxName)
    return Error::invalid(field, "must not be longer than 100 characters");
  if (has_control(text)) return Error::invalid(field, "must not contain control characters");
  return text;
}

}  // namespace rapt::accounts
