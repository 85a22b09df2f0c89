// SPDX-License-Identifier: AGPL-3.0-or-later
// What runs, what there is, and what stands in its way.
#include "update_commands.hpp"

#include <ostream>

#include <nlohmann/json.hpp>

#include "module_market.hpp"
#include "rapt/agent/views.hpp"
#include "rapt/base/text.hpp"
#include "rapt/cli/print.hpp"
#include "rapt/runtime/runtime.hpp"
#include "update_site.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;

json as_json(const agent::Available& one) {
  return {{"version", one.release.release.version},
          {"channel", marketplace::name(one.release.release.channel)},
          {"released_at", to_rfc3339(one.release.release.released_at)},
          {"bytes", one.release.bytes},
          {"notes", one.release.release.notes},
          {"needs_pause", one.needs_pause},
          {"held_because", one.held_because}};
}

json as_json(const agent::PlatformState& state) {
  auto out = agent::view(state);
  out["version"] = running_version(state);
  return out;
}

void print_update(std::ostream& out, const agent::UpdateRecord& one) {
  out << "  " << to_rfc3339(one.created_at) << "  " << one.kind << " of " << printable(one.agent, 100) << " from "
      << printable(one.from_version, 64) << " to " << printable(one.to_version, 64) << ": " << one.state;
  if (!one.is_over() && !one.phase.empty()) out << ", " << one.phase << " " << printable(one.detail, 200);
  out << (one.requested_by.empty() ? "" : " (asked for by " + printable(one.requested_by, 100) + ")") << "\n";
  if (!one.because.empty()) out << "      " << printable(one.because, 1000) << "\n";
}

void print_agents(std::ostream& out, const agent::PlatformState& state) {
  if (state.agents.empty()) out << "No `rapt agent` looks after this instance: nobody updates it.\n";
  Table table({"AGENT", "KIND", "VERSION", "BEFORE", "SEEN"});
  for (const auto& one : state.agents)
    table.add({one.name, one.deployment, one.version, one.previous_version.value_or("-"),
               one.present ? "now" : to_rfc3339(one.seen_at)});
  if (!state.agents.empty()) table.print(out);
}

void print_look(std::ostream& out, const agent::LookRecord& look) {
  out << "Last look at the registry: " << (look.checked_at ? to_rfc3339(*look.checked_at) : "never") << "\n";
  if (!look.fault.empty()) out << "  It came to nothing: " << printable(look.fault, 1000) << "\n";
  if (!look.offer) return;
  out << "Release " << printable(look.offer->version, 64) << " is there";
  out << (look.offer->held_because.empty() ? ": rapt update apply\n"
                                           : ". " + printable(look.offer->held_because, 1000) + "\n");
}

void print_state(std::ostream& out, const agent::PlatformState& state) {
  print_agents(out, state);
  print_look(out, state.look);
  if (state.update) {
    out << "Under way:\n";
    print_update(out, *state.update);
  }
  if (!state.history.empty()) out << "Before:\n";
  for (const auto& one : state.history) print_update(out, one);
  if (!state.holds.empty()) out << "Not taken again by themselves, until `rapt update release VERSION`:\n";
  for (const auto& one : state.holds)
    out << "  " << printable(one.version, 64) << ": " << printable(one.because, 1000) << "\n";
}

}  // namespace

int run_update_check(Console& console, const Arguments&) {
  const auto site = open_update_site(console, "");
  if (!site) return report(console, site.error());
  if (!(*site)->looker)
    return report(console, Error::invalid("MARKETPLACE_URL",
                                          "is not set: set it to a registry's address, or to file:///FOLDER of one"));
  const auto state = run_blocking((*site)->platform->state());
  if (!state) return report(console, state.error());
  const auto all = run_blocking((*site)->looker->look());
  if (!all) return report(console, all.error());
  const auto running = running_version(*state);
  if (console.json) {
    json releases = json::array();
    for (const auto& one : *all) releases.push_back(as_json(one));
    print_json(console.out, {{"version", running}, {"releases", std::move(releases)}});
    return kOk;
  }
  console.out << "The platform runs " << printable(running, 64) << ".\n";
  if (all->empty()) console.out << "There is nothing newer.\n";
  Table table({"VERSION", "CHANNEL", "RELEASED", "SIZE", "WHAT STANDS IN ITS WAY"});
  for (const auto& one : *all)
    table.add({one.release.release.version, std::string(marketplace::name(one.release.release.channel)),
               to_rfc3339(one.release.release.released_at).substr(0, 10), human_bytes(one.release.bytes),
               one.held_because.empty() ? "nothing: rapt update apply" : one.held_because});
  if (!all->empty()) table.print(console.out);
  return kOk;
}

int run_update_status(Console& console, const Arguments&) {
  const auto site = open_platform(console);
  if (!site) return report(console, site.error());
  const auto state = run_blocking((*site)->platform->state());
  if (!state) return report(console, state.error());
  if (console.json) {
    print_json(console.out, as_json(*state));
  } else {
    print_state(console.out, *state);
  }
  return kOk;
}

int run_update_release(Console& console, const Arguments& arguments) {
  const auto site = open_platform(console);
  if (!site) return report(console, site.error());
  const auto& version = arguments.positional.front();
  const auto released = run_blocking((*site)->platform->release_hold(version));
  if (!released) return report(console, released.error());
  if (console.json) {
    print_json(console.out, {{"released", version}});
  } else {
    console.out << printable(version, 64) << " may be taken again.\n";
  }
  return kOk;
}

}  // namespace rapt::cli
