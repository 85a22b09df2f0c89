// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/strand.hpp>

#include "keeper_cgroup.hpp"
#include "keeper_child.hpp"
#include "keeper_notices.hpp"
#include "rapt/agent/server_keeper.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::agent {

using ChildPtr = std::shared_ptr<Child>;

/// What a keeper knows, and does beside its callers. On `loop` alone, but for `port`.
struct KeeperState : std::enable_shared_from_this<KeeperState> {
  using Self = std::shared_ptr<KeeperState>;
  KeeperState(const Executor& executor, KeeperOptions given);

  /// With the first start(): the sockets, and what was inherited.
  Result<void> prepare();
  /// Binds. A server of a keeper that was killed may still hold the port for the moment that it takes to hear of it.
  static Task<Result<void>> listen(Self self, std::chrono::seconds patience);
  /// The first of these places whose name no server of a keeper before this one holds any more; waited for so long.
  static Task<int> free_place(Self self, std::vector<int> places, std::chrono::seconds patience);
  /// A server that is ready; on failure nothing of it is left, and its last words are the error's.
  static Task<Result<ChildPtr>> spawn_ready(Self self, std::filesystem::path release, int place,
                                            std::chrono::seconds patience);
  /// From now on it is the one that serves.
  void serve_by(ChildPtr child);
  /// Has it end what it has begun, beside whatever else happens.
  void see_off(ChildPtr child);
  static Task<void> wait_until_left(Self self);
  void end_all();

  const Executor loop;
  KeeperOptions options;
  std::atomic<std::uint16_t> port = 0;
  UniqueFd listening;
  std::optional<Notices> notices;
  ChildPtr current, coming;
  std::vector<ChildPtr> leaving;
  bool occupied = false;  ///< a change is under way: one at a time
  bool adopted = false;   ///< `current` was inherited, and nobody has asked for it yet
  unsigned ends = 0;
  std::string because;
  http::Client client;

 private:
  Result<void> adopt(Inheritance inherited);
  [[nodiscard]] std::string name_of_place(int place) const;
  Result<ChildPtr> spawn(const std::filesystem::path& release, int place);
  void look_after();
  static Task<void> tend(Self self);
  static Task<void> hear(Self self, std::shared_ptr<boost::asio::posix::stream_descriptor> heard);
  static Task<void> end_leaving(Self self, ChildPtr child);

  std::optional<DelegatedCgroup> cgroup_;
  std::chrono::milliseconds pause_;
  std::optional<std::chrono::steady_clock::time_point> again_;  ///< when a server that ended is started again
  bool gone_ = false;
};

}  // namespace rapt::agent
