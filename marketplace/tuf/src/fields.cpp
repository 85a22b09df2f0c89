// SPDX-License-Identifier: AGPL-3.0-or-later
#include "fields.hpp"

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::tuf {

using nlohmann::json;

void Faults::add(std::string path, std::string message) {
  if (!first_) first_ = Error::invalid(std::move(path), std::move(message));
}

Fields::Fields(const json* value, std::string path, Faults& faults)
    : value_(value != nullptr && value->is_object() ? value : nullptr), path_(std::move(path)), faults_(&faults) {
  if (value_ == nullptr) faults_->add(path_, "An object is needed here.");
}

std::string Fields::path_of(std::string_view name) const {
  const auto shown = printable(name, 120);
  return path_.empty() ? shown : path_ + "." + shown;
}

void Fields::fault(std::string_view name, std::string message) const {
  faults_->add(name.empty() ? path_ : path_of(name), std::move(message));
}

const json* Fields::value(std::string_view name) const {
  if (value_ == nullptr) return nullptr;
  const auto found = value_->find(name);
  return found == value_->end() ? nullptr : &*found;
}

bool Fields::has(std::string_view name) const {
  return value(name) != nullptr;
}

std::string Fields::text(std::string_view name) const {
  const auto* found = value(name);
  if (found != nullptr && found->is_string()) return found->get<std::string>();
  fault(name, "A text is needed here.");
  return {};
}

bool Fields::flag(std::string_view name, bool absent) const {
  const auto* found = value(name);
  if (found == nullptr) return absent;
  if (found->is_boolean()) return found->get<bool>();
  fault(name, "true or false is needed here.");
  return absent;
}

std::int64_t Fields::number(std::string_view name, std::int64_t least) const {
  const auto* found = value(name);
  if (found != nullptr && found->is_number_integer() && found->get<std::int64_t>() >= least)
    return found->get<std::int64_t>();
  fault(name, "An integer of at least " + std::to_string(least) + " is needed here.");
  return least;
}

TimePoint Fields::time(std::string_view name) const {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  const auto text = this->text(name);
  bool fits = text.size() == kForm.size();
  for (std::size_t i = 0; fits && i < kForm.size(); ++i)
    fits = kForm[i] == '0' ? (text[i] >= '0' && text[i] <= '9') : text[i] == kForm[i];
  const auto time = fits ? parse_time(text) : std::nullopt;
  if (!time) fault(name, "A time as 2030-01-31T12:00:00Z is needed here.");
  return time.value_or(TimePoint{});
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  const auto* found = value(name);
  std::vector<std::string> out;
  if (found == nullptr || !found->is_array()) {
    fault(name, "A list of texts is needed here.");
    return out;
  }
  for (const auto& element : *found) {
    if (!element.is_string()) fault(name, "Only texts may be in this list.");
    out.push_back(element.is_string() ? element.get<std::string>() : std::string());
  }
  return out;
}

std::map<std::string, std::string> Fields::text_map(std::string_view name) const {
  const auto* found = value(name);
  std::map<std::string, std::string> out;
  if (found == nullptr || !found->is_object()) {
    fault(name, "An object of texts is needed here.");
    return out;
  }
  for (const auto& [key, element] : found->items()) {
    if (!element.is_string()) fault(name, "Only texts may be in this object.");
    out.emplace(key, element.is_string() ? element.get<std::string>() : std::string());
  }
  return out;
}

Fields Fields::object(std::string_view name) const {
  return {value(name), path_of(name), *faults_};
}

std::vector<Fields> Fields::objects(std::string_view name) const {
  const auto* found = value(name);
  std::vector<Fields> out;
  if (found == nullptr || !found->is_array()) {
    fault(name, "A list is needed here.");
    return out;
  }
  for (std::size_t i = 0; i < found->size(); ++i)
    out.emplace_back(&(*found)[i], path_of(name) + "[" + std::to_string(i) + "]", *faults_);
  return out;
}

void Fields::each(const std::function<void(const std::string& name, const Fields& member)>& visit) const {
  if (value_ == nullptr) return;
  for (const auto& [name, member] : value_->get_ref<const json::object_t&>())
    visit(name, Fields(&member, path_of(name), *faults_));
}

}  // namespace rapt::tuf
