// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rapt/identity/actor.hpp"
#include "rapt/usage/extractions.hpp"

namespace rapt::usage {

/// Whose findings, and which; what is empty does not narrow it.
struct FindingFilter {
  ClassId class_id{};         ///< exactly one of this
  AssignmentId assignment{};  ///< and this is set
  std::string type{};
  std::string module{};
  UserId user{};
  std::optional<TimePoint> from{};  ///< at or after
  std::optional<TimePoint> to{};    ///< before
};

/// A finding, and whose conversation or run it is about.
struct Finding {
  Extraction extraction;
  UserId user;
  std::string user_name;
  ToolId tool;
  std::string tool_name;
  AssignmentId assignment;      ///< empty: without one
  std::string assignment_name;  ///< "" without one
};
struct FindingPage {
  std::vector<Finding> items;
  std::optional<std::string> next_cursor;
};

/// How often a module found something.
struct FindingSum {
  std::string module, type;
  std::int64_t count = 0;
  std::int64_t people = 0;  ///< whose work it was
  TimePoint last{};
};

/// What modules found in the work of a class or of an assignment, without the actor's own. For those who may read that
/// work: teachers of the class, administrators above it. Everybody else who may see the class or the assignment is
/// kForbidden, and whoever may not is kNotFound. Work of a class is what belongs to one of its assignments, and what
/// its students do without an assignment. Thread-safe.
class Findings {
 public:
  /// The database must outlive the service.
  explicit Findings(store::Database& database) : database_(database) {}

  /// Newest first, or oldest first. `limit` 1 to 1000. kInvalid for a cursor of something else.
  Task<Result<FindingPage>> list(identity::Actor actor, FindingFilter filter, int limit, std::string cursor,
                                 bool oldest_first = false);
  /// The most frequent first; at most 1000.
  Task<Result<std::vector<FindingSum>>> summary(identity::Actor actor, FindingFilter filter);

 private:
  Task<Result<void>> check_reach(const identity::Actor& actor, const FindingFilter& filter);
  store::Database& database_;
};

}  // namespace rapt::usage
