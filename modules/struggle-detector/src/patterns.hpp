// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis.hpp"
#include "words.hpp"

namespace struggle {

/// A turn with what is read off it once.
struct Read {
  Turn turn;
  WordList words;
  double frustration = 0, confusion = 0, begging = 0;  ///< of students
  bool breakthrough = false, says_no = false, says_yes = false;
};

Read read(const Turn& turn);

/// Capitals and rows of marks: 0 to 0.35.
double shouting(const Read& read);

/// Patterns across turns; the last of `reads` is the student's latest message. nullopt when the pattern is not there.
std::optional<Indicator> repeated_question(const std::vector<Read>& reads);
std::optional<Indicator> repeated_error(const std::vector<Read>& reads);
std::optional<Indicator> resigned_answers(const std::vector<Read>& reads);

}  // namespace struggle
