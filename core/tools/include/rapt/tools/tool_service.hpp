// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt {
namespace hooks {
class ModuleCatalog;
struct ModuleFacts;
}  // namespace hooks
namespace module_settings {
class LiveSettings;
}
namespace store {
class Database;
}
}  // namespace rapt

namespace rapt::tools {

struct Checked;  // check.hpp
using DefinitionPtr = std::shared_ptr<const ToolDefinition>;

/// A tool with its current version, or with the one that was asked for.
struct Tool {
  ToolId id;
  ToolVersionId version;
  GroupId group;           ///< empty: for the whole system
  std::string group_name;  ///< "" for the whole system
  DefinitionPtr definition;
  TimePoint created_at{};
};

/// Where modules are looked up that a tool attaches; both or neither.
struct Modules {
  const hooks::ModuleCatalog* catalog = nullptr;
  module_settings::LiveSettings* settings = nullptr;
};

/// What GET /tools/:id shows.
struct ToolDetails {
  Tool tool;
  /// The YAML exactly as written; only for those who may edit the tool.
  std::optional<std::string> definition_yaml;
  /// Where its modules' settings narrow what it says, for the same people: "safety-filter: max_words is 200 in …".
  std::vector<std::string> warnings{};
};

struct ToolPage {
  std::vector<Tool> items;
  std::optional<std::string> next_cursor;
};

/// Tools: who sees which, and what they say. Thread-safe.
///
/// A tool is seen by its creator; by teachers and administrators of its group, of the groups above it and of those
/// below it (a tool of the whole system by all of them); by the teachers of a class that it is assigned to; and by the
/// students of such a class while the assignment is open. System administrators see everything.
class ToolService {
 public:
  /// Without `modules`, attachments are not checked at creation. All must outlive the service.
  ToolService(store::Database& database, const Clock& clock, Modules modules);
  ~ToolService();
  ToolService(const ToolService&) = delete;
  ToolService& operator=(const ToolService&) = delete;

  /// Newest first; `limit` 1 to 100, `cursor` is next_cursor of the page before, or empty (kInvalid when it is not
  /// one).
  Task<Result<ToolPage>> list(identity::Actor actor, int limit, std::string cursor);
  /// The current version. kNotFound also for a tool that the actor may not see.
  Task<Result<Tool>> find(identity::Actor actor, ToolId id);
  Task<Result<ToolDetails>> get(identity::Actor actor, ToolId id);
  /// A pinned version, from memory when it was asked for before: versions never change. No permission is checked: the
  /// caller has found the id in a session, run or assignment of its actor's.
  Task<Result<DefinitionPtr>> definition(ToolVersionId version);

  /// Every fault of a definition, for a tool of that group; no permission is checked.
  Task<Result<Checked>> check(std::string definition_yaml, GroupId group);
  /// Adds a tool with its first version. `group` empty: for the whole system (system administrators). kInvalid with the
  /// definition's faults (also modules that are not installed or refuse their config), kForbidden, kNotFound (group).
  Task<Result<ToolDetails>> create(identity::Actor actor, std::string definition_yaml, GroupId group);
  /// Adds a version and makes it current; what runs keeps its own. Faults as for create(), and kConflict unless the
  /// version is newer than the current one, kInvalid when the type differs.
  Task<Result<ToolDetails>> add_version(identity::Actor actor, ToolId id, std::string definition_yaml);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::tools
