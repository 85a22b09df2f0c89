// SPDX-License-Identifier: AGPL-3.0-or-later
#include "verdict.hpp"

#include <algorithm>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::hooks {

namespace {

std::string_view name(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kError:
      return "error";
    case Answer::Kind::kDead:
      return "dead";
    case Answer::Kind::kLate:
      return "late";
    case Answer::Kind::kNotRunning:
      return "not_running";
    default:
      return "lying";
  }
}

void stop(Outcome& outcome, Outcome::Kind kind, const Step& step, std::string reason) {
  outcome.kind = kind;
  outcome.module = step.module;
  outcome.reason = std::move(reason);
}

}  // namespace

Answer lying(std::string why) {
  return Answer{.kind = Answer::Kind::kLying, .text = std::move(why)};
}

bool is_plain(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

Answer judged_anywhere(Point point, Answer answer) {
  using Kind = Answer::Kind;
  if (answer.kind == Kind::kDefer) return lying("It asked to be called later, which this hook does not offer.");
  if (answer.kind == Kind::kBlock && !may_block(point)) return lying("It blocked where it may only emit.");
  if (!answer.instructions.empty() && !may_instruct(point)) return lying("It instructed the AI where it may not.");
  if (answer.kind == Kind::kBlock && !is_plain(answer.text)) answer.text.clear();
  return answer;
}

bool decided(Answer::Kind kind) {
  return kind == Answer::Kind::kContinue || kind == Answer::Kind::kReplace || kind == Answer::Kind::kBlock;
}

bool stops_on_failure(Point point, const Step& step) {
  return step.on_failure == FailPolicy::kClosed && may_block(point);
}

void log_failure(Point point, const Step& step, const Answer& answer) {
  log::warn("hook.failed", {{"module", step.module},
                            {"hook", std::string(hooks::name(point))},
                            {"failure", std::string(name(answer.kind))},
                            {"went_on", stops_on_failure(point, step) ? "false" : "true"},
                            {"detail", printable(answer.text)}});
}

bool apply_failure(Point point, const Step& step, Outcome& outcome) {
  if (!stops_on_failure(point, step)) {
    add_once(outcome.skipped, step.module);
    return false;
  }
  stop(outcome, Outcome::Kind::kUnavailable, step,
       "The module " + step.module +
           ", which this tool needs, is not available right now. Please try again in a moment.");
  return true;
}

void apply_block(const Step& step, std::string reason, Outcome& outcome) {
  if (reason.empty()) reason = "The module " + step.module + " stopped this and gave no reason.";
  stop(outcome, Outcome::Kind::kBlocked, step, std::move(reason));
}

void keep_extractions(const Step& step, const Context& context, Answer& answer, Outcome& outcome) {
  for (auto& extraction : answer.extractions) {
    extraction.module = step.module;
    extraction.message_seq = context.current ? context.current->seq : 0;
    outcome.extractions.push_back(std::move(extraction));
  }
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace rapt::hooks
