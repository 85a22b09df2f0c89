// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

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

/// Asks the attached modules one after the other, by priority; each sees what the ones before it made of the text.
///
/// A module that cannot be asked, comes late, dies, lies or answers "error" is never taken for "nothing to change": the
/// attachment's fail policy decides, else the manifest's, and "closed" where neither is known because the module is not
/// installed. Points at which a module may only emit never stop anything. Each failure is logged.
class Dispatcher {
 public:
  explicit Dispatcher(ModuleCaller& caller) : caller_(caller) {}
  /// Replacements are written into `context` (current.content, input_json or output_json).
  Task<Outcome> dispatch(Point point, Context& context, const std::vector<Attachment>& attachments);
  /// Whether any attached module has that hook: the answer must be held until it has run.
  [[nodiscard]] bool concerns(Point point, const std::vector<Attachment>& attachments) const;

 private:
  ModuleCaller& caller_;
};

}  // namespace rapt::hooks
