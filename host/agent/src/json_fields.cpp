// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_fields.hpp"

#include <nlohmann/json.hpp>

namespace rapt::agent {

using nlohmann::json;

const json& at(const json& object, std::initializer_list<std::string_view> path) {
  static const json kNull;
  const json* here = &object;
  for (const std::string_view name : path) {
    if (!here->is_object()) return kNull;
    const auto found = here->find(name);
    if (found == here->end()) return kNull;
    here = &*found;
  }
  return *here;
}

std::string text(const json& object, std::string_view field) {
  const json& value = at(object, {field});
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::int64_t number(const json& object, std::string_view field, std::int64_t otherwise) {
  const json& value = at(object, {field});
  return value.is_number_integer() ? value.get<std::int64_t>() : otherwise;
}

bool flag(const json& object, std::string_view field) {
  const json& value = at(object, {field});
  return value.is_boolean() && value.get<bool>();
}

Result<json> found(json value) {
  return Result<json>(std::in_place, std::move(value));
}

}  // namespace rapt::agent
