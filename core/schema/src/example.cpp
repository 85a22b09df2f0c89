// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/schema/example.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/schema/json_schema.hpp"

namespace rapt::schema {
namespace {

using nlohmann::json;

constexpr int kMaxExampleDepth = 16;
constexpr std::size_t kMostItems = 64, kMostText = 4096;

std::size_t count_in(const json& schema, const char* bound, std::size_t most) {
  const auto found = schema.find(bound);
  if (found == schema.end() || !found->is_number_unsigned()) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(), most));
}

class Maker {
 public:
  explicit Maker(const json& whole) : whole_(whole) {}

  [[nodiscard]] json of(const json& schema, int depth) const {
    if (!schema.is_object() || depth > kMaxExampleDepth) return nullptr;
    if (const auto* said = said_by(schema)) return *said;
    if (const auto* other = elsewhere(schema)) return of(*other, depth + 1);
    const std::string type = type_of(schema);
    if (type == "object") return object(schema, depth);
    if (type == "array") return array(schema, depth);
    if (type == "string") return text(schema);
    if (type == "integer" || type == "number") return number(schema);
    if (type == "boolean") return false;
    return nullptr;
  }

 private:
  /// A value that the schema names itself.
  static const json* said_by(const json& schema) {
    for (const char* one : {"const", "default"})
      if (const auto found = schema.find(one); found != schema.end()) return &*found;
    for (const char* list : {"examples", "enum"}) {
      const auto found = schema.find(list);
      if (found != schema.end() && found->is_array() && !found->empty()) return &found->front();
    }
    return nullptr;
  }
  /// The schema that stands for this one: a reference within the document, or the first of several.
  [[nodiscard]] const json* elsewhere(const json& schema) const {
    const auto reference = schema.find("$ref");
    if (reference != schema.end() && reference->is_string()) {
      const auto& text = reference->get_ref<const std::string&>();
      if (!text.starts_with('#')) return nullptr;
      const json::json_pointer at(text.substr(1));
      return whole_.contains(at) ? &whole_.at(at) : nullptr;
    }
    if (schema.contains("type") || schema.contains("properties")) return nullptr;
    for (const char* list : {"allOf", "anyOf", "oneOf"}) {
      const auto found = schema.find(list);
      if (found != schema.end() && found->is_array() && !found->empty()) return &found->front();
    }
    return nullptr;
  }
  static std::string type_of(const json& schema) {
    const auto found = schema.find("type");
    if (found != schema.end() && found->is_string()) return found->get<std::string>();
    if (found != schema.end() && found->is_array() && !found->empty() && found->front().is_string())
      return found->front().get<std::string>();
    return schema.contains("properties") || schema.contains("required") ? "object" : "";
  }
  [[nodiscard]] json object(const json& schema, int depth) const {
    json out = json::object();
    const auto required = schema.find("required");
    if (required == schema.end() || !required->is_array()) return out;
    const json properties = schema.value("properties", json::object());
    for (const auto& name : *required) {
      if (!name.is_string()) continue;
      const auto& key = name.get_ref<const std::string&>();
      out[key] = properties.is_object() && properties.contains(key) ? of(properties[key], depth + 1) : json("");
    }
    return out;
  }
  [[nodiscard]] json array(const json& schema, int depth) const {
    json out = json::array();
    const json items = schema.value("items", json::object());
    for (std::size_t i = 0; i < count_in(schema, "minItems", kMostItems); ++i) out.push_back(of(items, depth + 1));
    return out;
  }
  static json text(const json& schema) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kForms{
        {{"uri", "https://example.org/"},
         {"email", "someone@example.org"},
         {"date", "2026-01-01"},
         {"date-time", "2026-01-01T00:00:00Z"},
         {"hostname", "example.org"},
         {"uuid", "00000000-0000-4000-8000-000000000000"}}};
    const auto form = schema.find("format");
    for (const auto& [name, value] : kForms)
      if (form != schema.end() && *form == name) return json(value);
    return std::string(count_in(schema, "minLength", kMostText), 'x');
  }
  static json number(const json& schema) {
    const auto bound = [&](const char* name) {
      const auto found = schema.find(name);
      return found != schema.end() && found->is_number() ? &*found : nullptr;
    };
    if (const auto* least = bound("minimum")) return *least;
    if (const auto* below = bound("exclusiveMinimum")) return below->get<double>() < 0 ? json(0) : more_than(*below);
    const auto* most = bound("maximum");
    return most != nullptr && most->get<double>() < 0 ? *most : json(0);
  }
  static json more_than(const json& bound) {
    return bound.is_number_integer() ? json(bound.get<std::int64_t>() + 1) : json(bound.get<double>() + 1);
  }

  const json& whole_;
};

}  // namespace

Result<std::string> example_of(std::string_view schema_json) {
  const auto compiled = JsonSchema::compile(schema_json);
  if (!compiled) return compiled.error();
  const auto schema = json::parse(schema_json, nullptr, false);
  const auto made = Maker(schema).of(schema, 0).dump();
  if (compiled->validate(made)) return made;
  Error none;
  none.kind = ErrorKind::kUnprocessable;
  none.message = "No example was found that fits the schema.";
  return none;
}

}  // namespace rapt::schema
