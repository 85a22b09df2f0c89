// SPDX-License-Identifier: AGPL-3.0-or-later
#include "json_reader.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "names.hpp"
#include "rapt/base/text.hpp"

namespace rapt::bundle {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 16;

/// Notices what the parser itself would let pass: depth, and a key that stands twice in one object.
class Guard {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      too_deep_ = too_deep_ || depth >= kMaxDepth;
      keys_.emplace_back();
    } else if (event == json::parse_event_t::object_end || event == json::parse_event_t::array_end) {
      keys_.pop_back();
    } else if (event == json::parse_event_t::key && !keys_.back().insert(value.get<std::string>()).second) {
      repeated_ = value.get<std::string>();
    }
    return true;
  }
  [[nodiscard]] std::string fault() const {
    if (too_deep_) return "is nested deeper than 16 levels";
    return repeated_.empty() ? "" : "has the key \"" + printable(repeated_, 64) + "\" twice in one object";
  }

 private:
  bool too_deep_ = false;
  std::string repeated_;
  std::vector<std::set<std::string>> keys_;
};

std::string place_of(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::string what) {
  if (!is_utf8(text)) return refuse(what + " is not valid UTF-8.");
  JsonDocument out;
  Guard guard;
  try {
    out.json_ = std::make_shared<const json>(json::parse(text, std::ref(guard)));
  } catch (const json::parse_error& error) {
    return refuse(what + " is not JSON: a mistake at " + place_of(text, error.byte) + ".");
  } catch (const json::out_of_range&) {
    return refuse(what + " holds a number that is out of range.");
  }
  if (const auto fault = guard.fault(); !fault.empty()) return refuse(what + " " + fault + ".");
  if (!out.json_->is_object()) return refuse(what + " must be a JSON object.");
  out.what_ = std::move(what);
  return out;
}

JsonReader JsonDocument::root() {
  return {*json_, "", faults_};
}

std::optional<Error> JsonDocument::faults() const {
  if (faults_->empty()) return std::nullopt;
  std::string sentence =
      what_ + " has " + (faults_->size() == 1 ? "a fault:" : std::to_string(faults_->size()) + " faults:");
  for (const auto& fault : *faults_) sentence += " " + fault.path + ": " + fault.message;
  Error error = refuse(std::move(sentence));
  error.fields = *faults_;
  return error;
}

JsonReader::JsonReader(const json& object, std::string path, std::shared_ptr<std::vector<FieldError>> faults)
    : object_(&object), path_(std::move(path)), faults_(std::move(faults)) {}

std::string JsonReader::path_of(std::string_view key) const {
  // A key may be a stranger's, where any name is one.
  const auto shown = printable(key, 127);
  return path_.empty() ? shown : path_ + "." + shown;
}

void JsonReader::fault(std::string_view key, std::string message) {
  faults_->push_back({path_of(key), std::move(message)});
}

const json* JsonReader::find(std::string_view key, Need need, const char* expected) {
  known_.emplace(key);
  const auto found = object_->find(std::string(key));
  if (found != object_->end()) return &*found;
  if (need == Need::kRequired) fault(key, std::string("It is missing; it must be ") + expected + ".");
  return nullptr;
}

bool JsonReader::text(std::string_view key, std::string& out, std::size_t limit, Need need) {
  const auto* value = find(key, need, "text");
  return value != nullptr && take_text(key, *value, out, limit);
}

std::vector<std::string> JsonReader::texts(std::string_view key, std::size_t most, std::size_t limit) {
  std::vector<std::string> out;
  const auto* value = find(key, Need::kOptional, "a list");
  if (value == nullptr) return out;
  if (!value->is_array() || value->size() > most) {
    fault(key, "It must be a list of at most " + std::to_string(most) + " texts.");
    return out;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    std::string one;
    if (take_text(std::string(key) + "[" + std::to_string(i) + "]", (*value)[i], one, limit))
      out.push_back(std::move(one));
  }
  return out;
}

bool JsonReader::take_text(std::string_view key, const json& value, std::string& out, std::size_t limit) {
  if (!value.is_string()) {
    fault(key, "It must be text.");
    return false;
  }
  out = value.get<std::string>();
  const bool control = std::any_of(out.begin(), out.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  const bool too_long = out.size() > limit;
  if (control) fault(key, "It must be one line without control characters.");
  if (too_long) fault(key, "It must be at most " + std::to_string(limit) + " bytes long.");
  if (control || too_long) out.clear();
  return !control && !too_long;
}

void JsonReader::integer(std::string_view key, int& out, int least, int most) {
  const auto* value = find(key, Need::kOptional, "a number");
  if (value == nullptr) return;
  const bool small = value->is_number_unsigned() && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  if (small && value->get<int>() >= least) {
    out = value->get<int>();
  } else {
    fault(key, "It must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ".");
  }
}

void JsonReader::boolean(std::string_view key, bool& out) {
  const auto* value = find(key, Need::kOptional, "true or false");
  if (value == nullptr) return;
  if (value->is_boolean()) {
    out = value->get<bool>();
  } else {
    fault(key, "It must be true or false.");
  }
}

bool JsonReader::has(std::string_view key) const {
  return object_->contains(std::string(key));
}

std::vector<std::string> JsonReader::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, value] : object_->items()) out.push_back(key);
  return out;
}

bool JsonReader::is_object(std::string_view key) const {
  const auto found = object_->find(std::string(key));
  return found != object_->end() && found->is_object();
}

std::optional<JsonReader> JsonReader::object(std::string_view key) {
  const auto* value = find(key, Need::kRequired, "an object");
  if (value == nullptr) return std::nullopt;
  if (value->is_object()) return JsonReader(*value, path_of(key), faults_);
  fault(key, "It must be an object.");
  return std::nullopt;
}

std::string JsonReader::object_text(std::string_view key) {
  known_.emplace(key);
  return is_object(key) ? object_->at(std::string(key)).dump() : "";
}

std::vector<JsonReader> JsonReader::objects(std::string_view key, std::size_t most) {
  std::vector<JsonReader> out;
  const auto* value = find(key, Need::kOptional, "a list");
  if (value == nullptr) return out;
  if (!value->is_array() || value->size() > most) {
    fault(key, "It must be a list of at most " + std::to_string(most) + " objects.");
    return out;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    const auto path = std::string(key) + "[" + std::to_string(i) + "]";
    if ((*value)[i].is_object()) {
      out.push_back(JsonReader((*value)[i], path_of(path), faults_));
    } else {
      fault(path, "It must be an object.");
    }
  }
  return out;
}

void JsonReader::refuse_unknown() {
  for (const auto& [key, value] : object_->items()) {
    if (!known_.contains(key)) fault(key, "There is no such field.");
  }
}

}  // namespace rapt::bundle
