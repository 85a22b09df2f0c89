// SPDX-License-Identifier: AGPL-3.0-or-later
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "keeper_state.hpp"
#include "keeper_takeover.hpp"
#include "rapt/agent/server_keeper.hpp"
#include "rapt/base/log.hpp"

namespace rapt::agent {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using Self = KeeperState::Self;

constexpr std::chrono::seconds kReadyTime{5};

/// One change at a time.
class Occupied {
 public:
  explicit Occupied(bool& flag) : flag_(flag) { flag_ = true; }
  ~Occupied() { flag_ = false; }
  Occupied(const Occupied&) = delete;
  Occupied& operator=(const Occupied&) = delete;

 private:
  bool& flag_;
};

Error busy() {
  return Error::conflict("A server is being started or ended: try again in a moment.");
}

/// Where a server that listens at `host` is reached from this machine.
std::string ready_url(const std::string& host, std::uint16_t port) {
  std::string name = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host;
  if (name.find(':') != std::string::npos) name = "[" + name + "]";
  return "http://" + name + ":" + std::to_string(port) + "/ready";
}

/// After the program before this one, whose server goes on.
Task<Result<void>> confirm(Self self, std::chrono::seconds patience) {
  self->adopted = false;
  const bool ready = co_await self->current->wait_ready(patience);
  if (ready) co_return Result<void>();
  co_return Error::unavailable("server", "The server that was taken over is not ready: " + self->because);
}

Task<Result<void>> start(Self self, fs::path release, std::chrono::seconds patience) {
  if (self->occupied) co_return busy();
  const Occupied occupied(self->occupied);
  RAPT_CO_TRY(self->prepare());
  RAPT_CO_TRY(co_await KeeperState::listen(self, patience));
  if (self->adopted && self->current->release() == release) co_return co_await confirm(self, patience);
  if (self->current)
    co_return Error::conflict("The server of " + self->current->release().filename().string() + " runs already.");
  co_await KeeperState::wait_until_left(self);
  std::vector<int> places{1, 2};
  const int place = co_await KeeperState::free_place(self, std::move(places), patience);
  auto child = co_await KeeperState::spawn_ready(self, std::move(release), place, patience);
  if (!child) co_return child.error();
  self->serve_by(std::move(*child));
  co_return Result<void>();
}

Task<Result<void>> hand_over(Self self, fs::path release, std::chrono::seconds patience) {
  if (self->occupied) co_return busy();
  const Occupied occupied(self->occupied);
  if (!self->current) co_return Error::conflict("No server runs that could hand over.");
  co_await KeeperState::wait_until_left(self);  // two at a time, by two names
  std::vector<int> places{3 - self->current->place()};
  const int place = co_await KeeperState::free_place(self, std::move(places), patience);
  auto child = co_await KeeperState::spawn_ready(self, std::move(release), place, patience);
  if (!child) co_return child.error();
  const ChildPtr before = self->current;
  self->serve_by(std::move(*child));
  self->see_off(before);
  log::info("keeper.handed_over", {{"from", before->release().string()}, {"to", self->current->release().string()}});
  co_return Result<void>();
}

Task<Result<void>> stop(Self self, std::chrono::seconds patience) {
  if (self->occupied) co_return busy();
  const Occupied occupied(self->occupied);
  const ChildPtr ending = std::exchange(self->current, nullptr);
  if (ending) co_await ending->end(patience);
  co_await KeeperState::wait_until_left(self);
  const bool left = !ending || ending->ended();
  if (left) co_return Result<void>();
  co_return Error::unavailable("server", "The server cannot be ended: process " + std::to_string(ending->pid()) + ".");
}

/// Asked over the socket, where a question waits while a server is started again: what is told is how things stand
/// then.
Task<Health> health(Self self) {
  std::optional<Result<http::Response>> answer;
  if (self->current && !self->current->ended()) {
    http::ClientRequest request;
    request.url = ready_url(self->options.host, self->port);
    request.total_timeout = request.head_timeout = kReadyTime;
    answer = co_await self->client.fetch(std::move(request));
  }
  Health health;
  health.ends = self->ends;
  health.because = self->because;
  if (self->current) health.release = self->current->release().string();
  if (!self->current && health.because.empty()) health.because = "no server runs";
  if (!answer) co_return health;
  health.ready = *answer && (*answer)->status == 200;
  if (health.ready) co_return health;
  health.because = *answer ? "GET /ready says " + std::to_string((*answer)->status) : answer->error().message;
  co_return health;
}

class RealKeeper final : public ServerKeeper {
 public:
  RealKeeper(const Executor& executor, KeeperOptions options)
      : state_(std::make_shared<KeeperState>(executor, std::move(options))) {}
  ~RealKeeper() override {
    asio::dispatch(state_->loop, [state = state_] { state->end_all(); });
  }
  [[nodiscard]] std::uint16_t port() const override { return state_->port; }
  Task<Result<void>> start(fs::path release, std::chrono::seconds patience) override {
    return on_loop(agent::start(state_, std::move(release), patience));
  }
  Task<Result<void>> hand_over(fs::path release, std::chrono::seconds patience) override {
    return on_loop(agent::hand_over(state_, std::move(release), patience));
  }
  Task<Result<void>> stop(std::chrono::seconds patience) override { return on_loop(agent::stop(state_, patience)); }
  Task<Health> health() override { return on_loop(agent::health(state_)); }
  Task<Result<void>> become(fs::path release, std::vector<std::string> words,
                            std::vector<std::string> environment) override {
    return on_loop(take_over(state_, std::move(release), std::move(words), std::move(environment)));
  }

 private:
  template <class T>
  Task<T> on_loop(Task<T> task) {
    const auto state = state_;
    co_return co_await asio::co_spawn(state->loop, std::move(task), asio::use_awaitable);
  }
  std::shared_ptr<KeeperState> state_;
};

}  // namespace

std::unique_ptr<ServerKeeper> make_keeper(Executor executor, KeeperOptions options) {
  return std::make_unique<RealKeeper>(executor, std::move(options));
}

}  // namespace rapt::agent
