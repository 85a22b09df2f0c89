// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace struggle {

enum class Level { kNone, kMild, kModerate, kHigh };
inline constexpr std::array<std::string_view, 4> kLevelNames = {"none", "mild", "moderate", "high"};

/// One message of the conversation; `content` is borrowed.
struct Turn {
  enum class Who { kStudent, kTutor } who{};
  std::string_view content;
  std::int64_t seq = 0;
};

/// What was seen, and where.
struct Indicator {
  std::string_view kind;  ///< "repeated_question", "repeated_error", "frustration", "confusion", "help_begging",
                          ///< "shouting", "resigned_answers"
  std::string evidence;   ///< a few of the student's words, from the latest message concerned
  std::size_t count = 0;
  std::vector<std::int64_t> message_seqs;
  double score = 0;
};

struct Options {
  double mild = 0.25, moderate = 0.5, high = 0.8;
  std::size_t window = 8;  ///< how many of the student's messages count, the latest among them
};

struct Analysis {
  Level level = Level::kNone;
  double score = 0;  ///< 0 to 1
  std::vector<Indicator> indicators;
};

class Memory;

/// Judges the student's latest message, the last of `turns`, in the light of those before. Nothing is remembered
/// between calls that would change what is found: a restart or a second instance judges the same. `memory` spares it to
/// read again.
Analysis analyze(const std::vector<Turn>& turns, const Options& options, Memory& memory);
Analysis analyze(const std::vector<Turn>& turns, const Options& options);

}  // namespace struggle
