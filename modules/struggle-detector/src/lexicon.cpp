// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lexicon.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>

#include "words.hpp"

namespace struggle {
namespace {

using Entry = std::pair<std::string_view, double>;

constexpr Entry kFrustration[] = {{"ugh", .25},
                                  {"argh", .25},
                                  {"grr", .25},
                                  {"wtf", .3},
                                  {"bruh", .1},
                                  {"this is stupid", .4},
                                  {"so stupid", .4},
                                  {"math is stupid", .4},
                                  {"its stupid", .35},
                                  {"im stupid", .45},
                                  {"i am stupid", .45},
                                  {"feel stupid", .45},
                                  {"im too stupid", .5},
                                  {"this is dumb", .4},
                                  {"so dumb", .4},
                                  {"im dumb", .45},
                                  {"feel dumb", .45},
                                  {"hate this", .4},
                                  {"hate math", .4},
                                  {"hate algebra", .4},
                                  {"i give up", .55},
                                  {"im giving up", .55},
                                  {"giving up", .45},
                                  {"im so done", .4},
                                  {"done with this", .4},
                                  {"this sucks", .35},
                                  {"i suck at", .4},
                                  {"so annoying", .35},
                                  {"annoyed", .3},
                                  {"frustrated", .4},
                                  {"frustrating", .4},
                                  {"i cant do this", .5},
                                  {"i cant do it", .5},
                                  {"cant do math", .5},
                                  {"never get this", .5},
                                  {"never get it", .5},
                                  {"never understand", .45},
                                  {"gonna fail", .4},
                                  {"going to fail", .4},
                                  {"im bad at", .35},
                                  {"so bad at", .4},
                                  {"not smart enough", .5},
                                  {"pointless", .3},
                                  {"whats the point", .35},
                                  {"impossible", .3},
                                  {"wanna cry", .5},
                                  {"want to cry", .5},
                                  {"about to cry", .5},
                                  {"im crying", .45},
                                  {"too hard", .3},
                                  {"so hard", .25},
                                  {"this is hard", .15},
                                  {"makes me mad", .4},
                                  {"so mad", .35},
                                  {"nothing works", .3},
                                  {"not working", .2},
                                  {"stop asking", .35},
                                  {"youre not helping", .45},
                                  {"not helping", .4},
                                  {"this is useless", .4}};

constexpr Entry kConfusion[] = {{"dont get it", .3},
                                {"dont get this", .3},
                                {"dont get how", .25},
                                {"dont get why", .25},
                                {"dont get what", .25},
                                {"dont get any", .35},
                                {"don get it", .3},
                                {"dnt get it", .3},
                                {"didnt get it", .3},
                                {"dont understand", .3},
                                {"do not understand", .3},
                                {"dont really understand", .25},
                                {"dont really get", .25},
                                {"still dont get", .42},
                                {"still dont understand", .42},
                                {"still confused", .42},
                                {"still lost", .42},
                                {"still stuck", .35},
                                {"still not getting", .4},
                                {"dont understand anything", .45},
                                {"dont get anything", .45},
                                {"im confused", .3},
                                {"im so confused", .38},
                                {"so confused", .35},
                                {"really confused", .35},
                                {"confusing", .25},
                                {"im lost", .35},
                                {"so lost", .35},
                                {"you lost me", .35},
                                {"makes no sense", .35},
                                {"doesnt make sense", .3},
                                {"dont make sense", .3},
                                {"no idea", .25},
                                {"no clue", .25},
                                {"idk", .12},
                                {"i dont know", .12},
                                {"dunno", .12},
                                {"idk how", .2},
                                {"idk what to do", .3},
                                {"dont know how", .2},
                                {"dont know what to do", .3},
                                {"dont know where to start", .28},
                                {"im stuck", .25},
                                {"stuck", .15},
                                {"huh", .1}};

constexpr Entry kBegging[] = {{"just tell me", .4},     {"tell me the answer", .4}, {"give me the answer", .4},
                              {"gimme the answer", .4}, {"whats the answer", .22},  {"what is the answer", .2},
                              {"just give me", .38},    {"just the answer", .38},   {"just say the answer", .4},
                              {"need the answer", .35}, {"want the answer", .35},   {"do it for me", .42},
                              {"solve it for me", .42}, {"solve this for me", .4},  {"just solve it", .38},
                              {"just do it", .3},       {"can you just", .26},      {"cant you just", .32},
                              {"answer please", .3},    {"answer pls", .3},         {"answer plz", .3}};

constexpr Entry kBreakthrough[] = {{"i get it", 1},       {"get it now", 1},    {"got it", 1},
                                   {"gotcha", 1},         {"makes sense", 1},   {"i see now", 1},
                                   {"oh i see", 1},       {"ohh i see", 1},     {"i understand", 1},
                                   {"understand now", 1}, {"that helped", 1},   {"that helps", 1},
                                   {"figured it out", 1}, {"i did it", 1},      {"it worked", 1},
                                   {"now i do", 1},       {"but fun", 1},       {"yay", 1},
                                   {"this is fun", 1},    {"im getting it", 1}, {"easy now", 1},
                                   {"like this one", 1}};

constexpr Entry kTutorSaysNo[] = {
    {"not quite", 1},   {"try again", 1},     {"try that again", 1}, {"incorrect", 1},      {"not right", 1},
    {"isnt right", 1},  {"not correct", 1},   {"isnt correct", 1},   {"not the answer", 1}, {"not there yet", 1},
    {"close but", 1},   {"almost", 1},        {"check your", 1},     {"look again", 1},     {"another look", 1},
    {"doesnt work", 1}, {"does not work", 1}, {"isnt quite", 1},     {"take another", 1}};

constexpr Entry kTutorSaysYes[] = {{"correct", 1},   {"thats right", 1}, {"that is right", 1}, {"exactly", 1},
                                   {"well done", 1}, {"great job", 1},   {"good job", 1},      {"nice work", 1},
                                   {"perfect", 1},   {"you got it", 1},  {"excellent", 1}};

constexpr std::array<std::string_view, 13> kNegations = {"dont", "didnt", "not", "cant",   "cannot",  "never", "doesnt",
                                                         "wont", "isnt",  "no",  "havent", "nothing", "if"};

/// A phrase, ready to be looked for.
struct Known {
  std::size_t list;
  double weight;
  WordList words;
};

/// All phrases, and which of them may begin at a word.
struct Lexicon {
  using Candidates = std::vector<Known>;
  KeyTable first_words;               ///< keys of their first words
  std::vector<Candidates> by_first;   ///< by the number of that key
  std::vector<Candidates> with_slip;  ///< by first word, those whose first word is known with a slip in it
  /// By two letters, a bit for each of those first words that begins, or ends, so. A slip changes one place, or two
  /// beside each other, and they have six letters: the first two or the last two are right.
  std::array<std::uint64_t, 256> by_start{}, by_end{};

  static std::size_t pair(char first, char second) {
    return (static_cast<unsigned char>(first) * 37U + static_cast<unsigned char>(second)) % 256U;
  }
  static std::size_t start(std::string_view word) { return pair(word[0], word[1]); }
  static std::size_t end(std::string_view word) { return pair(word[word.size() - 2], word.back()); }

  Lexicon() {
    for (const auto& [list, text, weight] : phrases()) {
      const auto known = [&] { return Known{static_cast<std::size_t>(list), weight, words_of(text)}; };
      const auto words = words_of(text);
      add(first_words, by_first, words[0], known());
      if (words[0].text.size() >= kLongWord) add_long(words[0].text, known());
    }
  }
  static void add(KeyTable& keys, std::vector<Candidates>& lists, const Word& first, Known phrase) {
    const auto number = keys.add(first.key);
    if (number == lists.size()) lists.emplace_back();
    lists[number].push_back(std::move(phrase));
  }
  void add_long(std::string_view first, Known phrase) {
    const auto same = [&](const Candidates& each) { return each.front().words[0].text == first; };
    auto found = std::find_if(with_slip.begin(), with_slip.end(), same);
    if (found == with_slip.end()) {
      if (with_slip.size() == 64) throw std::length_error("there are more long first words than bits for them");
      const auto bit = std::uint64_t{1} << with_slip.size();
      by_start[start(first)] |= bit;
      by_end[end(first)] |= bit;
      found = with_slip.insert(with_slip.end(), Candidates());
    }
    found->push_back(std::move(phrase));
  }
};

const Lexicon& lexicon() {
  static const Lexicon all;
  return all;
}

bool negated(const WordList& words, std::size_t at) {
  const auto from = at >= 2 ? at - 2 : 0;
  return std::any_of(
      words.begin() + static_cast<std::ptrdiff_t>(from), words.begin() + static_cast<std::ptrdiff_t>(at),
      [](const Word& word) { return std::find(kNegations.begin(), kNegations.end(), word.text) != kNegations.end(); });
}

bool stands_at(const WordList& phrase, const WordList& words, std::size_t at) {
  const auto size = phrase.size();
  if (at + size > words.size()) return false;
  // The first word is right, or nearly: the last one tells more.
  for (auto k = size; k-- > 0;) {
    const Word &wanted = phrase[k], &found = words[at + k];
    if (wanted.key != found.key && wanted.text.size() < kLongWord) return false;
    if (!same_word(wanted.text, found.text)) return false;
  }
  return true;
}

void add(std::vector<Phrase>& out, List list, std::span<const Entry> entries) {
  for (const auto& [text, weight] : entries) out.push_back({list, text, weight});
}

}  // namespace

const std::vector<Phrase>& phrases() {
  static const auto all = [] {
    std::vector<Phrase> out;
    add(out, List::kFrustration, kFrustration);
    add(out, List::kConfusion, kConfusion);
    add(out, List::kBegging, kBegging);
    add(out, List::kBreakthrough, kBreakthrough);
    add(out, List::kTutorSaysNo, kTutorSaysNo);
    add(out, List::kTutorSaysYes, kTutorSaysYes);
    return out;
  }();
  return all;
}

Weights strongest(const WordList& words) {
  constexpr auto kBreak = static_cast<std::size_t>(List::kBreakthrough),
                 kYes = static_cast<std::size_t>(List::kTutorSaysYes);
  const auto& all = lexicon();
  Weights best{};
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto consider = [&](const Lexicon::Candidates& candidates) {
      for (const Known& phrase : candidates) {
        if (phrase.weight <= best[phrase.list] || !stands_at(phrase.words, words, at)) continue;
        const bool turns = phrase.list == kBreak || phrase.list == kYes;
        if (!turns || !negated(words, at)) best[phrase.list] = phrase.weight;
      }
    };
    const Word& word = words[at];
    if (const auto found = all.first_words.find(word.key); found != KeyTable::kNone) consider(all.by_first[found]);
    if (word.text.size() + 1 < kLongWord) continue;
    auto bits = all.by_start[Lexicon::start(word.text)] | all.by_end[Lexicon::end(word.text)];
    for (; bits != 0; bits &= bits - 1) consider(all.with_slip[static_cast<std::size_t>(std::countr_zero(bits))]);
  }
  return best;
}

}  // namespace struggle
