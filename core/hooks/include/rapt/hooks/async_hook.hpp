// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/hooks/module_caller.hpp"

namespace rapt::hooks {

/// What one attempt to ask an asynchronous hook came to.
struct AsyncAnswer {
  enum class Kind {
    kDone,   ///< `extractions` are to be stored
    kAgain,  ///< it deferred, failed, or does not run at the moment
    kFailed  ///< it answered what such a hook may not, or has that hook no more
  } kind = Kind::kDone;
  std::string reason;  ///< a sentence for the administrator, unless it is done
  std::vector<Extraction> extractions;
};

/// Asks one module after the request has committed: it may emit or defer, nothing else. The reader has the answer
/// already, so the fail policy does not matter. Failures are logged. `context` must outlive the call.
Task<AsyncAnswer> ask_asynchronously(ModuleCaller& caller, Point point, const Context& context, Attachment attachment);

}  // namespace rapt::hooks
