// SPDX-License-Identifier: AGPL-3.0-or-later
#include "ledger.hpp"

#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/mail/administrators.hpp"
#include "records.hpp"

namespace rapt::agent {
namespace {

using store::params;

constexpr std::size_t kReasonLength = 1000;

constexpr store::Statement kPresent{"agent_present", R"(
  INSERT INTO platform_agents (name, deployment, version, previous_version) VALUES ($1, $2, $3, $4)
  ON CONFLICT (name) DO UPDATE SET deployment = excluded.deployment, version = excluded.version,
    previous_version = excluded.previous_version, seen_at = now())"};
constexpr store::Statement kForget{"agent_forget",
                                   "DELETE FROM platform_agents WHERE seen_at < now() - interval '7 days'"};
constexpr store::Statement kStayed{"agent_stay", "UPDATE platform_agents SET seen_at = now() WHERE name = $1"};
constexpr store::Statement kAbandoned{"agent_abandoned", R"(
  UPDATE platform_updates u SET abandoned = true, ended_at = now(),
         state = CASE u.state WHEN 'running' THEN 'broken' ELSE 'failed' END,
         because = CASE u.state
           WHEN 'running' THEN 'Its agent has not been seen since. Look at that machine, and start `rapt agent` there: it ends what it had begun.'
           ELSE 'Its agent has not been seen since, so nobody has begun with it.' END
   WHERE u.ended_at IS NULL AND u.agent <> $1 AND u.updated_at < now() - make_interval(secs => $2::integer)
     AND NOT EXISTS (SELECT 1 FROM platform_agents a
                      WHERE a.name = u.agent AND a.seen_at > now() - make_interval(secs => $2::integer))
  RETURNING u.id::text AS id, u.agent, u.kind, u.to_version, u.state, u.because)"};
#define RAPT_RETURNED                                                                                 \
  " RETURNING id::text AS id, agent, kind, from_version, to_version, state, phase, detail, because, " \
  "requested_by, with_pause, restore_database, source, created_at, started_at, ended_at"
constexpr store::Statement kTake{"agent_take", R"(
  UPDATE platform_updates SET state = 'running', started_at = now() WHERE agent = $1 AND state = 'requested')" RAPT_RETURNED};
constexpr store::Statement kBegin{"agent_begin", R"(
  INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, started_at)
  VALUES ($1::uuid, $2, 'update', $3, $4, 'running', now())
  ON CONFLICT ((true)) WHERE state IN ('requested', 'running') DO NOTHING)" RAPT_RETURNED};
// Touched, so that whoever reads it has it to itself.
constexpr store::Statement kUnfinished{"agent_unfinished", R"(
  UPDATE platform_updates SET detail = detail
   WHERE id = (SELECT id FROM platform_updates WHERE agent = $1 ORDER BY created_at DESC, id DESC LIMIT 1)
     AND (state = 'running' OR (state = 'broken' AND abandoned)))" RAPT_RETURNED};
#undef RAPT_RETURNED
constexpr store::Statement kAt{
    "agent_at", "UPDATE platform_updates SET phase = $2, detail = $3 WHERE id = $1::uuid AND state = 'running'"};
constexpr store::Statement kEnd{"agent_end", R"(
  UPDATE platform_updates SET state = $2, because = $3, abandoned = false, ended_at = now() WHERE id = $1::uuid)"};
constexpr store::Statement kHold{"agent_hold", R"(
  INSERT INTO platform_holds (version, because) VALUES ($1, $2)
  ON CONFLICT (version) DO UPDATE SET because = excluded.because, held_at = now())"};
constexpr store::Statement kRuns{"agent_runs", R"(
  UPDATE platform_agents SET version = $2, previous_version = coalesce($3, previous_version), seen_at = now() WHERE name = $1)"};
constexpr store::Statement kToldBefore{"agent_told_before", R"(
  SELECT 1 AS one FROM platform_updates WHERE agent = $1 AND to_version = $2 AND because = $3 AND id <> $4::uuid
     AND ended_at > now() - interval '7 days' LIMIT 1)"};

/// What ends in the row, by what the strategy says. Of a roll-back that was asked for, having gone back is success.
std::string state_of(const UpdateRecord& update, const Outcome& outcome) {
  const bool back = update.kind == "rollback" && outcome.because.empty() &&
                    (outcome.ending == Ending::kUpdated || outcome.ending == Ending::kRolledBack);
  return back ? "rolled_back" : std::string(name(outcome.ending));
}

struct Ended {
  UpdateRecord update;
  Outcome outcome;
  std::string state;
  bool went_well = false, began = false;
};

/// A version that failed is not taken by itself again, nor is one that somebody went back from.
Result<void> hold_back(store::Transaction& tx, const Ended& ended) {
  const auto& update = ended.update;
  if (!ended.began) return {};
  if (update.kind == "rollback") {
    if (!ended.went_well) return {};
    const auto by = update.requested_by.empty() ? std::string("An administrator") : update.requested_by;
    RAPT_TRY(tx.exec(kHold, params(update.from_version, by + " went back from it.")));
    return {};
  }
  if (!ended.went_well)
    RAPT_TRY(tx.exec(kHold, params(update.to_version, printable(ended.outcome.because, kReasonLength))));
  return {};
}

/// Whoever is still to do the same.
Result<void> pass_on(store::Transaction& tx, const Ended& ended) {
  const auto& update = ended.update;
  if (!ended.went_well || update.requested_by.empty()) return {};
  const auto agents = read_agents(tx);
  if (!agents) return agents.error();
  const bool forward = update.kind == "update";
  const auto* next =
      forward ? next_to_update(*agents, update.to_version) : next_to_go_back(*agents, update.from_version);
  if (next == nullptr) return {};
  auto request = update;
  request.agent = next->name;
  request.from_version = next->version;
  if (!forward) request.to_version = *next->previous_version;
  const auto written = write_request(tx, request);
  if (!written) return written.error();
  return {};
}

std::string letter_of(const Ended& ended, const std::string& public_url) {
  const auto& [update, outcome, state, went_well, began] = ended;
  std::string text = update.kind == "update" ? "Update" : "Roll-back";
  text += " of " + update.agent + " from " + update.from_version + " to " + update.to_version + ": ";
  if (went_well) {
    text += "it went well; " + outcome.version + " runs.\n";
  } else {
    text += printable(outcome.because, kReasonLength) + "\n\n";
    text += outcome.version.empty() ? "Nobody knows which version runs. A person has to look: rapt update status\n"
                                    : "Version " + outcome.version + " runs.\n";
    if (began && update.kind == "update")
      text += "\n" + update.to_version + " is not taken by itself again, until: rapt update release " +
              update.to_version + "\n";
  }
  return text + "\n" + public_url + "/admin\n";
}

std::string subject_of(const Ended& ended) {
  const auto& version = ended.update.to_version;
  if (ended.went_well) return "The platform runs " + ended.outcome.version;
  if (ended.state == "broken") return "The platform needs a person: its update to " + version + " is broken";
  return "The platform could not be brought to " + version;
}

/// The same fault is told once a week: a release that cannot be fetched is tried at every look.
Result<bool> is_news(store::Transaction& tx, const Ended& ended) {
  if (ended.went_well || ended.began) return true;
  const auto before = tx.exec(kToldBefore, params(ended.update.agent, ended.update.to_version,
                                                  printable(ended.outcome.because, kReasonLength), ended.update.id));
  if (!before) return before.error();
  return before->empty();
}

}  // namespace

Task<Result<void>> Ledger::say_present(std::string version, std::optional<std::string> previous) {
  RAPT_CO_TRY(co_await database_.query(kPresent, params(options_.name, options_.deployment, version, previous)));
  RAPT_CO_TRY(co_await database_.query(kForget));
  co_return Result<void>();
}

Task<Result<void>> Ledger::stay() {
  RAPT_CO_TRY(co_await database_.query(kStayed, params(options_.name)));
  co_return Result<void>();
}

Task<Result<void>> Ledger::end_abandoned() {
  auto work = [name = options_.name, gone = options_.gone.count(), url = options_.public_url,
               &box = box_](store::Transaction& tx) -> Result<void> {
    const auto rows = tx.exec(kAbandoned, params(name, gone));
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto row = (*rows)[i];
      log::error("platform.update_abandoned", {{"id", row.text("id")}, {"agent", row.text("agent")}});
      const auto text = "Agent " + row.text("agent") + ", " + row.text("kind") + " to " + row.text("to_version") +
                        ": " + row.text("because") + "\n\n" + url + "/admin\n";
      RAPT_TRY(mail::enqueue_to_administrators(tx, box, "An update of the platform was abandoned", text));
    }
    return {};
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::optional<UpdateRecord>>> Ledger::take_request() {
  const auto rows = co_await database_.query(kTake, params(options_.name));
  if (!rows) co_return rows.error();
  std::optional<UpdateRecord> out;
  if (!rows->empty()) out = to_update((*rows)[0]);
  co_return out;
}

Task<Result<std::optional<UpdateRecord>>> Ledger::begin(std::string from, std::string to) {
  const auto rows = co_await database_.query(kBegin, params(new_uuid(), options_.name, from, to));
  if (!rows) co_return rows.error();
  std::optional<UpdateRecord> out;
  if (!rows->empty()) out = to_update((*rows)[0]);
  co_return out;
}

Task<Result<std::optional<UpdateRecord>>> Ledger::unfinished() {
  const auto rows = co_await database_.query(kUnfinished, params(options_.name));
  if (!rows) co_return rows.error();
  std::optional<UpdateRecord> out;
  if (!rows->empty()) out = to_update((*rows)[0]);
  co_return out;
}

Task<Result<void>> Ledger::at(std::string id, std::string phase, std::string detail) {
  RAPT_CO_TRY(co_await database_.query(kAt, params(id, phase, printable(detail, kReasonLength))));
  co_return Result<void>();
}

Task<Result<void>> Ledger::finish(UpdateRecord update, Outcome outcome, bool began) {
  Ended ended{std::move(update), std::move(outcome), "", false, began};
  ended.state = state_of(ended.update, ended.outcome);
  ended.went_well = ended.state == "updated" || (ended.update.kind == "rollback" && ended.state == "rolled_back");
  auto work = [ended, url = options_.public_url, &box = box_](store::Transaction& tx) -> Result<void> {
    const auto& row = ended.update;
    RAPT_TRY(tx.exec(kEnd, params(row.id, ended.state, printable(ended.outcome.because, kReasonLength))));
    const std::optional<std::string> before =
        ended.went_well && row.kind == "update" ? std::optional(row.from_version) : std::nullopt;
    if (!ended.outcome.version.empty()) RAPT_TRY(tx.exec(kRuns, params(row.agent, ended.outcome.version, before)));
    RAPT_TRY(hold_back(tx, ended));
    RAPT_TRY(pass_on(tx, ended));
    const auto news = is_news(tx, ended);
    if (!news) return news.error();
    if (!*news) return {};
    return mail::enqueue_to_administrators(tx, box, subject_of(ended), letter_of(ended, url));
  };
  RAPT_CO_TRY(co_await database_.transaction(std::move(work)));
  log::write(ended.went_well ? log::Level::kInfo : log::Level::kError, "platform.update_ended",
             {{"version", ended.update.to_version}, {"state", ended.state}, {"reason", ended.outcome.because}});
  co_return Result<void>();
}

}  // namespace rapt::agent
