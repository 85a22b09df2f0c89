// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_state.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "keeper_launch.hpp"
#include "keeper_name.hpp"
#include "rapt/base/log.hpp"
#include "rapt/http/listening.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds kLookEvery{50};
constexpr std::chrono::milliseconds kPortPause{200};
constexpr std::chrono::seconds kGiveUp{10};   ///< for one that never became ready
constexpr std::chrono::minutes kSettled{1};   ///< who has run for so long is started again after the first pause
constexpr std::size_t kLongestHostName = 98;  ///< with "_2" behind it, what RAPT_HOST_NAME takes

void write_line(std::string_view line) {
  const std::string whole = std::string(line) + "\n";
  static_cast<void>(!write(STDERR_FILENO, whole.data(), whole.size()));
}

bool has_cgroup(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "RAPT_CGROUP=";
  return std::any_of(environment.begin(), environment.end(),
                     [&](const auto& one) { return one.starts_with(kName) && one.size() > kName.size(); });
}

}  // namespace

KeeperState::KeeperState(const Executor& executor, KeeperOptions given)
    : loop(asio::make_strand(executor)), options(std::move(given)), pause_(options.first_pause) {
  if (!options.log) options.log = write_line;
  options.host_name.resize(std::min(options.host_name.size(), kLongestHostName));
  if (!has_cgroup(options.environment)) cgroup_ = DelegatedCgroup::divide();
}

Result<void> KeeperState::prepare() {
  if (notices) return {};
  auto inherited = std::exchange(options.inherited, std::nullopt);
  auto opened = inherited ? Notices::adopt(std::move(inherited->notices)) : Notices::open();
  if (!opened) return opened.error();
  UniqueFd copy(fcntl(opened->descriptor(), F_DUPFD_CLOEXEC, 3));
  if (!copy) return Error::internal(std::string("dup: ") + std::strerror(errno));
  notices = std::move(*opened);
  listening = inherited ? std::move(inherited->listening) : std::move(options.listening);
  auto heard = std::make_shared<asio::posix::stream_descriptor>(loop, copy.release());
  asio::co_spawn(loop, hear(shared_from_this(), std::move(heard)), asio::detached);
  asio::co_spawn(loop, tend(shared_from_this()), asio::detached);
  if (inherited) return adopt(std::move(*inherited));
  return {};
}

Result<void> KeeperState::adopt(Inheritance inherited) {
  Child::Born born{inherited.pid, std::move(inherited.errors), inherited.place, std::move(inherited.release)};
  auto child = Child::follow(loop, std::move(born), options.log);
  if (!child) return child.error();
  (*child)->say_ready();
  serve_by(std::move(*child));
  adopted = true;
  return {};
}

Task<Result<void>> KeeperState::listen(Self self, std::chrono::seconds patience) {
  const auto until = Steady::now() + patience;
  for (bool told = false; !self->listening; told = true) {
    auto made = http::listen_at(self->options.host, self->options.port);
    if (made) {
      self->listening = std::move(*made);
    } else if (made.error().kind != ErrorKind::kConflict || Steady::now() >= until) {
      co_return made.error();
    } else {
      if (!told) log::info("keeper.waiting_for_port", {{"detail", made.error().message}});
      co_await runtime::sleep_for(kPortPause);
    }
  }
  const auto port = http::port_of_listening(self->listening.get());
  if (!port) co_return port.error();
  self->port = *port;
  co_return Result<void>();
}

std::string KeeperState::name_of_place(int place) const {
  return options.host_name + (place == 1 ? "" : "_" + std::to_string(place));
}

Task<int> KeeperState::free_place(Self self, std::vector<int> places, std::chrono::seconds patience) {
  for (const auto until = Steady::now() + patience; Steady::now() < until;) {
    for (const int place : places) {
      if (hold_name(self->name_of_place(place))) co_return place;
    }
    co_await runtime::sleep_for(kPortPause);
  }
  log::warn("keeper.name_held", {{"host", self->name_of_place(places.front())}});
  co_return places.front();
}

Result<ChildPtr> KeeperState::spawn(const fs::path& release, int place) {
  std::array<int, 2> pipe{};
  if (pipe2(pipe.data(), O_CLOEXEC) != 0) return Error::internal(std::string("pipe2: ") + std::strerror(errno));
  UniqueFd from(pipe[0]);
  const UniqueFd into(pipe[1]);
  const UniqueFd part = cgroup_ ? cgroup_->part(place) : UniqueFd();
  const std::string host_name = name_of_place(place);
  const UniqueFd name = hold_name(host_name);
  const auto pid = launch({.release = release,
                           .environment = environment_of(options.environment, release, host_name, notices->name()),
                           .listening = listening.get(),
                           .name = name.get(),
                           .errors = into.get(),
                           .cgroup = part.get()});
  if (!pid) return pid.error();
  log::info("keeper.server_started",
            {{"release", release.string()}, {"pid", std::to_string(*pid)}, {"host", host_name}});
  return Child::follow(loop, {*pid, std::move(from), place, release}, options.log);
}

Task<Result<ChildPtr>> KeeperState::spawn_ready(Self self, fs::path release, int place, std::chrono::seconds patience) {
  const auto spawned = self->spawn(release, place);
  if (!spawned) co_return spawned.error();
  const ChildPtr child = *spawned;
  self->coming = child;
  const bool ready = co_await child->wait_ready(patience);
  self->coming = nullptr;
  if (ready) co_return child;
  const std::string version = release.filename().string();
  std::string why = "The server of " + version + " was not ready within " + std::to_string(patience.count()) + " s";
  if (child->ended()) why = "The server of " + version + " did not start";
  co_await child->end(kGiveUp);
  co_return Error::unavailable("server", why + ": " + child->last_words() + ".");
}

void KeeperState::serve_by(ChildPtr child) {
  current = std::move(child);
  ends = 0;
  because.clear();
  again_.reset();
  pause_ = options.first_pause;
  adopted = false;
}

void KeeperState::see_off(ChildPtr child) {
  leaving.push_back(child);
  asio::co_spawn(loop, end_leaving(shared_from_this(), std::move(child)), asio::detached);
}

Task<void> KeeperState::end_leaving(Self self, ChildPtr child) {
  co_await child->end(self->options.grace);
  std::erase(self->leaving, child);
}

Task<void> KeeperState::wait_until_left(Self self) {
  while (!self->leaving.empty()) co_await runtime::sleep_for(kLookEvery);
}

void KeeperState::end_all() {
  gone_ = true;
  current = coming = nullptr;
  leaving.clear();
}

Task<void> KeeperState::tend(Self self) {
  while (!self->gone_) {
    self->look_after();
    co_await runtime::sleep_for(kLookEvery);
  }
}

/// Starts a server that ended again, after a pause that grows while they keep ending.
void KeeperState::look_after() {
  if (!current || !current->ended()) return;
  if (!again_) {
    if (Steady::now() - current->since() > kSettled) pause_ = options.first_pause;
    ++ends;
    because = current->last_words();
    log::error("keeper.server_ended", {{"release", current->release().string()},
                                       {"because", because},
                                       {"again_in_ms", std::to_string(pause_.count())}});
    again_ = Steady::now() + pause_;
    pause_ = std::min(pause_ * 2, options.longest_pause);
  }
  if (Steady::now() < *again_) return;
  again_.reset();
  auto next = spawn(current->release(), current->place());
  if (next) {
    current = std::move(*next);
  } else {
    again_ = Steady::now() + pause_;
    log::error("keeper.server_not_started", {{"because", next.error().message}});
  }
}

Task<void> KeeperState::hear(Self self, std::shared_ptr<asio::posix::stream_descriptor> heard) {
  const auto say = [&self](pid_t who) {
    for (const auto& child : {self->current, self->coming}) {
      if (child && child->pid() == who) child->say_ready();
    }
  };
  while (!self->gone_) {
    const auto [fault] =
        co_await heard->async_wait(asio::posix::stream_descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    if (fault) co_return;
    self->notices->take(say);
  }
}

}  // namespace rapt::agent
