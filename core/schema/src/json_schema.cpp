// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/schema/json_schema.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>
// Without this the library aborts the process on a malformed schema.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "plain_shape.hpp"

namespace rapt::schema {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

constexpr std::size_t kMaxSchemaBytes = std::size_t{256} << 10;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxFaults = 50;
constexpr std::size_t kMaxValues = 5000;       // in a document: uniqueItems compares each with each
constexpr std::size_t kMaxExpansion = 100000;  // of a schema with its references written out

/// The value, or nullopt when the text is no JSON or deeper than the limit (the validator recurses).
std::optional<json> parse_bounded(std::string_view text) {
  bool too_deep = false;
  const auto watch_depth = [&too_deep](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  auto value = json::parse(text, watch_depth, false);
  if (too_deep || value.is_discarded()) return std::nullopt;
  return value;
}

std::size_t count_values(const json& value) {
  std::size_t count = 1;
  if (value.is_structured()) {
    for (const auto& inside : value) count += count_values(inside);
  }
  return count;
}

/// How large a schema is with its references written out. The library follows them without looking for an end, so one
/// that leads back to itself, or many that multiply, would take the host down.
class Expansion {
 public:
  explicit Expansion(const json& root) : root_(root) {}

  /// nullopt when a reference leads to itself or nowhere, or the whole is over the limit.
  std::optional<std::size_t> of(const json& value) {
    if (!value.is_structured()) return 1;
    const auto [known, is_new] = sizes_.try_emplace(&value, std::nullopt);
    if (!is_new) return known->second;  // nullopt while it is still being measured: a circle
    std::size_t size = 1;
    for (const auto& item : value.items()) {
      const json* inside = item.key() == "$ref" && item.value().is_string() ? target(item.value()) : &item.value();
      const auto part = inside == nullptr ? std::nullopt : of(*inside);
      if (!part || (size += *part) > kMaxExpansion) return std::nullopt;
    }
    sizes_[&value] = size;
    return size;
  }

 private:
  const json* target(const json& reference) const {
    try {
      return &root_.at(json::json_pointer(reference.get_ref<const std::string&>().substr(1)));
    } catch (const json::exception&) {
      return nullptr;
    }
  }
  const json& root_;
  std::map<const json*, std::optional<std::size_t>> sizes_;
};

/// "<root>[items][0][name]" of the library becomes "items[0].name".
std::string path_of(const std::vector<std::string>& context, std::string_view prefix) {
  std::string path(prefix);
  for (const auto& part : context) {
    if (part.size() < 2 || part.front() != '[' || part.back() != ']') continue;
    auto name = part.substr(1, part.size() - 2);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    const bool index = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    if (index) {
      path += "[" + name + "]";
    } else {
      path += (path.empty() ? "" : ".") + name;
    }
  }
  return path;
}

/// What is refused in a schema, wherever it stands. Remote references would make this host fetch what they name; the
/// library's regular expressions recurse and backtrack without bound on text that a stranger sends.
std::optional<std::string> refused_keyword(const json& value) {
  if (!value.is_structured()) return std::nullopt;
  for (const auto& item : value.items()) {
    const bool text = item.value().is_string();
    if (item.key() == "$ref" && text && !item.value().get_ref<const std::string&>().starts_with('#')) {
      return "The schema refers to another document; only \"#/…\" is allowed in $ref.";
    }
    if ((item.key() == "pattern" && text) || (item.key() == "patternProperties" && item.value().is_object())) {
      return "The schema uses \"" + item.key() + "\", which is not supported; use enum, minLength or maxLength.";
    }
    if (auto inside = refused_keyword(item.value())) return inside;
  }
  return std::nullopt;
}

/// The library reports a fault at each level on the way up; only the innermost says something.
bool only_repeats(std::string_view description) {
  return description.starts_with("Failed to validate against schema associated with") ||
         description.starts_with("Failed to validate item #");
}

/// The name between the last two apostrophes.
std::string quoted_name(std::string_view description) {
  const auto end = description.rfind('\'');
  const auto start =
      end == 0 || end == std::string_view::npos ? std::string_view::npos : description.rfind('\'', end - 1);
  return start == std::string_view::npos ? std::string() : std::string(description.substr(start + 1, end - start - 1));
}

FieldError fault_of(std::string path, std::string_view description) {
  const auto below = [&path](const std::string& name) { return path.empty() ? name : path + "." + name; };
  if (description.starts_with("Missing required property")) return {below(quoted_name(description)), "is required"};
  if (description.starts_with("Object contains a property that could not be validated")) {
    return {below(quoted_name(description)), "is not known here"};
  }
  if (description.starts_with("Value type not permitted")) return {std::move(path), "has the wrong type"};
  return {std::move(path), std::string(description)};
}

}  // namespace

struct JsonSchema::Impl {
  valijson::Schema schema;
  std::optional<PlainShape> plain{};
};

Result<JsonSchema> JsonSchema::compile(std::string_view schema_json) {
  if (schema_json.size() > kMaxSchemaBytes) return Error::invalid("", "The schema is larger than 256 KiB.");
  const auto document = parse_bounded(schema_json);
  if (!document) return Error::invalid("", "The schema is not JSON, or deeper than 64 levels.");
  if (!document->is_object()) return Error::invalid("", "The schema must be an object.");
  if (auto refused = refused_keyword(*document)) return Error::invalid("", *refused);
  if (!Expansion(*document).of(*document)) {
    return Error::invalid(
        "", "A $ref of the schema leads to itself or to nothing, or the schema grows too large by its references.");
  }
  auto impl = std::make_shared<Impl>();
  try {
    valijson::SchemaParser parser;
    parser.populateSchema(Adapter(*document), impl->schema);
  } catch (const std::exception& fault) {
    return Error::invalid("", std::string("The schema is not a JSON Schema of draft 7: ") + fault.what());
  }
  impl->plain = PlainShape::of(*document);
  JsonSchema schema;
  schema.impl_ = std::move(impl);
  return schema;
}

Result<void> JsonSchema::validate(std::string_view document_json, std::string_view prefix) const {
  if (impl_->plain && impl_->plain->surely_fits(document_json)) return {};
  const auto document = parse_bounded(document_json);
  if (!document) return Error::invalid(std::string(prefix), "must be JSON of at most 64 levels");
  if (count_values(*document) > kMaxValues)
    return Error::invalid(std::string(prefix), "must not hold more than 5000 values");
  valijson::ValidationResults faults;
  bool good = false;
  try {
    valijson::Validator validator;
    good = validator.validate(impl_->schema, Adapter(*document), &faults);
  } catch (const std::exception& fault) {
    return Error::internal(std::string("JSON Schema validation failed: ") + fault.what());
  }
  if (good) return {};
  Error error = Error::invalid(std::string(prefix), "");
  error.message = "The data does not fit its schema; see details.fields.";
  error.fields.clear();
  valijson::ValidationResults::Error one;
  while (error.fields.size() < kMaxFaults && faults.popError(one)) {
    if (!only_repeats(one.description)) error.fields.push_back(fault_of(path_of(one.context, prefix), one.description));
  }
  return error;
}

}  // namespace rapt::schema
