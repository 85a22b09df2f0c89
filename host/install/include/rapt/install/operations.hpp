// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/store/database.hpp"

namespace rapt::install {

/// How far one module of an operation has come.
enum class Phase : std::uint8_t {
  kWaiting,
  kDownloading,
  kVerifying,
  kMigrating,  ///< its tables are being brought to where the new version wants them
  kSwitching,
  kDone,
  kFailed,
  kTakenBack,  ///< was done, and undone again because a later one failed
};
std::string_view name(Phase phase);  ///< "waiting", …, "taken_back"

struct OperationStep {
  std::string module, to;  ///< to: the version
  Phase phase = Phase::kWaiting;
  std::uint64_t bytes_done = 0, bytes = 0;
};

/// An installation or upgrade, as it is told to whoever watches.
struct Operation {
  std::string id, kind;  ///< "install", "upgrade"
  std::string state;     ///< "running", "done", "failed"
  std::string plan_id;
  std::vector<OperationStep> steps;
  std::string error;             ///< "" unless it has failed
  std::string host, started_by;  ///< where it runs, and whose it is
  TimePoint started_at{};
  std::optional<TimePoint> ended_at;
};

/// The table module_operations: one operation runs at a time, on whichever host. One whose host has been silent for
/// kSilence is taken for dead by the next who looks, and told as failed. Thread-safe.
class Operations {
 public:
  static constexpr std::chrono::seconds kSilence{30};

  Operations(store::Database& database, std::string host) : database_(database), host_(std::move(host)) {}
  /// Its id. kConflict while another one runs: the message says whose, since when, and what.
  Task<Result<std::string>> begin(std::string kind, std::string plan_id, std::vector<OperationStep> steps,
                                  std::string started_by);
  /// How far it is; also that its host lives. kConflict when it has been taken for dead.
  Task<Result<void>> tell(std::string id, std::vector<OperationStep> steps);
  /// Only that its host lives.
  Task<Result<void>> tell_alive(std::string id);
  /// Done, or failed with a sentence. kConflict as tell().
  Task<Result<void>> end(std::string id, std::vector<OperationStep> steps, std::string error);
  /// kNotFound.
  Task<Result<Operation>> find(std::string id);
  /// The newest fifty, newest first.
  Task<Result<std::vector<Operation>>> list();

 private:
  store::Database& database_;
  std::string host_;
};

}  // namespace rapt::install
