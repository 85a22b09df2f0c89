// SPDX-License-Identifier: AGPL-3.0-or-later
// `rapt agent`: looks after this machine's release until it is told to stop.
#include <unistd.h>

#include <cstdlib>
#include <ostream>

#include "rapt/agent/agent.hpp"
#include "rapt/agent/server_keeper.hpp"
#include "rapt/agent/supervision.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "update_commands.hpp"
#include "update_site.hpp"
#include "update_strategy.hpp"

namespace rapt::cli {
namespace {

constexpr std::chrono::seconds kServerPatience{150};

/// What this process has from whoever started it. Taken before there are threads.
struct Origin {
  agent::Supervision supervision;
  std::optional<agent::Inheritance> inheritance;
  std::vector<std::string> environment;
  std::string notify;  ///< NAME=VALUE, for the program that takes this process over; "" when nobody is told anything
};

Result<Origin> take_origin() {
  Origin out;
  if (const char* notify = std::getenv("NOTIFY_SOCKET")) out.notify = std::string("NOTIFY_SOCKET=") + notify;
  auto inheritance = agent::take_inheritance();
  if (!inheritance) return inheritance.error();
  out.inheritance = std::move(*inheritance);
  auto supervision = agent::Supervision::take();
  if (!supervision) return supervision.error();
  out.supervision = std::move(*supervision);
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    out.environment.emplace_back(*variable);
  return out;
}

agent::KeeperOptions keeper_options(const config::Settings& settings, Origin& origin) {
  agent::KeeperOptions out;
  out.host = settings.host;
  out.port = settings.port;
  out.listening = origin.supervision.take_socket();
  out.inherited = std::move(origin.inheritance);
  out.host_name = settings.host_name;
  out.environment = origin.environment;
  return out;
}

agent::Agent::Options agent_options(const config::Settings& settings) {
  agent::Agent::Options out;
  // The server of a bare machine has the host's own name.
  out.name = settings.host_name;
  out.auto_update = settings.auto_update;
  out.window = DailyWindow::parse(settings.update_window).value_or(DailyWindow());
  out.look = look_options(settings);
  return out;
}

/// The parts of the program, in the order in which they need each other.
class AgentProgram {
 public:
  AgentProgram(UpdateSite& site, Origin origin, runtime::Runtime& loop)
      : site_(site), origin_(std::move(origin)), loop_(loop) {}

  Result<void> prepare() {
    const auto& settings = site_.settings;
    if (settings.deployment_type == "bare")
      keeper_ = agent::make_keeper(loop_.executor(), keeper_options(settings, origin_));
    auto strategy = make_strategy(site_, keeper_.get());
    if (!strategy) return strategy.error();
    strategy_ = std::move(*strategy);
    const bool has_server = !settings.marketplace_url.empty() && !settings.marketplace_url.starts_with("file://");
    if (settings.update_reports && has_server) {
      agent::Reporter::Options options{settings.marketplace_url, settings.deployment_type,
                                       look_options(settings).channel};
      reporter_.emplace(*site_.database, *site_.box, site_.http, std::move(options));
    }
    agent::Agent::Parts parts{*site_.database, site_.clock,          *site_.box,
                              *strategy_,      site_.releases.get(), reporter_ ? &*reporter_ : nullptr};
    agent_ = std::make_unique<agent::Agent>(parts, agent_options(settings));
    agent_->on_updated([this] { updated_ = true; });
    return {};
  }

  Task<void> run() {
    loop_.spawn(tell_ready());
    if (keeper_) loop_.spawn(become_new());
    co_await agent_->run();
  }

  Task<void> stop() {
    origin_.supervision.tell("STOPPING=1");
    stopping_ = true;
    co_await agent_->stop();
    if (keeper_) {
      const auto stopped = co_await keeper_->stop(kServerPatience);
      if (!stopped) log::warn("agent.server_not_stopped", {{"reason", stopped.error().message}});
    }
    loop_.stop();
  }

 private:
  /// systemd waits for this: on a bare machine until the server is ready, elsewhere no longer than the first turn.
  Task<void> tell_ready() {
    for (;;) {
      if (!keeper_) break;
      const auto health = co_await keeper_->health();
      if (health.ready) break;
      co_await runtime::sleep_for(std::chrono::milliseconds(200));
    }
    origin_.supervision.tell("READY=1");
    log::info("agent.ready", {{"deployment", site_.settings.deployment_type}});
  }

  /// After an update this process becomes the new release's agent, while the server goes on.
  Task<void> become_new() {
    while (!stopping_) {
      co_await runtime::sleep_for(std::chrono::seconds(1));
      if (!updated_) continue;
      updated_ = false;
      std::vector<std::string> environment;
      if (!origin_.notify.empty()) environment.push_back(origin_.notify);
      std::vector<std::string> words{"agent"};
      const auto became =
          co_await keeper_->become(site_.settings.home / "current", std::move(words), std::move(environment));
      if (!became) log::warn("agent.stays_as_it_is", {{"reason", became.error().message}});
    }
  }

  UpdateSite& site_;
  Origin origin_;
  runtime::Runtime& loop_;
  std::unique_ptr<agent::ServerKeeper> keeper_;
  std::unique_ptr<agent::Strategy> strategy_;
  std::optional<agent::Reporter> reporter_;
  std::unique_ptr<agent::Agent> agent_;
  bool updated_ = false, stopping_ = false;
};

}  // namespace

int run_agent(Console& console, const Arguments& arguments) {
  if (arguments.has("check-takeover")) return kOk;
  auto origin = take_origin();
  if (!origin) return report(console, origin.error());
  auto site = open_update_site(console, "");
  if (!site) return report(console, site.error());
  // Servers end with the thread that started them, so there is one.
  runtime::Runtime loop(1);
  AgentProgram program(**site, std::move(*origin), loop);
  if (const auto prepared = program.prepare(); !prepared) return report(console, prepared.error());
  loop.on_signal([&] { loop.spawn(program.stop()); });
  loop.spawn(program.run());
  loop.run();
  return kOk;
}

}  // namespace rapt::cli
