// SPDX-License-Identifier: AGPL-3.0-or-later
#include "merge.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"

namespace rapt::module_settings {
namespace {

using nlohmann::json;

constexpr std::size_t kShown = 80;

/// What a tool may not go beyond: what is inherited, else the schema's default.
struct Bound {
  json value;
  std::string where;  ///< "as District has set it"
};

std::optional<Bound> bound_of(const Property& property, const Inherited& inherited) {
  if (const auto found = inherited.values.find(property.name); found != inherited.values.end()) {
    const auto& source = found->second.source;
    const auto place =
        source.kind == "group" ? "\"" + printable(source.name, 60) + "\"" : std::string("the system's administration");
    return Bound{found->second.value, "as " + place + " has set it"};
  }
  if (!property.default_json) return std::nullopt;
  return Bound{json::parse(*property.default_json, nullptr, false), "the module's default"};
}

std::string shown(const json& value) {
  return printable(value.dump(-1, ' ', false, json::error_handler_t::replace), kShown);
}

/// Holds every number of 64 bits as it is; the library compares the largest ones as if they were negative.
long double exact(const json& number) {
  if (number.is_number_unsigned()) return static_cast<long double>(number.get<std::uint64_t>());
  if (number.is_number_integer()) return static_cast<long double>(number.get<std::int64_t>());
  return number.get<double>();
}

bool same(const json& one, const json& other) {
  if (one.is_number() && other.is_number()) return exact(one) == exact(other);
  if (!one.is_structured() || !other.is_structured()) return one == other;
  constexpr auto kReplace = json::error_handler_t::replace;
  return one.dump(-1, ' ', false, kReplace) == other.dump(-1, ' ', false, kReplace);
}

bool among(const json& item, const json& list) {
  return std::any_of(list.begin(), list.end(), [&](const json& one) { return same(one, item); });
}

json common_items(const json& wanted, const json& allowed) {
  json out = json::array();
  for (const auto& item : wanted)
    if (among(item, allowed)) out.push_back(item);
  return out;
}

/// What is required, and what the tool adds to it.
json together(const json& required, const json& wanted) {
  json out = required;
  for (const auto& item : wanted)
    if (!among(item, out)) out.push_back(item);
  return out;
}

Widening widening(const Property& property, const json& own, const Bound& bound, const char* rule, json instead) {
  const auto limit = std::string(rule) + " " + shown(bound.value) + ", " + bound.where;
  return {property.name, "must be " + limit + "; a tool may only narrow it", std::move(instead),
          property.name + " is " + shown(own) + " in the tool, but must be " + limit};
}

/// nullopt when the tool's value is within what it may say.
std::optional<Widening> judged(const Property& property, const Inherited& inherited, const json& own) {
  if (property.narrow == Narrow::kFree) return std::nullopt;
  const auto bound = bound_of(property, inherited);
  if (!bound) {
    if (property.narrow != Narrow::kFixed) return std::nullopt;
    return Widening{property.name, "is for administrators to set; remove it from the tool",
                    json(json::value_t::discarded),
                    property.name + " is for administrators to set, and the tool's value does not count"};
  }
  const bool numbers = own.is_number() && bound->value.is_number();
  switch (property.narrow) {
    case Narrow::kMax:
      if (numbers && exact(own) <= exact(bound->value)) return std::nullopt;
      return widening(property, own, *bound, "at most", bound->value);
    case Narrow::kMin:
      if (numbers && exact(own) >= exact(bound->value)) return std::nullopt;
      return widening(property, own, *bound, "at least", bound->value);
    case Narrow::kSubset: {
      if (!own.is_array() || !bound->value.is_array()) return widening(property, own, *bound, "among", bound->value);
      auto common = common_items(own, bound->value);
      if (common.size() == own.size()) return std::nullopt;
      return widening(property, own, *bound, "some of", std::move(common));
    }
    case Narrow::kSuperset:
      if (!own.is_array() || !bound->value.is_array())
        return widening(property, own, *bound, "at least all of", bound->value);
      if (common_items(bound->value, own).size() == bound->value.size()) return std::nullopt;
      return widening(property, own, *bound, "at least all of", together(bound->value, own));
    default:
      if (same(own, bound->value)) return std::nullopt;
      return widening(property, own, *bound, "exactly", bound->value);
  }
}

}  // namespace

Inherited inherited(const std::vector<Layer>& layers) {
  Inherited out;
  for (const auto& layer : layers) {
    for (const auto& [key, value] : layer.settings.items()) out.values[key] = {value, layer.source};
    for (const auto& [key, sealed] : layer.secrets.items())
      if (sealed.is_string()) out.secrets[key] = {sealed.get<std::string>(), layer.source.id, layer.source};
  }
  return out;
}

Merged merged(const ConfigSchema& schema, const Inherited& inherited, const json& own) {
  Merged out{json::object(), {}};
  for (const auto& [key, value] : inherited.values) {
    const auto* property = schema.find(key);
    // What another version of the module has known is kept, but this one is not told.
    if (property != nullptr && !property->secret) out.config[key] = value.value;
  }
  if (!own.is_object()) return out;
  for (const auto& [key, value] : own.items()) {
    const auto* property = schema.find(key);
    if (property != nullptr && property->secret) continue;
    auto beyond = property == nullptr ? std::nullopt : judged(*property, inherited, value);
    if (!beyond) {
      out.config[key] = value;
      continue;
    }
    if (!beyond->instead.is_discarded()) out.config[key] = beyond->instead;
    out.widenings.push_back(std::move(*beyond));
  }
  return out;
}

Result<void> check_attached(const ConfigSchema& schema, const Inherited& inherited, const std::string& own_json) {
  const auto own = json::parse(own_json, nullptr, false);
  if (!own.is_object()) return Error::invalid("config", "must be a mapping of keys to values");
  std::vector<FieldError> faults;
  for (const auto& property : schema.properties()) {
    if (property.secret && own.contains(property.name))
      faults.push_back(
          {"config." + property.name, "is a secret: an administrator sets it in the module's settings, never a tool"});
  }
  auto result = merged(schema, inherited, own);
  for (const auto& widening : result.widenings) faults.push_back({"config." + widening.property, widening.limit});
  // What goes too far is told of already; the rest is judged as the tool says it.
  for (const auto& [key, value] : own.items()) {
    const auto* property = schema.find(key);
    const bool told = std::any_of(result.widenings.begin(), result.widenings.end(),
                                  [&](const Widening& one) { return one.property == key; });
    if (!told && (property == nullptr || !property->secret)) result.config[key] = value;
  }
  if (const auto whole = schema.check_whole(result.config.dump(), "config"); !whole) {
    const Error told = whole.error();
    faults.insert(faults.end(), told.fields.begin(), told.fields.end());
  }
  if (faults.empty()) return {};
  Error error = Error::invalid(faults.front().path, faults.front().message);
  error.fields = std::move(faults);
  return error;
}

}  // namespace rapt::module_settings
