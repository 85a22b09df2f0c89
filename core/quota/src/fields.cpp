// SPDX-License-Identifier: AGPL-3.0-or-later
#include "fields.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::quota {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostCount = 1'000'000'000, kMostTokens = 1'000'000'000'000;
constexpr std::size_t kMostFallbacks = 5, kMostDocument = 16 * 1024;

constexpr std::array kModelFields{
    Field{"name", Kind::kText, 1, 200, false},
    Field{"provider", Kind::kText, 0, 100, false},
    Field{"active", Kind::kBoolean, 0, 0, false},
    Field{"input_cost_per_1k", Kind::kMoney, 8, 4},
    Field{"output_cost_per_1k", Kind::kMoney, 8, 4},
    Field{"max_context_tokens", Kind::kCount, 1, kMostCount},
    Field{"max_output_tokens", Kind::kCount, 1, kMostCount},
    Field{"config", Kind::kObject, 0, 0, false},
};

constexpr std::array kSettingsFields{
    Field{"default_model", Kind::kModel, 0, 0, true, true},
    Field{"fallback_models", Kind::kModels, 0, 0, false},
    Field{"user_requests_per_minute", Kind::kCount, 0, kMostCount, true, true},
    Field{"user_requests_per_hour", Kind::kCount, 0, kMostCount, true, true},
    Field{"user_requests_per_day", Kind::kCount, 0, kMostCount, true, true},
    Field{"requests_per_minute", Kind::kCount, 0, kMostCount, true, true},
    Field{"requests_per_hour", Kind::kCount, 0, kMostCount, true, true},
    Field{"requests_per_day", Kind::kCount, 0, kMostCount, true, true},
    Field{"tokens_per_day", Kind::kCount, 0, kMostTokens, true, true},
    Field{"daily_budget", Kind::kMoney, 4, 9, true, true},
    Field{"monthly_budget", Kind::kMoney, 4, 9, true, true},
    Field{"budget_alert_threshold", Kind::kShare},
    Field{"soft_limit", Kind::kShare},
    Field{"max_output_tokens", Kind::kCount, 1, kMostCount, true, true},
    Field{"time_zone", Kind::kZone},
    Field{"config", Kind::kObject, 0, 0, false},
};

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "12.50": so many digits before the point, and after it.
bool is_decimal(std::string_view text, std::size_t whole, std::size_t decimals) {
  const auto point = text.find('.');
  const auto before = text.substr(0, point);
  if (!all_digits(before) || before.size() > whole) return false;
  if (point == std::string_view::npos) return true;
  const auto after = text.substr(point + 1);
  return all_digits(after) && after.size() <= decimals;
}

std::string number_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : "";
}

std::string money_fault(const Field& field, json& value) {
  auto text = number_text(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);  // a double's way of saying 5
  if (is_decimal(text, static_cast<std::size_t>(field.most), static_cast<std::size_t>(field.least))) {
    value = text;
    return "";
  }
  return "must be an amount in US dollars with at most " + std::to_string(field.least) +
         " decimals, as text (\"12.5\") or as a number";
}

std::string share_fault(json& value) {
  const auto text = number_text(value);
  const bool fits = is_decimal(text, 1, 3) && text[0] <= '1' && text.find_first_not_of("0.") != std::string::npos &&
                    (text[0] == '0' || text.find_first_not_of("0.", 1) == std::string::npos);
  if (!fits) return "must be a share above 0 and at most 1, with at most 3 decimals";
  value = text;
  return "";
}

std::string count_fault(const Field& field, const json& value) {
  if (value.is_number_integer() && value >= field.least && value <= field.most) return "";
  return "must be a whole number from " + std::to_string(field.least) + " to " + std::to_string(field.most);
}

std::string text_fault(const Field& field, const json& value) {
  if (!value.is_string()) return "must be text";
  const auto& text = value.get_ref<const std::string&>();
  const auto length = is_utf8(text) ? static_cast<std::int64_t>(count_code_points(text)) : field.most + 1;
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
  if (length > field.most) return "must not be longer than " + std::to_string(field.most) + " characters";
  return blank && field.least > 0 ? "must not be empty" : "";
}

std::string models_fault(const json& value) {
  constexpr const char* kFault = "must be a list of at most 5 ids of models, each once";
  if (!value.is_array() || value.size() > kMostFallbacks) return kFault;
  std::set<std::string> seen;
  for (const auto& one : value) {
    if (!one.is_string() || !is_model_id(one.get<std::string>())) return kFault;
    if (!seen.insert(one.get<std::string>()).second) return kFault;
  }
  return "";
}

std::string zone_fault(const json& value) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
  const bool fits = value.is_string() && !value.get<std::string>().empty() && value.get<std::string>().size() <= 64 &&
                    value.get<std::string>().find_first_not_of(kAllowed) == std::string::npos;
  return fits ? "" : "must be a time zone of the IANA database, such as \"America/Chicago\"";
}

/// "" when the value fits; it may be put into the form that the database takes.
std::string fault_of(const Field& field, json& value) {
  if (value.is_null()) return field.nullable ? "" : "must not be null";
  switch (field.kind) {
    case Kind::kText:
      return text_fault(field, value);
    case Kind::kModel:
      return value.is_string() && is_model_id(value.get<std::string>()) ? "" : "must be the id of a model";
    case Kind::kModels:
      return models_fault(value);
    case Kind::kCount:
      return count_fault(field, value);
    case Kind::kMoney:
      return money_fault(field, value);
    case Kind::kShare:
      return share_fault(value);
    case Kind::kZone:
      return zone_fault(value);
    case Kind::kObject:
      return value.is_object() && value.dump().size() <= kMostDocument ? "" : "must be an object of at most 16 KiB";
    case Kind::kBoolean:
      return value.is_boolean() ? "" : "must be true or false";
  }
  return "is not known here";
}

}  // namespace

std::span<const Field> fields_of_model() {
  return kModelFields;
}

std::span<const Field> fields_of_settings() {
  return kSettingsFields;
}

std::vector<std::string> model_fields() {
  std::vector<std::string> names;
  for (const auto& field : kModelFields) names.emplace_back(field.name);
  return names;
}

std::vector<std::string> settings_fields(bool of_class) {
  std::vector<std::string> names;
  for (const auto& field : kSettingsFields) {
    if (field.of_class || !of_class) names.emplace_back(field.name);
  }
  return names;
}

bool is_model_id(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return !text.empty() && text.size() <= 200 && kLetters.find(text[0]) != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return kLetters.find(c) != std::string_view::npos ||
                  std::string_view("._:/@+-").find(c) != std::string_view::npos;
         });
}

std::vector<FieldError> models_named(const Changes& changes) {
  std::vector<FieldError> named;
  if (const auto found = changes.values.find("default_model"); found != changes.values.end()) {
    const auto value = json::parse(found->second);
    if (value.is_string()) named.push_back({"default_model", value});
  }
  if (const auto found = changes.values.find("fallback_models"); found != changes.values.end()) {
    const auto value = json::parse(found->second);
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
      if (value[i].is_string()) named.push_back({"fallback_models[" + std::to_string(i) + "]", value[i]});
    }
  }
  return named;
}

Error error_of(std::vector<FieldError> faults) {
  auto error = Error::invalid(faults.front().path, faults.front().message);
  if (faults.size() > 1) error.message = "Some fields are not right; see details.fields.";
  error.fields = std::move(faults);
  return error;
}

Result<std::string> checked(const Changes& changes, std::span<const Field> fields, std::vector<FieldError> faults) {
  auto all = changes.faults;
  json out = json::object();
  for (const auto& field : fields) {
    const auto given = changes.values.find(field.name);
    if (given == changes.values.end()) continue;
    auto value = json::parse(given->second);
    if (auto fault = fault_of(field, value); !fault.empty()) all.push_back({field.name, std::move(fault)});
    out[field.name] = std::move(value);
  }
  std::move(faults.begin(), faults.end(), std::back_inserter(all));
  if (!all.empty()) return error_of(std::move(all));
  return out.dump();
}

}  // namespace rapt::quota
