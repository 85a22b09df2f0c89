// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
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

/// Remembers of the tutor's messages, by their fingerprints, whether they say "right" or "wrong": each is looked at
/// again with every message that follows it.
class TutorsWords {
 public:
  struct Said {
    bool no = false, yes = false;
  };
  [[nodiscard]] std::optional<Said> find(std::uint64_t print) const;
  void keep(std::uint64_t print, Said said);

 private:
  static constexpr std::uint64_t kNo = 1, kYes = 2;
  std::array<std::uint64_t, 4096> slots_{};  ///< fingerprints, the last two bits for what was said; 0: free
};

inline constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
/// Of a text: texts that differ differ in it, as good as always.
std::uint64_t fingerprint(std::string_view text);

/// Judges the student's latest message, the last of `turns`, in the light of those before. Nothing is remembered
/// between calls: the conversation itself is the memory, so a restart or a second instance changes nothing. `tutors`
/// spares it to read again; may be null.
Analysis analyze(const std::vector<Turn>& turns, const Options& options, TutorsWords* tutors = nullptr);

}  // namespace struggle
