// SPDX-License-Identifier: AGPL-3.0-or-later
// One update, from its first phase to its end; and what an earlier process had begun.
#include <algorithm>
#include <array>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "ledger.hpp"
#include "rapt/agent/agent.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent {
namespace {

constexpr std::chrono::milliseconds kBetweenWrites{500};
constexpr std::chrono::seconds kStay{10}, kRetry{5};
/// What fails here says nothing about the release: a full disk, a network that broke off.
constexpr std::array kEarly{Phase::kDownloading, Phase::kUnpacking, Phase::kBackingUp};

/// Writes phases into the row, not more than twice a second. The work goes on while the database is away: what it does
/// to the machine is written down elsewhere.
class Telling final : public Progress {
 public:
  Telling(Ledger& ledger, std::string id) : ledger_(ledger), id_(std::move(id)) {}

  Task<void> at(Phase phase, std::string detail) override {
    const auto now = std::chrono::steady_clock::now();
    if (phase == phase_ && now < next_) co_return;
    if (phase != phase_) log::info("platform.update_phase", {{"phase", std::string(name(phase))}});
    phase_ = phase;
    next_ = now + kBetweenWrites;
    if (id_.empty()) co_return;
    const auto written = co_await ledger_.at(id_, std::string(name(phase)), std::move(detail));
    if (!written && !complained_) log::warn("platform.phase_not_written", {{"detail", written.error().log_detail}});
    complained_ = !written;
  }
  [[nodiscard]] bool is_early() const {
    return phase_ && std::find(kEarly.begin(), kEarly.end(), *phase_) != kEarly.end();
  }

 private:
  Ledger& ledger_;
  std::string id_;
  std::optional<Phase> phase_;
  std::chrono::steady_clock::time_point next_{};
  bool complained_ = false;
};

/// A step may take long without a word. Until it is cancelled.
Task<void> keep_staying(Ledger& ledger) {
  for (;;) {
    co_await runtime::sleep_for(kStay);
    const auto stayed = co_await ledger.stay();
    if (!stayed) log::warn("platform.presence_not_written", {{"detail", stayed.error().log_detail}});
  }
}

Task<Result<Outcome>> work(Strategy& strategy, const UpdateRecord& update,
                           const std::optional<marketplace::VouchedRelease>& release, Progress& progress) {
  strategy.agree({.downtime = update.with_pause, .restore_database = update.restore_database});
  if (release) co_return co_await strategy.apply(*release, progress);
  co_return co_await strategy.rollback(progress);
}

}  // namespace

Task<void> Agent::report(std::string updating) {
  if (parts_.reporter == nullptr) co_return;
  const auto told = co_await parts_.reporter->tell(running_, std::move(updating));
  if (!told) log::info("platform.not_reported", {{"reason", told.error().message}});
}

Task<Result<void>> Agent::perform(UpdateRecord update, std::optional<marketplace::VouchedRelease> release) {
  using namespace boost::asio::experimental::awaitable_operators;
  log::info("platform.update_begins",
            {{"kind", update.kind}, {"from", update.from_version}, {"to", update.to_version}});
  if (release) co_await report(update.to_version);
  Telling progress(*ledger_, update.id);
  // What comes first ends the other; only the work ends.
  auto ended = co_await (work(parts_.strategy, update, release, progress) || keep_staying(*ledger_));
  survey_at_ = {};
  auto* done = std::get_if<0>(&ended);
  if (done == nullptr) co_return Error::internal("an update's presence ended before it");
  Outcome outcome{Ending::kFailed, running_, ""};
  bool began = false;
  if (*done) {
    outcome = std::move(**done);
    began = outcome.ending != Ending::kFailed || !progress.is_early();
  } else {
    outcome.because = done->error().message;
    if (!done->error().log_detail.empty())
      log::warn("platform.update_not_begun", {{"detail", done->error().log_detail}});
  }
  if (!outcome.version.empty()) running_ = outcome.version;
  const bool updated = outcome.ending == Ending::kUpdated;
  const bool forward = release.has_value();
  RAPT_CO_TRY(co_await finish(std::move(update), std::move(outcome), began));
  if (forward) co_await report("");
  if (updated && updated_) updated_();
  co_return Result<void>();
}

/// Until it is written, or the process ends: then the next one finds the row, and what runs.
Task<Result<void>> Agent::finish(UpdateRecord update, Outcome outcome, bool began) {
  for (;;) {
    const auto written = co_await ledger_->finish(update, outcome, began);
    if (written || stopping_) co_return written;
    log::warn("platform.outcome_not_written", {{"detail", written.error().log_detail}});
    co_await runtime::sleep_for(kRetry);
  }
}

/// Also without a database: what was begun is ended by what the machine itself has written down.
Task<Result<void>> Agent::recover() {
  if (recovered_) co_return Result<void>();
  const auto unfinished = co_await ledger_->unfinished();
  Telling progress(*ledger_, unfinished && *unfinished ? (*unfinished)->id : std::string());
  auto outcome = co_await parts_.strategy.recover(progress);
  if (!outcome) co_return outcome.error();
  recovered_ = true;
  recovered_outcome_ = std::move(*outcome);
  if (recovered_outcome_)
    log::info("platform.update_recovered",
              {{"ending", std::string(name(recovered_outcome_->ending))}, {"version", recovered_outcome_->version}});
  co_return Result<void>();
}

/// What recovering came to is written as soon as the database is there.
Task<Result<void>> Agent::settle_recovered() {
  if (settled_) co_return Result<void>();
  auto row = co_await ledger_->unfinished();
  if (!row) co_return row.error();
  if (!*row || ((*row)->is_over() && !recovered_outcome_)) {
    settled_ = true;
    co_return Result<void>();
  }
  bool began = true;
  if (!recovered_outcome_) {
    // The process ended before the work had begun, or after its end and before that was written.
    auto running = co_await parts_.strategy.running();
    if (!running) co_return running.error();
    const bool done = *running == (*row)->to_version;
    began = done;
    recovered_outcome_ = Outcome{done ? Ending::kUpdated : Ending::kFailed, *running,
                                 done ? "" : "The agent ended before it had begun; nothing was changed. Ask again."};
  }
  const bool forward = (*row)->kind == "update";
  RAPT_CO_TRY(co_await ledger_->finish(std::move(**row), *recovered_outcome_, began));
  settled_ = true;
  running_ = recovered_outcome_->version;
  if (forward) co_await report("");
  co_return Result<void>();
}

}  // namespace rapt::agent
