// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/module_settings/config_schema.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/schema/json_schema.hpp"

namespace rapt::module_settings {
namespace {

using nlohmann::json;

constexpr const char* kSecret = "x-rapt-secret";
constexpr const char* kNarrow = "x-rapt-narrow";
constexpr std::size_t kMaxProperties = 200;

/// What speaks about several properties at once. Settings of one place need not be complete.
constexpr std::array kAboutTheWhole{"required", "minProperties", "dependencies", "allOf", "anyOf",
                                    "oneOf",    "not",           "if",           "then",  "else"};

Error unusable(const std::string& sentence) {
  return Error::invalid("", sentence);
}

bool holds_marker(const json& value) {
  if (!value.is_structured()) return false;
  return std::any_of(value.items().begin(), value.items().end(), [&](const auto& item) {
    return (value.is_object() && (item.key() == kSecret || item.key() == kNarrow)) || holds_marker(item.value());
  });
}

/// Markers below the top would be promises that nobody keeps.
bool holds_lost_marker(const json& schema) {
  for (const auto& [key, value] : schema.items()) {
    if (key == kSecret || key == kNarrow) return true;
    if (key != "properties") {
      if (holds_marker(value)) return true;
      continue;
    }
    for (const auto& [name, property] : value.items()) {
      if (!property.is_object()) continue;
      for (const auto& [inside_key, inside] : property.items())
        if (inside_key != kSecret && inside_key != kNarrow && holds_marker(inside)) return true;
    }
  }
  return false;
}

bool has_type(const json& property, std::initializer_list<const char*> types) {
  const auto type = property.find("type");
  if (type == property.end() || !type->is_string()) return false;
  return std::any_of(types.begin(), types.end(), [&](const char* one) { return *type == one; });
}

Result<Narrow> narrow_of(const std::string& name, const json& property) {
  const auto marker = property.find(kNarrow);
  if (marker == property.end()) return Narrow::kFree;
  const auto about = "The property \"" + printable(name, 60) + "\" ";
  if (property.contains(kSecret))
    return unusable(about + "is a secret: no tool sets it, so there is nothing to narrow.");
  if (*marker == "fixed") return Narrow::kFixed;
  if (*marker == "max" || *marker == "min") {
    if (!has_type(property, {"integer", "number"}))
      return unusable(about + "must be a number to be narrowed that way.");
    return *marker == "max" ? Narrow::kMax : Narrow::kMin;
  }
  if (*marker != "subset" && *marker != "superset")
    return unusable(about + R"(has an x-rapt-narrow that is none of "max", "min", "subset", "superset", "fixed".)");
  if (!has_type(property, {"array"})) return unusable(about + "must be a list to be narrowed that way.");
  return *marker == "subset" ? Narrow::kSubset : Narrow::kSuperset;
}

Result<Property> property_of(const std::string& name, const json& schema) {
  Property out{.name = name};
  if (!schema.is_object()) return out;
  const auto about = "The property \"" + printable(name, 60) + "\" ";
  if (const auto marker = schema.find(kSecret); marker != schema.end()) {
    if (!marker->is_boolean()) return unusable(about + "has an x-rapt-secret that is neither true nor false.");
    out.secret = marker->get<bool>();
  }
  if (out.secret && !has_type(schema, {"string"}))
    return unusable(about + "is a secret and must have the type string.");
  if (out.secret && schema.contains("default")) return unusable(about + "is a secret and must not have a default.");
  const auto narrow = narrow_of(name, schema);
  if (!narrow) return narrow.error();
  out.narrow = *narrow;
  if (schema.contains("default")) out.default_json = schema.at("default").dump();
  return out;
}

/// Without the secrets, which are no part of what is validated.
json without_secrets(json schema, const std::vector<Property>& properties) {
  for (const auto& property : properties) {
    if (!property.secret) continue;
    schema["properties"].erase(property.name);
    if (!schema.contains("required") || !schema["required"].is_array()) continue;
    auto& required = schema["required"];
    required.erase(std::remove(required.begin(), required.end(), json(property.name)), required.end());
  }
  // Draft 4 wanted at least one name; validators may still do.
  if (schema.contains("required") && schema["required"].empty()) schema.erase("required");
  return schema;
}

Result<std::vector<Property>> properties_of(const json& schema) {
  std::vector<Property> out;
  const auto found = schema.find("properties");
  if (found == schema.end()) return out;
  if (!found->is_object() || found->size() > kMaxProperties)
    return unusable("The schema's properties must be an object of at most 200 entries.");
  for (const auto& [name, value] : found->items()) {
    auto property = property_of(name, value);
    if (!property) return property.error();
    out.push_back(std::move(*property));
  }
  return out;
}

}  // namespace

std::string_view name(Narrow narrow) {
  switch (narrow) {
    case Narrow::kMax:
      return "max";
    case Narrow::kMin:
      return "min";
    case Narrow::kSubset:
      return "subset";
    case Narrow::kSuperset:
      return "superset";
    case Narrow::kFixed:
      return "fixed";
    case Narrow::kFree:
      break;
  }
  return "";
}

struct ConfigSchema::Impl {
  std::vector<Property> properties;
  schema::JsonSchema parts, whole, secrets;
  bool any = false;  ///< there is no schema
};

Result<ConfigSchema> ConfigSchema::compile(std::string_view schema_json) {
  const bool any = schema_json.empty();
  const std::string text = any ? R"({"type":"object"})" : std::string(schema_json);
  // Judges size, depth and what is refused, before anything else looks at it.
  if (const auto usable = schema::JsonSchema::compile(text); !usable) return usable.error();
  const auto document = json::parse(text, nullptr, false);
  if (holds_lost_marker(document))
    return unusable("x-rapt-secret and x-rapt-narrow belong to properties at the top of the schema, and nowhere else.");
  auto properties = properties_of(document);
  if (!properties) return properties.error();

  const json whole = without_secrets(document, *properties);
  json parts = whole;
  json secrets = {{"type", "object"}, {"properties", json::object()}};
  for (const char* key : kAboutTheWhole) parts.erase(key);
  for (const auto& property : *properties)
    if (property.secret) secrets["properties"][property.name] = document["properties"][property.name];
  for (const char* key : {"definitions", "$defs"})
    if (document.contains(key)) secrets[key] = document[key];

  auto impl = std::make_shared<Impl>();
  impl->any = any;
  const auto compile_to = [](schema::JsonSchema& slot, const json& part) -> Result<void> {
    auto compiled = schema::JsonSchema::compile(part.dump());
    if (!compiled) return compiled.error();
    slot = std::move(*compiled);
    return {};
  };
  RAPT_TRY(compile_to(impl->parts, parts));
  RAPT_TRY(compile_to(impl->whole, whole));
  RAPT_TRY(compile_to(impl->secrets, secrets));
  impl->properties = std::move(*properties);
  ConfigSchema out;
  out.impl_ = std::move(impl);
  return out;
}

const std::vector<Property>& ConfigSchema::properties() const {
  return impl_->properties;
}

const Property* ConfigSchema::find(std::string_view name) const {
  const auto found = std::find_if(impl_->properties.begin(), impl_->properties.end(),
                                  [&](const Property& one) { return one.name == name; });
  return found == impl_->properties.end() ? nullptr : &*found;
}

Result<void> ConfigSchema::check_settings(std::string_view settings_json, std::string_view prefix) const {
  const auto settings = json::parse(settings_json, nullptr, false);
  if (!settings.is_object()) return Error::invalid(std::string(prefix), "must be an object");
  if (impl_->any && !settings.empty()) {
    return Error::invalid(std::string(prefix), "must be empty: the module has no config_schema, so it has no settings");
  }
  std::vector<FieldError> faults;
  json plain = settings;
  for (const auto& [key, value] : settings.items()) {
    const auto* property = find(key);
    const auto path = std::string(prefix) + "." + printable(key, 60);
    if (property != nullptr && property->secret) {
      faults.push_back({path, "is a secret: send it among the secrets"});
    } else if (property == nullptr) {
      // Whatever the schema says of further properties: nobody could show or inherit them.
      faults.push_back({path, "is not a property of the module's config_schema"});
    } else {
      continue;
    }
    plain.erase(key);
  }
  if (const auto checked = impl_->parts.validate(plain.dump(), prefix); !checked) {
    const Error told = checked.error();
    faults.insert(faults.end(), told.fields.begin(), told.fields.end());
  }
  if (faults.empty()) return {};
  Error error = Error::invalid(faults.front().path, faults.front().message);
  error.message = "The settings are not valid: " + faults.front().path + " " + faults.front().message + ".";
  error.fields = std::move(faults);
  return error;
}

Result<void> ConfigSchema::check_secret(const std::string& name, std::string_view text, std::string_view prefix) const {
  const auto* property = find(name);
  const auto path = std::string(prefix) + "." + printable(name, 60);
  if (property == nullptr || !property->secret)
    return Error::invalid(path, "is not a secret of the module's config_schema");
  // The schema's sentence may quote the value, so it is not repeated.
  if (!impl_->secrets.validate(json{{name, text}}.dump(), prefix))
    return Error::invalid(path, "does not fit the module's config_schema");
  return {};
}

Result<void> ConfigSchema::check_whole(std::string_view config_json, std::string_view prefix) const {
  return impl_->whole.validate(config_json, prefix);
}

}  // namespace rapt::module_settings
