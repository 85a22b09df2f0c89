// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/dispatcher.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"

namespace rapt::hooks {

namespace {

/// A planned step, and what is handed to the module.
struct Step : PlannedStep {
  const Attachment* attachment = nullptr;
};

std::optional<Step> plan_step(const ModuleCaller& caller, Point point, const Attachment& attachment) {
  auto found = caller.declaration(attachment.module, point);
  Step step;
  step.module = attachment.module;
  step.attachment = &attachment;
  if (!found) {
    // First in line: nobody should work on a message that will be refused anyway.
    step.installed = false;
    step.priority = std::numeric_limits<int>::min();
    step.on_failure = attachment.on_failure.value_or(FailPolicy::kClosed);
    return step;
  }
  if (!*found) return std::nullopt;
  const auto& declared = **found;
  step.priority = declared.priority;
  step.time_limit = declared.time_limit;
  if (attachment.time_limit) step.time_limit = std::min(step.time_limit, *attachment.time_limit);
  step.on_failure = attachment.on_failure.value_or(declared.on_failure);
  step.asynchronous = declared.asynchronous;
  step.window = declared.window;
  return step;
}

/// Everybody who is asked at that point, asynchronous ones last.
std::vector<Step> plan_all(const ModuleCaller& caller, Point point, const std::vector<Attachment>& attachments) {
  std::vector<Step> steps;
  for (const auto& attachment : attachments) {
    if (auto step = plan_step(caller, point, attachment)) steps.push_back(std::move(*step));
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return std::pair(a.asynchronous, a.priority) < std::pair(b.asynchronous, b.priority);
  });
  return steps;
}

std::string* replaceable(Point point, Context& context) {
  switch (point) {
    case Point::kProductBeforeAi:
      return context.input_json ? &*context.input_json : nullptr;
    case Point::kProductAfterAi:
      return context.output_json ? &*context.output_json : nullptr;
    default:
      return context.current ? &context.current->content : nullptr;
  }
}

Answer lying(std::string why) {
  return Answer{.kind = Answer::Kind::kLying, .text = std::move(why)};
}

/// Text that can be stored and shown.
bool is_plain(const std::string& text) {
  return is_utf8(text) && text.find('\0') == std::string::npos;
}

/// An answer that the point does not allow is no answer.
Answer judged(Point point, Context& context, Answer answer) {
  using Kind = Answer::Kind;
  if (answer.kind == Kind::kDefer) return lying("It asked to be called later, which this hook does not offer.");
  if (answer.kind == Kind::kBlock && !may_block(point)) return lying("It blocked where it may only emit.");
  if (!answer.instructions.empty() && !may_instruct(point)) return lying("It instructed the AI where it may not.");
  if (answer.kind == Kind::kBlock && !is_plain(answer.text)) answer.text.clear();
  if (answer.kind != Kind::kReplace) return answer;
  if (!may_replace(point) || replaceable(point, context) == nullptr) return lying("It replaced where it may not.");
  if (answer.text.empty() || !is_plain(answer.text))
    return lying("It replaced the text by nothing, or by bytes that are no text.");
  return answer;
}

bool decided(Answer::Kind kind) {
  return kind == Answer::Kind::kContinue || kind == Answer::Kind::kReplace || kind == Answer::Kind::kBlock;
}

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

void log_failure(Point point, const Step& step, const Answer& answer, bool stops) {
  log::warn("hook.failed", {{"module", step.attachment->module},
                            {"hook", std::string(hooks::name(point))},
                            {"failure", std::string(name(answer.kind))},
                            {"went_on", stops ? "false" : "true"},
                            {"detail", printable(answer.text)}});
}

void keep_extractions(const Step& step, const Context& context, Answer& answer, Outcome& outcome) {
  for (auto& extraction : answer.extractions) {
    extraction.module = step.attachment->module;
    extraction.message_seq = context.current ? context.current->seq : 0;
    outcome.extractions.push_back(std::move(extraction));
  }
}

void stop(Outcome& outcome, Outcome::Kind kind, const Step& step, std::string reason) {
  outcome.kind = kind;
  outcome.module = step.attachment->module;
  outcome.reason = std::move(reason);
}

/// Applies the fail policy. True when the dispatch has to stop.
bool apply_failure(Point point, const Step& step, const Answer& answer, Outcome& outcome) {
  const bool stops = step.on_failure == FailPolicy::kClosed && may_block(point);
  log_failure(point, step, answer, stops);
  if (!stops) {
    outcome.skipped.push_back(step.attachment->module);
    return false;
  }
  stop(outcome, Outcome::Kind::kUnavailable, step,
       "The module " + step.attachment->module +
           ", which this tool needs, is not available right now. Please try again in a moment.");
  return true;
}

/// Takes a decided answer over. True when the dispatch has to stop.
bool apply_answer(Point point, const Step& step, Answer answer, Context& context, Outcome& outcome) {
  keep_extractions(step, context, answer, outcome);
  if (answer.kind == Answer::Kind::kBlock) {
    const auto& module = step.attachment->module;
    stop(outcome, Outcome::Kind::kBlocked, step,
         answer.text.empty() ? "The module " + module + " stopped this and gave no reason." : std::move(answer.text));
    return true;
  }
  for (auto& instruction : answer.instructions) outcome.instructions.push_back(std::move(instruction));
  if (answer.kind == Answer::Kind::kReplace) {
    *replaceable(point, context) = std::move(answer.text);
    outcome.modified_by.push_back(step.attachment->module);
  }
  return false;
}

}  // namespace

Task<Outcome> Dispatcher::dispatch(Point point, Context& context, const std::vector<Attachment>& attachments) {
  Outcome outcome;
  for (const auto& step : plan_all(caller_, point, attachments)) {
    if (step.asynchronous) break;
    Answer answer{.kind = Answer::Kind::kNotRunning, .text = "It is not installed."};
    if (step.installed) {
      answer = judged(point, context,
                      co_await caller_.call(step.attachment->module, point, context, step.attachment->config_json,
                                            step.time_limit));
    }
    const bool stops = decided(answer.kind) ? apply_answer(point, step, std::move(answer), context, outcome)
                                            : apply_failure(point, step, answer, outcome);
    if (stops) break;
  }
  co_return outcome;
}

bool Dispatcher::concerns(Point point, const std::vector<Attachment>& attachments) const {
  return std::any_of(attachments.begin(), attachments.end(), [&](const Attachment& attachment) {
    auto found = caller_.declaration(attachment.module, point);
    return found.has_value() && found->has_value() && !(*found)->asynchronous;
  });
}

bool Dispatcher::holds_answer(const std::vector<Attachment>& attachments) const {
  return std::any_of(attachments.begin(), attachments.end(), [&](const Attachment& attachment) {
    const std::vector<Attachment> alone{attachment};
    return concerns(Point::kChatAfterAi, alone) && !concerns(Point::kChatOnDelta, alone);
  });
}

std::vector<Attachment> Dispatcher::asynchronous(Point point, const std::vector<Attachment>& attachments) const {
  std::vector<Attachment> found;
  for (const auto& step : plan_all(caller_, point, attachments)) {
    if (step.asynchronous) found.push_back(*step.attachment);
  }
  return found;
}

std::vector<PlannedStep> Dispatcher::plan(Point point, const std::vector<Attachment>& attachments) const {
  const auto steps = plan_all(caller_, point, attachments);
  return {steps.begin(), steps.end()};
}

}  // namespace rapt::hooks
