// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/hooks/module_catalog.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
}

namespace rapt::module_settings {

/// What a tool's own configuration comes to under the settings of a group.
struct Effective {
  std::shared_ptr<const std::string> config_json;  ///< what the module sees
  /// Where the tool goes further than it may: one sentence each. The configuration is narrowed already.
  std::vector<std::string> warnings{};
};

/// Settings as they hold, for those who ask modules. What has been resolved is kept in memory until somebody changes a
/// setting, moves a group or installs another version: a call costs no statement. One small statement every half second
/// asks whether anything has changed, so a change on any host counts on all of them within a second; while the database
/// is away what is known stays. Thread-safe.
class LiveSettings final {
 public:
  /// All must outlive it.
  LiveSettings(store::Database& database, const security::SecretBox& box, const hooks::ModuleCatalog& catalog);
  ~LiveSettings();

  /// From memory; nullptr when it has to be looked up. `group` is a group's id, or "" for none.
  [[nodiscard]] std::shared_ptr<const std::string> at_hand(const std::string& module, const std::string& group,
                                                           const std::string& own_json) const;
  /// Fails as the database does.
  Task<Result<Effective>> effective(std::string module, std::string group, std::string own_json);
  /// What holds where there is no tool: for routes and jobs of modules. A JSON object without secrets.
  Task<Result<std::string>> resolve(std::string module, std::string group);
  /// Whether a tool of that group may attach the module with this configuration: kInvalid with paths
  /// ("config.max_words"), where something is wrong, missing, a secret, or goes further than the settings allow.
  /// kNotFound without the module; kUnavailable when it was refused.
  Task<Result<void>> check_attachment(std::string module, std::string group, std::string own_json);
  /// A secret that an administrator has set ("x-rapt-secret"), the nearest one: of the group, of those above it, of the
  /// system. For the host alone, which puts it into requests that a module asks for ({{secret:NAME}}); it must reach no
  /// module, answer or log. nullopt when nobody has set it; kInternal when it cannot be opened with this host's key;
  /// kUnavailable.
  Task<Result<std::optional<std::string>>> secret(std::string module, std::string name, std::string group);

  /// The secrets of the module's schema by name, and whether each is set for that group. Fails as effective() does.
  Task<Result<std::map<std::string, bool>>> secrets(std::string module, std::string group);

  /// Looks for changes until stop(). One task.
  Task<void> follow();
  Task<void> stop();
  /// This host has just changed something: what is kept counts no longer.
  void forget();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::module_settings
