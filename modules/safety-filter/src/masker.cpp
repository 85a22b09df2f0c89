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

std::string replace(std::string_view source, const Normalized& text, const std::vector<Finding>& found,
                    Counts& counts) {
  std::string out;
  std::size_t done = 0;
  for (const auto& each : found) {
    const auto kind = static_cast<std::size_t>(each.kind);
    out.append(source.substr(done, text.origin[each.begin] - done)).append(kMasks[kind]);
    done = text.origin[each.end];
    ++counts[kind];
  }
  return out.append(source.substr(done));
}

}  // namespace

std::string mask(std::string_view text, const Rules& rules, Counts& counts) {
  std::string current(text);
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    const auto normalized = normalize(current);
    const auto found = find_all(normalized, rules);
    if (found.empty()) break;
    current = replace(current, normalized, found, counts);
  }
  return current;
}

}  // namespace safety
