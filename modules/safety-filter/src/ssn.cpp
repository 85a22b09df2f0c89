// SPDX-License-Identifier: AGPL-3.0-or-later
#include <array>

#include "context.hpp"
#include "scanners.hpp"
#include "shape.hpp"

namespace safety {
namespace {

constexpr std::array<std::string_view, 4> kSsnCues = {"ssn", "social", "soc", "ss#"};
constexpr std::array<std::string_view, 8> kSsnArithmetic = {"what is",   "whats",    "what's",   "solve",
                                                            "calculate", "evaluate", "simplify", "compute"};

/// Ranges that the Social Security Administration assigns (20 CFR 422.103; no 000, 666, 9xx areas).
bool assigned(std::string_view d) {
  const auto area = d.substr(0, 3);
  return area != "000" && area != "666" && area[0] != '9' && d.substr(3, 2) != "00" && d.substr(5) != "0000";
}

}  // namespace

std::size_t match_ssn(const Normalized& text, const Run& run, std::size_t first) {
  const auto last = run.span(first, 9);
  if (last == Run::npos) return Run::npos;
  const Part part{run, first, last};
  if (part.run.groups[first].glued_front || !assigned(part.digits())) return Run::npos;
  const Surroundings around(text, part.begin(), part.end());
  if (around.said_before(kSsnCues)) return last;
  const bool plain = part.sized({3, 2, 4}) && part.gaps_are(Gap::kHyphen) && part.apart() && !part.glued();
  return plain && !around.in_formula() && !around.directly_after(kSsnArithmetic) ? last : Run::npos;
}

}  // namespace safety
