// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/looker.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/mail/administrators.hpp"
#include "rapt/runtime/runtime.hpp"
#include "records.hpp"

namespace rapt::agent {
namespace {

using store::params;

constexpr std::chrono::seconds kLookAgain = std::chrono::minutes(30);
constexpr std::chrono::seconds kLookPatience{5};
constexpr std::size_t kLookReason = 1000;

// The place of an instance between 0 and 1, by the number that nobody is told: instances do not come in crowds.
#define RAPT_PLACE "((('x' || left(rollout_id::text, 8))::bit(32)::bigint)::numeric / 4294967296)"
constexpr store::Statement kInstance{
    "platform_instance",
    "INSERT INTO platform_instance (rollout_id) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING"};
constexpr store::Statement kSchedule{"platform_schedule", R"(
  INSERT INTO platform_look (next_at)
  SELECT CASE WHEN $1::integer = 0 THEN 'infinity'
              ELSE now() + make_interval(secs => ($1::integer * )" RAPT_PLACE R"()::double precision) END
    FROM platform_instance
  ON CONFLICT DO NOTHING)"};
constexpr store::Statement kDue{"platform_due", R"(
  UPDATE platform_look SET looker = $1, leads_until = now() + make_interval(secs => $2::integer)
   WHERE next_at <= now() AND (leads_until IS NULL OR leads_until < now() OR looker = $1))"};
// After a fault sooner; else between nine and eleven tenths of the interval, always the same for one instance.
constexpr store::Statement kLooked{"platform_looked", R"(
  UPDATE platform_look SET checked_at = now(), fault = $1, leads_until = NULL,
    failing_since = CASE WHEN $1 = '' THEN NULL ELSE coalesce(failing_since, now()) END,
    offer = CASE WHEN $1 = '' THEN $3::jsonb ELSE offer END,
    next_at = (SELECT CASE
        WHEN $2::integer = 0 THEN 'infinity'
        WHEN $1 <> '' THEN now() + make_interval(secs => least($2::integer, $4::integer))
        ELSE now() + make_interval(secs => ($2::integer * (0.9 + 0.2 * )" RAPT_PLACE
                                                      R"())::double precision) END
      FROM platform_instance))"};
#undef RAPT_PLACE
constexpr store::Statement kTold{"platform_told",
                                 "UPDATE platform_look SET told_version = $1 WHERE told_version <> $1"};
constexpr store::Statement kHere{"platform_here", R"(
  SELECT rollout_id::text AS rollout_id, h.version, h.because
    FROM platform_instance LEFT JOIN platform_holds h ON true)"};

Offer offer_of(const Available& one) {
  const auto& release = one.release.release;
  return {release.version,
          release.notes,
          std::string(marketplace::name(release.channel)),
          release.released_at,
          one.release.bytes,
          one.needs_pause,
          may_be_asked_for(one, true),
          one.obstacle == Obstacle::kNone,
          one.held_because};
}

Result<void> tell(store::Transaction& tx, const security::SecretBox& box, const Offer& offer,
                  const std::string& public_url, bool applies) {
  const auto told = tx.exec(kTold, params(offer.version));
  if (!told) return told.error();
  if (told->affected() == 0) return {};
  auto text = "Release " + offer.version + " of the platform is there.\n\n" + offer.notes + "\n\n";
  if (applies) text += "Take it with: rapt update apply " + offer.version + "\n";
  if (offer.needs_pause) text += "It needs a pause in which nobody is served: --with-downtime\n";
  return mail::enqueue_to_administrators(tx, box, "Release " + offer.version + " of the platform is there",
                                         text + "\n" + public_url + "/admin\n");
}

}  // namespace

Task<Result<bool>> Looker::look_when_due() {
  if (!begun_) {
    RAPT_CO_TRY(co_await database_.query(kInstance));
    RAPT_CO_TRY(co_await database_.query(kSchedule, params(options_.check_every.count())));
    begun_ = true;
  }
  const auto due = co_await database_.query(kDue, params(options_.name, options_.lease.count()));
  if (!due) co_return due.error();
  if (due->affected() == 0) co_return false;
  const auto looked = co_await look();
  if (!looked) log::warn("platform.not_looked", {{"reason", looked.error().message}});
  co_return true;
}

Task<Result<std::string>> Looker::oldest_running() {
  const auto agents = co_await database_.transaction([](store::Transaction& tx) { return read_agents(tx); });
  if (!agents) co_return agents.error();
  std::optional<Version> oldest;
  auto out = options_.version;
  for (const auto& agent : *agents) {
    const auto version = Version::parse(agent.version);
    if (!agent.present || !version || (oldest && *oldest <= *version)) continue;
    oldest = version;
    out = agent.version;
  }
  co_return out;
}

Task<Result<std::vector<Available>>> Looker::find(std::string running) {
  auto known = co_await source_.look();
  if (!known) co_return known.error();
  RAPT_CO_TRY(co_await database_.query(kInstance));
  const auto rows = co_await database_.query(kHere);
  if (!rows) co_return rows.error();
  Circumstances here;
  here.running = std::move(running);
  here.deployment = options_.deployment;
  here.architecture = options_.architecture;
  here.channel = options_.channel;
  here.pin = options_.pin;
  here.words = std::move(known->words);
  for (std::size_t i = 0; i < rows->size(); ++i) {
    here.rollout_id = (*rows)[i].text("rollout_id");
    if (!(*rows)[i].is_null("version")) here.holds[(*rows)[i].text("version")] = (*rows)[i].text("because");
  }
  co_return available(known->releases, here);
}

Task<Result<std::vector<Available>>> Looker::look() {
  auto running = co_await oldest_running();
  if (!running) co_return running.error();
  auto all = co_await find(std::move(*running));
  std::string fault;
  std::vector<Available> found;
  if (all) {
    found = *all;
  } else {
    fault = all.error().message;
  }
  RAPT_CO_TRY(co_await keep(std::move(fault), std::move(found)));
  co_return all;
}

Task<Result<void>> Looker::keep(std::string fault, std::vector<Available> all) {
  const auto* one = to_offer(all);
  std::optional<Offer> offer;
  if (one != nullptr) offer = offer_of(*one);
  // What is taken without anybody being asked need not be told beforehand.
  const bool tells = offer && (offer->free || offer->needs_pause) && offer->askable &&
                     !(options_.auto_update && offer->free && !options_.deployment.empty());
  auto work = [options = options_, fault = printable(fault, kLookReason), offer, tells,
               &box = box_](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec(kSchedule, params(options.check_every.count())));
    const auto text = offer ? std::optional(encode(*offer)) : std::nullopt;
    RAPT_TRY(tx.exec(kLooked, params(fault, options.check_every.count(), text, kLookAgain.count())));
    if (!tells) return {};
    return tell(tx, box, *offer, options.public_url, !options.deployment.empty());
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<void> Looker::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  while (!stopping_) {
    const auto looked = co_await look_when_due();
    const auto fault = looked ? std::string() : looked.error().message;
    if (!fault.empty() && fault != told_)
      log::warn("platform.look_not_kept", {{"reason", fault}, {"detail", looked.error().log_detail}});
    told_ = fault;
    if (stopping_) break;
    co_await (wake_.wait() || runtime::sleep_for(options_.pause));
  }
  ended_.notify();
}

Task<void> Looker::stop() {
  using namespace boost::asio::experimental::awaitable_operators;
  stopping_ = true;
  wake_.notify();
  co_await (ended_.wait() || runtime::sleep_for(kLookPatience));
}

}  // namespace rapt::agent
