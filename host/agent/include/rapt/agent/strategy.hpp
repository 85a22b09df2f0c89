// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/marketplace/trusted_registry.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::agent {

/// What an update is doing, in this order; a strategy leaves out what its kind of deployment does by itself.
enum class Phase : std::uint8_t {
  kDownloading,
  kUnpacking,
  kBackingUp,
  kMigrating,
  kStarting,   ///< the new version starts beside the old one, which goes on serving
  kSwitching,  ///< requests go to the new one, the old one ends what it has begun
  kWatching,   ///< the new version is on probation
  kRollingBack,
};
std::string_view name(Phase phase);  ///< "downloading", "unpacking", "backing_up", …
std::optional<Phase> parse_phase(std::string_view text);

/// Told how an update goes on.
class Progress {
 public:
  virtual ~Progress() = default;
  /// The work has come to `phase`; `detail` is for people ("40 of 120 MiB"), without secrets. Called often.
  virtual Task<void> at(Phase phase, std::string detail) = 0;
};

/// Where strategies get what the signed metadata vouches for.
class Supply {
 public:
  virtual ~Supply() = default;
  /// The archive as a file, whose length and digest are the metadata's. It is the caller's until it says done().
  virtual Task<Result<std::filesystem::path>> archive(marketplace::VouchedRelease release, Progress& progress) = 0;
  /// The file is no longer needed.
  virtual void done(const std::filesystem::path& archive) = 0;
};

enum class Ending : std::uint8_t {
  kUpdated,
  kRolledBack,  ///< it ran, or was about to, and the version before runs again
  kFailed,      ///< nothing that runs has been changed
  kBroken,      ///< neither version runs as it should: a person has to look
};
std::string_view name(Ending ending);  ///< "updated", "rolled_back", "failed", "broken"

/// How an update has ended.
struct Outcome {
  Ending ending = Ending::kFailed;
  std::string version;  ///< that runs now
  std::string because;  ///< what went wrong and what to do, in a sentence; "" when it went well
};

/// What the person who asked has agreed to beyond the usual.
struct Consent {
  bool downtime = false;          ///< nobody serves while the schema changes: releases whose schema_from is newer
  bool restore_database = false;  ///< a roll-back may take the backup from before the update; what came since is lost
};

/// How one kind of deployment goes from one release to another. One update at a time; whoever calls sees to that.
///
/// Each step is written down, where it survives the process, before it is taken: after a kill at any moment recover()
/// ends in one whole version. The version that runs is never stopped before the new one is known to work, where the
/// kind of deployment allows it.
class Strategy {
 public:
  virtual ~Strategy() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;  ///< as DEPLOYMENT_TYPE has it
  /// What runs. kUnavailable when whoever knows cannot be asked.
  virtual Task<Result<std::string>> running() = 0;
  /// What a roll-back would go to; nullopt when there is nothing to go back to.
  virtual Task<Result<std::optional<std::string>>> previous() = 0;
  /// Holds for the next apply() or rollback() alone. Kinds of deployment that know no such thing pass it over.
  virtual void agree(Consent /*consent*/) {}
  /// Goes to the release. An Error only when the work could not begin (kUnavailable; kForbidden for missing rights;
  /// kConflict for a release that what runs may not go to, or not without a Consent).
  virtual Task<Result<Outcome>> apply(marketplace::VouchedRelease release, Progress& progress) = 0;
  /// Back to previous(). kConflict when there is none.
  virtual Task<Result<Outcome>> rollback(Progress& progress) = 0;
  /// Ends what an earlier process had begun; nullopt when there was nothing. Call it first, once.
  virtual Task<Result<std::optional<Outcome>>> recover(Progress& progress) = 0;
};

}  // namespace rapt::agent
