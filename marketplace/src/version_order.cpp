// SPDX-License-Identifier: AGPL-3.0-or-later
#include "version_order.hpp"

#include <algorithm>

namespace rapt::marketplace {
namespace {

constexpr std::size_t kDigits = 9;  // of a number of the core

std::string padded(std::size_t number, std::size_t width) {
  auto digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::string sort_key(const Version& version) {
  std::string out;
  for (const auto number : version.core) out += padded(number, kDigits);
  // Behind every pre-release: "~" is above all that is written below.
  if (!version.is_prerelease()) return out + "~";
  for (const auto& part : version.prerelease) {
    const bool numeric = std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    // "!" is below every character of an identifier, so that the shorter of two comes first. Numbers come before words,
    // and the longer number is the greater one.
    out += "!" + (numeric ? "0" + padded(part.size(), 2) : std::string("1")) + part;
  }
  return out;
}

}  // namespace rapt::marketplace
