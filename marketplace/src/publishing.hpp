// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>

#include "call.hpp"
#include "rapt/process/limited_process.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::marketplace {

struct PublishOptions {
  std::filesystem::path rapt_program;  ///< runs the conformance kit; "": it is not run, and an operator looks instead
  process::ProcessLimits check_limits{};
  int uploads_a_day = 100;  ///< of one publisher
};

/// What submissions need beside the database: threads to unpack and try them. Thread-safe; outlives all calls.
class Publishing {
 public:
  explicit Publishing(PublishOptions options) : options_(std::move(options)) {}
  [[nodiscard]] const PublishOptions& options() const { return options_; }
  /// One bundle at a time is unpacked, which bounds the memory that strangers can take.
  runtime::BlockingPool& readers() { return readers_; }
  /// One is tried at a time.
  runtime::BlockingPool& checkers() { return checkers_; }

 private:
  const PublishOptions options_;
  runtime::BlockingPool readers_{{"unpack", 1, 64}};
  runtime::BlockingPool checkers_{{"check", 1, 64}};
};

/// Checks what waits, one after the other: a chore of the server's. A submission whose server has gone in the middle is
/// checked again within a minute, by any server.
Task<Result<void>> check_submissions(Site& site);

}  // namespace rapt::marketplace
