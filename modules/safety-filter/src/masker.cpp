// SPDX-License-Identifier: AGPL-3.0-or-later
#include "masker.hpp"

#include <algorithm>

#include "normalize.hpp"
#include "scanners.hpp"

namespace safety {
namespace {

/// A mask may make a neighbor findable (a cue comes nearer), so passes repeat until one finds nothing. Each costs
/// linear time; real text needs two.
constexpr int kMaxPasses = 4;

std::vector<Finding> find_all(const Normalized& text, const Rules& rules) {
  std::vector<Finding> found;
  find_emails(text, rules.allowed_domains, found);
  const auto addresses = found.size();
  std::vector<Finding> numbers;
  find_numbers(text, numbers);
  std::size_t next = 0;
  for (const auto& number : numbers) {
    while (next < addresses && found[next].end <= number.begin) ++next;
    if (next == addresses || found[next].begin >= number.end) found.push_back(number);
  }
  std::erase_if(found, [&](const Finding& each) { return !rules.mask[static_cast<std::size_t>(each.kind)]; });
  std::sort(found.begin(), found.end(), [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
  return found;
}

/// Limits of addresses count bytes and may part a character; the mask takes all of it.
bool within_character(std::string_view source, std::size_t at) {
  return at < source.size() && (static_cast<unsigned char>(source[at]) & 0xC0u) == 0x80u;
}

std::string replace(std::string_view source, const Normalized& text, const std::vector<Finding>& found,
                    Counts& counts) {
  std::string out;
  std::size_t done = 0;
  for (const auto& each : found) {
    const auto kind = static_cast<std::size_t>(each.kind);
    std::size_t begin = text.origin[each.begin];
    while (begin > done && within_character(source, begin)) --begin;
    out.append(source.substr(done, begin - done)).append(kMasks[kind]);
    done = text.origin[each.end];
    while (within_character(source, done)) ++done;
    ++counts[kind];
  }
  return out.append(source.substr(done));
}

}  // namespace

std::string mask(std::string_view text, const Rules& rules, Counts& counts, std::string_view before) {
  std::string current = std::string(before).append(text);
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    const auto normalized = normalize(current);
    auto found = find_all(normalized, rules);
    std::erase_if(found, [&](const Finding& each) { return normalized.origin[each.begin] < before.size(); });
    if (found.empty()) break;
    current = replace(current, normalized, found, counts);
  }
  return current.substr(before.size());
}

}  // namespace safety
