// SPDX-License-Identifier: AGPL-3.0-or-later
#include "analysis.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "patterns.hpp"
#include "words.hpp"

namespace struggle {
namespace {

/// How much of a message's weight is left a message later.
constexpr double kDecay = 0.7;
/// No kind alone reaches "high": a student in real trouble shows it in more than one way.
constexpr double kMostOfOneKind = 0.65;

/// Without its words, which nobody looks at.
Read read_tutor(const Turn& turn, TutorsWords& tutors) {
  const auto print = fingerprint(turn.content);
  if (const auto known = tutors.find(print)) {
    Read out;
    out.turn = turn;
    out.says_no = known->no;
    out.says_yes = known->yes;
    return out;
  }
  auto out = read(turn);
  tutors.keep(print, {out.says_no, out.says_yes});
  return out;
}

/// The stretch that counts: the last `window` messages of the student, from the last breakthrough on.
std::vector<Read> relevant(const std::vector<Turn>& turns, std::size_t window, TutorsWords* tutors) {
  std::vector<Read> out;
  std::size_t students = 0;
  for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
    auto one = turn->who == Turn::Who::kTutor && tutors != nullptr ? read_tutor(*turn, *tutors) : read(*turn);
    const bool student = turn->who == Turn::Who::kStudent;
    const bool over = student && one.breakthrough && !out.empty();
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

std::optional<TutorsWords::Said> TutorsWords::find(std::uint64_t print) const {
  const auto slot = slots_[(print >> 2U) % slots_.size()];
  if ((slot ^ print) > (kNo | kYes) || slot == 0) return std::nullopt;
  return Said{(slot & kNo) != 0, (slot & kYes) != 0};
}

void TutorsWords::keep(std::uint64_t print, Said said) {
  slots_[(print >> 2U) % slots_.size()] = (print & ~(kNo | kYes)) | (said.no ? kNo : 0) | (said.yes ? kYes : 0);
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

Analysis analyze(const std::vector<Turn>& turns, const Options& options, TutorsWords* tutors) {
  Analysis out;
  if (turns.empty() || turns.back().who != Turn::Who::kStudent) return out;
  const auto reads = relevant(turns, options.window, tutors);
  if (reads.back().breakthrough) return out;
  for (const auto& pattern : {repeated_question(reads), repeated_error(reads), resigned_answers(reads)}) {
    if (pattern) out.indicators.push_back(*pattern);
  }
  add_language("frustration", std::mem_fn(&Read::frustration), reads, out.indicators);
  add_language("confusion", std::mem_fn(&Read::confusion), reads, out.indicators);
  add_language("help_begging", std::mem_fn(&Read::begging), reads, out.indicators);
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
