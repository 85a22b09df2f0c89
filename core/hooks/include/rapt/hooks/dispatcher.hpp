// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "rapt/hooks/hook.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::hooks {

/// What all modules of a tool made of one hook.
struct Outcome {
  enum class Kind {
    kContinue,
    kBlocked,     ///< a module said so: `module`, `reason` for the reader
    kUnavailable  ///< a module that must not be skipped could not answer: `module`, `reason` for the reader
  } kind = Kind::kContinue;
  std::string module;
  std::string reason;
  std::vector<std::string> modified_by;   ///< modules that replaced the current text, in order
  std::vector<std::string> instructions;  ///< for the AI, this answer only
  std::vector<Extraction> extractions;    ///< also of modules that ran before a block
  std::vector<std::string> skipped;       ///< modules that could not answer and whose fail policy is open
};

/// What the caller of a hook answers when the outcome is not kContinue: BLOCKED_BY_MODULE or MODULE_UNAVAILABLE, with
/// the module as `part` and its reason as the message.
Error stopped(const Outcome& outcome);
/// The finding "module.blocked" that a block leaves behind. It names module and hook, never the text.
Extraction block_extraction(const Outcome& outcome, Point point);

/// One module that is asked at a hook, as `rapt module plan` shows it. In the order in which they are asked.
struct PlannedStep {
  std::string module;
  bool installed = true;  ///< when not, nothing else of this is known but the fail policy
  int priority = 0;
  std::chrono::milliseconds time_limit{0};  ///< the manifest's, narrowed by the admin and by the tool
  FailPolicy on_failure = FailPolicy::kClosed;
  bool asynchronous = false;
  Window window{};  ///< chat:on_delta alone
};

/// Asks the attached modules one after the other, by priority; each sees what the ones before it made of the text.
///
/// A module that cannot be asked, comes late, dies, lies or answers "error" is never taken for "nothing to change": the
/// attachment's fail policy decides, else the manifest's, and "closed" where neither is known because the module is not
/// installed. Points at which a module may only emit never stop anything. Each failure is logged.
class Dispatcher {
 public:
  explicit Dispatcher(ModuleCaller& caller) : caller_(caller) {}
  /// Replacements are written into `context` (current.content, input_json or output_json). Modules whose hook is
  /// asynchronous are not asked here; asynchronous() names them. Not for chat:on_delta, which DeltaFilter asks.
  Task<Outcome> dispatch(Point point, Context& context, const std::vector<Attachment>& attachments);
  /// Whether any attached module is asked at that point within the request.
  [[nodiscard]] bool concerns(Point point, const std::vector<Attachment>& attachments) const;
  /// Whether an answer may not be shown before chat:after_ai: a module has that hook and no chat:on_delta.
  [[nodiscard]] bool holds_answer(const std::vector<Attachment>& attachments) const;
  /// The most messages before the current one that a module is given which is asked at that point within the request.
  [[nodiscard]] std::size_t history_wanted(Point point, const std::vector<Attachment>& attachments) const;
  /// The attachments that a job asks at that point, after the request has committed.
  [[nodiscard]] std::vector<Attachment> asynchronous(Point point, const std::vector<Attachment>& attachments) const;
  /// Everybody who is asked at that point, in order, asynchronous ones last.
  [[nodiscard]] std::vector<PlannedStep> plan(Point point, const std::vector<Attachment>& attachments) const;
  /// Whom it asks: DeltaFilter asks the same.
  [[nodiscard]] ModuleCaller& caller() const { return caller_; }

 private:
  ModuleCaller& caller_;
};

}  // namespace rapt::hooks
