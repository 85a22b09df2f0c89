// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/hooks/dispatcher.hpp"

namespace rapt::hooks {

/// Passes an answer through the attached modules that have chat:on_delta while it is being written. Each has a buffer of
/// its own and sees the answer as the ones before it left it, cut as it asked (Window). What a module removes or holds
/// back is in nobody's hands but this object's: it reaches neither the modules after it nor the reader.
///
/// A module that fails is handled as by Dispatcher: open, the window passes without it (and it is asked about the next
/// one); closed, the answer ends. Used by one task; the caller and the context outlive it.
class DeltaFilter {
 public:
  /// `conversation` is what the modules are told; its `current` and `stream` are set here for each window. `message_seq`
  /// is the number that the answer will have.
  DeltaFilter(ModuleCaller& caller, const Context& conversation, std::int64_t message_seq,
              const std::vector<Attachment>& attachments);
  ~DeltaFilter();
  DeltaFilter(const DeltaFilter&) = delete;
  DeltaFilter& operator=(const DeltaFilter&) = delete;

  /// False when no attached module has the hook: then the answer passes as it comes.
  [[nodiscard]] bool active() const;
  /// The next words of the answer; appends to `out` what may be shown now. False when the answer ends here: outcome()
  /// says why, and what stands in `out` may still be shown.
  Task<bool> push(std::string_view words, std::string& out);
  /// The answer is complete: what is left is asked about as the last window. False as for push().
  Task<bool> finish(std::string& out);
  /// kBlocked: cut off by a module. kUnavailable: a module that must not be skipped failed. Extractions, modified_by and
  /// skipped (each module once) of everything so far.
  [[nodiscard]] Outcome& outcome();

 private:
  struct Stage;
  std::vector<std::unique_ptr<Stage>> stages_;
  Outcome outcome_;
};

}  // namespace rapt::hooks
