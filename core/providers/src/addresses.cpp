// SPDX-License-Identifier: AGPL-3.0-or-later
#include "addresses.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::providers {
namespace {

constexpr std::size_t kMaxDomain = 253;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxEmail = 254;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

std::string domain_of(std::string_view email) {
  const std::string text = trimmed(email);
  const auto at = text.rfind('@');
  if (at == std::string::npos || at == 0) return {};
  std::string domain = text.substr(at + 1);
  std::transform(domain.begin(), domain.end(), domain.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return is_domain(domain) ? domain : std::string();
}

bool is_domain(std::string_view text) {
  if (text.size() < 3 || text.size() > kMaxDomain || text.find('.') == std::string_view::npos) return false;
  for (;;) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_email(std::string_view text) {
  if (text.size() > kMaxEmail || !is_utf8(text) || domain_of(text).empty()) return false;
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
  return plain && std::count(text.begin(), text.end(), '@') == 1;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  return std::string(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
}

}  // namespace rapt::providers
