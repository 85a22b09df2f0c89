// SPDX-License-Identifier: AGPL-3.0-or-later
#include "patterns.hpp"

#include <algorithm>
#include <array>

#include "lexicon.hpp"
#include "words.hpp"

namespace struggle {
namespace {

constexpr double kSameQuestion = 0.6, kSameNumbers = 0.75;
constexpr std::size_t kShortAnswer = 6;

constexpr std::array<std::string_view, 12> kAsking = {"how",   "what", "whats",   "why", "where", "when",
                                                      "which", "help", "explain", "can", "do",    "dont"};
constexpr std::array<std::string_view, 24> kResigned = {
    "idk", "ok",    "okay", "k",    "kk",   "whatever", "fine", "sure", "i",       "guess", "nvm", "nevermind",
    "meh", "dunno", "dont", "know", "care", "idc",      "no",   "nope", "nothing", "maybe", "um",  "still"};
constexpr std::array<std::string_view, 12> kAcronyms = {"FOIL", "PEMDAS", "GCF", "LCM", "LOL", "OMG",
                                                        "IDK",  "SAT",    "USA", "ACT", "SOH", "TOA"};

bool student(const Read& read) {
  return read.turn.who == Turn::Who::kStudent;
}

template <std::size_t N>
bool in(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool asks(std::string_view text, const WordList& words) {
  return text.find('?') != std::string_view::npos ||
         std::any_of(words.begin(), words.end(), [](const Word& word) { return in(word.text, kAsking); });
}

bool answers(const WordList& words, const WordSet& numbers) {
  return words.size() <= kShortAnswer && !numbers.empty() &&
         std::none_of(words.begin(), words.end(),
                      [](const Word& word) { return word.text == "how" || word.text == "why" || word.text == "what"; });
}

bool resigned(const WordList& words) {
  return !words.empty() && words.size() <= 3 &&
         std::all_of(words.begin(), words.end(), [](const Word& word) { return in(word.text, kResigned); });
}

std::uint64_t print_of(const WordList& words) {
  std::uint64_t sum = words.size();
  for (const auto& word : words) sum = (sum ^ fingerprint(word.text)) * kOdd;
  return sum;
}

/// The same question about the same numbers: "2x + 5 = 20" is another one than "3x + 5 = 20".
bool same(const Facts& a, const Facts& b) {
  if (a.numbers.empty() != b.numbers.empty()) return false;
  if (!a.numbers.empty() && similarity(a.numbers, b.numbers) < kSameNumbers) return false;
  if (a.content.size() < 2 || b.content.size() < 2) return a.said == b.said && a.words >= 4;
  return similarity(a.content, b.content) > kSameQuestion;
}

Indicator make(std::string_view kind, const Read& latest, std::vector<std::int64_t> seqs, double score) {
  return {kind, excerpt(latest.turn.content), seqs.size(), std::move(seqs), score};
}

/// What the student last said before turn `index`; nullptr when nothing.
const Read* answered(const std::vector<Read>& reads, std::size_t index) {
  while (index-- > 0) {
    if (student(reads[index])) return &reads[index];
  }
  return nullptr;
}

bool all_capitals(std::string_view word) {
  return word.size() >= 3 && std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) &&
         !in(word, kAcronyms);
}

}  // namespace

Facts read(const Turn& turn) {
  Facts out;
  const auto words = words_of(turn.content);
  const auto weights = strongest(words);
  if (turn.who == Turn::Who::kTutor) {
    out.says_no = of(weights, List::kTutorSaysNo) > 0;
    out.says_yes = !out.says_no && of(weights, List::kTutorSaysYes) > 0;
    return out;
  }
  out.frustration = of(weights, List::kFrustration);
  out.confusion = of(weights, List::kConfusion);
  out.begging = of(weights, List::kBegging);
  out.breakthrough = of(weights, List::kBreakthrough) > 0;
  const auto content = content_words(words), numbers = numbers_of(content);
  out.asks = asks(turn.content, words);
  out.answers = answers(words, numbers);
  out.resigned = !out.breakthrough && resigned(words);
  out.words = words.size();
  out.said = print_of(words);
  out.content = prints_of(content);
  out.numbers = prints_of(numbers);
  return out;
}

double shouting(const Read& read) {
  const auto text = read.turn.content;
  std::size_t capitals = 0, longest = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto end = i;
    while (end < text.size() && ((text[end] >= 'A' && text[end] <= 'Z') || (text[end] >= 'a' && text[end] <= 'z')))
      ++end;
    if (all_capitals(text.substr(i, end - i))) ++capitals, longest = std::max(longest, end - i);
    i = std::max(end, i + 1);
  }
  const bool marks = text.find("!!!") != std::string_view::npos || text.find("???") != std::string_view::npos ||
                     text.find("?!?") != std::string_view::npos || text.find("!?!") != std::string_view::npos;
  const double loud = capitals >= 2 ? 0.2 : capitals == 1 && longest >= 5 ? 0.1 : 0.0;
  return loud + (marks ? 0.15 : 0.0);
}

std::optional<Indicator> repeated_question(const std::vector<Read>& reads) {
  const Read& latest = reads.back();
  const Facts& asked = *latest.facts;
  if (!asked.asks || asked.resigned || asked.answers) return std::nullopt;
  std::vector<std::int64_t> seqs;
  for (const auto& each : reads) {
    if (student(each) && &each != &latest && each.facts->asks && same(*each.facts, asked))
      seqs.push_back(each.turn.seq);
  }
  if (seqs.empty()) return std::nullopt;
  const double score = 0.3 + 0.15 * static_cast<double>(seqs.size() - 1);
  seqs.push_back(latest.turn.seq);
  return make("repeated_question", latest, std::move(seqs), score);
}

std::optional<Indicator> repeated_error(const std::vector<Read>& reads) {
  std::vector<std::int64_t> seqs;
  bool same_answer = false;
  const Facts& latest = *reads.back().facts;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    if (reads[i].facts->says_yes) seqs.clear(), same_answer = false;
    const Read* wrong = reads[i].facts->says_no ? answered(reads, i) : nullptr;
    if (wrong == nullptr) continue;
    seqs.push_back(wrong->turn.seq);
    same_answer = same_answer || (wrong->facts->answers && latest.answers && wrong->facts->numbers == latest.numbers);
  }
  if (same_answer) seqs.push_back(reads.back().turn.seq);
  if (seqs.size() < 2) return std::nullopt;
  const double score = 0.25 + 0.15 * static_cast<double>(seqs.size() - 2) + (same_answer ? 0.1 : 0.0);
  return make("repeated_error", reads.back(), std::move(seqs), score);
}

std::optional<Indicator> resigned_answers(const std::vector<Read>& reads) {
  std::vector<std::int64_t> seqs;
  for (auto each = reads.rbegin(); each != reads.rend(); ++each) {
    if (!student(*each)) continue;
    if (!each->facts->resigned) break;
    seqs.insert(seqs.begin(), each->turn.seq);
  }
  if (seqs.size() < 3) return std::nullopt;
  const double score = 0.3 + 0.1 * static_cast<double>(seqs.size() - 3);
  return make("resigned_answers", reads.back(), std::move(seqs), score);
}

}  // namespace struggle
