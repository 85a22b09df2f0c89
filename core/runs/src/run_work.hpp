// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>

#include "active_runs.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/tools/tool_service.hpp"
#include "run_store.hpp"

namespace rapt::runs {

/// What the service and its keeper share: how a stored run is brought to its end.
struct RunWork {
  RunService::Parts parts;
  std::shared_ptr<ActiveRuns> active = std::make_shared<ActiveRuns>();

  /// For this host, from now on.
  [[nodiscard]] Lease lease() const;
  /// Works on a run that this host has leased; its end is in the database. The failure if it was one.
  Task<Result<void>> finish(LeasedRun leased, identity::Actor actor, tools::DefinitionPtr tool) const;
  /// The same for a run that nobody waits for: on behalf of its owner as they are now. A call whose end nobody saw is
  /// settled first.
  Task<Result<void>> take_up(LeasedRun leased, int attempts) const;

 private:
  [[nodiscard]] Task<Result<void>> settle_lost(LeasedRun leased) const;
  [[nodiscard]] Task<Result<void>> give_up(LeasedRun leased, Error reason) const;
};

}  // namespace rapt::runs
