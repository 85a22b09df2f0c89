// SPDX-License-Identifier: AGPL-3.0-or-later
#include "nursery.hpp"

#include <unistd.h>

#include <cstring>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::host {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kServerLost = "ended with the process that had started it";
constexpr std::string_view kNotStarted = "could not be started: ";

}  // namespace

Result<std::shared_ptr<Nursery>> Nursery::start(Executor executor, std::string runner_path,
                                                std::filesystem::path cgroup) {
  auto server = sandbox::ForkServer::start(runner_path, cgroup);
  if (!server) return server.error();
  return std::make_shared<Nursery>(std::move(executor), std::move(runner_path), std::move(cgroup), std::move(*server));
}

Nursery::Nursery(Executor executor, std::string runner_path, std::filesystem::path cgroup, sandbox::ForkServer server)
    : strand_(asio::make_strand(executor)),
      runner_path_(std::move(runner_path)),
      cgroup_(std::move(cgroup)),
      pool_({.name = "fork-server", .threads = 1, .max_queued = 1}),
      readable_(strand_),
      server_(std::move(server)) {}

void Nursery::listen() {
  asio::co_spawn(strand_, follow(), [self = shared_from_this()](std::exception_ptr) {});
}

std::vector<sandbox::Layer> Nursery::layers() const {
  const std::lock_guard lock(mutex_);
  return server_ ? server_->layers() : std::vector<sandbox::Layer>{};
}

Result<void> Nursery::spawn(const std::shared_ptr<Instance>& instance, sandbox::SpawnRequest order) {
  const std::lock_guard lock(mutex_);
  if (!server_) return Error::unavailable("sandbox", "The process that starts modules is being started again.");
  order.id = next_id_++;
  instance->complete_order(order);
  RAPT_TRY(server_->spawn(order));
  instances_.emplace(order.id, instance);
  return {};
}

void Nursery::close() {
  std::optional<sandbox::ForkServer> server;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    server.swap(server_);
  }
  lose_all();
  asio::post(strand_, [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->readable_.close(ignored);
  });
}

Result<void> Nursery::watch_server() {
  const std::lock_guard lock(mutex_);
  if (!server_) return Error::unavailable("sandbox", "closed");
  const int fd = dup(server_->fd());
  if (fd < 0) return Error::unavailable("sandbox", "There are no file descriptors left.", std::strerror(errno));
  boost::system::error_code error;
  readable_.close(error);
  readable_.assign(fd, error);
  if (error) return Error::unavailable("sandbox", "The fork server cannot be watched.", error.message());
  return {};
}

Task<void> Nursery::follow() {
  for (;;) {
    if (watch_server()) co_await follow_one_server();
    lose_all();
    {
      const std::lock_guard lock(mutex_);
      server_.reset();
      if (closed_) co_return;
    }
    log::error("modules.fork_server_lost", {{"remedy", "it is started again"}});
    auto start = [path = runner_path_, cgroup = cgroup_] { return sandbox::ForkServer::start(path, cgroup); };
    auto started = co_await pool_.run(std::move(start));
    if (!started) {
      log::error("modules.fork_server_failed", {{"reason", started.error().message}});
      co_await runtime::sleep_for(std::chrono::seconds(1));
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (closed_) co_return;
    server_ = std::move(*started);
  }
}

Task<void> Nursery::follow_one_server() {
  while (receive_all()) {
    const auto [error] =
        co_await readable_.async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
  }
}

/// False when the server is gone.
bool Nursery::receive_all() {
  for (;;) {
    std::optional<sandbox::ForkServer::Event> event;
    {
      const std::lock_guard lock(mutex_);
      if (!server_) return false;
      auto received = server_->receive();
      if (!received) return false;
      if (!*received) return true;
      event = std::move(**received);
    }
    deliver(std::move(*event));
  }
}

void Nursery::deliver(sandbox::ForkServer::Event event) {
  const std::uint32_t id = std::visit([](const auto& one) { return one.id; }, event);
  auto* spawned = std::get_if<sandbox::Spawned>(&event);
  std::shared_ptr<Instance> instance;
  {
    const std::lock_guard lock(mutex_);
    const auto found = instances_.find(id);
    if (found == instances_.end()) return;
    instance = found->second;
    if (spawned == nullptr || spawned->error != 0) instances_.erase(found);
  }
  if (spawned == nullptr) {
    instance->exited(std::get<sandbox::Exited>(event));
  } else if (spawned->error != 0) {
    instance->lost(std::string(kNotStarted) + std::strerror(spawned->error));
  } else {
    instance->spawned(std::move(spawned->pidfd), spawned->pid);
  }
}

void Nursery::lose_all() {
  std::map<std::uint32_t, std::shared_ptr<Instance>> lost;
  {
    const std::lock_guard lock(mutex_);
    lost.swap(instances_);
  }
  for (const auto& [id, instance] : lost) instance->lost(std::string(kServerLost));
}

bool Nursery::caused(const Ending& ending) {
  return ending.what == kServerLost || std::string_view(ending.what).substr(0, kNotStarted.size()) == kNotStarted;
}

}  // namespace rapt::host
