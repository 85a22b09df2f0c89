// SPDX-License-Identifier: AGPL-3.0-or-later
#include "phrases.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "normalize.hpp"

namespace safety {
namespace {

constexpr std::size_t kMaxWord = 64, kWindow = 256;

constexpr bool is_disguise(char c) {
  return c == '@' || c == '$' || c == '!' || c == '+' || c == '*';
}

/// What a byte is to a word; 0: it is in none.
constexpr unsigned kLetter = 1, kDigit = 2, kMark = 4;
constexpr std::array<unsigned char, 256> kClasses = [] {
  std::array<unsigned char, 256> out{};
  for (unsigned i = 0; i < out.size(); ++i) {
    const char c = static_cast<char>(i);
    out[i] = is_letter(c) ? kLetter : is_digit(c) ? kDigit : c == '\'' || is_disguise(c) ? kMark : 0;
  }
  return out;
}();
unsigned class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}
bool is_word(char c) {
  return class_of(c) != 0;
}

char as_letter(char c) {
  switch (c) {
    case '4':
    case '@':
      return 'a';
    case '3':
      return 'e';
    case '1':
    case '!':
      return 'i';
    case '0':
      return 'o';
    case '5':
    case '$':
      return 's';
    case '7':
    case '+':
      return 't';
    default:
      return c;
  }
}

/// Letters that stand three times or more become one; empty when none does.
std::string collapse(std::string_view word) {
  std::string out;
  bool changed = false;
  for (std::size_t i = 0; i < word.size();) {
    auto end = i;
    while (end < word.size() && word[end] == word[i]) ++end;
    out.append(end - i >= 3 ? 1 : end - i, word[i]);
    changed = changed || (end - i >= 3 && is_letter(word[i]));
    i = end;
  }
  return changed ? out : std::string();
}

std::string singled(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (out.empty() || out.back() != c) out += c;
  }
  return out;
}

/// "455" is a number: only what holds a letter is read so, and only when every sign of it stands for one.
std::string leet_of(std::string_view raw) {
  const auto letters = std::count_if(raw.begin(), raw.end(), is_letter);
  if (letters == 0 || raw.size() < 3 || static_cast<std::size_t>(letters) == raw.size()) return {};
  std::string out;
  for (const char c : raw) {
    const char letter = as_letter(c);
    if (!is_letter(letter)) return {};
    out += letter;
  }
  return out;
}

Word make_word(const RawWord& from) {
  Word word;
  word.begin = from.begin;
  for (const char c : from.raw) {
    if (is_letter(c) || is_digit(c)) word.plain += c;
  }
  word.leet = leet_of(from.raw);
  word.collapsed = collapse(word.plain);
  return word;
}

std::string_view without_edges(std::string_view raw) {
  while (!raw.empty() && (raw.back() == '!' || raw.back() == '\'' || raw.back() == '*' || raw.back() == '+'))
    raw.remove_suffix(1);
  while (!raw.empty() && (raw.front() == '\'' || raw.front() == '*' || raw.front() == '+' || raw.front() == '!'))
    raw.remove_prefix(1);
  return raw;
}

/// Of a word that was cut, the part that is left may be marks alone.
bool says_something(std::string_view raw) {
  return std::any_of(raw.begin(), raw.end(), [](char c) { return (class_of(c) & (kLetter | kDigit)) != 0; });
}

/// Reads words from a normalized text, one after the other.
class WordReader {
 public:
  explicit WordReader(std::string_view text, char before = '\0') : text_(text) {
    while (is_word(before) && at_ < text_.size() && is_word(text_[at_])) ++at_;
  }

  /// False at the end of the text.
  bool next(RawWord& word) {
    while (at_ < text_.size()) {
      auto end = at_;
      unsigned all = 0;
      for (unsigned one = 0; end < text_.size() && (one = class_of(text_[end])) != 0; ++end) all |= one;
      word.begin = std::exchange(at_, end + 1);
      if ((all & (kLetter | kDigit)) == 0) continue;
      word.raw = text_.substr(word.begin, std::min(end - word.begin, kMaxWord));
      word.plain = all == kLetter;
      if (!word.plain) word.raw = without_edges(word.raw);
      if (word.plain || says_something(word.raw)) return true;
    }
    return false;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::size_t start_of(char first, char other) {
  return (static_cast<unsigned char>(first) * 32U ^ static_cast<unsigned char>(other)) % 4096U;
}

/// Of the word with single letters.
std::size_t start_of(std::string_view word) {
  const auto other = word.find_first_not_of(word[0]);
  return start_of(word[0], other == std::string_view::npos ? '\0' : word[other]);
}

/// One phrase's word against one word of the text, in each reading.
bool same(const Word& wanted, const Word& found) {
  if (found.plain == wanted.plain || (!found.leet.empty() && found.leet == wanted.plain)) return true;
  return !found.collapsed.empty() &&
         (found.collapsed == wanted.plain || singled(found.collapsed) == singled(wanted.plain));
}

}  // namespace

std::vector<Word> split_words(std::string_view source) {
  const auto text = normalize(source);
  WordReader reader(text.text);
  std::vector<Word> out;
  for (RawWord word; reader.next(word);) out.push_back(make_word(word));
  return out;
}

std::string_view whole_words(std::string_view text) {
  auto begin = text.size();
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  // Of a long word only the beginning is read; that is known.
  const auto tail = text.substr(text.size() - std::min(text.size() - begin, kMaxWord));
  const bool read = tail.size() == kMaxWord &&
                    std::all_of(tail.begin(), tail.end(), [](char c) { return is_letter(c) || is_digit(c); });
  return read ? text : text.substr(0, begin);
}

PhraseSet::PhraseSet(const std::vector<std::string>& phrases) {
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    auto words = split_words(phrases[i]);
    if (words.empty()) continue;
    if (words.size() == 1 && words[0].plain.size() >= 4) long_words_.emplace_back(words[0].plain, i);
    longest_ = std::max(longest_, words.size());
    const auto first = words[0].plain;
    starts_.set(start_of(first));
    by_first_[singled(first)].push_back({i, std::move(words)});
  }
}

void PhraseSet::find_spaced_out(std::string_view text, char before, std::set<std::size_t>& found) const {
  const auto alphanumeric = [&](std::size_t i) { return i < text.size() && (is_letter(text[i]) || is_digit(text[i])); };
  std::string run;
  const auto finish = [&] {
    for (const auto& [word, index] : long_words_) {
      if (run.size() >= word.size() && run.find(word) != std::string::npos) found.insert(index);
    }
    run.clear();
  };
  std::size_t i = 0;
  while ((is_letter(before) || is_digit(before)) && alphanumeric(i)) ++i;
  while (i < text.size()) {
    auto end = i;
    while (alphanumeric(end)) ++end;
    const bool single = end == i + 1 && is_letter(text[i]);
    if (single) run += text[i];
    const bool parted = end < text.size() && std::string_view(" .-_*").find(text[end]) != std::string_view::npos;
    if (!single || !parted) finish();
    i = end + 1;
  }
  finish();
}

bool PhraseSet::may_begin(const RawWord& word) const {
  return !word.plain || starts_.test(start_of(word.raw));
}

template <class Visit>
void PhraseSet::for_each_begun(const std::vector<RawWord>& words, std::size_t at, const Visit& visit) const {
  if (!may_begin(words[at])) return;
  const Word first = make_word(words[at]);
  for (const auto* reading : {&first.plain, &first.leet}) {
    const auto phrases = reading->empty() ? by_first_.end() : by_first_.find(singled(*reading));
    if (phrases == by_first_.end()) continue;
    for (const auto& phrase : phrases->second) {
      std::size_t k = same(phrase.words[0], first) ? 1 : 0;
      while (k > 0 && k < phrase.words.size() && at + k < words.size() &&
             same(phrase.words[k], make_word(words[at + k])))
        ++k;
      visit(phrase, k);
    }
  }
}

void PhraseSet::find_at(const std::vector<RawWord>& words, std::size_t at, std::set<std::size_t>& found) const {
  for_each_begun(words, at, [&](const Phrase& phrase, std::size_t there) {
    if (there == phrase.words.size()) found.insert(phrase.index);
  });
}

std::vector<std::size_t> PhraseSet::find(std::string_view source) const {
  return empty() ? std::vector<std::size_t>() : find_in(normalize(source).text, '\0');
}

std::vector<std::size_t> PhraseSet::find_in(std::string_view text, char before) const {
  std::set<std::size_t> found;
  if (empty()) return {};
  WordReader reader(text, before);
  // A window slides over the words: as many as the longest phrase has must follow before one is judged.
  std::vector<RawWord> window;
  window.reserve(kWindow + longest_);
  std::size_t judged = 0;
  for (RawWord word; reader.next(word);) {
    window.push_back(word);
    if (window.size() - judged < longest_) continue;
    find_at(window, judged++, found);
    if (judged < kWindow) continue;
    window.erase(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(judged));
    judged = 0;
  }
  for (; judged < window.size(); ++judged) find_at(window, judged, found);
  if (!long_words_.empty()) find_spaced_out(text, before, found);
  return {found.begin(), found.end()};
}

bool PhraseSet::begins_phrase(const std::vector<RawWord>& words, std::size_t at) const {
  bool begins = false;
  for_each_begun(words, at, [&](const Phrase&, std::size_t there) { begins = begins || at + there == words.size(); });
  return begins;
}

std::size_t PhraseSet::open_from(std::string_view text, char before) const {
  if (longest_ < 2) return text.size();
  WordReader reader(text, before);
  std::vector<RawWord> words;  // the last ones: a phrase that is not whole has fewer words than the longest
  for (RawWord word; reader.next(word);) {
    if (words.size() >= longest_ + kWindow)
      words.erase(words.begin(), words.end() - static_cast<std::ptrdiff_t>(longest_));
    words.push_back(word);
  }
  for (auto at = words.size() - std::min(words.size(), longest_ - 1); at < words.size(); ++at) {
    if (begins_phrase(words, at)) return words[at].begin;
  }
  return text.size();
}

}  // namespace safety
