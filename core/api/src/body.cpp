// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/body.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include <nlohmann/json.hpp>

#include "rapt/api/json_body.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/json_parse.hpp"
#include "rapt/base/text.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxFaults = 20;

Error coded(ErrorKind kind, std::string code, std::string message) {
  Error error;
  error.kind = kind;
  error.code = std::move(code);
  error.message = std::move(message);
  return error;
}

bool is_json_type(const http::Request& request) {
  const auto type = request.headers.get("Content-Type").value_or("");
  const auto end = type.find_first_of("; ");
  return type.substr(0, end) == "application/json";
}

/// Says where the parser stopped, in lines and columns as an editor counts them.
std::string position(std::string_view text, std::size_t byte) {
  const auto head = text.substr(0, std::min(byte > 0 ? byte - 1 : 0, text.size()));
  const auto line = std::count(head.begin(), head.end(), '\n') + 1;
  const auto start = head.rfind('\n');
  const auto column = head.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Looks on while a body is parsed: what is nested too deep, and a name that stands twice in one object, of which a
/// parser would keep the last without a word.
class Watch {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (depth > kMaxDepth) fault_ = "The body is nested deeper than " + std::to_string(kMaxDepth) + " levels.";
    if (event == json::parse_event_t::object_start) names_.emplace_back();
    if (event == json::parse_event_t::object_end) names_.pop_back();
    if (event == json::parse_event_t::key && !names_.back().insert(parsed.get<std::string>()).second)
      fault_ = "The body has the name \"" + printable(parsed.get<std::string>(), 60) + "\" twice in one object.";
    return fault_.empty();
  }
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  std::vector<std::set<std::string>> names_;
  std::string fault_;
};

/// PostgreSQL stores no U+0000, neither in text nor in jsonb.
bool has_nul(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().find('\0') != std::string::npos;
  for (const auto& item : value.items()) {
    if (item.key().find('\0') != std::string::npos || (value.is_structured() && has_nul(item.value()))) return true;
  }
  return false;
}

Result<std::unique_ptr<json>> parsed_json(const std::string& body) {
  // What is read here is neither nested too deep, nor has it a name twice.
  if (json plain; read_plain_json(body, plain)) return std::make_unique<json>(std::move(plain));
  Watch watch;
  const auto look = [&watch](int depth, json::parse_event_t event, json& value) { return watch(depth, event, value); };
  json parsed;
  try {
    parsed = json::parse(body, look);
  } catch (const json::parse_error& fault) {
    return coded(ErrorKind::kInvalid, "INVALID_JSON",
                 "The body is not valid JSON (" + position(body, fault.byte) + ").");
  } catch (const json::out_of_range&) {
    return coded(ErrorKind::kInvalid, "INVALID_JSON", "The body holds a number that is too large.");
  }
  if (!watch.fault().empty()) return Error::invalid("", watch.fault());
  return std::make_unique<json>(std::move(parsed));
}

}  // namespace

Body::Body(json object) : object_(std::make_shared<const json>(std::move(object))) {}

Result<Body> Body::parse(const http::Request& request) {
  if (request.body.empty()) return Body(json::object());
  if (!is_json_type(request))
    return coded(ErrorKind::kUnsupported, "", "Send the body as Content-Type: application/json.");
  if (!is_utf8(request.body)) return coded(ErrorKind::kInvalid, "INVALID_UTF8", "The body is not valid UTF-8.");
  auto parsed = parsed_json(request.body);
  if (!parsed) return parsed.error();
  if (!(*parsed)->is_object()) return Error::invalid("", "The body must be a JSON object.");
  return Body(std::move(**parsed));
}

Result<void> check_json_body(const http::Request& request) {
  // The parser passes over a byte order mark, which is no JSON.
  if (request.body.starts_with("\xEF\xBB\xBF"))
    return coded(ErrorKind::kInvalid, "INVALID_JSON", "The body begins with a byte order mark.");
  const auto parsed = parsed_json(request.body);
  if (!parsed) return parsed.error();
  if (has_nul(**parsed)) return Error::invalid("", "The body must not contain the character U+0000.");
  return {};
}

const json* Body::take(const std::string& name, bool required) {
  asked_.push_back(name);
  const auto found = object_->find(name);
  if (found == object_->end()) {
    if (required) faults_.push_back({name, "is required"});
    return nullptr;
  }
  return &*found;
}

std::string Body::text(const std::string& name, std::size_t max) {
  const auto* value = take(name, true);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    faults_.push_back({name, "must be text"});
    return {};
  }
  auto text = value->get<std::string>();
  if (text.empty()) faults_.push_back({name, "must not be empty"});
  if (text.size() > max) faults_.push_back({name, "must not be longer than " + std::to_string(max) + " bytes"});
  if (text.find('\0') != std::string::npos) faults_.push_back({name, "must not contain the character U+0000"});
  return text;
}

bool Body::is_null(const std::string& name) const {
  const auto found = object_->find(name);
  return found != object_->end() && found->is_null();
}

std::optional<std::string> Body::optional_text(const std::string& name, std::size_t max) {
  if (object_->contains(name)) return text(name, max);
  asked_.push_back(name);
  return std::nullopt;
}

std::optional<std::string> Body::clearable_text(const std::string& name, std::size_t max) {
  const auto found = object_->find(name);
  const bool cleared = found != object_->end() && (found->is_null() || *found == "");
  if (!cleared) return optional_text(name, max);
  asked_.push_back(name);
  return std::string();
}

std::optional<std::string> Body::optional_json(const std::string& name) {
  if (object_->contains(name)) return json_text(name);
  asked_.push_back(name);
  return std::nullopt;
}

std::optional<int> Body::optional_number(const std::string& name, int least, int most) {
  const auto* value = take(name, false);
  if (value == nullptr) return std::nullopt;
  const bool fits = value->is_number_integer() && *value >= least && *value <= most;
  if (fits) return value->get<int>();
  faults_.push_back({name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most)});
  return std::nullopt;
}

std::string Body::take_uuid(const std::string& name, bool required) {
  const auto* value = take(name, required);
  if (value == nullptr || (!required && value->is_null())) return {};
  auto uuid = value->is_string() ? canonical_uuid(value->get<std::string>()) : std::nullopt;
  if (!uuid) faults_.push_back({name, "must be a UUID"});
  return uuid.value_or("");
}

std::string Body::json_text(const std::string& name) {
  const auto* value = take(name, true);
  if (value == nullptr) return {};
  if (has_nul(*value)) faults_.push_back({name, "must not contain the character U+0000"});
  return value->dump();
}

std::string Body::one_of(const std::string& name, const std::vector<std::string>& allowed) {
  const auto* value = take(name, true);
  if (value == nullptr) return {};
  if (value->is_string() && std::find(allowed.begin(), allowed.end(), value->get<std::string>()) != allowed.end()) {
    return value->get<std::string>();
  }
  std::string list;
  for (const auto& one : allowed) list += (list.empty() ? "" : ", ") + one;
  faults_.push_back({name, "must be one of " + list});
  return {};
}

std::optional<bool> Body::optional_boolean(const std::string& name) {
  const auto* value = take(name, false);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  faults_.push_back({name, "must be true or false"});
  return std::nullopt;
}

std::map<std::string, std::optional<int>> Body::optional_numbers(const std::string& name, int least, int most) {
  std::map<std::string, std::optional<int>> out;
  const auto* value = take(name, false);
  if (value == nullptr) return out;
  if (!value->is_object()) {
    faults_.push_back({name, "must be an object of numbers"});
    return out;
  }
  for (const auto& [key, member] : value->items()) {
    const bool whole = member.is_number_integer() && member >= least && member <= most;
    if (whole || member.is_null()) {
      out[key] = whole ? std::optional(member.get<int>()) : std::nullopt;
    } else if (faults_.size() < kMaxFaults) {
      faults_.push_back({name + "." + printable(key, 100), "must be a whole number from " + std::to_string(least) +
                                                               " to " + std::to_string(most) + ", or null"});
    }
  }
  return out;
}

std::optional<Error> Body::fault() {
  std::string known;
  for (const auto& name : asked_) known += (known.empty() ? "" : ", ") + name;
  const std::string unknown = known.empty() ? "is not known here: no field is" : "is not known here; known: " + known;
  for (const auto& item : object_->items()) {
    if (faults_.size() >= kMaxFaults) break;
    if (std::find(asked_.begin(), asked_.end(), item.key()) == asked_.end()) {
      faults_.push_back({printable(item.key(), 100), unknown});
    }
  }
  if (faults_.empty()) return std::nullopt;
  Error error;
  error.kind = ErrorKind::kInvalid;
  error.message = faults_.size() == 1 ? "The field \"" + faults_.front().path + "\" " + faults_.front().message + "."
                                      : "Some fields are not right; see details.fields.";
  error.fields = faults_;
  return error;
}

}  // namespace rapt::api
