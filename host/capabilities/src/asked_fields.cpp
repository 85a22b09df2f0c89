// SPDX-License-Identifier: AGPL-3.0-or-later
#include "asked_fields.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "rapt/base/ids.hpp"
#include "rapt/base/text.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

bool has_control(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  });
}

std::string fault_of(const json& value, std::size_t most) {
  if (!value.is_string()) return "It must be a text.";
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty() || text.size() > most) return "It must have 1 to " + std::to_string(most) + " bytes.";
  return has_control(text) ? "It must have no control characters." : "";
}

std::optional<std::string> uuid_of(const json& value) {
  return value.is_string() ? canonical_uuid(value.get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace

AskedFields::AskedFields(const json& object, std::string path) : object_(object), path_(std::move(path)) {
  if (!path_.empty()) path_ += '.';
}

void AskedFields::fault(std::string_view name, std::string message) {
  if (!fault_) fault_ = Error::invalid(path_ + std::string(name), std::move(message));
}

const json* AskedFields::find(std::string_view name) {
  asked_.emplace_back(name);
  const auto found = object_.find(asked_.back());
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> AskedFields::text(std::string_view name, std::size_t most) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  auto wrong = fault_of(*value, most);
  if (wrong.empty()) return value->get<std::string>();
  fault(name, std::move(wrong));
  return std::nullopt;
}

std::optional<std::string> AskedFields::one_of(std::string_view name, const std::vector<std::string_view>& known) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string() && std::find(known.begin(), known.end(), value->get_ref<const std::string&>()) != known.end())
    return value->get<std::string>();
  std::string all;
  for (const auto one : known) all += (all.empty() ? "" : ", ") + std::string(one);
  fault(name, "It must be one of: " + all + ".");
  return std::nullopt;
}

std::string AskedFields::id(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr) return {};
  if (auto id = uuid_of(*value)) return *id;
  fault(name, "It must be an id of this host.");
  return {};
}

std::optional<std::int64_t> AskedFields::optional_number(std::string_view name, std::int64_t least, std::int64_t most) {
  const json* value = find(name);
  if (value == nullptr) return std::nullopt;
  // What does not fit into 64 bits is parsed as a floating-point number.
  const bool fits = value->is_number_unsigned() ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most) &&
                                                      static_cast<std::int64_t>(value->get<std::uint64_t>()) >= least
                                                : value->is_number_integer() && value->get<std::int64_t>() >= least &&
                                                      value->get<std::int64_t>() <= most;
  if (fits) return value->get<std::int64_t>();
  fault(name, "It must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ".");
  return std::nullopt;
}

std::int64_t AskedFields::number(std::string_view name, std::int64_t fallback, std::int64_t least, std::int64_t most) {
  return optional_number(name, least, most).value_or(fallback);
}

bool AskedFields::flag(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  fault(name, "It must be true or false.");
  return false;
}

template <class Check>
std::optional<std::vector<std::string>> AskedFields::list(std::string_view name, std::size_t count, Check check) {
  const json* value = array(name, 1, count);
  if (value == nullptr) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& one : *value) {
    std::string wrong;
    auto read = check(one, wrong);
    if (!wrong.empty()) {
      fault(std::string(name) + "[" + std::to_string(out.size()) + "]", std::move(wrong));
      return std::nullopt;
    }
    out.push_back(std::move(read));
  }
  return out;
}

std::optional<std::vector<std::string>> AskedFields::texts(std::string_view name, std::size_t count, std::size_t most) {
  return list(name, count, [most](const json& one, std::string& wrong) {
    wrong = fault_of(one, most);
    return wrong.empty() ? one.get<std::string>() : std::string();
  });
}

std::optional<std::vector<std::string>> AskedFields::ids(std::string_view name, std::size_t count) {
  return list(name, count, [](const json& one, std::string& wrong) {
    auto id = uuid_of(one);
    if (!id) wrong = "It must be an id of this host.";
    return id.value_or("");
  });
}

const json* AskedFields::array(std::string_view name, std::size_t least, std::size_t most) {
  const json* value = find(name);
  if (value == nullptr) return nullptr;
  if (value->is_array() && value->size() >= least && value->size() <= most) return value;
  fault(name, "It must be an array of " + std::to_string(least) + " to " + std::to_string(most) + ".");
  return nullptr;
}

const json* AskedFields::object(std::string_view name) {
  const json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  fault(name, "It must be a JSON object.");
  return nullptr;
}

Result<void> AskedFields::end() {
  if (!object_.is_object())
    return Error::invalid(path_.substr(0, path_.size() - (path_.empty() ? 0 : 1)), "It must be a JSON object.");
  for (const auto& [name, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end())
      fault(printable(name, 80), "There is no such member.");
  }
  if (fault_) return *fault_;
  return {};
}

}  // namespace rapt::host
