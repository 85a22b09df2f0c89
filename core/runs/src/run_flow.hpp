// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "rapt/gateway/gateway.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/quota/admission.hpp"
#include "rapt/runs/run_service.hpp"
#include "rapt/tools/tool_service.hpp"
#include "rapt/usage/usage.hpp"
#include "run_store.hpp"

namespace rapt::runs {

/// One stored run on its way to its end: before_ai, the AI (with one repair), after_ai, run:complete, one transaction.
class RunFlow {
 public:
  RunFlow(RunService::Parts parts, LeasedRun leased, tools::DefinitionPtr tool, hooks::Context context);
  /// Ends the run in the database, completed or failed, and returns the failure if it was one.
  Task<Result<void>> run();

 private:
  Task<Result<std::string>> produce();
  Task<Result<void>> dispatch(hooks::Point point);
  Task<Result<std::string>> ask(std::vector<std::string> instructions);
  Task<Result<gateway::Completion>> ask_once(gateway::ChatRequest request);
  Task<Result<quota::Grant>> admit(const gateway::ChatRequest& request);
  Task<Result<void>> finish(Result<std::string> output);
  [[nodiscard]] Result<void> check_replacement(hooks::Point point, const hooks::Outcome& outcome) const;
  [[nodiscard]] std::vector<usage::Record> usage_records(const Result<std::string>& output) const;
  [[nodiscard]] RunEnd end_of(const Result<std::string>& output) const;

  RunService::Parts parts_;
  NewRun run_;
  Payer payer_;
  int attempt_;
  tools::DefinitionPtr tool_;
  hooks::Context context_;
  std::vector<std::string> instructions_, modified_by_, skipped_;
  std::vector<hooks::Extraction> extractions_;
  struct Paid {
    usage::Call call;
    gateway::Spent spent;
  };
  std::vector<Paid> paid_;
};

/// The payload of a run's events.
std::string run_payload(const RunId& id);
/// The body that a caller gets for a failure: {"error","code","details"?}.
std::string failure_json(const Error& error);

}  // namespace rapt::runs
