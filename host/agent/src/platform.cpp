// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/platform.hpp"

#include "rapt/base/ids.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "records.hpp"

namespace rapt::agent {
namespace {

using store::params;

#define RAPT_UPDATE                                                                                             \
  "SELECT id::text AS id, agent, kind, from_version, to_version, state, phase, detail, because, requested_by, " \
  "with_pause, restore_database, source, created_at, started_at, ended_at FROM platform_updates "
constexpr store::Statement kOne{"platform_update", RAPT_UPDATE "WHERE id = $1::uuid"};
constexpr store::Statement kActive{"platform_update_active", RAPT_UPDATE "WHERE state IN ('requested', 'running')"};
constexpr store::Statement kHistory{
    "platform_history", RAPT_UPDATE "WHERE ended_at IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 10"};
#undef RAPT_UPDATE
constexpr store::Statement kLastLook{
    "platform_look", "SELECT checked_at, failing_since, fault, offer::text AS offer FROM platform_look"};
constexpr store::Statement kHolds{"platform_holds",
                                  "SELECT version, because, held_at FROM platform_holds ORDER BY held_at DESC"};
constexpr store::Statement kLookSoon{"platform_look_soon", R"(
  INSERT INTO platform_look (next_at) VALUES (now()) ON CONFLICT (one) DO UPDATE SET next_at = now())"};
constexpr store::Statement kRelease{"platform_release", "DELETE FROM platform_holds WHERE version = $1"};
constexpr store::Statement kCancel{"platform_cancel", R"(
  UPDATE platform_updates SET state = 'cancelled', ended_at = now() WHERE id = $1::uuid AND state = 'requested')"};

constexpr const char* kNobody =
    "No `rapt agent` has been seen within the last minute, so nobody would do it. Start one on the machine that the "
    "platform runs on (docs/updating.md says how), and ask again.";

Result<std::vector<UpdateRecord>> read_updates(store::Transaction& tx, const store::Statement& statement) {
  const auto rows = tx.exec(statement);
  if (!rows) return rows.error();
  std::vector<UpdateRecord> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(to_update((*rows)[i]));
  return out;
}

Result<LookRecord> read_look(store::Transaction& tx) {
  const auto rows = tx.exec(kLastLook);
  if (!rows) return rows.error();
  LookRecord out;
  if (rows->empty()) return out;
  const auto row = (*rows)[0];
  out.checked_at = row.optional_time("checked_at");
  out.failing_since = row.optional_time("failing_since");
  out.fault = row.text("fault");
  if (row.is_null("offer")) return out;
  auto offer = parse_offer(row.text("offer"));
  if (!offer) return offer.error();
  out.offer = std::move(*offer);
  return out;
}

Result<PlatformState> read_state(store::Transaction& tx) {
  PlatformState out;
  auto agents = read_agents(tx);
  if (!agents) return agents.error();
  out.agents = std::move(*agents);
  auto look = read_look(tx);
  if (!look) return look.error();
  out.look = std::move(*look);
  const auto active = read_updates(tx, kActive);
  if (!active) return active.error();
  if (!active->empty()) out.update = active->front();
  auto history = read_updates(tx, kHistory);
  if (!history) return history.error();
  out.history = std::move(*history);
  const auto holds = tx.exec(kHolds);
  if (!holds) return holds.error();
  for (std::size_t i = 0; i < holds->size(); ++i)
    out.holds.push_back({(*holds)[i].text("version"), (*holds)[i].text("because"), (*holds)[i].time("held_at")});
  return out;
}

bool anybody_there(const std::vector<AgentRecord>& agents) {
  for (const auto& agent : agents)
    if (agent.present) return true;
  return false;
}

Result<std::string> ask_for_update(store::Transaction& tx, const UpdateRequest& request) {
  const auto agents = read_agents(tx);
  if (!agents) return agents.error();
  if (!anybody_there(*agents)) return Error::conflict(kNobody);
  const auto* agent = next_to_update(*agents, request.version);
  if (agent == nullptr) return Error::conflict(request.version + " runs already, or something newer.");
  UpdateRecord record;
  record.agent = agent->name;
  record.kind = "update";
  record.from_version = agent->version;
  record.to_version = request.version;
  record.requested_by = request.by;
  record.with_pause = request.with_pause;
  record.source = request.source;
  return write_request(tx, record);
}

/// From the newest version that runs anywhere.
Result<std::string> ask_for_rollback(store::Transaction& tx, bool restore_database, const std::string& by) {
  const auto agents = read_agents(tx);
  if (!agents) return agents.error();
  if (!anybody_there(*agents)) return Error::conflict(kNobody);
  const AgentRecord* newest = nullptr;
  for (const auto& agent : *agents) {
    if (!agent.present || !agent.previous_version) continue;
    if (newest == nullptr || Version::parse(newest->version) < Version::parse(agent.version)) newest = &agent;
  }
  if (newest == nullptr) return Error::conflict("There is no version to go back to.");
  UpdateRecord record;
  record.agent = newest->name;
  record.kind = "rollback";
  record.from_version = newest->version;
  record.to_version = *newest->previous_version;
  record.requested_by = by;
  record.restore_database = restore_database;
  return write_request(tx, record);
}

}  // namespace

Task<Result<PlatformState>> Platform::state() {
  co_return co_await database_.transaction([](store::Transaction& tx) { return read_state(tx); });
}

Task<Result<UpdateRecord>> Platform::find(std::string id) {
  if (!canonical_uuid(id)) co_return Error::not_found("update of the platform");
  const auto rows = co_await database_.query(kOne, params(id));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("update of the platform");
  co_return to_update((*rows)[0]);
}

Task<Result<std::string>> Platform::request_update(UpdateRequest request) {
  if (!Version::parse(request.version))
    co_return Error::invalid("version", "\"" + printable(request.version, 64) + "\" is no version such as 1.2.3");
  auto work = [request = std::move(request)](store::Transaction& tx) { return ask_for_update(tx, request); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::string>> Platform::request_rollback(bool restore_database, std::string by) {
  auto work = [restore_database, by = std::move(by)](store::Transaction& tx) {
    return ask_for_rollback(tx, restore_database, by);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> Platform::cancel(std::string id) {
  const auto one = co_await find(id);
  if (!one) co_return one.error();
  const auto done = co_await database_.query(kCancel, params(id));
  if (!done) co_return done.error();
  if (done->affected() == 0)
    co_return Error::conflict("An agent has begun with it already, or it is over: it cannot be taken back.");
  co_return Result<void>();
}

Task<Result<void>> Platform::look_soon() {
  RAPT_CO_TRY(co_await database_.query(kLookSoon));
  co_return Result<void>();
}

Task<Result<void>> Platform::release_hold(std::string version) {
  const auto done = co_await database_.query(kRelease, params(version));
  if (!done) co_return done.error();
  if (done->affected() == 0) co_return Error::not_found("version that is held");
  co_return Result<void>();
}

}  // namespace rapt::agent
