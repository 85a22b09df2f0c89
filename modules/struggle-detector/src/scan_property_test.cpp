// SPDX-License-Identifier: AGPL-3.0-or-later
// The quick way to look for phrases and to compare questions against the plain one, on random texts.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "lexicon.hpp"
#include "memory.hpp"
#include "words.hpp"

namespace struggle {
namespace {

constexpr int kTexts = 4000;

/// Every phrase at every word.
Weights plainly(const WordList& words) {
  const std::set<std::string_view> negations = {"dont", "didnt", "not", "cant",   "cannot",  "never", "doesnt",
                                                "wont", "isnt",  "no",  "havent", "nothing", "if"};
  Weights best{};
  for (const auto& phrase : phrases()) {
    const auto wanted = words_of(phrase.text);
    for (std::size_t at = 0; at + wanted.size() <= words.size(); ++at) {
      bool there = true, negated = false;
      for (std::size_t k = 0; k < wanted.size(); ++k) there = there && same_word(wanted[k].text, words[at + k].text);
      for (auto before = at - std::min<std::size_t>(at, 2); before < at; ++before)
        negated = negated || negations.contains(words[before].text);
      const bool turns = phrase.list == List::kBreakthrough || phrase.list == List::kTutorSaysYes;
      auto& weight = best[static_cast<std::size_t>(phrase.list)];
      if (there && !(turns && negated)) weight = std::max(weight, phrase.weight);
    }
  }
  return best;
}

/// Letters that stand three times or more become one; digits stay.
std::string reduced(const std::string& word) {
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    const auto end = std::min(word.find_first_not_of(word[i], i), word.size());
    const bool digit = word[i] >= '0' && word[i] <= '9';
    out.append(end - i >= 3 && !digit ? 1 : end - i, word[i]);
    i = end;
  }
  return out;
}

std::vector<std::string> words_plainly(std::string text) {
  for (const std::string apostrophe : {"\xE2\x80\x99", "'"}) {
    for (auto at = text.find(apostrophe); at != std::string::npos; at = text.find(apostrophe))
      text.erase(at, apostrophe.size());
  }
  std::vector<std::string> out;
  std::string word;
  for (const char c : text + " ") {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) {
      word += capital ? static_cast<char>(c + 32) : c;
    } else if (!word.empty()) {
      out.push_back(reduced(word.substr(0, 40)));
      word.clear();
    }
  }
  out.resize(std::min<std::size_t>(out.size(), 400));
  return out;
}

/// Phrases, as they are and with slips, among other words and signs.
class Texts {
 public:
  std::string next() {
    static const std::vector<std::string> others = {
        "not",  "dont", "the bridge", "3x + 5 = 20?", "\xE2\x80\x99", "\xC3\xA9",           "!!!",          "'", "1000",
        "AAAA", "\n",   "if",         "never",        "x = 5",        std::string(60, 'b'), "understanding"};
    std::string out;
    for (auto left = below(10); left > 0; --left) {
      auto piece = below(3) == 0 ? others[below(others.size())] : std::string(phrases()[below(phrases().size())].text);
      for (auto slips = below(4); slips > 1; --slips) slip(piece);
      out += piece + (below(8) == 0 ? "" : " ");
    }
    return out;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  void slip(std::string& text) {
    const auto at = below(text.size());
    const auto letter = static_cast<char>('a' + below(26));
    switch (below(5)) {
      case 0:
        text.insert(at, 1, letter);
        break;
      case 1:
        text[at] = letter;
        break;
      case 2:
        text.insert(at, 2, text[at]);
        break;
      case 3:
        std::swap(text[at], text[std::min(at + 1, text.size() - 1)]);
        break;
      default:
        text[at] = text[at] >= 'a' && text[at] <= 'z' ? static_cast<char>(text[at] - 32) : text[at];
    }
  }
  std::mt19937_64 random_{20261122};
};

TEST(Scan, FindsWhatEveryPhraseTriedAtEveryWordFinds) {
  Texts texts;
  int found = 0;
  for (int i = 0; i < kTexts; ++i) {
    const auto text = texts.next();
    const auto words = words_of(text);
    const auto weights = strongest(words);
    ASSERT_EQ(weights, plainly(words)) << text;
    found += weights != Weights{} ? 1 : 0;
  }
  EXPECT_GT(found, kTexts / 2);
}

TEST(Scan, ReadsTheSameWordsAsAPlainReader) {
  Texts texts;
  for (int i = 0; i < kTexts; ++i) {
    const auto text = texts.next();
    const auto words = words_of(text);
    std::vector<std::string> read;
    for (const auto& word : words) read.emplace_back(word.text);
    ASSERT_EQ(read, words_plainly(text)) << text;
  }
}

TEST(Scan, LeavesOutPlainWordsOnly) {
  const auto words = words_of("I dont understand, and understanding is still what I dont get");
  const auto content = content_words(words);
  ASSERT_EQ(content.size(), 1U) << "a plain word and another one begin with the same eight letters";
  EXPECT_EQ(content[0].text, "understanding");
}

TEST(Scan, ComparesSetsAsTheAlphabetDoes) {
  Texts texts;
  for (int i = 0; i < kTexts; ++i) {
    const auto text = texts.next(), other = text.substr(text.size() / 3) + texts.next().substr(0, 20);
    const auto a = words_of(text), b = words_of(other);
    const auto x = content_words(a), y = content_words(b);
    std::set<std::string_view> left, all, common;
    for (const auto& word : x) left.insert(word.text), all.insert(word.text);
    for (const auto& word : y) {
      all.insert(word.text);
      if (left.contains(word.text)) common.insert(word.text);
    }
    ASSERT_EQ(left.size(), x.size()) << text;
    const auto plain = all.empty() ? 0.0 : static_cast<double>(common.size()) / static_cast<double>(all.size());
    ASSERT_EQ(similarity(prints_of(x), prints_of(y)), plain) << text << "\n" << other;
  }
}

/// As tests tell two of them apart.
std::string written(const Analysis& analysis) {
  std::string out = std::to_string(analysis.score) + "/" + std::to_string(static_cast<int>(analysis.level));
  for (const auto& each : analysis.indicators) {
    out += " " + std::string(each.kind) + " " + std::to_string(each.score) + " '" + each.evidence + "'";
    for (const auto seq : each.message_seqs) out += " " + std::to_string(seq);
  }
  return out;
}

TEST(Scan, JudgesTheSameWithAndWithoutWhatItRemembers) {
  Texts texts;
  Memory memory;  // of more conversations than it holds
  std::vector<std::string> said;
  for (int i = 0; i < 3 * kTexts; ++i) said.push_back(texts.next());
  std::size_t found = 0;
  for (std::size_t i = 0; i + 9 < said.size(); i += 3) {
    std::vector<Turn> turns;
    // The end is the beginning again, and the same words are a student's here and a tutor's there.
    for (std::size_t k = 0; k < 9; ++k) {
      const auto who = (i + k) % 2 == 0 ? Turn::Who::kStudent : Turn::Who::kTutor;
      turns.push_back({who, said[i + k % 7], static_cast<std::int64_t>(k)});
    }
    turns.back().who = Turn::Who::kStudent;
    const auto fresh = analyze(turns, Options{});
    for (int again = 0; again < 2; ++again) {
      ASSERT_EQ(written(analyze(turns, Options{}, memory)), written(fresh));
    }
    found += fresh.indicators.size();
  }
  EXPECT_GT(found, said.size() / 4);
}

}  // namespace
}  // namespace struggle
