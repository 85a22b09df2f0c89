// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/semver.hpp"

#include <algorithm>
#include <charconv>

namespace rapt {
namespace {

constexpr std::size_t kMaxVersionBytes = 64;
constexpr std::size_t kMaxDigits = 9;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_identifier_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<std::vector<std::string>> split_identifiers(std::string_view text, bool leading_zeros) {
  std::vector<std::string> out;
  while (true) {
    const auto dot = text.find('.');
    const auto part = text.substr(0, dot);
    if (part.empty() || !std::all_of(part.begin(), part.end(), is_identifier_char)) return std::nullopt;
    if (!leading_zeros && is_number(part) && part.size() > 1 && part[0] == '0') return std::nullopt;
    out.emplace_back(part);
    if (dot == std::string_view::npos) return out;
    text.remove_prefix(dot + 1);
  }
}

std::optional<std::array<std::uint32_t, 3>> parse_core(std::string_view text) {
  std::array<std::uint32_t, 3> out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto dot = text.find('.');
    if ((dot == std::string_view::npos) != (i == 2)) return std::nullopt;
    const auto part = text.substr(0, dot);
    if (!is_number(part) || part.size() > kMaxDigits || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    std::from_chars(part.data(), part.data() + part.size(), out[i]);
    if (i < 2) text.remove_prefix(dot + 1);
  }
  return out;
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool a_is_number = is_number(a);
  if (a_is_number != is_number(b)) return a_is_number ? std::strong_ordering::less : std::strong_ordering::greater;
  // Numbers have no leading zeros, so the longer one is the greater one, however long.
  if (a_is_number && a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  if (text.size() > kMaxVersionBytes) return std::nullopt;
  Version out;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    out.build = text.substr(plus + 1);
    if (!split_identifiers(out.build, true)) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (const auto hyphen = text.find('-'); hyphen != std::string_view::npos) {
    auto identifiers = split_identifiers(text.substr(hyphen + 1), false);
    if (!identifiers) return std::nullopt;
    out.prerelease = std::move(*identifiers);
    text = text.substr(0, hyphen);
  }
  const auto core = parse_core(text);
  if (!core) return std::nullopt;
  out.core = *core;
  return out;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = core <=> other.core; order != 0) return order;
  if (is_prerelease() != other.is_prerelease()) {
    return is_prerelease() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const auto shared = std::min(prerelease.size(), other.prerelease.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (const auto order = compare_identifiers(prerelease[i], other.prerelease[i]); order != 0) return order;
  }
  return prerelease.size() <=> other.prerelease.size();
}

}  // namespace rapt
