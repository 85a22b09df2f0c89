// SPDX-License-Identifier: AGPL-3.0-or-later
// The ends of a Passage: done, undone, or taken up again after a kill.
#include <algorithm>

#include "bare_passage.hpp"
#include "rapt/base/log.hpp"

namespace rapt::agent {
namespace {

/// A release that takes its agent along again and again is not what this machine should run.
constexpr int kMostInterruptions = 2;

std::string words_of(Phase phase) {
  std::string out(name(phase));
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string aim_of(const Journal& journal) {
  return (journal.is_rollback ? "The roll-back to " : "The update to ") + journal.to;
}

/// Whether the server that runs may be another one, or none, since this was begun.
bool has_touched_server(const Journal& journal) {
  return journal.failed_in >= Phase::kStarting || (journal.with_downtime && journal.failed_in >= Phase::kBackingUp);
}

Outcome undone(const Journal& journal) {
  const bool ran =
      journal.failed_in >= Phase::kStarting || (journal.with_downtime && journal.failed_in >= Phase::kMigrating);
  if (journal.is_rollback) return {Ending::kFailed, journal.from, journal.because + " " + journal.from + " serves on."};
  if (!ran)
    return {Ending::kFailed, journal.from,
            journal.because + " Nothing that runs has changed: " + journal.from +
                " serves on. Try again when the cause is gone."};
  return {Ending::kRolledBack, journal.from,
          journal.because + " " + journal.from + " serves again" +
              (journal.restored ? ", with the database as it was when it was stopped." : ".")};
}

}  // namespace

Task<Outcome> Passage::end(Result<void> gone) {
  if (gone) co_return co_await finish();
  const Error error = gone.error();
  log::warn("update_failed", {{"to", journal_.to},
                              {"phase", std::string(name(journal_.phase))},
                              {"because", error.message},
                              {"detail", error.log_detail}});
  std::string because = aim_of(journal_) + " failed while " + words_of(journal_.phase) + ". " + error.message;
  co_return co_await undo(std::move(because));
}

Task<Outcome> Passage::finish() {
  auto work = [this]() -> Result<void> {
    RAPT_TRY(remove_journal(parts_.home, parts_.observer));
    RAPT_TRY(parts_.home.tidy(journal_.after()));
    // The one copy that a roll-back over a changed schema needs stays, whatever the settings say.
    return parts_.backups.prune(parts_.options.backups, journal_.with_downtime ? journal_.backup : "");
  };
  // What runs is the new release; what could not be cleared away is tried again at the next start.
  const auto cleared = co_await blocking(work);
  if (!cleared) log::warn("update_not_cleared", {{"because", cleared.error().message}});
  co_return Outcome{Ending::kUpdated, journal_.to, ""};
}

Task<Result<void>> Passage::restore() {
  if (!journal_.must_restore()) co_return Result<void>{};
  RAPT_CO_TRY(co_await parts_.keeper.stop(parts_.options.patience));
  auto work = [this]() -> Result<void> {
    RAPT_TRY(parts_.backups.restore(journal_.backup));
    journal_.restored = true;
    return write_journal(parts_.home, journal_, parts_.observer);
  };
  co_return co_await blocking(work);
}

Task<Outcome> Passage::undo(std::string because) {
  if (journal_.phase != Phase::kRollingBack) {
    journal_.failed_in = journal_.phase;
    journal_.because = std::move(because);
  }
  // A full disk must not keep it from going back: without the word, whoever comes after a kill goes back all the same.
  std::string detail = journal_.because;
  const auto entered = co_await enter(Phase::kRollingBack, std::move(detail));
  if (!entered) log::warn("update_journal", {{"because", entered.error().message}});
  const auto gone_back = co_await go_back();
  if (!gone_back) co_return broken(gone_back.error());
  auto work = [this]() -> Result<void> {
    RAPT_TRY(remove_journal(parts_.home, parts_.observer));
    return parts_.home.tidy(journal_.before());
  };
  const auto cleared = co_await blocking(work);
  if (!cleared) log::warn("update_not_cleared", {{"because", cleared.error().message}});
  co_return undone(journal_);
}

Task<Result<void>> Passage::go_back() {
  auto link = [this] { return parts_.home.point_all(journal_.before(), false); };
  RAPT_CO_TRY(co_await blocking(link));
  RAPT_CO_TRY(co_await restore());
  if (recovering_ || has_touched_server(journal_)) RAPT_CO_TRY(co_await serve(journal_.from));
  co_return Result<void>{};
}

/// The journal stays: the next start goes on from it.
Outcome Passage::broken(const Error& error) const {
  log::error("update_broken", {{"to", journal_.to}, {"because", error.message}, {"detail", error.log_detail}});
  const std::string database = journal_.must_restore() ? " Nobody is served before the database is back, from " +
                                                             (parts_.home.backups() / journal_.backup).string() + "."
                                                       : "";
  return {Ending::kBroken, journal_.from,
          journal_.because + " Going back to " + journal_.from + " failed, too: " + error.message + database +
              " Mend that and restart the service: it tries again."};
}

/// The links name the new release: it serves, and goes on being watched.
Task<Result<void>> Passage::go_on() {
  ++journal_.interruptions;
  RAPT_CO_TRY(co_await enter(Phase::kWatching, "again, after an interruption"));
  RAPT_CO_TRY(co_await serve(journal_.to));
  auto link = [this] { return parts_.home.point_all(journal_.after(), true); };
  RAPT_CO_TRY(co_await blocking(link));
  if (journal_.is_rollback) co_return Result<void>{};
  co_return co_await watch();
}

Task<Outcome> Passage::resume() {
  recovering_ = true;
  const auto links = parts_.home.links();
  const bool at_new = links && links->current == journal_.to && journal_.interruptions < kMostInterruptions;
  if (journal_.phase != Phase::kRollingBack && journal_.phase >= Phase::kSwitching && at_new) {
    auto gone = co_await go_on();
    co_return co_await end(std::move(gone));
  }
  std::string because = aim_of(journal_) + " was interrupted while " + words_of(journal_.phase) + ".";
  co_return co_await undo(std::move(because));
}

}  // namespace rapt::agent
