// SPDX-License-Identifier: AGPL-3.0-or-later
#include "phrases.hpp"

#include <algorithm>
#include <set>

#include "normalize.hpp"

namespace safety {
namespace {

constexpr std::size_t kMaxWord = 64;

bool is_disguise(char c) { return c == '@' || c == '$' || c == '!' || c == '+' || c == '*'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '\'' || is_disguise(c); }

char as_letter(char c) {
  switch (c) {
    case '4':
    case '@': return 'a';
    case '3': return 'e';
    case '1':
    case '!': return 'i';
    case '0': return 'o';
    case '5':
    case '$': return 's';
    case '7':
    case '+': return 't';
    default: return c;
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

Word make_word(std::string_view raw) {
  Word word;
  for (const char c : raw) {
    if (is_letter(c) || is_digit(c)) word.plain += c;
  }
  word.leet = leet_of(raw);
  word.collapsed = collapse(word.plain);
  return word;
}

std::string_view without_edges(std::string_view raw) {
  while (!raw.empty() && (raw.back() == '!' || raw.back() == '\'' || raw.back() == '*' || raw.back() == '+')) raw.remove_suffix(1);
  while (!raw.empty() && (raw.front() == '\'' || raw.front() == '*' || raw.front() == '+' || raw.front() == '!')) raw.remove_prefix(1);
  return raw;
}

std::vector<Word> words_of(const Normalized& text) {
  std::vector<Word> out;
  const std::string_view all = text.text;
  for (std::size_t i = 0; i < all.size();) {
    if (!is_word(all[i])) {
      ++i;
      continue;
    }
    auto end = i;
    while (end < all.size() && is_word(all[end])) ++end;
    const auto raw = without_edges(all.substr(i, std::min(end - i, kMaxWord)));
    if (!raw.empty()) out.push_back(make_word(raw));
    if (!raw.empty() && out.back().plain.empty()) out.pop_back();
    i = end;
  }
  return out;
}

/// One phrase's word against one word of the text, in each reading.
bool same(const Word& wanted, const Word& found) {
  if (found.plain == wanted.plain || (!found.leet.empty() && found.leet == wanted.plain)) return true;
  return !found.collapsed.empty() && (found.collapsed == wanted.plain || singled(found.collapsed) == singled(wanted.plain));
}

}  // namespace

std::vector<Word> split_words(std::string_view text) { return words_of(normalize(text)); }

std::vector<std::string> spaced_out(std::string_view source) {
  const auto text = normalize(source);
  std::vector<std::string> out;
  std::string run;
  const auto finish = [&] {
    if (run.size() >= 3) out.push_back(run);
    run.clear();
  };
  for (std::size_t i = 0; i < text.text.size();) {
    auto end = i;
    while (is_letter(text.at(end)) || is_digit(text.at(end))) ++end;
    const bool single = end == i + 1 && is_letter(text.text[i]);
    if (single) run += text.text[i];
    const bool parted = end < text.text.size() && std::string_view(" .-_*").find(text.text[end]) != std::string_view::npos;
    if (!single || !parted) finish();
    i = end + 1;
  }
  finish();
  return out;
}

PhraseSet::PhraseSet(const std::vector<std::string>& phrases) {
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    auto words = split_words(phrases[i]);
    if (words.empty()) continue;
    if (words.size() == 1 && words[0].plain.size() >= 4) long_words_.emplace_back(words[0].plain, i);
    const auto first = words[0].plain;
    by_first_[singled(first)].push_back({i, std::move(words)});
  }
}

bool PhraseSet::matches(const Phrase& phrase, const std::vector<Word>& words, std::size_t at) const {
  if (at + phrase.words.size() > words.size()) return false;
  for (std::size_t k = 0; k < phrase.words.size(); ++k) {
    if (!same(phrase.words[k], words[at + k])) return false;
  }
  return true;
}

std::vector<std::size_t> PhraseSet::find(std::string_view text) const {
  std::set<std::size_t> found;
  const auto words = split_words(text);
  for (std::size_t at = 0; at < words.size(); ++at) {
    for (const auto* reading : {&words[at].plain, &words[at].leet}) {
      const auto phrases = reading->empty() ? by_first_.end() : by_first_.find(singled(*reading));
      if (phrases == by_first_.end()) continue;
      for (const auto& phrase : phrases->second) {
        if (matches(phrase, words, at)) found.insert(phrase.index);
      }
    }
  }
  if (!long_words_.empty()) {
    for (const auto& run : spaced_out(text)) {
      for (const auto& [word, index] : long_words_) {
        if (run.find(word) != std::string::npos) found.insert(index);
      }
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace safety
