// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/module_settings/config_schema.hpp"
#include "rapt/module_settings/settings.hpp"

namespace rapt::module_settings {

/// What one place says, from the system (first) down to the group.
struct Layer {
  Source source;
  nlohmann::json settings;  ///< an object
  nlohmann::json secrets;   ///< an object: name to sealed text
};

/// What a place inherits and says itself: the nearest layer counts, property by property.
struct Inherited {
  struct Value {
    nlohmann::json value;
    Source source;
  };
  std::map<std::string, Value> values;
  struct Sealed {
    std::string text, layer_group;  ///< the group under whose name it was sealed, "" for the system
    Source source;
  };
  std::map<std::string, Sealed> secrets;
};
Inherited inherited(const std::vector<Layer>& layers);

/// One property of a tool's configuration that goes beyond what is in force around it.
struct Widening {
  std::string property;
  std::string limit;       ///< "must be at most 100, as District has set it: …"
  nlohmann::json instead;  ///< what holds instead; discarded: nothing
  std::string warning{};   ///< for those who look after the tool
};

struct Merged {
  nlohmann::json config;  ///< what the module sees: without secrets
  std::vector<Widening> widenings;
};
/// A tool's own configuration on top of what it inherits, narrowed where it may only narrow.
Merged merged(const ConfigSchema& schema, const Inherited& inherited, const nlohmann::json& own);

/// Whether a tool may say that: kInvalid with every fault, paths from "config".
Result<void> check_attached(const ConfigSchema& schema, const Inherited& inherited, const std::string& own_json);

}  // namespace rapt::module_settings
