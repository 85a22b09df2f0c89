// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>

#include "rapt/security/crypto.hpp"
#include "rapt/tuf/metadata.hpp"

namespace rapt::tuf {
namespace {

/// The next character's bytes: "?" stands for a character, not for a byte.
std::size_t character(std::string_view text, std::size_t at) {
  auto end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end - at;
}

/// "*" stands for any characters but "/", "?" for one of them. Takes no more steps than the product of the lengths:
/// only the last "*" is ever tried again, and never across a "/".
bool glob(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, tried = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      tried = at;
    } else if (in < pattern.size() && pattern[in] == '?' && text[at] != '/') {
      ++in;
      at += character(text, at);
    } else if (in < pattern.size() && pattern[in] == text[at]) {
      // A "/" ends what the star before it may stand for.
      if (text[at] == '/') star = std::string_view::npos;
      ++in;
      ++at;
    } else if (star != std::string_view::npos && text[tried] != '/') {
      in = star + 1;
      at = ++tried;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') ++in;
  return in == pattern.size();
}

}  // namespace

bool matches(const DelegatedRole& role, std::string_view target_path) {
  if (std::any_of(role.paths.begin(), role.paths.end(),
                  [&](const std::string& pattern) { return glob(pattern, target_path); }))
    return true;
  if (role.path_hash_prefixes.empty()) return false;
  const auto hash = security::hex(security::sha256(target_path));
  return std::any_of(role.path_hash_prefixes.begin(), role.path_hash_prefixes.end(),
                     [&](const std::string& prefix) { return hash.starts_with(prefix); });
}

std::vector<DelegatedRole> delegated(const Delegations& delegations, std::string_view target_path) {
  std::vector<DelegatedRole> out;
  for (const auto& role : delegations.roles)
    if (matches(role, target_path)) out.push_back(role);
  if (!delegations.succinct) return out;
  const auto& succinct = *delegations.succinct;
  const auto hash = security::sha256(target_path);
  std::uint64_t bin = 0;
  for (std::size_t i = 0; i < 4; ++i) bin = bin << 8 | hash[i];
  bin >>= 32 - succinct.bit_length;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string name;
  for (int digit = (succinct.bit_length + 3) / 4; digit > 0; --digit, bin >>= 4)
    name.insert(name.begin(), kHex[bin & 15]);
  DelegatedRole role;
  role.name = succinct.name_prefix + "-" + name;
  role.role = succinct.role;
  role.terminating = true;
  out.push_back(std::move(role));
  return out;
}

}  // namespace rapt::tuf
