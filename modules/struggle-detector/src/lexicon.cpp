// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lexicon.hpp"

#include <algorithm>
#include <unordered_map>
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

struct Phrase {
  std::size_t list;
  WordList words;
  double weight;
};

/// All phrases, and which of them may begin at a word: those whose first word it is, and those whose first word is long
/// enough to be recognized with a slip in it.
struct Lexicon {
  std::vector<Phrase> phrases;
  std::unordered_map<std::string_view, std::vector<const Phrase*>> by_first_word;
  std::vector<const Phrase*> with_long_first_word;
  std::array<bool, 65536> begins{};  ///< by the first two bytes of a word: whether a phrase's first word begins so

  static std::size_t start(std::string_view word) {
    const std::size_t first = static_cast<unsigned char>(word[0]);
    return first << 8U | (word.size() > 1 ? static_cast<unsigned char>(word[1]) : 0U);
  }
  /// A slip changes one place, or two beside each other: at least one of the first two letters is still one of them.
  static bool may_be(std::string_view wanted, std::string_view found) {
    return (found.size() + 1 >= wanted.size() && found.size() <= wanted.size() + 1) &&
           (found[0] == wanted[0] || found[1] == wanted[1] || found[0] == wanted[1] || found[1] == wanted[0]);
  }

  template <std::size_t N>
  void add(List list, const Entry (&entries)[N]) {
    for (const auto& [text, weight] : entries)
      phrases.push_back({static_cast<std::size_t>(list), words_of(text), weight});
  }
  Lexicon() {
    add(List::kFrustration, kFrustration);
    add(List::kConfusion, kConfusion);
    add(List::kBegging, kBegging);
    add(List::kBreakthrough, kBreakthrough);
    add(List::kTutorSaysNo, kTutorSaysNo);
    add(List::kTutorSaysYes, kTutorSaysYes);
    for (const auto& phrase : phrases) {
      by_first_word[phrase.words.front()].push_back(&phrase);
      begins[start(phrase.words.front())] = true;
      if (phrase.words.front().size() >= kLongWord) with_long_first_word.push_back(&phrase);
    }
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
      [](const auto& word) { return std::find(kNegations.begin(), kNegations.end(), word) != kNegations.end(); });
}

bool stands_at(const Phrase& phrase, const WordList& words, std::size_t at) {
  if (at + phrase.words.size() > words.size()) return false;
  for (std::size_t k = 0; k < phrase.words.size(); ++k) {
    if (!same_word(phrase.words[k], words[at + k])) return false;
  }
  return true;
}

}  // namespace

Weights strongest(const WordList& words) {
  constexpr auto kBreak = static_cast<std::size_t>(List::kBreakthrough),
                 kYes = static_cast<std::size_t>(List::kTutorSaysYes);
  const auto& all = lexicon();
  Weights best{};
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto consider = [&](const Phrase& phrase) {
      if (phrase.weight <= best[phrase.list] || !stands_at(phrase, words, at)) return;
      const bool turns = phrase.list == kBreak || phrase.list == kYes;
      if (!turns || !negated(words, at)) best[phrase.list] = phrase.weight;
    };
    const auto word = words[at];
    if (all.begins[Lexicon::start(word)]) {
      const auto found = all.by_first_word.find(word);
      if (found != all.by_first_word.end()) {
        for (const auto* phrase : found->second) consider(*phrase);
      }
    }
    if (word.size() + 1 < kLongWord) continue;
    for (const auto* phrase : all.with_long_first_word) {
      if (Lexicon::may_be(phrase->words.front(), word)) consider(*phrase);
    }
  }
  return best;
}

}  // namespace struggle
