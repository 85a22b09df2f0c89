// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::module_settings {

/// What a tool may do with a property that an administrator has set, or that has a default ("x-rapt-narrow").
enum class Narrow : std::uint8_t {
  kFree,      ///< anything that the schema allows
  kMax,       ///< a number: only the same or a smaller one
  kMin,       ///< a number: only the same or a greater one
  kSubset,    ///< a list: only some of its items
  kSuperset,  ///< a list: all of its items, and more
  kFixed,     ///< nothing: administrators alone set it
};
std::string_view name(Narrow narrow);  ///< "", "max", "min", "subset", "superset", "fixed"

/// One property at the top of a module's configuration.
struct Property {
  std::string name;
  bool secret = false;  ///< "x-rapt-secret": sealed, never handed to the module
  Narrow narrow = Narrow::kFree;
  std::optional<std::string> default_json{};
};

/// A module's `config_schema` with our two markers. Immutable, shared between threads.
class ConfigSchema {
 public:
  /// "" is a schema without properties that takes whatever a tool says. kInvalid with a sentence when it is no usable
  /// JSON Schema of an object, or a marker stands where it does not belong: both belong to properties at the top,
  /// x-rapt-secret to texts without a default, "max" and "min" to numbers, "subset" and "superset" to
  /// lists.
  static Result<ConfigSchema> compile(std::string_view schema_json);

  [[nodiscard]] const std::vector<Property>& properties() const;
  /// nullptr when there is no such property.
  [[nodiscard]] const Property* find(std::string_view name) const;

  /// An administrator's settings: each property by itself, none is required, secrets are no part of them. kInvalid with
  /// all faults; paths begin with `prefix`.
  [[nodiscard]] Result<void> check_settings(std::string_view settings_json, std::string_view prefix) const;
  /// A secret's text, as the schema has it (minLength, enum and so on).
  [[nodiscard]] Result<void> check_secret(const std::string& name, std::string_view text,
                                          std::string_view prefix) const;
  /// What the module would see: as the schema says, but for secrets.
  [[nodiscard]] Result<void> check_whole(std::string_view config_json, std::string_view prefix) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace rapt::module_settings
