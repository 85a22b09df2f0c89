// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "rapt/author/call_case.hpp"
#include "rapt/author/workbench.hpp"

namespace rapt::author {

/// What `rapt run` tells of a route, job, event, panel or export that was asked once, in its sandbox.
struct CallRun {
  Asked asked{};           ///< `answer.text` is the JSON of the answer; of an export the last piece's
  std::string fault{};     ///< a sentence, when a host would take it for a failure
  std::string file{};      ///< of an export: its bytes
  std::size_t pieces = 0;  ///< likewise: how many times it was asked
  std::vector<host::ModuleLine> lines{};
  std::vector<host::MetricStatus> figures{};
  std::chrono::microseconds start_took{0};
  std::optional<std::size_t> memory_kib{};
};

/// Asks the module. An export is asked for piece after piece, as a download would. Errors as Workbench::open().
Result<CallRun> run_call(const Subject& subject, const Workbench::Settings& settings, const CallCase& what);
/// The same on a workbench that is open; without lines and figures.
CallRun run_call_on(Workbench& bench, const CallCase& what);

}  // namespace rapt::author
