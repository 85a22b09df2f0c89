// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace struggle {

/// What students and tutors say, in lists of phrases. Weights add up to a score where 1 is the most: about 0.3 is a
/// plain "I don't get it" (worth a look when it stands alone), 0.5 a student who says that they give up.
enum class List { kFrustration, kConfusion, kBegging, kBreakthrough, kTutorSaysNo, kTutorSaysYes };

/// The weight of the strongest phrase of the list in `words`, 0 when none occurs. A phrase after a negation ("don't",
/// "not") does not count for the lists whose sense it turns round (breakthrough, tutor's yes).
double strongest(List list, const std::vector<std::string>& words);

}  // namespace struggle
