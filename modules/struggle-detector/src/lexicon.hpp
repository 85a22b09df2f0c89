// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "words.hpp"

namespace struggle {

/// What students and tutors say, in lists of phrases. Weights add up to a score where 1 is the most: about 0.3 is a
/// plain "I don't get it" (worth a look when it stands alone), 0.5 a student who says that they give up.
enum class List { kFrustration, kConfusion, kBegging, kBreakthrough, kTutorSaysNo, kTutorSaysYes };

inline constexpr std::size_t kLists = 6;

/// By list, the weight of its strongest phrase; 0 when none occurs.
using Weights = std::array<double, kLists>;

struct Phrase {
  List list{};
  std::string_view text;  ///< as words_of() reads it, a space apart
  double weight = 0;
};
/// All lists.
const std::vector<Phrase>& phrases();

/// One pass over `words` for all lists. A phrase after a negation ("don't", "not") does not count for the lists whose
/// sense it turns round (breakthrough, tutor's yes).
Weights strongest(const WordList& words);
inline double of(const Weights& weights, List list) {
  return weights[static_cast<std::size_t>(list)];
}

}  // namespace struggle
