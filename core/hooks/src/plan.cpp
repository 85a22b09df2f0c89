// SPDX-License-Identifier: AGPL-3.0-or-later
#include "plan.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace rapt::hooks {

namespace {

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

}  // namespace

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

}  // namespace rapt::hooks
