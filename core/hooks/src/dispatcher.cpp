// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/dispatcher.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "plan.hpp"
#include "verdict.hpp"

namespace rapt::hooks {

namespace {

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

/// An answer that the point does not allow is no answer.
Answer judged(Point point, Context& context, Answer answer) {
  answer = judged_anywhere(point, std::move(answer));
  if (answer.kind != Answer::Kind::kReplace) return answer;
  if (!may_replace(point) || replaceable(point, context) == nullptr) return lying("It replaced where it may not.");
  if (answer.text.empty() || !is_plain(answer.text))
    return lying("It replaced the text by nothing, or by bytes that are no text.");
  return answer;
}

/// Takes a decided answer over. True when the dispatch has to stop.
bool apply_answer(Point point, const Step& step, Answer answer, Context& context, Outcome& outcome) {
  keep_extractions(step, context, answer, outcome);
  if (answer.kind == Answer::Kind::kBlock) {
    apply_block(step, std::move(answer.text), outcome);
    return true;
  }
  for (auto& instruction : answer.instructions) outcome.instructions.push_back(std::move(instruction));
  if (answer.kind == Answer::Kind::kReplace) {
    *replaceable(point, context) = std::move(answer.text);
    outcome.modified_by.push_back(step.module);
  }
  return false;
}

}  // namespace

Task<Outcome> Dispatcher::dispatch(Point point, Context& context, const std::vector<Attachment>& attachments) {
  Outcome outcome;
  if (attachments.empty()) co_return outcome;
  for (const auto& step : plan_all(caller_, point, attachments)) {
    if (step.asynchronous) break;
    Answer answer{.kind = Answer::Kind::kNotRunning, .text = "It is not installed."};
    if (step.installed) {
      answer = co_await caller_.call(step.module, point, context, step.attachment->config_json, step.time_limit);
      answer = judged(point, context, std::move(answer));
    }
    bool stops = false;
    if (decided(answer.kind)) {
      stops = apply_answer(point, step, std::move(answer), context, outcome);
    } else {
      log_failure(point, step, answer);
      stops = apply_failure(point, step, outcome);
    }
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

std::size_t Dispatcher::history_wanted(Point point, const std::vector<Attachment>& attachments) const {
  std::size_t most = 0;
  for (const auto& attachment : attachments) {
    const auto found = caller_.declaration(attachment.module, point);
    if (!found || !*found || (*found)->asynchronous) continue;
    most = std::max(most, (*found)->history.value_or(std::numeric_limits<std::size_t>::max()));
  }
  return most;
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
