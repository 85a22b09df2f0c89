// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "rapt/host/supervisor.hpp"

namespace rapt::bench {

/// A module to be packed: its name is that in the library.
struct Packed {
  std::string name;
  std::string library;     ///< a path
  std::string hooks_json;  ///< the manifest's "hooks"
  std::string permissions_json = "[]";
  std::string abi = "1.1";
  std::string more_json{};      ///< further members of the manifest, each with its comma behind it
  std::string config_schema{};  ///< JSON; "" for none
};

/// Two modules that mask a phrase in answers, each token by itself.
std::vector<Packed> stream_filters();
/// The bundle of one, signed with the publisher's key in a file: its path, for whoever may read it.
std::filesystem::path pack_module(const Packed& module, const std::string& publisher,
                                  const std::filesystem::path& key_file);

/// A supervisor over one small signed module ("bench"), or over many ("bench-000" and so on), on an event loop that the
/// caller drives. Throws when it cannot be made.
class ModuleHouse {
 public:
  ModuleHouse() : ModuleHouse(1) {}
  explicit ModuleHouse(std::size_t modules);
  /// `services` may be null, and outlives the house.
  explicit ModuleHouse(const std::vector<Packed>& modules, host::ServiceHost* services = nullptr);
  ~ModuleHouse();
  ModuleHouse(const ModuleHouse&) = delete;
  ModuleHouse& operator=(const ModuleHouse&) = delete;

  boost::asio::io_context& loop() { return loop_; }
  host::Supervisor& supervisor() { return *supervisor_; }
  /// Starts the modules, or stops them, as an installation would.
  void install(bool installed);
  /// Runs a task to its end.
  void run(Task<void> task);
  /// Turns the loop until all modules run; throws when they never do. The status of the first.
  host::ModuleStatus wait_running();

 private:
  ModuleHouse(std::filesystem::path folder, security::PrivateKey key);
  void pack(const Packed& module, const std::string& library);
  void start(host::ServiceHost* services = nullptr);

  boost::asio::io_context loop_{1};
  std::filesystem::path folder_;
  security::PrivateKey key_;
  std::vector<host::InstalledModule> modules_;
  bundle::TrustStore trust_;
  std::unique_ptr<host::Supervisor> supervisor_;
};

}  // namespace rapt::bench
