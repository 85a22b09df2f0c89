// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/marketplace/layout.hpp"
#include "rapt/store/database.hpp"

namespace rapt::install {

/// Which versions a module may take by itself: none; those with the same first two numbers; those with the same first.
enum class AutoUpdate : std::uint8_t { kManual, kPatch, kMinor };
std::string_view name(AutoUpdate automatic);  ///< "manual", "patch", "minor"
std::optional<AutoUpdate> parse_auto_update(std::string_view text);

/// What an admin has said about the versions of an installed module.
struct ModulePolicy {
  std::string module;
  AutoUpdate automatic = AutoUpdate::kManual;
  marketplace::Channel channel = marketplace::Channel::kStable;
  std::optional<std::string> pin;           ///< a range: nothing outside of it is installed
  std::map<std::string, std::string> held;  ///< versions that failed after an automatic update, and why
  std::string updated_by;                   ///< "" when nobody has said anything
  TimePoint updated_at{};                   ///< of the module's installation when nobody has
};

/// What is not named stays.
struct PolicyChange {
  std::optional<AutoUpdate> automatic{};
  std::optional<marketplace::Channel> channel{};
  std::optional<std::optional<std::string>> pin{};  ///< nullopt inside: no pin
};

/// The tables module_policies and module_holds. Thread-safe.
class Policies {
 public:
  explicit Policies(store::Database& database) : database_(database) {}
  /// kNotFound when it is not installed.
  Task<Result<ModulePolicy>> of(std::string module);
  /// Of every installed module, by name.
  Task<Result<std::vector<ModulePolicy>>> all();
  /// `by` tells who says so. kNotFound; kInvalid ("pin") for a range that is none, or one that the installed version is
  /// outside of; kConflict (PRECONDITION_FAILED) when the policy has changed since `expected`.
  Task<Result<ModulePolicy>> change(std::string module, PolicyChange change, std::string by,
                                    std::optional<TimePoint> expected = std::nullopt);

 private:
  store::Database& database_;
};

}  // namespace rapt::install
