// SPDX-License-Identifier: AGPL-3.0-or-later
// How the platform is kept up to date.
#include "doctor.hpp"
#include "rapt/agent/platform.hpp"
#include "rapt/base/clock.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::cli {
namespace {

using State = Finding::State;

constexpr std::chrono::days kOldOffer{30}, kFailingLook{2};

void check_agents(const agent::PlatformState& state, const config::Settings& settings, Findings& out) {
  bool present = false;
  for (const auto& one : state.agents) {
    present = present || one.present;
    if (one.present) out.push_back({State::kFine, "agent " + printable(one.name, 64), "runs " + one.version, ""});
  }
  if (present || settings.deployment_type.empty()) return;
  out.push_back({State::kFault, "agent",
                 "none has been seen within the last minute, although DEPLOYMENT_TYPE is " + settings.deployment_type,
                 "Start `rapt agent` (docs/updating.md), or unset DEPLOYMENT_TYPE when nobody is to update it."});
}

void check_last_update(const agent::PlatformState& state, Findings& out) {
  if (!state.history.empty()) {
    const auto& last = state.history.front();
    const auto what = last.kind + " of " + printable(last.agent, 64) + " to " + printable(last.to_version, 64);
    if (last.state == "broken")
      out.push_back({State::kFault, "platform update", what + " is broken: " + printable(last.because, 500),
                     "Look at that machine; then `rapt update rollback`, or `rapt update apply`."});
    if (last.state == "failed" || (last.state == "rolled_back" && last.kind == "update"))
      out.push_back({State::kWarning, "platform update", what + ": " + printable(last.because, 500),
                     "Mend the reason, then: rapt update release VERSION && rapt update apply VERSION"});
  }
  for (const auto& hold : state.holds)
    out.push_back({State::kWarning, "platform hold", printable(hold.version, 64) + ": " + printable(hold.because, 500),
                   "It is not taken by itself again, until: rapt update release " + printable(hold.version, 64)});
}

void check_look(const agent::LookRecord& look, TimePoint now, Findings& out) {
  if (look.failing_since && now - *look.failing_since > kFailingLook) {
    const bool expired = look.fault.find("expired") != std::string::npos;
    out.push_back(
        {State::kWarning, "platform releases",
         "the registry has not been seen since " + to_rfc3339(*look.failing_since) + ": " + printable(look.fault, 500),
         expired ? "Compare this machine's clock with the world's: `timedatectl`. Is it right, the registry is "
                   "stale, or somebody keeps its newest word from you: tell its operator."
                 : "`rapt update check` tries it now; look at MARKETPLACE_URL and the network."});
  }
  if (!look.offer || now - look.offer->released_at < kOldOffer) return;
  out.push_back({State::kWarning, "platform releases",
                 printable(look.offer->version, 64) + " has been there for more than 30 days. " +
                     printable(look.offer->held_because, 500),
                 "rapt update apply"});
}

}  // namespace

void check_platform(const config::Settings& settings, Findings& out) {
  store::Database::Options options;
  options.url = settings.database_url;
  options.connections = 1;
  store::Database database(std::move(options));
  agent::Platform platform(database);
  const auto state = runtime::run_blocking(platform.state());
  if (!state)
    return out.push_back({State::kFault, "platform", state.error().message, "See the database's finding above."});
  check_agents(*state, settings, out);
  check_last_update(*state, out);
  check_look(state->look, SystemClock().now(), out);
}

}  // namespace rapt::cli
