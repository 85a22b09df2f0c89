// SPDX-License-Identifier: AGPL-3.0-or-later
#include <utility>

#include "scanners.hpp"

namespace safety {
namespace {

constexpr std::size_t kLeastDigits = 7;  ///< of the shortest number that any matcher takes: a local phone number

/// "+", and a bracket that closes inside, belong to the number.
std::size_t with_prefix(const Normalized& text, const Run& run, std::size_t first, std::size_t last) {
  auto begin = run.groups[first].begin;
  bool closes = false;
  for (auto i = run.groups[first].end; i < run.groups[last].end; ++i) closes = closes || text.text[i] == ')';
  if (begin > 0 && text.text[begin - 1] == '(' && closes) --begin;
  if (begin > 0 && text.text[begin - 1] == '+') --begin;
  return begin;
}

std::pair<std::size_t, Kind> match(const Normalized& text, const Run& run, std::size_t first) {
  if (const auto last = match_card(text, run, first); last != Run::npos) return {last, Kind::kCard};
  if (const auto last = match_ssn(text, run, first); last != Run::npos) return {last, Kind::kSsn};
  return {match_phone(text, run, first), Kind::kPhone};
}

}  // namespace

void find_numbers(const Normalized& text, std::vector<Finding>& out) {
  for_each_run(text, [&](const Run& run) {
    for (std::size_t i = 0; i < run.groups.size(); ++i) {
      const auto [last, kind] = match(text, run, i);
      if (last == Run::npos) continue;
      out.push_back({with_prefix(text, run, i, last), run.groups[last].end, kind});
      i = last;
    }
  });
}

void find_number_candidates(const Normalized& text, std::vector<Finding>& out) {
  for_each_run(text, [&](const Run& run) {
    std::size_t digits = 0;
    for (const auto& group : run.groups) digits += group.digits.size();
    if (digits >= kLeastDigits) out.push_back({run.groups.front().begin, run.groups.back().end, Kind::kPhone});
  });
}

}  // namespace safety
