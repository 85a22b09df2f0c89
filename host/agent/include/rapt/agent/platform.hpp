// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/store/database.hpp"

namespace rapt::agent {

/// One `rapt agent`, as it last said.
struct AgentRecord {
  std::string name, deployment, version;
  std::optional<std::string> previous_version;  ///< what a roll-back would go to
  TimePoint seen_at{};
  bool present = false;  ///< it was seen within the last minute
};

/// The newest release worth knowing of, by the last look.
struct Offer {
  std::string version, notes, channel;
  TimePoint released_at{};
  std::uint64_t bytes = 0;  ///< of its archive
  bool needs_pause = false;
  bool askable = false;      ///< an administrator who asks for it gets it (with a pause, where it needs one)
  bool free = false;         ///< nothing stands in its way
  std::string held_because;  ///< what stands in its way, in a sentence
};
/// As platform_look keeps it, and back; kInternal for what is none.
std::string encode(const Offer& offer);
Result<Offer> parse_offer(std::string_view json);

/// The last look at the registry.
struct LookRecord {
  std::optional<TimePoint> checked_at, failing_since;
  std::string fault;  ///< why the last look came to nothing; "" when it did not
  std::optional<Offer> offer;
};

/// An update or roll-back: asked for, under way, or over.
struct UpdateRecord {
  std::string id, agent, kind;  ///< "update", "rollback"
  std::string from_version, to_version;
  std::string state;  ///< "requested", "running", "updated", "rolled_back", "failed", "broken", "cancelled"
  std::string phase, detail, because;
  std::string requested_by;  ///< "" when nobody was asked
  bool with_pause = false, restore_database = false;
  std::string source;  ///< a mirror's address; "" for the usual registry
  TimePoint created_at{};
  std::optional<TimePoint> started_at, ended_at;
  [[nodiscard]] bool is_over() const { return ended_at.has_value(); }
};

struct HoldRecord {
  std::string version, because;
  TimePoint held_at{};
};

/// How the platform stands.
struct PlatformState {
  std::vector<AgentRecord> agents;
  LookRecord look;
  std::optional<UpdateRecord> update;  ///< that is asked for or under way
  std::vector<UpdateRecord> history;   ///< the ten newest that are over, newest first
  std::vector<HoldRecord> holds;
};

/// What an administrator asks for.
struct UpdateRequest {
  std::string version;
  bool with_pause = false;
  std::string source;
  std::string by;  ///< who asks
};

/// What administrators see and ask for. Agents do it. Thread-safe.
class Platform {
 public:
  explicit Platform(store::Database& database) : database_(database) {}
  Task<Result<PlatformState>> state();
  /// kNotFound.
  Task<Result<UpdateRecord>> find(std::string id);
  /// Asks the first agent that runs something older; when it has done it, the next is asked. The id. kConflict: one is
  /// under way, no agent is there, or all of them run it.
  Task<Result<std::string>> request_update(UpdateRequest request);
  /// As request_update(). kConflict also when there is nothing to go back to.
  Task<Result<std::string>> request_rollback(bool restore_database, std::string by);
  /// Takes a request back that no agent has begun with. kNotFound, kConflict.
  Task<Result<void>> cancel(std::string id);
  /// The registry is looked at within seconds, by whoever looks.
  Task<Result<void>> look_soon();
  /// The version may be taken again. kNotFound.
  Task<Result<void>> release_hold(std::string version);

 private:
  store::Database& database_;
};

}  // namespace rapt::agent
