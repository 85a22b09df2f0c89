// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::store {
class Database;
}

namespace rapt::assignments {

/// Where an assignment stands in its window: from `available_at` on, before `closes_at`; no bound where none is set.
enum class AssignmentState : std::uint8_t { kUpcoming, kOpen, kClosed };
std::string_view name(AssignmentState state);  ///< "upcoming", "open", "closed"
AssignmentState state_at(TimePoint now, const std::optional<TimePoint>& available_at,
                         const std::optional<TimePoint>& closes_at);

/// A tool, given to a class. The tool's version is pinned when the assignment is made.
struct Assignment {
  AssignmentId id;
  std::string name;
  std::string instructions;
  ClassId class_id;
  std::string class_name;
  std::string group_path;  ///< ltree path of the class's group
  ToolId tool;
  ToolVersionId tool_version;
  std::string tool_name;
  std::string tool_type;  ///< "chat" or "product"
  std::optional<TimePoint> available_at;
  std::optional<TimePoint> due_at;
  std::optional<TimePoint> closes_at;
  AssignmentState state = AssignmentState::kOpen;
};

struct AssignmentPage {
  std::vector<Assignment> items;
  std::optional<std::string> next_cursor;
};

/// Assignments of the actor's classes, as student or teacher. Thread-safe.
class AssignmentService {
 public:
  /// Both must outlive the service.
  AssignmentService(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Newest first; `limit` 1 to 100, `cursor` is next_cursor of the page before, or empty (kInvalid when it is not
  /// one).
  Task<Result<AssignmentPage>> list(identity::Actor actor, int limit, std::string cursor);
  /// kNotFound for everybody outside the class.
  Task<Result<Assignment>> get(identity::Actor actor, AssignmentId id);
  /// As get(), for starting work on it: kConflict, with the time in the message, before it opens and after it has
  /// closed. Teachers of the class may start at any time, to try it out.
  Task<Result<Assignment>> get_for_start(identity::Actor actor, AssignmentId id);

 private:
  store::Database& database_;
  const Clock& clock_;
};

/// The tool version that a new conversation or run keeps.
struct PinnedTool {
  ToolVersionId version;
  tools::DefinitionPtr tool;
};

/// The version that the assignment pins, else the tool's current one. kNotFound when the actor may not see the tool or
/// the assignment, kInvalid when the assignment is of another tool, kConflict outside its window. `tools` must outlive
/// the task.
Task<Result<PinnedTool>> pin_tool(tools::ToolService& tools, AssignmentService assignments, identity::Actor actor,
                                  ToolId tool, AssignmentId assignment_or_empty);

}  // namespace rapt::assignments
