// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/result.hpp"
#include "rapt/identity/actor.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::store {
class Database;
class Redis;
}  // namespace rapt::store

namespace rapt::quota {

/// Where settings hold: for a group with everything below it, for a class, or for the system (both empty).
struct Place {
  GroupId group{};
  ClassId class_id{};
};

/// A row of ai_models. Prices are US dollars a thousand tokens, as decimal text; both or neither.
struct Model {
  std::string id, name, provider;
  bool active = false;
  std::optional<std::string> input_cost_per_1k{}, output_cost_per_1k{};
  std::optional<std::int64_t> max_context_tokens{}, max_output_tokens{};
  std::string config_json = "{}";
  TimePoint created_at{}, updated_at{};
};

/// What a place says itself, as the object of the API: every field is there, null where it says nothing.
struct Settings {
  std::string document_json;
  TimePoint updated_at{};  ///< the epoch while nothing has ever been said here
};

/// Where something holds from.
struct Source {
  std::string kind;  ///< "class", "group", "system", "environment"
  std::string id{}, name{};
};

/// A limit that holds somewhere, its own or one of a place above.
struct LimitInForce {
  std::string name;                   ///< as in the settings: "monthly_budget"
  std::string value;                  ///< a decimal number, as the next two
  std::optional<std::string> used{};  ///< nothing where each person is counted for themselves, or nothing is counted
  std::optional<std::string> reserved{};  ///< by calls on their way; budgets and tokens alone
  std::optional<TimePoint> resets_at{};
  Source source;
};

/// What holds at a place at the moment.
struct Resolved {
  std::string model;    ///< of tools that name none; empty: none is to be had
  std::string problem;  ///< and why
  Source model_source{};
  std::vector<std::string> fallback_models{};
  std::vector<LimitInForce> limits{};  ///< from the system down
  std::string time_zone;
};

/// What is to be changed: fields (model_fields(), settings_fields()) with their new values as JSON texts. `faults` are
/// those that the reader of the body has found already; they are answered together with all others.
struct Changes {
  std::map<std::string, std::string> values;
  std::vector<FieldError> faults{};
};

/// The names of what can be changed. Of a class's settings fewer: what narrows, and the model.
std::vector<std::string> model_fields();
std::vector<std::string> settings_fields(bool of_class);

/// Models and settings, for those who may change them. Every change raises the policy's version, so it counts at the
/// next call on every host. `expected` is the updated_at that the caller has seen; another one is kConflict,
/// PRECONDITION_FAILED. Thread-safe.
class Administration {
 public:
  /// All must outlive it. `default_model` is the environment's.
  struct Parts {
    store::Database& database;
    store::Redis& redis;
    const Clock& clock;
    std::string default_model;
  };
  explicit Administration(Parts parts)
      : database_(parts.database),
        redis_(parts.redis),
        clock_(parts.clock),
        default_model_(std::move(parts.default_model)) {}

  // Models. The caller has checked who asks.
  Task<Result<std::vector<Model>>> models(bool active_only);
  Task<Result<Model>> model(std::string id);
  Task<Result<Model>> add_model(std::string id, Changes changes);
  Task<Result<Model>> change_model(std::string id, Changes changes, std::optional<TimePoint> expected);
  /// kConflict while it is somebody's default or fallback, with the places.
  Task<Result<void>> remove_model(std::string id, std::optional<TimePoint> expected);

  // Settings. Of the system: system administrators; of a group: its administrators; of a class: also its teachers.
  Task<Result<Settings>> settings(identity::Actor actor, Place place);
  Task<Result<Settings>> change_settings(identity::Actor actor, Place place, Changes changes,
                                         std::optional<TimePoint> expected);
  /// What holds there, with everything above, and how much of it is used. For the same people.
  Task<Result<Resolved>> resolved(identity::Actor actor, Place place);

 private:
  store::Database& database_;
  store::Redis& redis_;
  const Clock& clock_;
  const std::string default_model_;
};

}  // namespace rapt::quota
