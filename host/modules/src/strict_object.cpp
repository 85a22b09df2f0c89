// SPDX-License-Identifier: AGPL-3.0-or-later
#include "strict_object.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "rapt/providers/reach.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

const json& nothing() {
  static const json empty = json::object();
  return empty;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

/// U+0080 to U+009F, U+2028 and U+2029 in UTF-8: they break lines as well, or steer a terminal.
bool has_wide_control(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (text[i] == '\xC2' && second >= 0x80 && second <= 0x9F) return true;
    if (text.substr(i, 2) == "\xE2\x80" && i + 2 < text.size() && (text[i + 2] == '\xA8' || text[i + 2] == '\xA9'))
      return true;
  }
  return false;
}

bool is_token(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool has_form(std::string_view text, StrictObject::Kind kind) {
  using Kind = StrictObject::Kind;
  switch (kind) {
    case Kind::kAny:
      return true;
    case Kind::kLine:
      return std::none_of(text.begin(), text.end(), is_control) && !has_wide_control(text);
    case Kind::kVisible:
      return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
    case Kind::kToken:
      return std::all_of(text.begin(), text.end(), is_token);
  }
  return false;
}

}  // namespace

StrictObject::StrictObject(const json& value, std::string& fault, std::string name)
    : value_(value.is_object() ? &value : &nothing()), fault_(&fault), name_(std::move(name)) {
  if (!value.is_object()) this->fault(name_ + " is no JSON object");
}

void StrictObject::fault(std::string clause) {
  if (fault_->empty()) *fault_ = std::move(clause);
}

bool StrictObject::has(const char* key) const {
  return value_->contains(key);
}

const json* StrictObject::find(const char* key) {
  asked_.emplace(key);
  const auto found = value_->find(key);
  if (found != value_->end()) return &*found;
  fault(name_ + " lacks \"" + key + "\"");
  return nullptr;
}

std::string StrictObject::text(const char* key, const Form& form) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  const std::string called = "\"" + std::string(key) + "\" of " + name_;
  if (!value->is_string()) return fault(called + " is no text"), std::string();
  const auto& text = value->get_ref<const std::string&>();
  const bool by_characters = form.kind == Kind::kLine && !form.bytes;
  const std::size_t size = by_characters ? count_code_points(text) : text.size();
  if (size < form.least || size > form.most) {
    fault(called + " has " + std::to_string(size) + (by_characters ? " characters, " : " bytes, ") +
          std::to_string(form.least) + " to " + std::to_string(form.most) + " are allowed");
    return {};
  }
  if (!has_form(text, form.kind)) return fault(called + " holds characters that it may not hold"), std::string();
  return text;
}

bool StrictObject::boolean(const char* key) {
  const auto* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) fault("\"" + std::string(key) + "\" of " + name_ + " is neither true nor false");
  return value->is_boolean() && value->get<bool>();
}

std::string StrictObject::url(const char* key) {
  auto url = text(key, {.least = 1, .most = providers::kMaxUrlBytes, .kind = Kind::kVisible});
  if (!url.empty() && !providers::https_host(url))
    return fault("\"" + std::string(key) + "\" of " + name_ + " is no plain https address"), std::string();
  return url;
}

StrictObject StrictObject::object(const char* key) {
  const auto* value = find(key);
  return {value == nullptr ? nothing() : *value, *fault_, "\"" + std::string(key) + "\""};
}

std::vector<StrictObject> StrictObject::objects(const char* key, std::size_t least, std::size_t most) {
  std::vector<StrictObject> out;
  const auto* value = find(key);
  if (value == nullptr) return out;
  if (!value->is_array() || value->size() < least || value->size() > most) {
    fault("\"" + std::string(key) + "\" of " + name_ + " is no list of " + std::to_string(least) + " to " +
          std::to_string(most) + " objects");
    return out;
  }
  for (const auto& one : *value) out.emplace_back(one, *fault_, "an entry of \"" + std::string(key) + "\"");
  return out;
}

void StrictObject::finish() {
  for (const auto& [key, value] : value_->items()) {
    if (!asked_.contains(key)) fault(name_ + " has \"" + printable(key, 40) + "\", which does not belong there");
  }
}

bool StrictObject::is_own_header(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kOwn = {
      "host",    "connection", "content-length", "transfer-encoding", "te",     "trailer",
      "upgrade", "expect",     "keep-alive",     "proxy-connection",  "cookie", "proxy-authorization"};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kOwn.begin(), kOwn.end(), lower) != kOwn.end();
}

}  // namespace rapt::host
