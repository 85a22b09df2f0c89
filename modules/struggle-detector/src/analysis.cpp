// SPDX-License-Identifier: AGPL-3.0-or-later
#include "analysis.hpp"

#include <algorithm>
#include <cmath>

#include "memory.hpp"
#include "patterns.hpp"
#include "words.hpp"

namespace struggle {
namespace {

/// How much of a message's weight is left a message later.
constexpr double kDecay = 0.7;
/// No kind alone reaches "high": a student in real trouble shows it in more than one way.
constexpr double kMostOfOneKind = 0.65;

/// The stretch that counts: the last `window` messages of the student, from the last breakthrough on.
std::vector<Read> relevant(const std::vector<Turn>& turns, std::size_t window, Memory& memory) {
  std::vector<Read> out;
  std::size_t students = 0;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    Read one{*turn, memory.facts_of(*turn)};
    const bool student = turn->who == Turn::Who::kStudent;
    const bool over = student && one.facts->breakthrough && !out.empty();
    if (over || (student && ++students > window)) break;
    out.push_back(std::move(one));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// Language of one kind over the stretch, where the latest message has it too; what was said before fades.
template <class Weight>
void add_language(std::string_view kind, const Weight& weight, const std::vector<Read>& reads,
                  std::vector<Indicator>& out) {
  if (weight(reads.back()) <= 0) return;
  Indicator found{kind, excerpt(reads.back().turn.content), 0, {}, 0};
  double fade = 1;
  for (auto each = reads.rbegin(); each != reads.rend(); ++each) {
    if (each->turn.who != Turn::Who::kStudent) continue;
    if (const double heavy = weight(*each); heavy > 0) {
      found.score += fade * heavy;
      found.message_seqs.insert(found.message_seqs.begin(), each->turn.seq);
    }
    fade *= kDecay;
  }
  found.count = found.message_seqs.size();
  out.push_back(std::move(found));
}

Level level_of(double score, const Options& options) {
  // Scores are sums of hundredths; half a thousandth keeps 0.1 + 0.15 from missing 0.25.
  const double s = score + 0.0005;
  return s >= options.high       ? Level::kHigh
         : s >= options.moderate ? Level::kModerate
         : s >= options.mild     ? Level::kMild
                                 : Level::kNone;
}

}  // namespace

Analysis analyze(const std::vector<Turn>& turns, const Options& options) {
  Memory memory;
  return analyze(turns, options, memory);
}

Analysis analyze(const std::vector<Turn>& turns, const Options& options, Memory& memory) {
  Analysis out;
  if (turns.empty() || turns.back().who != Turn::Who::kStudent) return out;
  const auto reads = relevant(turns, options.window, memory);
  if (reads.back().facts->breakthrough) return out;
  for (const auto& pattern : {repeated_question(reads), repeated_error(reads), resigned_answers(reads)}) {
    if (pattern) out.indicators.push_back(*pattern);
  }
  const auto by = [](double Facts::*weight) { return [=](const Read& read) { return (*read.facts).*weight; }; };
  add_language("frustration", by(&Facts::frustration), reads, out.indicators);
  add_language("confusion", by(&Facts::confusion), reads, out.indicators);
  add_language("help_begging", by(&Facts::begging), reads, out.indicators);
  // Loud joy is no struggle: shouting counts beside something else only.
  if (!out.indicators.empty()) add_language("shouting", shouting, reads, out.indicators);
  for (auto& each : out.indicators) {
    each.score = std::min(each.score, kMostOfOneKind);
    out.score += each.score;
  }
  out.score = std::min(1.0, std::round(out.score * 100) / 100);
  out.level = level_of(out.score, options);
  return out;
}

}  // namespace struggle
