// SPDX-License-Identifier: AGPL-3.0-or-later
// Asks the agents to go to another release or back, and follows them.
#include <algorithm>
#include <ostream>

#include <nlohmann/json.hpp>

#include "module_market.hpp"
#include "rapt/agent/views.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "update_commands.hpp"
#include "update_site.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

constexpr std::chrono::milliseconds kBetweenLooks{1000};

/// kOk when it may go on.
int agreed(Console& console, const Arguments& arguments, std::string_view question) {
  if (arguments.has("yes")) return kOk;
  if (!console.interactive) return usage_fault(console, "Nobody is there to be asked: say --yes if you agree.");
  console.err << question << " [y/N] " << std::flush;
  std::string line;
  std::getline(console.in, line);
  if (line == "y" || line == "Y" || line == "yes") return kOk;
  console.err << "Nothing was changed.\n";
  return kFailed;
}

void tell_change(Console& console, const agent::UpdateRecord& one, std::string& told) {
  auto line = one.agent + ": " + (one.phase.empty() ? one.state : one.phase);
  if (!one.detail.empty()) line += ", " + one.detail;
  if (line != told && !console.json) console.err << printable(line, 500) << "\n";
  told = line;
}

/// Until that update and what follows from it on further machines is over. The one that ended last.
Task<Result<agent::UpdateRecord>> follow(Console& console, agent::Platform& platform, std::string id) {
  std::string told;
  for (;;) {
    const auto one = co_await platform.find(id);
    // The database may be away for a moment while it is brought to another release.
    if (!one && one.error().kind != ErrorKind::kUnavailable) co_return one.error();
    if (one) tell_change(console, *one, told);
    if (one && one->is_over()) {
      const bool well = one->state == "updated" || (one->kind == "rollback" && one->state == "rolled_back");
      const auto state = co_await platform.state();
      const bool goes_on = well && state && state->update && state->update->kind == one->kind &&
                           (one->kind == "rollback" ? state->update->from_version : state->update->to_version) ==
                               (one->kind == "rollback" ? one->from_version : one->to_version);
      if (!goes_on) co_return *one;
      id = state->update->id;
    }
    co_await runtime::sleep_for(kBetweenLooks);
  }
}

int tell_end(Console& console, const agent::UpdateRecord& one) {
  const bool well = one.state == "updated" || (one.kind == "rollback" && one.state == "rolled_back");
  if (console.json) {
    print_json(console.out, agent::view(one));
  } else if (well) {
    console.out << "The platform runs " << printable(one.to_version, 64) << ".\n";
  } else {
    console.err << console.program << ": " << one.state << ". " << printable(one.because, 1000) << "\n";
  }
  return well ? kOk : kFailed;
}

int wait_for(Console& console, UpdateSite& site, const std::string& id, const Arguments& arguments) {
  if (arguments.has("no-wait")) {
    if (console.json) {
      print_json(console.out, {{"id", id}, {"state", "requested"}});
    } else {
      console.out << "It was asked for. See: rapt update status\n";
    }
    return kOk;
  }
  const auto ended = run_blocking(follow(console, *site.platform, id));
  if (!ended) return report(console, ended.error());
  return tell_end(console, *ended);
}

/// The one that is asked for, or the newest that may be.
Result<agent::Available> chosen(const std::vector<agent::Available>& all, const Arguments& arguments,
                                const std::string& running) {
  const bool pause = arguments.has("with-downtime");
  if (arguments.positional.empty()) {
    for (const auto& one : all)
      if (one.obstacle == agent::Obstacle::kNone || (one.obstacle == agent::Obstacle::kNeedsPause && pause)) return one;
    if (const auto* offer = agent::to_offer(all))
      return Error::conflict(offer->release.release.version + " is there. " + offer->held_because);
    return Error::conflict("There is nothing newer than " + running + ".");
  }
  const auto& version = arguments.positional.front();
  const auto is = [&](const agent::Available& one) { return one.release.release.version == version; };
  const auto found = std::find_if(all.begin(), all.end(), is);
  if (found == all.end())
    return Error::not_found("release " + printable(version, 64) + " that is newer than " + running);
  if (agent::may_be_asked_for(*found, pause)) return *found;
  if (agent::may_be_asked_for(*found, true))
    return Error::conflict(running +
                           " cannot work on its tables, so nobody can be served while it is taken. Say "
                           "--with-downtime if you agree to that.");
  return Error::conflict(found->held_because);
}

void show(Console& console, const agent::Available& one, const agent::PlatformState& state) {
  const auto& release = one.release.release;
  auto& out = console.err;
  out << "Release " << printable(release.version, 64) << " of " << to_rfc3339(release.released_at).substr(0, 10) << ", "
      << human_bytes(one.release.bytes) << "\n";
  std::string line;
  for (const char c : release.notes + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    out << "  " << printable(line, 400) << "\n";
    line.clear();
  }
  if (one.needs_pause) out << "While it is taken nobody is served; the database is copied before.\n";
  if (!one.held_because.empty()) out << printable(one.held_because, 500) << "\n";
  for (const auto& agent : state.agents)
    if (agent.present)
      out << "  " << printable(agent.name, 100) << " (" << agent.deployment << ") goes from "
          << printable(agent.version, 64) << " to it\n";
}

}  // namespace

int run_update_apply(Console& console, const Arguments& arguments) {
  auto site = open_update_site(console, arguments.value("from"));
  if (!site) return report(console, site.error());
  if (!(*site)->looker)
    return report(
        console, Error::invalid("MARKETPLACE_URL", "is not set: set it to a registry's address, or say --from FOLDER"));
  const auto state = run_blocking((*site)->platform->state());
  if (!state) return report(console, state.error());
  const auto running = running_version(*state);
  const auto all = run_blocking((*site)->looker->find(running));
  if (!all) return report(console, all.error());
  const auto one = chosen(*all, arguments, running);
  if (!one) return report(console, one.error());
  if (!console.json) show(console, *one, *state);
  if (const int status = agreed(console, arguments, "Take it?"); status != kOk) return status;
  agent::UpdateRequest request;
  request.version = one->release.release.version;
  request.with_pause = arguments.has("with-downtime");
  request.by = operator_name(console);
  if (arguments.has("from")) request.source = mirror_url(arguments.value("from")).value();
  const auto id = run_blocking((*site)->platform->request_update(std::move(request)));
  if (!id) return report(console, id.error());
  return wait_for(console, **site, *id, arguments);
}

int run_update_rollback(Console& console, const Arguments& arguments) {
  auto site = open_platform(console);
  if (!site) return report(console, site.error());
  const bool restore = arguments.has("restore-database");
  const auto question = restore ? "Go back to the version before? What was written since the update is lost."
                                : "Go back to the version before?";
  if (const int status = agreed(console, arguments, question); status != kOk) return status;
  const auto id = run_blocking((*site)->platform->request_rollback(restore, operator_name(console)));
  if (!id) return report(console, id.error());
  return wait_for(console, **site, *id, arguments);
}

}  // namespace rapt::cli
