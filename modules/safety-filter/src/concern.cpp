// SPDX-License-Identifier: AGPL-3.0-or-later
#include "concern.hpp"

#include <vector>

#include "phrases.hpp"

namespace safety {
namespace {

const std::vector<std::string>& explicit_phrases() {
  static const std::vector<std::string> list = {"kill myself",
                                                "killing myself",
                                                "kms",
                                                "unalive myself",
                                                "end my life",
                                                "ending my life",
                                                "take my own life",
                                                "end it all",
                                                "want to die",
                                                "wanna die",
                                                "wish i was dead",
                                                "wish i were dead",
                                                "wish i wasnt alive",
                                                "dont want to live",
                                                "dont wanna live",
                                                "dont want to be alive",
                                                "dont wanna be alive",
                                                "dont want to be here anymore",
                                                "dont want to exist",
                                                "no reason to live",
                                                "better off dead",
                                                "better off without me",
                                                "hurt myself",
                                                "hurting myself",
                                                "harm myself",
                                                "cut myself",
                                                "cutting myself",
                                                "i am suicidal",
                                                "im suicidal",
                                                "feel suicidal",
                                                "feeling suicidal",
                                                "thinking about suicide",
                                                "commit suicide",
                                                "hang myself",
                                                "shoot myself",
                                                "overdose on"};
  return list;
}

const std::vector<std::string>& possible_phrases() {
  static const std::vector<std::string> list = {"suicidal",
                                                "suicide",
                                                "self harm",
                                                "selfharm",
                                                "kys",
                                                "kill yourself",
                                                "nobody would miss me",
                                                "no one would miss me",
                                                "no point in living",
                                                "hate my life",
                                                "hates me and i want to disappear",
                                                "hits me",
                                                "he touches me",
                                                "afraid to go home",
                                                "scared to go home"};
  return list;
}

/// "50 kms per hour" is a distance.
bool is_distance(std::string_view text) {
  const auto words = split_words(text);
  bool found = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].plain != "kms") continue;
    const auto before = i > 0 ? words[i - 1].plain : std::string();
    const auto after = i + 1 < words.size() ? words[i + 1].plain : std::string();
    const bool number = !before.empty() && before.find_first_not_of("0123456789x") == std::string::npos;
    const bool measured = number || before == "many" || before == "in" || before == "of" || before == "to" ||
                          before == "the" || before == "few" || after == "per" || after == "away" || after == "an" ||
                          after == "long" || after == "in" || after == "h";
    if (!measured) return false;
    found = true;
  }
  return found;
}

}  // namespace

std::optional<Concern> find_concern(std::string_view text) {
  static const auto all = [] {
    auto list = explicit_phrases();
    list.insert(list.end(), possible_phrases().begin(), possible_phrases().end());
    return list;
  }();
  static const PhraseSet phrases(all);
  for (const auto index : phrases.find(text)) {  // ascending, so explicit ones first
    if (index >= explicit_phrases().size()) return Concern{"possible", all[index]};
    if (all[index] != "kms" || !is_distance(text)) return Concern{"explicit", all[index]};
  }
  return std::nullopt;
}

}  // namespace safety
