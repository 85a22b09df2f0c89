// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "rapt/base/result.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::agent {

/// How the server that a Keeper runs has fared since it was started.
struct Health {
  bool ready = false;   ///< GET /ready of the running server says 200
  unsigned ends = 0;    ///< how often its process has ended by itself
  std::string release;  ///< the folder it runs from
  std::string because;  ///< why it is not ready, or how it ended last
};

/// Runs `rapt serve` of a release on a bare machine: holds the listening socket, so that a connection finds somebody
/// whoever is serving; starts the server again when it ends; hands over to another release without refusing a request.
class Keeper {
 public:
  virtual ~Keeper() = default;
  /// Starts the server of the release in that folder (FOLDER/bin/rapt serve), and returns when it is ready. Only one
  /// runs: kConflict when another does. kUnavailable with its last words when it ends or is not ready within
  /// `patience`.
  virtual Task<Result<void>> start(std::filesystem::path release, std::chrono::seconds patience) = 0;
  /// Starts the server of another release beside the one that runs, waits until it is ready, gives it the socket's new
  /// connections, and has the old one end what it has begun. On failure the old one goes on as if nothing had been.
  virtual Task<Result<void>> hand_over(std::filesystem::path release, std::chrono::seconds patience) = 0;
  /// Ends the server: what it has begun is ended first, connections that come meanwhile wait in the socket for start().
  /// Harmless when none runs. For changes of the schema beside which no server may run.
  virtual Task<Result<void>> stop(std::chrono::seconds patience) = 0;
  virtual Task<Health> health() = 0;
};

}  // namespace rapt::agent
