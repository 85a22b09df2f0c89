// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/usage/rollup.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::usage {

/// Which calls a report is about; what is empty does not narrow it.
struct Filter {
  Days days{};              ///< local days of those who pay, both included; at most 1100
  GroupId group{};          ///< who pays
  bool descendants = true;  ///< the groups below that group as well; in by(kGroup): count them for those above
  ClassId class_id{};
  UserId user{};
  ToolId tool{};
  std::string model{};
  std::string request_type{};  ///< "chat", "product", "module", "embedding"
  std::string outcome{};       ///< "answered", "blocked", "failed", "abandoned"
  std::string module{};        ///< that asked
};

/// The days that somebody means, checked: "2026-11-01"; an empty `from` is the first of today's month (UTC), an empty
/// `to` is today. kInvalid with the field "from" or "to".
Result<Days> parse_days(const std::string& from, const std::string& to, TimePoint now);
/// With what these days are compared: whole months with as many months before, otherwise as many days before.
Days days_before(const Days& days);

struct Figures {
  std::int64_t requests = 0;
  std::int64_t unanswered = 0;  ///< of these: blocked, failed, abandoned
  std::int64_t estimated = 0;   ///< of these: whose tokens nobody reported
  std::int64_t unpriced = 0;    ///< of these: whose price was not known, so that they are not part of `cost`
  std::int64_t input_tokens = 0, output_tokens = 0;
  std::string cost = "0";       ///< US dollars, decimal
  std::int64_t latency_ms = 0;  ///< mean
};

struct Summary {
  Figures figures;
  Days before_days;
  Figures before;
  TimePoint as_of{};
};

enum class Dimension : std::uint8_t { kGroup, kUser, kModel, kTool, kDay, kModule };

/// The figures of one group, user, model, tool, module or day.
struct Share {
  std::string key;                  ///< id, model, module or day; "" for what has gone
  std::optional<std::string> name;  ///< of a user: only for those who may see the person
  Figures figures;
};
struct SharePage {
  std::vector<Share> items;  ///< the most expensive first; days in their order
  std::optional<std::string> next_cursor;
  TimePoint as_of{};
};

/// One call to a model.
struct Entry {
  std::string id, day;
  TimePoint at{};
  UserId user;
  GroupId group;
  ClassId class_id;
  ToolId tool;
  SessionId session;
  RunId run;
  AssignmentId assignment;
  std::string group_name, class_name, tool_name;  ///< "" for what has gone
  std::string module;                             ///< that asked; "" for conversations and runs
  std::string model, request_type, outcome;
  std::int64_t input_tokens = 0, output_tokens = 0;
  bool estimated = false;
  std::optional<std::string> cost;
  std::optional<std::int64_t> latency_ms;
};
struct EntryPage {
  std::vector<Entry> items;
  std::optional<std::string> next_cursor;
};

/// What AI was used for and what it cost. System administrators see all, group administrators their groups and those
/// below, teachers their classes; everybody else is kForbidden. A group or class of the filter that the actor may not
/// know is kNotFound. Figures are exact at the time of asking: sums (rollup.hpp) and what is newer than they are.
/// Thread-safe.
class Reports {
 public:
  /// What it is given must outlive the service.
  Reports(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  Task<Result<Summary>> summary(identity::Actor actor, Filter filter);
  /// `limit` 1 to 100; days are not paged. kInvalid for a cursor of something else.
  Task<Result<SharePage>> by(identity::Actor actor, Dimension dimension, Filter filter, int limit, std::string cursor);
  /// Newest first, or oldest first. `limit` 1 to 1000.
  Task<Result<EntryPage>> list(identity::Actor actor, Filter filter, int limit, std::string cursor,
                               bool oldest_first = false);

 private:
  Task<Result<void>> check_reach(const identity::Actor& actor, const Filter& filter);
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace rapt::usage
