// SPDX-License-Identifier: AGPL-3.0-or-later
#include "memory_kv.hpp"

#include <algorithm>
#include <limits>

#include "json_fields.hpp"
#include "rapt/sandbox/check.hpp"
#include "testkit/services.hpp"

namespace rapt::author {

using host::ServiceAnswer;
using host::ServiceRequest;
using nlohmann::json;
using sandbox::KvMethod;
using testkit::kv_service;
using Values = std::map<testkit::Services::Place, testkit::Services::Value>;

namespace {

constexpr std::size_t kFileBytes = std::size_t{64} << 20;  // 16 MiB of values, and what JSON makes of them
constexpr std::size_t kMaxKey = 256, kMaxValue = std::size_t{64} << 10;
constexpr std::string_view kScopes[] = {"module", "group", "tool", "user", "session"};  // rapt_kv_scope, from 1

std::int64_t in_ms(TimePoint at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

rapt_text text_of(const std::optional<std::string>& text) {
  return text ? rapt_text{text->data(), text->size()} : rapt_text{nullptr, 0};
}

void give(rapt_text text, ServiceAnswer& answer) {
  answer.texts = {text.data == nullptr ? std::nullopt : std::optional<std::string>({text.data, text.size})};
}

/// Asks the kit's table. Texts and numbers are as many as the function takes.
ServiceAnswer ask(const rapt_host* host, const ServiceRequest& request) {
  const auto text = [&](std::size_t at) { return text_of(request.texts.at(at)); };
  const auto number = [&](std::size_t at) { return request.numbers.at(at); };
  const auto scope = static_cast<rapt_kv_scope>(number(0));
  ServiceAnswer out;
  rapt_text given{nullptr, 0};
  std::int64_t sum = 0;
  std::int32_t swapped = 0;
  switch (static_cast<KvMethod>(request.method)) {
    case KvMethod::kGet:
      out.status = kv_service.get(host, scope, text(0), &given);
      give(given, out);
      break;
    case KvMethod::kPut:
      out.status = kv_service.put(host, scope, text(0), text(1), number(1));
      break;
    case KvMethod::kErase:
      out.status = kv_service.erase(host, scope, text(0));
      break;
    case KvMethod::kAdd:
      out.status = kv_service.add(host, scope, text(0), number(1), number(2), &sum);
      out.numbers = {sum};
      break;
    case KvMethod::kSwap:
      out.status = kv_service.swap(host, scope, text(0), text(1), text(2), number(1), &swapped);
      out.numbers = {swapped};
      break;
    case KvMethod::kKeys:
      out.status = kv_service.keys(host, scope, text(0), text(1), static_cast<std::uint32_t>(number(1)), &given);
      give(given, out);
      break;
  }
  return out;
}

/// Whom the call is about, as the kit has it.
testkit::Scene scene_of(const host::ServiceScope& scope, std::int64_t now_ms) {
  testkit::Scene scene;
  scene.group_id = scope.group_id;
  scene.tool_id = scope.tool_id;
  scene.user_id = scope.user_id;
  scene.session_id = scope.session_id;
  scene.now_ms = now_ms;
  return scene;
}

void check_length(Fields& fields, std::string_view name, const std::string& text, std::size_t longest) {
  if (text.size() > longest) fields.fault(name, "must have at most " + std::to_string(longest) + " bytes");
}

void read_value(const json& one, const std::string& path, Fields::Faults& faults, Values& values) {
  if (!one.is_object()) return faults.push_back({path, "must be an object"});
  Fields fields(&one, path, faults, {"scope", "of", "key", "value", "until_ms"});
  const auto scope = fields.choice("scope", {kScopes[0], kScopes[1], kScopes[2], kScopes[3], kScopes[4]});
  testkit::Services::Place place{.scope = 0, .owner = fields.text("of"), .key = fields.required_text("key")};
  if (scope) place.scope = static_cast<int>(std::find(std::begin(kScopes), std::end(kScopes), *scope) - kScopes) + 1;
  if (scope && (place.scope == RAPT_KV_MODULE) != place.owner.empty())
    fields.fault("of", place.owner.empty() ? "must say whose value it is" : "must be left out for \"module\"");
  check_length(fields, "key", place.key, kMaxKey);
  if (place.key.empty()) fields.fault("key", "must not be empty");
  testkit::Services::Value value{.text = fields.text("value")};
  check_length(fields, "value", value.text, kMaxValue);
  value.gone_at_ms = fields.number("until_ms", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
  values[std::move(place)] = std::move(value);
}

}  // namespace

struct MemoryKv::Impl {
  const Clock& clock;
  testkit::MemoryHost host;
};

MemoryKv::MemoryKv(const Clock& clock) : impl_(new Impl{clock, {}}) {}
MemoryKv::~MemoryKv() = default;

Task<ServiceAnswer> MemoryKv::call(ServiceRequest request) {
  const auto shape = sandbox::shape_of(request.service, request.method);
  const bool formed = shape && shape->texts == request.texts.size() && shape->numbers == request.numbers.size() &&
                      (static_cast<KvMethod>(request.method) != KvMethod::kKeys ||
                       (request.numbers[1] > 0 && request.numbers[1] <= 1000));
  ServiceAnswer malformed{.status = RAPT_E_INVALID};
  if (!formed) co_return malformed;
  const auto scene = scene_of(request.scope, in_ms(impl_->clock.now()));
  impl_->host.scene = &scene;
  auto answer = ask(&impl_->host.base, request);
  impl_->host.scene = nullptr;
  co_return answer;
}

Result<void> MemoryKv::load(std::string_view text) {
  json document;
  RAPT_TRY(parse_document(text, kFileBytes, document));
  if (!document.is_object()) return Error::invalid("", "must be an object {\"values\": […]}");
  Fields::Faults faults;
  Fields fields(&document, "", faults, {"values"});
  Values values;
  const auto* list = fields.find("values");
  if (list == nullptr || !list->is_array()) {
    fields.fault("values", "must be a list");
  } else {
    for (std::size_t i = 0; i < list->size(); ++i)
      read_value((*list)[i], "values[" + std::to_string(i) + "]", faults, values);
  }
  if (!faults.empty()) {
    Error error = Error::invalid("", "It has values that cannot be taken.");
    error.fields = std::move(faults);
    return error;
  }
  impl_->host.services.values = std::move(values);
  return {};
}

std::string MemoryKv::save() const {
  json list = json::array();
  const auto now = in_ms(impl_->clock.now());
  for (const auto& [place, value] : impl_->host.services.values) {
    if (value.gone_at_ms != 0 && value.gone_at_ms <= now) continue;
    json one = {{"scope", kScopes[place.scope - 1]}, {"key", place.key}, {"value", value.text}};
    if (!place.owner.empty()) one["of"] = place.owner;
    if (value.gone_at_ms != 0) one["until_ms"] = value.gone_at_ms;
    list.push_back(std::move(one));
  }
  return json{{"values", std::move(list)}}.dump(2) + "\n";
}

}  // namespace rapt::author
