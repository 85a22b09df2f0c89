// SPDX-License-Identifier: AGPL-3.0-or-later
#include "records.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "rapt/base/ids.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::agent {
namespace {

using nlohmann::json;
using store::params;

constexpr store::Statement kAgents{"platform_agents", R"(
  SELECT name, deployment, version, previous_version, seen_at, seen_at > now() - interval '1 minute' AS present
    FROM platform_agents ORDER BY name)"};
constexpr store::Statement kRequest{"platform_request", R"(
  INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, requested_by, with_pause,
                                restore_database, source)
  VALUES ($1::uuid, $2, $3, $4, $5, 'requested', $6, $7::boolean, $8::boolean, $9))"};

}  // namespace

UpdateRecord to_update(const store::Row& row) {
  UpdateRecord out;
  out.id = row.text("id");
  out.agent = row.text("agent");
  out.kind = row.text("kind");
  out.from_version = row.text("from_version");
  out.to_version = row.text("to_version");
  out.state = row.text("state");
  out.phase = row.text("phase");
  out.detail = row.text("detail");
  out.because = row.text("because");
  out.requested_by = row.text("requested_by");
  out.with_pause = row.boolean("with_pause");
  out.restore_database = row.boolean("restore_database");
  out.source = row.text("source");
  out.created_at = row.time("created_at");
  out.started_at = row.optional_time("started_at");
  out.ended_at = row.optional_time("ended_at");
  return out;
}

Result<std::vector<AgentRecord>> read_agents(store::Transaction& tx) {
  const auto rows = tx.exec(kAgents);
  if (!rows) return rows.error();
  std::vector<AgentRecord> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    out.push_back({row.text("name"), row.text("deployment"), row.text("version"), row.optional_text("previous_version"),
                   row.time("seen_at"), row.boolean("present")});
  }
  return out;
}

const AgentRecord* next_to_update(const std::vector<AgentRecord>& agents, const std::string& version) {
  const auto wanted = Version::parse(version);
  const auto found = std::find_if(agents.begin(), agents.end(), [&](const AgentRecord& agent) {
    const auto runs = Version::parse(agent.version);
    return agent.present && wanted && runs && *runs < *wanted;
  });
  return found == agents.end() ? nullptr : &*found;
}

const AgentRecord* next_to_go_back(const std::vector<AgentRecord>& agents, const std::string& version) {
  const auto found = std::find_if(agents.begin(), agents.end(), [&](const AgentRecord& agent) {
    return agent.present && agent.previous_version && agent.version == version;
  });
  return found == agents.end() ? nullptr : &*found;
}

Result<std::string> write_request(store::Transaction& tx, const UpdateRecord& request) {
  const auto id = new_uuid();
  const auto done =
      tx.exec(kRequest, params(id, request.agent, request.kind, request.from_version, request.to_version,
                               request.requested_by, request.with_pause, request.restore_database, request.source));
  if (done) return id;
  if (done.error().part != "platform_updates_one_idx") return done.error();
  return Error::conflict("An update is asked for or under way. See: rapt update status");
}

std::string encode(const Offer& offer) {
  const json out = {{"version", offer.version},
                    {"notes", offer.notes},
                    {"channel", offer.channel},
                    {"released_at", to_rfc3339(offer.released_at)},
                    {"bytes", offer.bytes},
                    {"needs_pause", offer.needs_pause},
                    {"askable", offer.askable},
                    {"free", offer.free},
                    {"held_because", offer.held_because}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Offer> parse_offer(std::string_view text) {
  try {
    const auto in = json::parse(text);
    Offer out;
    in.at("version").get_to(out.version);
    in.at("notes").get_to(out.notes);
    in.at("channel").get_to(out.channel);
    out.released_at = parse_time(in.at("released_at").get<std::string>()).value_or(TimePoint{});
    in.at("bytes").get_to(out.bytes);
    in.at("needs_pause").get_to(out.needs_pause);
    in.at("askable").get_to(out.askable);
    in.at("free").get_to(out.free);
    in.at("held_because").get_to(out.held_because);
    return out;
  } catch (const json::exception& fault) {
    return Error::internal(std::string("platform_look.offer cannot be read: ") + fault.what());
  }
}

}  // namespace rapt::agent
