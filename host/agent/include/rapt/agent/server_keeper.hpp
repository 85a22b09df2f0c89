// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/agent/keeper.hpp"
#include "rapt/base/file.hpp"

namespace rapt::agent {

/// What a keeper hands to the program that takes its process over: the socket, and the server that runs.
struct Inheritance {
  UniqueFd listening, notices, errors;  ///< errors: the server's standard error, to be read
  int pid = 0;                          ///< of the server, a child of this process
  int place = 0;
  std::filesystem::path release;
};

/// What the program before this one has handed on by execve, checked; nullopt when nothing was. Gone from the
/// environment afterwards. kInvalid when it cannot be what it says. Call it before there are threads.
Result<std::optional<Inheritance>> take_inheritance();

struct KeeperOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 3000;
  UniqueFd listening{};                    ///< one that listens already, from systemd's socket unit; empty: it binds
  std::optional<Inheritance> inherited{};  ///< the server goes on as it is
  std::string host_name;                   ///< of the server; of the one beside it, with "_2" behind it
  std::vector<std::string> environment{};  ///< NAME=VALUE, of this process; secrets may be in it
  /// Gets the servers' standard error line by line. Empty: it goes to this process's.
  std::function<void(std::string_view line)> log{};
  std::chrono::milliseconds first_pause{1000}, longest_pause{30000};  ///< before a server that ended is started again
  std::chrono::seconds grace{150};  ///< how long a server has to end what it has begun before it is killed
};

/// The Keeper of a bare machine. Thread-safe. Its servers get SIGTERM when the thread that started them ends: let it
/// run on an executor that the main thread alone runs (Runtime of one thread), which become() needs, too. Destroyed it
/// kills what still runs: stop() ends it in good order.
class ServerKeeper : public Keeper {
 public:
  /// The socket's port; 0 before the first start().
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Has this process become `release`'s program, called with `words` ("agent") and `environment` beside the keeper's,
  /// while its server goes on: does not return when it works. The new program is asked first whether it can
  /// (FOLDER/bin/rapt agent --check-takeover; it exits with 0); kConflict while a server starts or ends, or when none
  /// runs, kUnavailable when that program cannot.
  virtual Task<Result<void>> become(std::filesystem::path release, std::vector<std::string> words,
                                    std::vector<std::string> environment) = 0;
};
std::unique_ptr<ServerKeeper> make_keeper(Executor executor, KeeperOptions options);

/// Whether the program of this process is that of the release in that folder.
bool is_own_release(const std::filesystem::path& release);

}  // namespace rapt::agent
