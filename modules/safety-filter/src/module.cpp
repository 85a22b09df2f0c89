// SPDX-License-Identifier: AGPL-3.0-or-later
#include <map>

#include <rapt/module.hpp>

#include "concern.hpp"
#include "config.hpp"
#include "stream.hpp"

namespace safety {
namespace {

/// Attachments differ by configuration alone; more than these at once means that somebody edits, and parsing again is
/// cheap.
constexpr std::size_t kMaxConfigs = 64;
/// A host takes 256 findings about an answer.
constexpr std::size_t kMaxFindings = 128, kMaxAnswers = 1024;
/// 64 KiB without a place to cut are no sentence; to let them go would be to guess.
constexpr std::string_view kUnreadable = "The answer could not be checked and was stopped. Please ask in another way.";

class SafetyFilter {
 public:
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    report_concern(context.content(), reply);
    return check(context, reply, context.content(), "to_ai", false);
  }
  rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    return check(context, reply, context.content(), "to_ai", false);
  }
  rapt::Verdict on_delta(const rapt::Context& context, rapt::Reply& reply) {
    const Config& config = config_of(context.config());
    const auto result = filter({context.released(), context.content(), context.last_window()}, config);
    if (result.blocked > 0) return block(reply, config, "from_ai", result.blocked);
    if (result.held > RAPT_STREAM_MAX_HELD) return reply.block(kUnreadable);
    if (result.held > 0) reply.hold(result.held);
    report_masked(context, reply, result.counts);
    return result.counts == Counts{} ? rapt::Verdict::kContinue : reply.replace(result.passes);
  }
  rapt::Verdict on_product_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    report_concern(context.input(), reply);
    return check(context, reply, context.input(), "to_ai", true);
  }
  rapt::Verdict on_product_after_ai(const rapt::Context& context, rapt::Reply& reply) {
    return check(context, reply, context.output(), "from_ai", true);
  }

 private:
  static void report_concern(std::string_view text, rapt::Reply& reply) {
    if (const auto concern = find_concern(text)) {
      reply.emit("safety.concern", R"({"category":"self_harm_or_danger","certainty":")" + concern->certainty +
                                       R"(","matched":")" + concern->phrase + R"("})");
    }
  }

  static rapt::Verdict block(rapt::Reply& reply, const Config& config, std::string_view direction, std::size_t words) {
    reply.emit("safety.blocked",
               R"({"direction":")" + std::string(direction) + R"(","words":)" + std::to_string(words) + "}");
    return reply.block(config.block_message);
  }

  /// Tells what was masked as it passes; from the 128th time in an answer on, the rest at its end. A process that is
  /// restarted in between tells less, and masks the same.
  void report_masked(const rapt::Context& context, rapt::Reply& reply, const Counts& counts) {
    const auto session = context.get(RAPT_FIELD_SESSION_ID);
    if (context.window_seq() == 1) answers_.erase(std::string(session));
    const auto known = answers_.find(session);
    if (counts == Counts{} && (known == answers_.end() || !context.last_window())) return;
    if (known == answers_.end() && answers_.size() >= kMaxAnswers) answers_.clear();
    auto& told = answers_[std::string(session)];
    for (std::size_t i = 0; i < counts.size(); ++i) told.untold[i] += counts[i];
    if (told.untold != Counts{} && (told.findings < kMaxFindings || context.last_window())) {
      reply.emit("safety.masked", counts_json(told.untold, "from_ai"));
      told.untold = {};
      ++told.findings;
    }
    if (context.last_window()) answers_.erase(std::string(session));
  }

  rapt::Verdict check(const rapt::Context& context, rapt::Reply& reply, std::string_view text,
                      std::string_view direction, bool json) {
    const Config& config = config_of(context.config());
    if (!config.blocked.empty()) {
      if (const auto words = config.blocked.find(text); !words.empty()) {
        return block(reply, config, direction, words.size());
      }
    }
    Counts counts{};
    const auto masked = json ? mask_json(text, config.rules, counts) : mask(text, config.rules, counts);
    if (counts == Counts{}) return rapt::Verdict::kContinue;
    reply.emit("safety.masked", counts_json(counts, direction));
    return reply.replace(masked);
  }

  const Config& config_of(std::string_view json) {
    const auto found = configs_.find(json);
    if (found != configs_.end()) return found->second;
    if (configs_.size() >= kMaxConfigs) configs_.clear();
    return configs_.emplace(std::string(json), parse_config(json)).first->second;
  }

  /// What was told about an answer that is being written.
  struct Told {
    std::size_t findings = 0;
    Counts untold{};
  };
  std::map<std::string, Config, std::less<>> configs_;
  std::map<std::string, Told, std::less<>> answers_;  ///< by session
};

}  // namespace
}  // namespace safety

RAPT_MODULE(safety::SafetyFilter, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
