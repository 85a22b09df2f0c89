// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "normalize.hpp"

namespace safety {

/// A text as words, each in the readings that it may be meant in.
struct Word {
  std::size_t begin = 0;  ///< in the normalized text
  std::string plain;      ///< normalized, apostrophes gone
  std::string leet;       ///< "5h1t" read as letters; empty when it has no such reading
  std::string collapsed;  ///< "stuuupid" with single letters; empty unless a letter stands three times or more
};

std::vector<Word> split_words(std::string_view text);
/// Without a last word that may go on, whatever follows. `text` is normalized.
std::string_view whole_words(std::string_view text);

/// Finds whole words and phrases of a fixed list, in any case, with the usual disguises. Immutable.
class PhraseSet {
 public:
  /// Entries without a letter or digit are ignored.
  explicit PhraseSet(const std::vector<std::string>& phrases);
  /// Indices of the phrases that occur, each once, ascending. Linear in the text, in memory that does not grow with its
  /// words.
  [[nodiscard]] std::vector<std::size_t> find(std::string_view text) const;
  /// The same in a part of a normalized text; `before` is the byte before it. A word that begins there is not read.
  [[nodiscard]] std::vector<std::size_t> find_in(std::string_view text, char before) const;
  /// Where the first phrase begins whose end may yet follow; the end of `text` when there is none. Its words are whole.
  [[nodiscard]] std::size_t open_from(std::string_view text, char before) const;
  [[nodiscard]] bool empty() const { return by_first_.empty(); }

 private:
  struct Phrase {
    std::size_t index;
    std::vector<Word> words;
  };
  void find_at(const std::vector<Word>& words, std::size_t at, std::set<std::size_t>& found) const;
  /// Words in runs of single letters: "s t u p i d", "s.t.u.p.i.d".
  void find_spaced_out(std::string_view text, char before, std::set<std::size_t>& found) const;
  /// All words of a list from `at` on are the first ones of a phrase.
  [[nodiscard]] bool begins_phrase(const std::vector<Word>& words, std::size_t at) const;
  [[nodiscard]] bool matches(const Phrase& phrase, const std::vector<Word>& words, std::size_t at) const;
  std::unordered_map<std::string, std::vector<Phrase>> by_first_;  ///< by every reading of the first word
  std::vector<std::pair<std::string, std::size_t>> long_words_;    ///< single words of four letters or more
  std::size_t longest_ = 0;                                        ///< words of the longest phrase
};

}  // namespace safety
