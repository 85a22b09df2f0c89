// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>

#include "rapt/host/supervisor.hpp"

namespace rapt::bench {

/// A supervisor over one small signed module, on an event loop that the caller drives. Throws when it cannot be made.
class ModuleHouse {
 public:
  ModuleHouse();
  ~ModuleHouse();
  ModuleHouse(const ModuleHouse&) = delete;
  ModuleHouse& operator=(const ModuleHouse&) = delete;

  boost::asio::io_context& loop() { return loop_; }
  host::Supervisor& supervisor() { return *supervisor_; }
  /// Starts the module, or stops it, as an installation would.
  void install(bool installed);
  /// Runs a task to its end.
  void run(Task<void> task);
  /// Turns the loop until the module runs; throws when it never does.
  host::ModuleStatus wait_running();

 private:
  boost::asio::io_context loop_{1};
  std::filesystem::path folder_;
  host::InstalledModule module_;
  bundle::TrustStore trust_;
  std::unique_ptr<host::Supervisor> supervisor_;
};

}  // namespace rapt::bench
