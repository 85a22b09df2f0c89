// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace struggle {

/// Words in order, with the bytes that they are made of. Moved, never copied: the words borrow from the bytes.
class WordList {
 public:
  using value_type = std::string_view;
  using const_iterator = std::vector<std::string_view>::const_iterator;
  WordList() = default;
  WordList(const WordList&) = delete;
  WordList& operator=(const WordList&) = delete;
  WordList(WordList&&) = default;
  WordList& operator=(WordList&&) = default;
  ~WordList() = default;

  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] std::size_t size() const { return words_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t at) const { return words_[at]; }
  [[nodiscard]] std::string_view front() const { return words_.front(); }
  [[nodiscard]] const_iterator begin() const { return words_.begin(); }
  [[nodiscard]] const_iterator end() const { return words_.end(); }
  bool operator==(const WordList& other) const { return words_ == other.words_; }

 private:
  friend WordList words_of(std::string_view text);
  std::vector<char> bytes_;
  std::vector<std::string_view> words_;
};

/// Words in lower case: letters and digits, apostrophes gone ("don't" is "dont"), letters that stand three times
/// reduced to one
/// ("ughhhh" is "ugh"). At most 400, of at most 40 bytes: what a person writes in one message.
WordList words_of(std::string_view text);

/// From this many letters on, a word is known with a slip of the finger in it.
inline constexpr std::size_t kLongWord = 6;

/// The same word, a slip of the finger aside: one letter more, less, other or swapped, in words of six letters or more.
bool same_word(std::string_view wanted, std::string_view found);

/// Different words in the order of the alphabet, borrowed from a list of words.
using WordSet = std::vector<std::string_view>;

/// The words that carry the question: no "how", "do", "the"…
WordSet content_words(const WordList& words);
/// |a ∩ b| / |a ∪ b| (Jaccard); 0 when both are empty.
double similarity(const WordSet& a, const WordSet& b);
/// Those that hold a digit: the numbers of the problem.
WordSet numbers_of(const WordSet& words);

/// The first 80 bytes or fewer, cut between characters, line breaks as spaces.
std::string excerpt(std::string_view text);

}  // namespace struggle
