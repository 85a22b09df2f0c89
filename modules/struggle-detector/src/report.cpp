// SPDX-License-Identifier: AGPL-3.0-or-later
#include "report.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <rapt/json.hpp>

#include "memory.hpp"

namespace struggle {
namespace {

using nlohmann::json;

/// Enough for any lesson; the summary reads each message with its window.
constexpr std::size_t kMaxSummaryTurns = 400;

double number(const json& object, const char* key, double fallback) {
  const auto found = object.find(key);
  if (found == object.end()) return fallback;
  if (!found->is_number())
    throw std::invalid_argument(std::string("the configuration's \"") + key + "\" must be a number");
  return found->get<double>();
}

std::string written(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

bool has(const Analysis& analysis, std::string_view kind) {
  return std::any_of(analysis.indicators.begin(), analysis.indicators.end(),
                     [&](const auto& each) { return each.kind == kind; });
}

}  // namespace

Config parse_config(std::string_view text) {
  const auto config = json::parse(text.empty() ? "{}" : text, nullptr, false);
  if (!config.is_object()) throw std::invalid_argument("the configuration is no JSON object");
  Config out;
  const auto thresholds = config.value("thresholds", json::object());
  if (!thresholds.is_object()) throw std::invalid_argument("the configuration's \"thresholds\" must be an object");
  auto& o = out.options;
  o.mild = number(thresholds, "mild", o.mild);
  o.moderate = number(thresholds, "moderate", o.moderate);
  o.high = number(thresholds, "high", o.high);
  if (!(o.mild > 0 && o.mild <= o.moderate && o.moderate <= o.high && o.high <= 1)) {
    throw std::invalid_argument("the configuration's thresholds must satisfy 0 < mild <= moderate <= high <= 1");
  }
  o.window = static_cast<std::size_t>(std::clamp(number(config, "window", 8), 2.0, 40.0));
  const auto tutor = config.value("instruct_from", json("moderate"));
  const auto level = tutor.is_string()
                         ? std::find(kLevelNames.begin() + 1, kLevelNames.end(), tutor.get_ref<const std::string&>())
                         : kLevelNames.end();
  if (tutor == "never") {
    out.instruct = false;
  } else if (level == kLevelNames.end()) {
    throw std::invalid_argument("the configuration's \"instruct_from\" must be mild, moderate, high or never");
  } else {
    out.instruct_from = static_cast<Level>(level - kLevelNames.begin());
  }
  return out;
}

std::string to_json(const Analysis& analysis) {
  std::string out = R"({"level":")";
  out += kLevelNames[static_cast<std::size_t>(analysis.level)];
  out += R"(","score":)" + written(analysis.score) + R"(,"indicators":[)";
  for (const auto& each : analysis.indicators) {
    if (out.back() != '[') out += ',';
    out += R"({"kind":")";
    out += each.kind;
    out += R"(","evidence":)" + rapt::json::quote(each.evidence);
    out += R"(,"count":)" + std::to_string(each.count) + R"(,"message_seqs":[)";
    for (const auto seq : each.message_seqs) {
      if (out.back() != '[') out += ',';
      out += std::to_string(seq);
    }
    out += "]}";
  }
  return out += "]}";
}

std::string summary_json(const std::vector<Turn>& all, const Options& options) {
  const auto skip = all.size() > kMaxSummaryTurns ? all.size() - kMaxSummaryTurns : 0;
  std::vector<Turn> turns;
  std::map<std::string_view, std::size_t> kinds;
  std::size_t messages = 0, struggling = 0;
  Level highest = Level::kNone;
  double peak = 0;
  Memory memory;
  for (auto i = skip; i < all.size(); ++i) {
    turns.push_back(all[i]);
    if (all[i].who != Turn::Who::kStudent) continue;
    ++messages;
    const auto analysis = analyze(turns, options, memory);
    if (analysis.level == Level::kNone) continue;
    ++struggling;
    highest = std::max(highest, analysis.level);
    peak = std::max(peak, analysis.score);
    for (const auto& each : analysis.indicators) ++kinds[each.kind];
  }
  if (messages == 0) return {};
  json indicators = json::array();
  for (const auto& [kind, count] : kinds) indicators.push_back({{"kind", kind}, {"count", count}});
  return json{{"level", kLevelNames[static_cast<std::size_t>(highest)]},
              {"score", peak},
              {"messages", messages},
              {"struggling_messages", struggling},
              {"indicators", indicators}}
      .dump();
}

std::string instruction(const Analysis& analysis) {
  std::string out =
      "The student is struggling. Begin with one short, honest sentence of encouragement that names something they "
      "did. ";
  if (has(analysis, "repeated_question"))
    out +=
        "They have asked this before: explain it in another way than the last time, with a picture or a concrete "
        "example. ";
  if (has(analysis, "repeated_error"))
    out += "They repeat an error: point to the one step where it happens and ask about that step only. ";
  if (has(analysis, "help_begging"))
    out += "They ask for the answer: do not give it, but do the first step together with them. ";
  if (has(analysis, "resigned_answers"))
    out += "They answer in single words: ask something that they can answer for certain. ";
  out += "Take a smaller step than before and end with one easy question.";
  if (analysis.level == Level::kHigh)
    out +=
        " Offer a similar, simpler problem worked through, or a short break, and say that asking the teacher is a good "
        "idea.";
  return out;
}

}  // namespace struggle
