// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "analysis.hpp"
#include "words.hpp"

namespace struggle {

/// What a message says, whatever stands around it. Of a tutor's only says_no and says_yes are known.
struct Facts {
  double frustration = 0, confusion = 0, begging = 0;
  bool breakthrough = false, says_no = false, says_yes = false;
  bool asks = false;      ///< a question, or a word that begins one
  bool answers = false;   ///< a few words with a number in them, and no question
  bool resigned = false;  ///< "idk", "ok fine"
  std::size_t words = 0;
  std::uint64_t said = 0;  ///< of its words in their order
  WordPrints content, numbers;
};

Facts read(const Turn& turn);

/// A turn with what was read off it.
struct Read {
  Turn turn;
  std::shared_ptr<const Facts> facts;
};

/// Capitals and rows of marks: 0 to 0.35.
double shouting(const Read& read);

/// Patterns across turns; the last of `reads` is the student's latest message. nullopt when the pattern is not there.
std::optional<Indicator> repeated_question(const std::vector<Read>& reads);
std::optional<Indicator> repeated_error(const std::vector<Read>& reads);
std::optional<Indicator> resigned_answers(const std::vector<Read>& reads);

}  // namespace struggle
