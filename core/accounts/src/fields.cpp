// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/accounts/fields.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::accounts {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";

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

std::string trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
}

std::string fault_of_email(const std::string& email) {
  if (email.empty()) return "must not be empty";
  if (email.size() > kMaxEmailBytes) return "must not be longer than " + std::to_string(kMaxEmailBytes) + " bytes";
  return is_address(email) ? "" : "must be an email address, such as kim@school.example";
}

std::string fault_of_name(const std::string& name) {
  if (name.empty()) return "must not be empty";
  if (!is_utf8(name) || count_code_points(name) > kMaxName)
    return "must not be longer than " + std::to_string(kMaxName) + " characters";
  if (has_control(name)) return "must not contain control characters";
  return trimmed(name) == name ? "" : "must not begin or end with a blank";
}

Result<std::string> checked_email(const std::string& email) {
  std::string text = trimmed(email);
  if (auto fault = fault_of_email(text); !fault.empty()) return Error::invalid("email", std::move(fault));
  return text;
}

Result<std::string> checked_name(const std::string& field, const std::string& name) {
  std::string text = trimmed(name);
  if (auto fault = fault_of_name(text); !fault.empty()) return Error::invalid(field, std::move(fault));
  return text;
}

}  // namespace rapt::accounts
