// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bare_home.hpp"
#include "rapt/agent/strategy.hpp"
#include "rapt/base/clock.hpp"

namespace rapt::agent {

/// What one way from a release to another has come to: written before each step, so that whoever comes after a kill
/// knows what may have happened.
struct Journal {
  bool is_rollback = false;  ///< asked for; a failed update goes back under its own journal
  std::string from, to;      ///< versions
  std::string previous;      ///< what `previous` named before; "" for none
  Phase phase = Phase::kDownloading;
  Phase failed_in = Phase::kDownloading;  ///< while `phase` is kRollingBack: what it had come to
  std::string because;                    ///< why it goes back
  TimePoint started_at{};
  bool with_downtime = false;  ///< the server stands still while the schema changes
  std::string backup;          ///< the copy made on this way, a name in backups/; "" for none
  std::string restores;        ///< the copy that a roll-back goes back to, a name in backups/
  bool restored = false;       ///< going back, the database is again what `backup` holds
  int migrations_before = 0;   ///< the highest that the database knew
  int interruptions = 0;       ///< how often it was killed while it watched

  /// The links when all has gone well. After a roll-back there is nothing further to go back to.
  [[nodiscard]] Links after() const { return {to, is_rollback ? std::string() : from}; }
  [[nodiscard]] Links before() const { return {from, previous}; }
  /// Going back, the database has to be what it was: another schema may have come to it.
  [[nodiscard]] bool must_restore() const { return with_downtime && failed_in >= Phase::kMigrating && !restored; }
};

std::string encode(const Journal& journal);
/// kInvalid with the field.
Result<Journal> parse_journal(std::string_view json);

/// nullopt when there is none. kInvalid, with what to do, for one that cannot be read.
Result<std::optional<Journal>> read_journal(const Home& home);
Result<void> write_journal(const Home& home, const Journal& journal, StepObserver* observer);
Result<void> remove_journal(const Home& home, StepObserver* observer);

}  // namespace rapt::agent
