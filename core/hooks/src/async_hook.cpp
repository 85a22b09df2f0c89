// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/async_hook.hpp"

#include <utility>

#include "rapt/base/text.hpp"
#include "verdict.hpp"

namespace rapt::hooks {

namespace {

using Kind = AsyncAnswer::Kind;

/// It can change or stop nothing any more.
Answer judged(Answer answer) {
  if (answer.kind == Answer::Kind::kReplace) return lying("It replaced a text that had been answered already.");
  if (answer.kind == Answer::Kind::kBlock) return lying("It blocked what had been answered already.");
  if (!answer.instructions.empty()) return lying("It instructed the AI after the answer.");
  return answer;
}

std::string sentence(const Step& step, Point point, const Answer& answer) {
  auto text = "The module " + step.module + " at " + std::string(name(point)) + ": ";
  if (answer.kind == Answer::Kind::kDefer) return text + "it asked to be called later.";
  return text + (answer.text.empty() ? "it could not answer." : printable(answer.text));
}

}  // namespace

Task<AsyncAnswer> ask_asynchronously(ModuleCaller& caller, Point point, const Context& context, Attachment attachment) {
  const std::vector<Attachment> attachments{std::move(attachment)};
  auto steps = plan_all(caller, point, attachments);
  if (steps.empty()) {
    co_return AsyncAnswer{
        Kind::kFailed, "The module " + attachments[0].module + " no longer has " + std::string(name(point)) + ".", {}};
  }
  auto& step = steps[0];
  // A host that has just begun, or another one of several, may not have it yet.
  if (!step.installed) co_return AsyncAnswer{Kind::kAgain, "The module " + step.module + " is not installed.", {}};
  auto answer = co_await caller.call(step.module, point, context, attachments[0].config_json, step.time_limit);
  answer = judged(std::move(answer));
  if (answer.kind == Answer::Kind::kContinue) {
    Outcome outcome;
    keep_extractions(step, context, answer, outcome);
    co_return AsyncAnswer{Kind::kDone, "", std::move(outcome.extractions)};
  }
  const auto kind = answer.kind == Answer::Kind::kLying ? Kind::kFailed : Kind::kAgain;
  if (answer.kind != Answer::Kind::kDefer) {
    step.on_failure = FailPolicy::kOpen;  // the log says that the conversation went on
    log_failure(point, step, answer);
  }
  co_return AsyncAnswer{kind, sentence(step, point, answer), {}};
}

}  // namespace rapt::hooks
