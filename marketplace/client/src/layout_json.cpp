// SPDX-License-Identifier: AGPL-3.0-or-later
#include "layout_json.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

/// What a parse must not meet: the library would take the last of two equal keys, another reader the first.
struct Guard {
  std::vector<std::set<std::string>> keys{};
  std::string fault{};

  bool see(int depth, json::parse_event_t event, const json& value) {
    if (depth > kMaxDepth && fault.empty()) fault = "is nested too deeply";
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second && fault.empty())
      fault = "has the field " + printable(value.get<std::string>(), 60) + " twice";
    return fault.empty();
  }
};

}  // namespace

Result<json> parse_strictly(const std::string& what, std::string_view text) {
  Guard guard;
  try {
    auto document = json::parse(
        text, [&guard](int depth, json::parse_event_t event, json& value) { return guard.see(depth, event, value); });
    if (guard.fault.empty()) return Result<json>(std::in_place, std::move(document));
  } catch (const json::exception& error) {
    if (guard.fault.empty()) guard.fault = "is no JSON: " + printable(error.what());
  }
  return field_error({what, guard.fault});
}

Error field_error(const FieldFault& fault) {
  auto error = Error::invalid(fault.path, "It " + fault.message + ".");
  error.message = fault.path + " " + fault.message + ".";
  return error;
}

Field Field::at(const std::string& key) const {
  auto found = find(key);
  if (!found) throw FieldFault{path_ + "." + key, "is missing"};
  return *std::move(found);
}

std::optional<Field> Field::find(const std::string& key) const {
  if (!value_.is_object()) refuse("is no object");
  const auto found = value_.find(key);
  if (found == value_.end()) return std::nullopt;
  return Field(*found, path_ + "." + key);
}

std::string Field::text(std::size_t most_bytes) const {
  if (!value_.is_string()) refuse("is no text");
  const auto& out = value_.get_ref<const std::string&>();
  if (out.size() > most_bytes) refuse("is longer than " + std::to_string(most_bytes) + " bytes");
  const auto control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; };
  if (std::any_of(out.begin(), out.end(), control)) refuse("has control characters");
  return out;
}

std::uint32_t Field::number() const {
  if (!value_.is_number_unsigned()) refuse("is no whole number");
  const auto out = value_.get<std::uint64_t>();
  if (out > std::numeric_limits<std::uint32_t>::max()) refuse("is too large");
  return static_cast<std::uint32_t>(out);
}

bool Field::truth() const {
  if (!value_.is_boolean()) refuse("is neither true nor false");
  return value_.get<bool>();
}

std::vector<Field> Field::items(std::size_t most) const {
  if (!value_.is_array()) refuse("is no list");
  if (value_.size() > most) refuse("has more than " + std::to_string(most) + " entries");
  std::vector<Field> out;
  for (std::size_t i = 0; i < value_.size(); ++i) out.emplace_back(value_[i], path_ + "[" + std::to_string(i) + "]");
  return out;
}

std::vector<std::pair<std::string, Field>> Field::members(std::size_t most) const {
  if (!value_.is_object()) refuse("is no object");
  if (value_.size() > most) refuse("has more than " + std::to_string(most) + " entries");
  std::vector<std::pair<std::string, Field>> out;
  for (const auto& [key, value] : value_.items()) out.emplace_back(key, Field(value, path_ + "." + printable(key, 60)));
  return out;
}

}  // namespace rapt::marketplace
