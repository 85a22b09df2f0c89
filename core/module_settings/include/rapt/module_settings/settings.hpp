// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/module_settings/config_schema.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::security {
class SecretBox;
}
namespace rapt::store {
class Database;
}

namespace rapt::module_settings {

/// Where a module's settings hold: for a group with everything below it, or for the system (no group).
struct Place {
  std::string module;
  GroupId group{};
};

/// Where a value comes from.
struct Source {
  std::string kind;          ///< "group", "system", "default"
  std::string id{}, name{};  ///< of the group
};

/// What one place says itself.
struct Settings {
  std::string settings_json = "{}";
  std::vector<std::string> secrets{};  ///< names of those that are set here
  TimePoint updated_at{};              ///< the epoch while nothing has ever been said here
  UserId updated_by{};                 ///< empty: from the command line, or by somebody who has been deleted
  std::string updated_by_name{};
};

/// What is to hold at a place from now on.
struct Change {
  std::string settings_json = "{}";                             ///< takes the place of the present ones
  std::map<std::string, std::optional<std::string>> secrets{};  ///< by name; nullopt: forgotten; others stay
  std::vector<FieldError> faults{};                             ///< found already; answered together with all others
};

/// One property as it holds at a place, before any tool.
struct InForce {
  Property property;
  std::optional<std::string> value_json{};  ///< never of a secret
  bool set = false;                         ///< somebody has set it; else value_json is the default, if there is one
  std::optional<Source> source{};           ///< where value or secret come from
};

/// Settings for those who may change them: of the system system administrators, of a group its administrators. Somebody
/// who may not know the group gets kNotFound. Every change counts on every host within a second. `expected` is the
/// updated_at that the caller has seen; another one is kConflict, PRECONDITION_FAILED. Thread-safe.
class Administration {
 public:
  /// Both must outlive it.
  Administration(store::Database& database, const security::SecretBox& box) : database_(database), box_(box) {}

  Task<Result<Settings>> find(identity::Actor actor, Place place);
  /// kInvalid with the path of every fault ("settings.max_words", "secrets.api_key").
  Task<Result<Settings>> replace(identity::Actor actor, Place place, ConfigSchema schema, Change change,
                                 std::optional<TimePoint> expected);
  /// Forgets what the place says, its secrets included. kNotFound when it says nothing.
  Task<Result<void>> remove(identity::Actor actor, Place place, std::optional<TimePoint> expected);
  /// Every property of the schema, by name.
  Task<Result<std::vector<InForce>>> resolved(identity::Actor actor, Place place, ConfigSchema schema);
  /// kNotFound, kForbidden as for the others.
  Task<Result<void>> check_place(identity::Actor actor, GroupId group);

 private:
  store::Database& database_;
  const security::SecretBox& box_;
};

}  // namespace rapt::module_settings
