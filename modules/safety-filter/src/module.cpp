// SPDX-License-Identifier: AGPL-3.0-or-later
#include <map>

#include <rapt/module.hpp>

#include "concern.hpp"
#include "config.hpp"

namespace safety {
namespace {

/// Attachments differ by configuration alone; more than these at once means that somebody edits, and parsing again is
/// cheap.
constexpr std::size_t kMaxConfigs = 64;

class SafetyFilter {
 public:
  rapt::Verdict on_message(const rapt::Context& context, rapt::Reply& reply) {
    report_concern(context.content(), reply);
    return check(context, reply, context.content(), "to_ai", false);
  }
  rapt::Verdict on_before_ai(const rapt::Context& context, rapt::Reply& reply) {
    return check(context, reply, context.content(), "to_ai", false);
  }
  rapt::Verdict on_after_ai(const rapt::Context& context, rapt::Reply& reply) {
    return check(context, reply, context.content(), "from_ai", false);
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

  rapt::Verdict check(const rapt::Context& context, rapt::Reply& reply, std::string_view text,
                      std::string_view direction, bool json) {
    const Config& config = config_of(context.config());
    if (!config.blocked.empty()) {
      if (const auto words = config.blocked.find(text); !words.empty()) {
        reply.emit("safety.blocked",
                   R"({"direction":")" + std::string(direction) + R"(","words":)" + std::to_string(words.size()) + "}");
        return reply.block(config.block_message);
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

  std::map<std::string, Config, std::less<>> configs_;
};

}  // namespace
}  // namespace safety

RAPT_MODULE(safety::SafetyFilter, RAPT_MODULE_NAME, RAPT_MODULE_VERSION);
