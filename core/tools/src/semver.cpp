// SPDX-License-Identifier: AGPL-3.0-or-later
#include "semver.hpp"

#include <algorithm>
#include <charconv>

namespace rapt::tools {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_numeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<unsigned long> number_of(std::string_view text) {
  unsigned long value = 0;
  if (!is_numeric(text) || (text.size() > 1 && text[0] == '0') || text.size() > 9) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Parts between dots; nullopt when one is empty or holds anything but letters, digits and hyphens.
std::optional<std::vector<std::string>> identifiers(std::string_view text) {
  std::vector<std::string> out;
  for (;;) {
    const auto dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const auto allowed = [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    };
    if (part.empty() || !std::all_of(part.begin(), part.end(), allowed)) return std::nullopt;
    out.emplace_back(part);
    if (dot == std::string_view::npos) return out;
    text.remove_prefix(dot + 1);
  }
}

/// Below zero when `a` comes first.
int compare(const std::string& a, const std::string& b) {
  const bool numeric_a = is_numeric(a);
  if (numeric_a != is_numeric(b)) return numeric_a ? -1 : 1;
  if (numeric_a && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

}  // namespace

std::optional<SemanticVersion> SemanticVersion::parse(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  SemanticVersion out;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    if (!identifiers(text.substr(plus + 1))) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (const auto hyphen = text.find('-'); hyphen != std::string_view::npos) {
    auto parts = identifiers(text.substr(hyphen + 1));
    if (!parts) return std::nullopt;
    for (const auto& part : *parts) {
      if (is_numeric(part) && part.size() > 1 && part[0] == '0') return std::nullopt;
    }
    out.prerelease = std::move(*parts);
    text = text.substr(0, hyphen);
  }
  auto numbers = identifiers(text);
  if (!numbers || numbers->size() != 3) return std::nullopt;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = number_of((*numbers)[i]);
    if (!number) return std::nullopt;
    out.numbers.at(i) = *number;
  }
  return out;
}

bool SemanticVersion::newer_than(const SemanticVersion& other) const {
  if (numbers != other.numbers) return numbers > other.numbers;
  if (prerelease.empty() || other.prerelease.empty()) return prerelease.empty() && !other.prerelease.empty();
  return std::lexicographical_compare(other.prerelease.begin(), other.prerelease.end(), prerelease.begin(),
                                      prerelease.end(), [](const auto& a, const auto& b) { return compare(a, b) < 0; });
}

}  // namespace rapt::tools
