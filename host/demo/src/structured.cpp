// SPDX-License-Identifier: AGPL-3.0-or-later
#include "structured.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::demo {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 12;
constexpr std::size_t kUsualItems = 3;
constexpr std::size_t kMostItems = 50;
constexpr std::size_t kMostText = 2000;

/// What the teacher put in, as words.
struct Facts {
  json input;
  std::string topic = "the topic";
  std::string audience = "the class";
  std::string duration = "one lesson";
};

std::string name_in_words(const json& value) {
  return value.is_string() ? value.get<std::string>().substr(0, 200) : value.dump();
}

Facts facts_of(std::string_view input_json) {
  Facts facts;
  facts.input = json::parse(input_json, nullptr, false);
  if (!facts.input.is_object()) facts.input = json::object();
  for (const char* name : {"topic", "subject", "title", "theme"}) {
    if (facts.input.contains(name) && facts.input[name].is_string()) {
      facts.topic = name_in_words(facts.input[name]);
      break;
    }
  }
  if (facts.input.contains("grade")) facts.audience = "grade " + name_in_words(facts.input["grade"]);
  if (facts.input.contains("duration")) facts.duration = name_in_words(facts.input["duration"]);
  return facts;
}

/// Several sentences for a property, by what its name says.
std::vector<std::string> sentences(const std::string& name, const Facts& facts) {
  auto is = [&name](std::string_view word) { return name.find(word) != std::string::npos; };
  const auto& topic = facts.topic;
  if (is("objective") || is("goal")) {
    return {"Students explain the idea of " + topic + " in their own words.",
            "Students solve tasks on " + topic + " and say why each step is allowed.",
            "Students find and correct a typical mistake about " + topic + "."};
  }
  if (is("activit") || is("step") || is("procedure")) {
    return {
        "Opening: a short question about " + topic + " that everybody answers on paper, then compares with a partner.",
        "Main part: work in pairs on three tasks on " + topic +
            ", from concrete to abstract; pairs present one solution.",
        "Closing: every student writes one thing that is clear now and one open question."};
  }
  if (is("material") || is("resource")) {
    return {"Task sheet on " + topic + " in three levels", "Mini whiteboards or paper",
            "A worked example with a deliberate mistake"};
  }
  if (is("question")) {
    return {"What would change in " + topic + " if one number were negative?",
            "How do you know that your answer is right?", "Where have you met " + topic + " outside school?"};
  }
  if (is("title") || is("name")) return {"Discovering " + topic + " (" + facts.audience + ")"};
  if (is("assess"))
    return {"Exit ticket: two tasks on " + topic + " for " + facts.audience +
            ", one to solve and one to explain. Look at the reasoning first."};
  if (is("duration") || is("time")) return {facts.duration};
  return {"A plan on " + topic + " for " + facts.audience + ", made for " + facts.duration + ".",
          "Start from what students know about " + topic + ".", "Leave time to talk about mistakes."};
}

class Filler {
 public:
  Filler(const json& root, const Facts& facts) : root_(root), facts_(facts) {}

  json fill(const json& schema, const std::string& name, std::size_t index, int depth) {
    if (depth > kMaxDepth || !schema.is_object()) return sentence(name, index);
    if (schema.contains("const")) return schema["const"];
    if (const auto* values = list(schema, "enum")) return (*values)[index % values->size()];
    if (schema.contains("$ref") && schema["$ref"].is_string())
      return fill(resolve(schema["$ref"].get<std::string>()), name, index, depth + 1);
    for (const char* choice : {"oneOf", "anyOf", "allOf"}) {
      if (const auto* options = list(schema, choice)) return fill(options->front(), name, index, depth + 1);
    }
    return of_type(schema, type_of(schema), name, index, depth);
  }

 private:
  static const json* list(const json& schema, const char* name) {
    const auto found = schema.find(name);
    return found != schema.end() && found->is_array() && !found->empty() ? &*found : nullptr;
  }

  static std::string type_of(const json& schema) {
    if (const auto* types = list(schema, "type"))
      return types->front().is_string() ? types->front().get<std::string>() : "string";
    if (schema.contains("type") && schema["type"].is_string()) return schema["type"].get<std::string>();
    if (schema.contains("properties")) return "object";
    return schema.contains("items") ? "array" : "string";
  }

  static std::size_t count(const json& schema, const char* name, std::size_t usual, std::size_t most) {
    const auto found = schema.find(name);
    return found != schema.end() && found->is_number_unsigned() ? std::min<std::size_t>(found->get<std::size_t>(), most)
                                                                : usual;
  }

  static double bound(const json& schema, const char* name, double usual) {
    const auto found = schema.find(name);
    return found != schema.end() && found->is_number() ? found->get<double>() : usual;
  }

  json of_type(const json& schema, const std::string& type, const std::string& name, std::size_t index, int depth) {
    if (type == "object") return object(schema, depth);
    if (type == "array") return array(schema, name, depth);
    if (type == "boolean") return true;
    if (type == "null") return nullptr;
    if (facts_.input.contains(name) && (type == "string") == facts_.input[name].is_string() &&
        facts_.input[name].is_primitive()) {
      return facts_.input[name];
    }
    if (type == "integer" || type == "number") return number(schema, type, index);
    return text(schema, sentence(name, index));
  }

  json object(const json& schema, int depth) {
    json made = json::object();
    const auto properties = schema.find("properties");
    if (properties == schema.end() || !properties->is_object()) return made;
    for (const auto& [name, property] : properties->items()) made[name] = fill(property, name, 0, depth + 1);
    return made;
  }

  json array(const json& schema, const std::string& name, int depth) {
    json made = json::array();
    const auto most = count(schema, "maxItems", kMostItems, kMostItems);
    const auto size = std::min(most, std::max(kUsualItems, count(schema, "minItems", 0, kMostItems)));
    const auto items = schema.value("items", json{{"type", "string"}});
    for (std::size_t i = 0; i < size; ++i) made.push_back(fill(items, name, i, depth + 1));
    return made;
  }

  static json number(const json& schema, const std::string& type, std::size_t index) {
    const double least = bound(schema, "minimum", 1);
    const double value = std::min(least + static_cast<double>(index), bound(schema, "maximum", 1e9));
    if (type == "integer") return static_cast<std::int64_t>(std::clamp(value, -1e15, 1e15));
    return value;
  }

  static std::string text(const json& schema, std::string made) {
    while (count_code_points(made) < count(schema, "minLength", 0, kMostText)) made += ".";
    const auto most = count(schema, "maxLength", kMostText, kMostText);
    while (count_code_points(made) > most) {
      while ((static_cast<unsigned char>(made.back()) & 0xC0U) == 0x80U) made.pop_back();
      made.pop_back();
    }
    return made;
  }

  [[nodiscard]] std::string sentence(const std::string& name, std::size_t index) const {
    const auto all = sentences(name, facts_);
    return all[index % all.size()];
  }

  [[nodiscard]] json resolve(const std::string& reference) const {
    if (reference.substr(0, 2) != "#/") return json::object();
    try {
      return root_.at(json::json_pointer(reference.substr(1)));
    } catch (const json::exception&) {
      return json::object();  // a reference to nowhere fits anything
    }
  }

  const json& root_;
  const Facts& facts_;
};

}  // namespace

std::string structured_answer(std::string_view schema_json, std::string_view input_json) {
  auto schema = json::parse(schema_json, nullptr, false);
  if (!schema.is_object())
    schema = {{"type", "object"}, {"properties", {{"title", {{"type", "string"}}}, {"summary", {{"type", "string"}}}}}};
  const auto facts = facts_of(input_json);
  return Filler(schema, facts).fill(schema, "", 0, 0).dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::demo
