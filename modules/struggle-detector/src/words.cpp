// SPDX-License-Identifier: AGPL-3.0-or-later
#include "words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace struggle {
namespace {

constexpr std::size_t kMaxWords = 400, kMaxWord = 40, kExcerpt = 80;
constexpr std::string_view kTypographicApostrophe = "\xE2\x80\x99";

constexpr std::array<std::string_view, 48> kPlain = {
    "a",    "an",    "the",   "i",    "im",    "me",   "my",  "you",        "we",    "it",     "its",    "is",
    "are",  "was",   "do",    "does", "did",   "to",   "of",  "in",         "on",    "for",    "and",    "or",
    "so",   "but",   "how",   "what", "whats", "why",  "can", "could",      "would", "should", "please", "this",
    "that", "again", "still", "just", "ok",    "dont", "get", "understand", "not",   "with",   "then",   "now"};

bool has_digit(const Word& word) {
  return std::any_of(word.text.begin(), word.text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Letters that stand three times or more become one; digits stay, 1000 is a number. In place; the new length.
std::size_t reduce(char* word, std::size_t size) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < size;) {
    auto end = i;
    while (end < size && word[end] == word[i]) ++end;
    const bool digit = word[i] >= '0' && word[i] <= '9';
    const char c = word[i];
    for (auto left = end - i >= 3 && !digit ? 1 : end - i; left > 0; --left) word[out++] = c;
    i = end;
  }
  return out;
}

/// As Word's constructor makes it. Eight bytes may be read there.
std::uint64_t key_at(const char* word, std::size_t size) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t key = 0;
  std::memcpy(&key, word, sizeof key);
  return size >= sizeof key ? key : key & ((std::uint64_t{1} << 8 * size) - 1);
}

/// What a byte of a text is to a word: itself in lower case, or one of these.
constexpr char kBreaks = 0, kApostrophe = 1;
constexpr std::array<char, 256> kBytes = [] {
  std::array<char, 256> out{};
  for (int c = 0; c < 256; ++c) {
    const auto byte = static_cast<char>(c);
    out[static_cast<std::size_t>(c)] = byte >= 'A' && byte <= 'Z' ? static_cast<char>(c | 0x20) : kBreaks;
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || c >= 0x80)
      out[static_cast<std::size_t>(c)] = byte;
  }
  out['\''] = kApostrophe;
  return out;
}();

}  // namespace

Word::Word(std::string_view word) : text(word) {
  std::memcpy(&key, word.data(), std::min(word.size(), sizeof key));
}

std::size_t KeyTable::add(std::uint64_t key) {
  if (const auto known = find(key); known != kNone) return known;
  if (size_ == kSlots / 2) throw std::length_error("there are more words than their table is made for");
  auto at = place(key);
  while (slots_[at].key != 0) at = (at + 1) % kSlots;
  slots_[at] = {key, size_};
  return size_++;
}

std::size_t KeyTable::find(std::uint64_t key) const {
  for (auto at = place(key); slots_[at].key != 0; at = (at + 1) % kSlots) {
    if (slots_[at].key == key) return slots_[at].number;
  }
  return kNone;
}

WordList words_of(std::string_view text) {
  WordList out;
  // Never more than that, and a key behind the last: the words borrow from it.
  out.bytes_ = std::make_unique_for_overwrite<char[]>(text.size() + sizeof(Word::key));
  out.words_.reserve(std::min(text.size() / 4 + 1, kMaxWords));
  char* const bytes = out.bytes_.get();
  std::size_t begin = 0, end = 0, left = kMaxWords;
  char last = kBreaks, last_but_one = kBreaks;
  bool stretched = false;
  const auto finish = [&] {
    if (end > begin) {
      if (stretched) end = begin + reduce(bytes + begin, end - begin);
      out.words_.emplace_back(std::string_view(bytes + begin, end - begin), key_at(bytes + begin, end - begin));
      --left;
    }
    begin = end;
    last = last_but_one = kBreaks;
    stretched = false;
  };
  // The end breaks as well: called in one place, finish() costs no call.
  for (std::size_t i = 0; i <= text.size() && left > 0; ++i) {
    const char c = i < text.size() ? kBytes[static_cast<unsigned char>(text[i])] : kBreaks;
    if (c == kBreaks) {
      finish();
    } else if (c == kApostrophe) {
      continue;
    } else if (c == kTypographicApostrophe[0] &&
               text.substr(i, kTypographicApostrophe.size()) == kTypographicApostrophe) {
      i += kTypographicApostrophe.size() - 1;
    } else if (end - begin < kMaxWord) {
      stretched |= c == last && c == last_but_one;
      last_but_one = std::exchange(last, c);
      bytes[end++] = c;
    }
  }
  return out;
}

bool same_word(std::string_view wanted, std::string_view found) {
  if (wanted == found) return true;
  if (wanted.size() < kLongWord || found.size() + 1 < wanted.size() || found.size() > wanted.size() + 1) return false;
  std::size_t i = 0;
  while (i < wanted.size() && i < found.size() && wanted[i] == found[i]) ++i;
  const auto left = wanted.substr(i), right = found.substr(i);
  if (left.size() == right.size()) {
    const bool swapped =
        left.size() >= 2 && left[0] == right[1] && left[1] == right[0] && left.substr(2) == right.substr(2);
    return swapped || left.substr(1) == right.substr(1);
  }
  return left.size() > right.size() ? left.substr(1) == right : left == right.substr(1);
}

WordSet content_words(const WordList& words) {
  static const auto plain = [] {
    KeyTable table;
    for (const auto word : kPlain) table.add(Word(word).key);
    return table;
  }();
  WordSet out;
  out.reserve(words.size());
  for (const auto& word : words) {
    const auto found = plain.find(word.key);
    if (found == KeyTable::kNone || kPlain[found] != word.text) out.push_back(word);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// Four sums side by side, each told of every fourth word of eight bytes: reading the memory is what it costs.
std::uint64_t fingerprint(std::string_view text) {
  std::array<std::uint64_t, 4> sums{1, 2, 3, 4}, words{};
  const auto size = text.size();
  const auto tell = [&] {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] = (sums[i] ^ words[i]) * kOdd;
      sums[i] ^= sums[i] >> 29U;
    }
  };
  for (; text.size() >= sizeof words; text.remove_prefix(sizeof words)) {
    std::memcpy(words.data(), text.data(), sizeof words);
    tell();
  }
  if (!text.empty()) {
    words = {};
    std::memcpy(words.data(), text.data(), text.size());
    tell();
  }
  return ((((size * kOdd ^ sums[0]) * kOdd ^ sums[1]) * kOdd ^ sums[2]) * kOdd) ^ sums[3];
}

WordPrints prints_of(const WordSet& words) {
  WordPrints out;
  out.reserve(words.size());
  for (const auto& word : words) out.push_back(word.text.size() <= sizeof word.key ? word.key : fingerprint(word.text));
  std::sort(out.begin(), out.end());
  return out;
}

double similarity(const WordPrints& a, const WordPrints& b) {
  std::size_t common = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j)
      ++common, ++i, ++j;
    else if (*i < *j)
      ++i;
    else
      ++j;
  }
  const auto all = static_cast<double>(a.size() + b.size() - common);
  return all > 0 ? static_cast<double>(common) / all : 0;
}

WordSet numbers_of(const WordSet& words) {
  WordSet out;
  std::copy_if(words.begin(), words.end(), std::back_inserter(out), has_digit);
  return out;
}

std::string excerpt(std::string_view text) {
  auto end = std::min(text.size(), kExcerpt);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  std::string out(text.substr(0, end));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return end < text.size() ? out + "…" : out;
}

}  // namespace struggle
