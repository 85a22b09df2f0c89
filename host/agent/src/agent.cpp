// SPDX-License-Identifier: AGPL-3.0-or-later
// An agent's turns: what is asked of it, what it looks for, what it takes by itself.
#include "rapt/agent/agent.hpp"

#include <algorithm>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ledger.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent {
namespace {

constexpr std::chrono::seconds kPatience{20};

// The release that the last look found free for the oldest version; none while another update is under way.
constexpr store::Statement kFree{"agent_free", R"(
  SELECT checked_at, offer ->> 'version' AS version FROM platform_look
   WHERE fault = '' AND (offer ->> 'free')::boolean
     AND NOT EXISTS (SELECT 1 FROM platform_updates WHERE state IN ('requested', 'running')))"};

Ledger::Options ledger_options(const Agent::Options& options) {
  return {options.name, options.look.deployment, options.look.public_url, options.gone};
}

Looker::Options looker_options(const Agent::Options& options) {
  auto out = options.look;
  out.name = options.name;
  out.auto_update = options.auto_update;
  return out;
}

bool is_newer(const std::string& version, const std::string& than) {
  const auto a = Version::parse(version), b = Version::parse(than);
  return a && b && *b < *a;
}

}  // namespace

Agent::Agent(Parts parts, Options options)
    : parts_(parts),
      options_(std::move(options)),
      ledger_(std::make_unique<Ledger>(parts_.database, parts_.box, ledger_options(options_))) {
  if (parts_.source != nullptr)
    looker_ = std::make_unique<Looker>(parts_.database, parts_.box, *parts_.source, looker_options(options_));
}

Agent::~Agent() = default;

Task<void> Agent::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  while (!stopping_) {
    const auto done = co_await turn();
    const auto fault = done ? std::string() : done.error().message;
    if (!fault.empty() && fault != told_)
      log::warn("platform.agent_hindered", {{"reason", fault}, {"detail", done.error().log_detail}});
    told_ = fault;
    if (stopping_) break;
    co_await (wake_.wait() || runtime::sleep_for(options_.pause));
  }
  ended_.notify();
}

Task<void> Agent::stop() {
  using namespace boost::asio::experimental::awaitable_operators;
  stopping_ = true;
  wake_.notify();
  co_await (ended_.wait() || runtime::sleep_for(kPatience));
}

Task<Result<void>> Agent::turn() {
  RAPT_CO_TRY(co_await recover());
  RAPT_CO_TRY(co_await settle_recovered());
  RAPT_CO_TRY(co_await say_present());
  RAPT_CO_TRY(co_await ledger_->end_abandoned());
  auto request = co_await ledger_->take_request();
  if (!request) co_return request.error();
  if (*request) RAPT_CO_TRY(co_await do_requested(std::move(**request)));
  if (looker_) RAPT_CO_TRY(co_await looker_->look_when_due());
  RAPT_CO_TRY(co_await take_by_itself());
  if (parts_.reporter == nullptr) co_return Result<void>();
  const auto told = co_await parts_.reporter->tell_when_due(running_);
  // A registry that is away is no fault of this instance.
  if (!told) log::info("platform.not_reported", {{"reason", told.error().message}});
  co_return Result<void>();
}

Task<Result<void>> Agent::say_present() {
  const auto now = std::chrono::steady_clock::now();
  if (!running_.empty() && now < survey_at_) co_return co_await ledger_->stay();
  auto running = co_await parts_.strategy.running();
  if (!running) co_return running.error();
  auto previous = co_await parts_.strategy.previous();
  if (!previous) co_return previous.error();
  running_ = std::move(*running);
  survey_at_ = now + options_.survey;
  co_return co_await ledger_->say_present(running_, std::move(*previous));
}

Task<Result<marketplace::VouchedRelease>> Agent::find_requested(UpdateRecord update) {
  if (!looker_)
    co_return Error::conflict("No registry is set (MARKETPLACE_URL), so there is nowhere to get a release from.");
  parts_.source->use(update.source);
  auto all = co_await looker_->find(running_);
  if (!all) co_return all.error();
  const auto is = [&](const Available& one) { return one.release.release.version == update.to_version; };
  const auto found = std::find_if(all->begin(), all->end(), is);
  if (found == all->end())
    co_return Error::conflict("The registry vouches for no release " + printable(update.to_version, 64) +
                              " that is newer than " + running_ + ".");
  if (may_be_asked_for(*found, update.with_pause)) co_return found->release;
  if (found->needs_pause && may_be_asked_for(*found, true))
    co_return Error::conflict(running_ + " cannot work on its tables, so it needs a pause: --with-downtime");
  co_return Error::conflict(found->held_because);
}

Task<Result<void>> Agent::do_requested(UpdateRecord update) {
  if (update.kind == "rollback") co_return co_await perform(std::move(update), std::nullopt);
  auto release = co_await find_requested(update);
  Result<void> done;
  if (release) {
    done = co_await perform(std::move(update), std::move(*release));
  } else {
    Outcome outcome{Ending::kFailed, running_, release.error().message};
    done = co_await finish(std::move(update), std::move(outcome), false);
  }
  if (parts_.source != nullptr) parts_.source->use("");
  co_return done;
}

Task<Result<void>> Agent::take_by_itself() {
  if (!options_.auto_update || !looker_ || stopping_) co_return Result<void>();
  if (!options_.window.contains(parts_.clock.now())) co_return Result<void>();
  const auto rows = co_await parts_.database.query(kFree);
  if (!rows) co_return rows.error();
  if (rows->empty() || !is_newer((*rows)[0].text("version"), running_)) co_return Result<void>();
  const auto looked_at = (*rows)[0].optional_time("checked_at");
  if (considered_ == looked_at) co_return Result<void>();
  const auto all = co_await looker_->find(running_);
  if (!all) co_return all.error();
  considered_ = looked_at;
  const auto* release = to_take(*all);
  if (release == nullptr) co_return Result<void>();
  auto begun = co_await ledger_->begin(running_, release->release.release.version);
  if (!begun) co_return begun.error();
  if (!*begun) {
    considered_.reset();  // another was faster: afterwards again
    co_return Result<void>();
  }
  co_return co_await perform(std::move(**begun), release->release);
}

}  // namespace rapt::agent
