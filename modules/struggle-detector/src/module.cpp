// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <array>

#include <rapt/module.hpp>

#include "memory.hpp"
#include "report.hpp"
#include "words.hpp"

namespace struggle {
namespace {

class StruggleDetector {
 public:
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    const auto& analysis = judge(context).found;
    if (analysis.level != Level::kNone) reply.emit("struggle", to_json(analysis));
    return rapt::Verdict::kContinue;
  }

  rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    const Config& config = config_of(context);
    if (!config.instruct) return rapt::Verdict::kContinue;
    auto& judged = judge(context);
    if (judged.found.level >= config.instruct_from) reply.instruct(instruction(judged.found));
    judged = {};
    return rapt::Verdict::kContinue;
  }

  rapt::Verdict on_session_end(const rapt::Context& context, rapt::Reply& reply) {
    const auto summary = summary_json(conversation(context), config_of(context).options);
    if (!summary.empty()) reply.emit("struggle.summary", summary);
    return rapt::Verdict::kContinue;
  }

 private:
  static void add(std::vector<Turn>& turns, std::string_view role, std::string_view content, std::int64_t seq) {
    if (role == "user") turns.push_back({Turn::Who::kStudent, content, seq});
    if (role == "assistant") turns.push_back({Turn::Who::kTutor, content, seq});
  }

  static std::vector<Turn> conversation(const rapt::Context& context) {
    std::vector<Turn> turns;
    turns.reserve(context.message_count() + 1);
    for (std::size_t i = 0; i < context.message_count(); ++i) {
      const auto message = context.message(i);
      add(turns, message.role, message.content, message.seq);
    }
    if (context.has(RAPT_FIELD_CURRENT_CONTENT)) add(turns, context.role(), context.content(), context.seq());
    return turns;
  }

  /// The end of the conversation, as much as counts: the last `window` messages of the student and what lies between.
  static std::vector<Turn> latest(const rapt::Context& context, std::size_t window) {
    std::vector<Turn> turns;
    turns.reserve(2 * window);
    if (context.has(RAPT_FIELD_CURRENT_CONTENT)) add(turns, context.role(), context.content(), context.seq());
    std::size_t students = turns.empty() || turns.back().who != Turn::Who::kStudent ? 0 : 1;
    for (auto i = context.message_count(); i-- > 0;) {
      const auto message = context.message(i);
      if (message.role == "user" && ++students > window) break;
      add(turns, message.role, message.content, message.seq);
    }
    std::reverse(turns.begin(), turns.end());
    return turns;
  }

  /// The configuration hardly ever changes from one call to the next.
  const Config& config_of(const rapt::Context& context) {
    if (context.config() != config_text_ || config_text_.empty()) {
      config_ = parse_config(context.config());
      config_text_ = context.config();
    }
    return config_;
  }

  static std::uint64_t fingerprint(const std::vector<Turn>& turns) {
    std::uint64_t sum = turns.size();
    for (const auto& turn : turns)
      sum = (sum ^ struggle::fingerprint(turn.content) ^ static_cast<std::uint64_t>(turn.seq)) * kOdd;
    return sum;
  }

  struct Judged {
    bool is = false;
    std::uint64_t of = 0;
    std::string by;  ///< the configuration
    Analysis found;
  };

  /// The hooks before the AI are asked about the same message one after the other: the second finds what the first
  /// found, unless somebody changed the text or many other conversations came between.
  Judged& judge(const rapt::Context& context) {
    const Config& config = config_of(context);
    const auto turns = latest(context, config.options.window);
    const auto print = fingerprint(turns);
    const auto known = std::find_if(judged_.begin(), judged_.end(), [&](const Judged& one) {
      return one.is && one.of == print && one.by == config_text_;
    });
    if (known != judged_.end()) return *known;
    auto& oldest = judged_[next_++ % judged_.size()];
    oldest = {true, print, config_text_, analyze(turns, config.options, memory_)};
    return oldest;
  }

  Memory memory_;
  std::array<Judged, 64> judged_;
  std::size_t next_ = 0;
  std::string config_text_;
  Config config_;
};

}  // namespace
}  // namespace struggle

RAPT_MODULE(struggle::StruggleDetector, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
