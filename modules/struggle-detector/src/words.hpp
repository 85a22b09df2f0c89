// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace struggle {

/// A word, with its first eight bytes as a number: words differ where their keys do.
struct Word {
  std::string_view text;
  std::uint64_t key = 0;

  explicit Word(std::string_view word);  ///< borrows the bytes
  Word(std::string_view word, std::uint64_t its_key) : text(word), key(its_key) {}
  bool operator==(const Word& other) const { return key == other.key && text == other.text; }
  /// Some order, quick to tell.
  bool operator<(const Word& other) const { return key != other.key ? key < other.key : text < other.text; }
};

/// Words in order, with the bytes that they are made of. Moved, never copied: the words borrow from the bytes.
class WordList {
 public:
  using value_type = std::string_view;
  WordList() = default;
  WordList(const WordList&) = delete;
  WordList& operator=(const WordList&) = delete;
  WordList(WordList&&) = default;
  WordList& operator=(WordList&&) = default;
  ~WordList() = default;

  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] std::size_t size() const { return words_.size(); }
  [[nodiscard]] const Word& operator[](std::size_t at) const { return words_[at]; }
  [[nodiscard]] auto begin() const { return words_.begin(); }
  [[nodiscard]] auto end() const { return words_.end(); }
  bool operator==(const WordList& other) const { return words_ == other.words_; }

 private:
  friend WordList words_of(std::string_view text);
  std::unique_ptr<char[]> bytes_;
  std::vector<Word> words_;
};

/// Words in lower case: letters and digits, apostrophes gone ("don't" is "dont"), letters that stand three times
/// reduced to one ("ughhhh" is "ugh"). At most 400, of at most 40 bytes: what a person writes in one message.
WordList words_of(std::string_view text);

/// From this many letters on, a word is known with a slip of the finger in it.
inline constexpr std::size_t kLongWord = 6;

/// The same word, a slip of the finger aside: one letter more, less, other or swapped, in words of six letters or more.
bool same_word(std::string_view wanted, std::string_view found);

/// Different words in order, borrowed from a list of words.
using WordSet = std::vector<Word>;

/// Numbers keys from 0 on, in the order in which they are added.
class KeyTable {
 public:
  static constexpr std::size_t kNone = 0xFFFF;
  std::size_t add(std::uint64_t key);
  [[nodiscard]] std::size_t find(std::uint64_t key) const;

 private:
  static constexpr std::size_t kSlots = 1024;  ///< several times the words of all lists; add() refuses to fill them
  struct Slot {
    std::uint64_t key = 0;  ///< 0: free
    std::size_t number = 0;
  };
  static std::size_t place(std::uint64_t key) { return (key * 0x9E3779B97F4A7C15U) >> 54U; }
  std::array<Slot, kSlots> slots_{};
  std::size_t size_ = 0;
};

/// The words that carry the question: no "how", "do", "the"…
WordSet content_words(const WordList& words);
/// Those that hold a digit: the numbers of the problem.
WordSet numbers_of(const WordSet& words);

inline constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
/// Of a text: texts that differ differ in it, as good as always.
std::uint64_t fingerprint(std::string_view text);

/// Different words in order as numbers, which outlive the text: a word of up to eight bytes is its key, a longer one
/// its fingerprint.
using WordPrints = std::vector<std::uint64_t>;
WordPrints prints_of(const WordSet& words);
/// |a ∩ b| / |a ∪ b| (Jaccard); 0 when both are empty.
double similarity(const WordPrints& a, const WordPrints& b);

/// The first 80 bytes or fewer, cut between characters, line breaks as spaces.
std::string excerpt(std::string_view text);

}  // namespace struggle
