// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/hooks/dispatcher.hpp"

namespace rapt::hooks {

class PassedTails;

/// Passes an answer through the attached modules that have chat:on_delta while it is being written. Each has a buffer
/// of its own and sees the answer as the ones before it left it, cut as it asked (Window). What a module removes or
/// holds back is in nobody's hands but this object's: it reaches neither the modules after it nor the reader.
///
/// Windows pass one after the other through all modules, so what comes of an answer does not depend on the pieces in
/// which the gateway sends it (windows of tokens aside, which are those pieces). Each module gets exactly one last
/// window of an answer that is not cut off; it is empty when nothing is left.
///
/// A module that fails is handled as by Dispatcher: open, the window passes without it, with what it held back before
/// (and it is asked about the next one); closed, the answer ends. Only the first failure in an answer is logged.
/// Holding or writing beyond the limits below is a failure too, so memory stays bounded.
///
/// Used by one task; the caller, the conversation and the attachments outlive it.
class DeltaFilter {
 public:
  /// The most that a module may make of one answer, in bytes.
  static constexpr std::size_t kMaxReleased = 1U << 20U;
  /// The most findings that a module may emit about one answer.
  static constexpr std::size_t kMaxExtractions = 256;

  /// `conversation` is what the modules are told. It is lent: while push() or finish() runs, its `current` and `stream`
  /// are the window's; then they are what they were.
  /// `message_seq` is the number that the answer will have. A module that must not be skipped and is not installed ends
  /// the answer here: outcome() says so before the AI has been asked.
  DeltaFilter(ModuleCaller& caller, Context& conversation, std::int64_t message_seq,
              const std::vector<Attachment>& attachments);
  ~DeltaFilter();
  DeltaFilter(const DeltaFilter&) = delete;
  DeltaFilter& operator=(const DeltaFilter&) = delete;

  /// False when no attached module has the hook: then push() and finish() pass the answer as it comes.
  [[nodiscard]] bool active() const;
  /// The next words of the answer, UTF-8, cut anywhere; appends to `out` what may be shown now. False when the answer
  /// ends here: outcome() says why, and what stands in `out` may still be shown.
  Task<bool> push(std::string_view words, std::string& out);
  /// The answer is complete with these words. What is left is asked about as the last window: the words themselves
  /// where a module's windows are tokens. False as for push().
  Task<bool> finish(std::string_view words, std::string& out);
  /// kBlocked: cut off by a module. kUnavailable: a module that must not be skipped failed. Extractions, modified_by
  /// and skipped (each module once) of everything so far.
  [[nodiscard]] Outcome& outcome();

 private:
  struct Stage;
  class Lent;
  Task<bool> feed(std::size_t stage, std::string_view words, std::string& out);
  Task<bool> ask(Stage& stage, std::string piece, bool last, std::string& passed);
  bool pass_without(Stage& stage, const Answer& failure, std::string& passed);
  bool take(Stage& stage, Answer answer, std::string& passed);

  ModuleCaller& caller_;
  Context& context_;
  std::optional<Message> window_;  ///< what a module is being asked about, and the like: in `context_` while it is lent
  std::optional<Context::Stream> stream_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::unique_ptr<PassedTails> passed_;  ///< when there are any
  Outcome outcome_;
};

}  // namespace rapt::hooks
