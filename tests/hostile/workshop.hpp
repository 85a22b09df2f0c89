// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "rapt/host/supervisor.hpp"

namespace rapt::hostile {

/// How a test's module is packed.
struct Packing {
  int memory_mb = 32;
  int timeout_ms = 10000;
  bool is_signed = true;
  std::string config_schema{};  ///< JSON, "" for none
  std::string version = "1.0.0";
  std::string library{};              ///< `hostile-LIBRARY` instead of the one under the module's name
  std::vector<std::string> points{};  ///< the hooks that it declares; empty for all
  std::string abi = "1.1";
  std::string permissions = "[]";  ///< JSON
  std::string declared{};          ///< further members of the manifest: "\"routes\":[…]"
};

/// A publisher with a key, and a folder of bundles that it has made.
class Workshop {
 public:
  Workshop();
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  /// The module's name: "hostile-" and `name` with hyphens.
  static std::string full_name(std::string name);
  /// Packs the library `hostile-NAME` that the build has made. A bundle for each version.
  host::InstalledModule pack(const std::string& name, const Packing& packing = {});
  [[nodiscard]] const bundle::TrustStore& trust() const { return trust_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  security::PrivateKey key_;
  bundle::TrustStore trust_;
};

/// Options for tests of many deaths: another process comes within a millisecond, and nobody is ever given up.
void fearless(host::Supervisor::Options& options);

/// A supervisor on an event loop with two threads of its own.
class House {
 public:
  explicit House(const Workshop& workshop);
  House(const Workshop& workshop, const std::function<void(host::Supervisor::Options&)>& change);
  ~House();
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  host::Supervisor& supervisor() { return *supervisor_; }
  /// Starts with these modules and waits until none is starting any more.
  void start(std::vector<host::InstalledModule> modules);
  void stop();
  /// Waits for at most as long as the supervisor thinks right; see wait_for().
  void update(std::vector<host::InstalledModule> modules) { update(std::move(modules), trust_); }
  void update(std::vector<host::InstalledModule> modules, bundle::TrustStore trust);

  hooks::Answer ask(const std::string& module, std::chrono::milliseconds limit = std::chrono::milliseconds(2000),
                    hooks::Point point = hooks::Point::kChatOnMessage);
  hooks::Answer ask(const std::string& module, const hooks::Context& context, hooks::Point point,
                    const std::string& config, std::chrono::milliseconds limit);
  host::ModuleStatus status(const std::string& module);
  /// Waits (at most 20 s) until the module's status is as described; fails the test when it does not become so.
  host::ModuleStatus wait_for(const std::string& module,
                              const std::function<bool(const host::ModuleStatus&)>& condition);
  host::ModuleStatus wait_running(const std::string& module);

  boost::asio::io_context& loop() { return loop_; }

 private:
  boost::asio::io_context loop_{2};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  bundle::TrustStore trust_;
  std::unique_ptr<host::Supervisor> supervisor_;
  std::vector<std::jthread> threads_;
};

/// Processes whose parent is `pid`, zombies among them. Of this one: the fork server, while a house stands.
std::vector<int> children_of(int pid);

/// A conversation about algebra.
hooks::Context sample_context();
/// The JSON of the answer's extraction of that type, "" when there is none.
std::string extraction(const hooks::Answer& answer, const std::string& type);

}  // namespace rapt::hostile
