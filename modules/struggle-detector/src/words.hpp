// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace struggle {

/// Words in lower case: letters and digits, apostrophes gone ("don't" is "dont"), letters that stand three times
/// reduced to one
/// ("ughhhh" is "ugh"). At most 400, of at most 40 bytes: what a person writes in one message.
std::vector<std::string> words_of(std::string_view text);

/// The same word, a slip of the finger aside: one letter more, less, other or swapped, in words of six letters or more.
bool same_word(std::string_view wanted, std::string_view found);

/// The words that carry the question: no "how", "do", "the"…
std::set<std::string> content_words(const std::vector<std::string>& words);
/// |a ∩ b| / |a ∪ b| (Jaccard); 0 when both are empty.
double similarity(const std::set<std::string>& a, const std::set<std::string>& b);
/// Those that hold a digit: the numbers of the problem.
std::set<std::string> numbers_of(const std::set<std::string>& words);

/// The first 80 bytes or fewer, cut between characters, line breaks as spaces.
std::string excerpt(std::string_view text);

}  // namespace struggle
