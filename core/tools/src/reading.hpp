// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rapt/tools/definition.hpp"
#include "yaml_reader.hpp"

namespace rapt::tools {

/// Where the nodes of attachments stand, by path; so that what is found out later has a place, too.
class Places {
 public:
  struct Place {
    YAML::Mark key, value;
  };
  void put(const std::string& path, const YAML::Mark& key, const YAML::Mark& value) { places_[path] = {key, value}; }
  /// With everything below it.
  void put_all(const std::string& path, const YAML::Mark& key, const YAML::Node& node);
  /// Of the path, else of the nearest one around it.
  [[nodiscard]] Place of(std::string path) const;

 private:
  std::map<std::string, Place> places_;
};

/// A definition as far as it could be read, with its faults.
struct Reading {
  explicit Reading(std::string_view text) : faults(text) {}
  ToolDefinition definition{};
  Faults faults;
  Places places{};
};
Reading read_definition(std::string_view yaml);

/// The list of attachments.
void read_modules(MapReader& map, ToolDefinition& out, Places& places, Faults& faults);

}  // namespace rapt::tools
