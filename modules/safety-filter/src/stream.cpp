// SPDX-License-Identifier: AGPL-3.0-or-later
#include "stream.hpp"

#include <algorithm>

#include "barrier.hpp"
#include "context.hpp"
#include "scanners.hpp"

namespace safety {
namespace {

static_assert(kReach <= kBarrierReach);
constexpr std::size_t kLongestCharacter = 4;  // so much less than kMaxBefore may be read, to begin with a whole one

bool begins_character(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0u) != 0x80u;
}

std::string_view tail(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  auto begin = text.size() - size;
  while (!begins_character(text, begin)) ++begin;
  return text.substr(begin);
}

std::vector<Finding> candidates(const Normalized& text) {
  std::vector<Finding> out;
  find_email_candidates(text, out);
  find_number_candidates(text, out);
  std::sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
  return out;
}

/// The last cut in `text` behind `start` and not behind `limit`, both in the normalized text; `start` when there is
/// none.
std::size_t last_cut(const Normalized& text, std::string_view source, std::size_t start, std::size_t limit) {
  const auto suspects = candidates(text);
  auto next = suspects.begin();
  std::size_t cut = start, calm = start;  // from `calm` on a barrier is a cut
  for (auto at = start + 1; at <= limit && at < text.text.size(); ++at) {
    if (!is_barrier(text, at)) continue;
    for (; next != suspects.end() && next->begin < at; ++next) {
      if (next->end > start) calm = at + kReach;
    }
    const auto seen = text.origin[at] - text.origin[at - std::min(at, kBarrierReach)];
    if (at >= calm && seen + kLongestCharacter <= kMaxBefore && begins_character(source, text.origin[at])) cut = at;
  }
  return cut;
}

}  // namespace

Filtered filter(const Window& window, const Config& config) {
  const auto before = tail(window.passed, kMaxBefore);
  const auto source = std::string(before).append(window.text);
  const auto text = normalize(source);
  const auto start = static_cast<std::size_t>(
      std::lower_bound(text.origin.begin(), text.origin.end() - 1, before.size()) - text.origin.begin());
  const char last_before = start > 0 ? text.text[start - 1] : '\0';
  auto known = std::string_view(text.text).substr(start);
  if (!window.last) known = whole_words(known);
  Filtered out;
  out.blocked = config.blocked.find_in(known, last_before).size();
  if (out.blocked > 0) return out;
  auto passing = window.text;
  if (!window.last) {
    const auto limit = start + config.blocked.open_from(known, last_before);
    const auto cut = last_cut(text, source, start, limit);
    passing = passing.substr(0, cut == start ? 0 : text.origin[cut] - before.size());
  }
  out.held = window.text.size() - passing.size();
  out.passes = mask(passing, config.rules, out.counts, before);
  return out;
}

}  // namespace safety
