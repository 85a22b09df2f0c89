// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/views.hpp"

#include <nlohmann/json.hpp>

namespace rapt::agent {
namespace {

using nlohmann::json;

json time_or_null(const std::optional<TimePoint>& time) {
  return time ? json(to_rfc3339(*time)) : json(nullptr);
}

json agent_view(const AgentRecord& one) {
  return {{"name", one.name},
          {"deployment", one.deployment},
          {"version", one.version},
          {"previous_version", one.previous_version ? json(*one.previous_version) : json(nullptr)},
          {"seen_at", to_rfc3339(one.seen_at)},
          {"present", one.present}};
}

json offer_view(const std::optional<Offer>& offer) {
  if (!offer) return nullptr;
  return {{"version", offer->version},
          {"notes", offer->notes},
          {"channel", offer->channel},
          {"released_at", to_rfc3339(offer->released_at)},
          {"bytes", offer->bytes},
          {"held_because", offer->held_because},
          {"needs_pause", offer->needs_pause},
          {"can_be_taken", offer->askable}};
}

}  // namespace

json view(const UpdateRecord& one) {
  return {{"id", one.id},
          {"agent", one.agent},
          {"kind", one.kind},
          {"from_version", one.from_version},
          {"to_version", one.to_version},
          {"state", one.state},
          {"phase", one.phase},
          {"detail", one.detail},
          {"because", one.because},
          {"requested_by", one.requested_by},
          {"created_at", to_rfc3339(one.created_at)},
          {"started_at", time_or_null(one.started_at)},
          {"ended_at", time_or_null(one.ended_at)}};
}

json view(const PlatformState& state) {
  json agents = json::array(), history = json::array(), holds = json::array();
  for (const auto& one : state.agents) agents.push_back(agent_view(one));
  for (const auto& one : state.history) history.push_back(view(one));
  for (const auto& one : state.holds)
    holds.push_back({{"version", one.version}, {"because", one.because}, {"held_at", to_rfc3339(one.held_at)}});
  return {{"agents", std::move(agents)},
          {"look", {{"checked_at", time_or_null(state.look.checked_at)}, {"fault", state.look.fault}}},
          {"offer", offer_view(state.look.offer)},
          {"update", state.update ? view(*state.update) : json(nullptr)},
          {"history", std::move(history)},
          {"holds", std::move(holds)}};
}

}  // namespace rapt::agent
