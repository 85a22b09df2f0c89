// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <bitset>
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

/// A word of a normalized text, not read yet: few begin a phrase.
struct RawWord {
  std::size_t begin = 0;
  std::string_view raw;  ///< without marks at its edges
  bool plain = false;    ///< letters only
};
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
  void find_at(const std::vector<RawWord>& words, std::size_t at, std::set<std::size_t>& found) const;
  /// Calls `visit` with every phrase that may begin with the word, and how many of its words follow.
  template <class Visit>
  void for_each_begun(const std::vector<RawWord>& words, std::size_t at, const Visit& visit) const;
  /// False for most words that begin none.
  [[nodiscard]] bool may_begin(const RawWord& word) const;
  /// Words in runs of single letters: "s t u p i d", "s.t.u.p.i.d".
  void find_spaced_out(std::string_view text, char before, std::set<std::size_t>& found) const;
  /// All words of a list from `at` on are the first ones of a phrase.
  [[nodiscard]] bool begins_phrase(const std::vector<RawWord>& words, std::size_t at) const;
  std::unordered_map<std::string, std::vector<Phrase>> by_first_;  ///< by every reading of the first word
  std::vector<std::pair<std::string, std::size_t>> long_words_;    ///< single words of four letters or more
  std::bitset<4096> starts_;  ///< by the first letter of a first word and the next other one
  std::size_t longest_ = 0;   ///< words of the longest phrase
};

}  // namespace safety
