// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/strand.hpp>

#include "instance.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/sandbox/fork_server.hpp"

namespace rapt::host {

/// Has runners forked and tells each instance what becomes of its process. A fork server that ends is started again.
/// Thread-safe; held by shared_ptr.
class Nursery : public std::enable_shared_from_this<Nursery> {
 public:
  /// Starts the fork server; blocks until it has tried the layers of the sandbox.
  static Result<std::shared_ptr<Nursery>> start(Executor executor, std::string runner_path,
                                                std::filesystem::path cgroup);
  Nursery(Executor executor, std::string runner_path, std::filesystem::path cgroup, sandbox::ForkServer server);

  /// Begins to listen to the fork server.
  void listen();
  [[nodiscard]] std::vector<sandbox::Layer> layers() const;
  /// Orders a process for the instance. kUnavailable when that is not possible now.
  Result<void> spawn(const std::shared_ptr<Instance>& instance, sandbox::SpawnRequest order);
  /// Ends every runner and the fork server, and waits for that (at most some seconds).
  void close();
  /// Whether the process ended, or never began, for a reason that is not its module's.
  static bool caused(const Ending& ending);

 private:
  Task<void> follow();
  Task<void> follow_one_server();
  bool receive_all();
  void deliver(sandbox::ForkServer::Event event);
  void lose_all();
  Result<void> watch_server();

  boost::asio::strand<Executor> strand_;
  const std::string runner_path_;
  const std::filesystem::path cgroup_;
  runtime::BlockingPool pool_;
  boost::asio::posix::stream_descriptor readable_;  ///< used on the strand

  mutable std::mutex mutex_;  ///< guards what follows
  std::optional<sandbox::ForkServer> server_;
  std::map<std::uint32_t, std::shared_ptr<Instance>> instances_;
  std::uint32_t next_id_ = 1;
  bool closed_ = false;
};

}  // namespace rapt::host
