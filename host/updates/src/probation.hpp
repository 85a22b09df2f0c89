// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rapt/marketplace/resolver.hpp"
#include "rapt/store/database.hpp"
#include "rapt/updates/updater.hpp"

namespace rapt::updates {

/// A new version that is being watched, and what the hosts say of it.
struct Watched {
  std::string module, update_id, from, to;
  std::uint64_t calls_before = 0, failures_before = 0;  ///< of the version before
  std::string failed_because;                           ///< it is going back
  std::string installed, digest_hex;                    ///< version and bundle, now
  std::string health_json;                              ///< as the journal keeps it
  std::string reports_json;                             ///< a list: what each host last said
  TimePoint started_at{}, now{};
};

struct Judgement {
  enum class Kind : std::uint8_t { kWatching, kKept, kFailed, kGone };
  Kind kind = Kind::kWatching;
  std::string because{};  ///< with kFailed: a sentence
};
Judgement judge(const Watched& watched, const Probation& probation);

/// Before the changes are made: whoever dies in the middle of them leaves behind what is to be looked at.
Task<Result<void>> begin_probation(store::Database& database, std::string update_id,
                                   std::vector<marketplace::Change> changes);
Result<void> end_probation(store::Transaction& tx, const std::string& update_id);
/// All, those of one update together, the last one that was changed first.
Task<Result<std::vector<Watched>>> on_probation(store::Database& database);
/// It is going back, whoever goes on with that.
Task<Result<void>> condemn(store::Database& database, std::string module, std::string because);

}  // namespace rapt::updates
