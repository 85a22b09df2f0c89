// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace struggle {

/// Words in lower case: letters and digits, apostrophes gone ("don't" is "dont"), letters that stand three times
/// reduced to one
/// ("ughhhh" is "ugh"). At most 400, of at most 40 bytes: what a person writes in one message.
std::vector<std::string> words_of(std::string_view text);

/// From this many letters on, a word is known with a slip of the finger in it.
inline constexpr std::size_t kLongWord = 6;

/// The same word, a slip of the finger aside: one letter more, less, other or swapped, in words of six letters or more.
bool same_word(std::string_view wanted, std::string_view found);

/// Different words in the order of the alphabet, borrowed from a list of words.
using WordSet = std::vector<std::string_view>;

/// The words that carry the question: no "how", "do", "the"…
WordSet content_words(const std::vector<std::string>& words);
/// |a ∩ b| / |a ∪ b| (Jaccard); 0 when both are empty.
double similarity(const WordSet& a, const WordSet& b);
/// Those that hold a digit: the numbers of the problem.
WordSet numbers_of(const WordSet& words);

/// The first 80 bytes or fewer, cut between characters, line breaks as spaces.
std::string excerpt(std::string_view text);

}  // namespace struggle
