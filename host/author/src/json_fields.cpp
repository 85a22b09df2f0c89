// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_fields.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::author {

using nlohmann::json;

namespace {

constexpr std::size_t kMostNesting = 64;

Error no_json(std::string_view why) {
  return Error::invalid("", "It is not JSON: " + std::string(why));
}

}  // namespace

Fields::Fields(const json* object, std::string path, Faults& faults, std::initializer_list<std::string_view> known)
    : object_(object != nullptr && object->is_object() ? object : nullptr), path_(std::move(path)), faults_(faults) {
  if (object_ == nullptr) return;
  for (const auto& [name, value] : object_->items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) fault(printable(name, 60), "is not a known member");
  }
}

std::string Fields::path(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::fault(std::string_view name, std::string message) {
  faults_.push_back({path(name), std::move(message)});
}

const json* Fields::find(std::string_view name) const {
  if (object_ == nullptr) return nullptr;
  const auto found = object_->find(name);
  return found == object_->end() ? nullptr : &*found;
}

std::string Fields::text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    fault(name, "must be a text");
    return {};
  }
  auto text = value->get<std::string>();
  if (!sandbox::is_plain_text(text)) fault(name, "must be UTF-8 without NUL characters");
  return text;
}

std::string Fields::required_text(std::string_view name) {
  if (find(name) == nullptr) fault(name, "is missing");
  return text(name);
}

std::optional<std::string> Fields::choice(std::string_view name, std::initializer_list<std::string_view> allowed) {
  const auto* value = find(name);
  const auto text = value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  std::string list;
  for (const auto one : allowed) list += (list.empty() ? "\"" : ", \"") + std::string(one) + "\"";
  fault(name, "must be one of " + list);
  return std::nullopt;
}

std::optional<std::int64_t> Fields::number(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  // A number above the largest signed one would come out negative.
  const bool fits = value->is_number_integer() && !(value->is_number_unsigned() && value->get<std::uint64_t>() >> 63U);
  if (fits && value->get<std::int64_t>() >= least && value->get<std::int64_t>() <= most)
    return value->get<std::int64_t>();
  fault(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<bool> Fields::boolean(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  fault(name, "must be true or false");
  return std::nullopt;
}

const json* Fields::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  fault(name, "must be an object");
  return nullptr;
}

Result<void> parse_document(std::string_view text, std::size_t limit, json& document) {
  if (text.size() > limit) return Error::invalid("", "It has more than " + std::to_string(limit >> 20U) + " MiB.");
  if (!is_utf8(text)) return no_json("it is not UTF-8.");
  std::size_t deepest = 0;
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    deepest = std::max(deepest, static_cast<std::size_t>(depth));
    return deepest <= kMostNesting;
  };
  try {
    document = json::parse(text, watch);
    if (deepest > kMostNesting) return no_json("it has more than " + std::to_string(kMostNesting) + " levels.");
    return {};
  } catch (const json::parse_error& error) {
    // The parser counts from 1, and what it could not read is the last that it has seen.
    const auto before = text.substr(0, std::min<std::size_t>(error.byte == 0 ? 0 : error.byte - 1, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto last = before.substr(before.rfind('\n') + 1);
    return no_json("line " + std::to_string(line) + ", column " + std::to_string(1 + count_code_points(last)) +
                   " cannot be read.");
  }
}

}  // namespace rapt::author
