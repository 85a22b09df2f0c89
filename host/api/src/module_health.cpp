// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_health.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFailures = 32;
constexpr std::size_t kMaxText = 4096;
constexpr std::array kMembers{"digest", "failures", "last_failure", "restarts", "quarantined_at", "quarantine_reason"};

json time_or_null(const std::optional<TimePoint>& time) {
  return time ? json(to_rfc3339(*time)) : json(nullptr);
}

/// Reads members of one object; ok() says whether each was there and of its type.
class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}
  [[nodiscard]] bool ok() const { return ok_; }

  std::string text(const char* name) {
    const auto& value = object_[name];
    ok_ = ok_ && value.is_string() && value.get_ref<const std::string&>().size() <= kMaxText;
    return ok_ ? value.get<std::string>() : std::string();
  }
  unsigned number(const char* name) {
    const auto& value = object_[name];
    ok_ = ok_ && value.is_number_unsigned() && value.get<std::uint64_t>() <= 1'000'000'000;
    return ok_ ? value.get<unsigned>() : 0;
  }
  TimePoint time(const json& value) {
    const auto parsed = value.is_string() ? parse_time(value.get_ref<const std::string&>()) : std::nullopt;
    ok_ = ok_ && parsed.has_value();
    return parsed.value_or(TimePoint{});
  }
  std::optional<TimePoint> optional_time(const char* name) {
    if (object_[name].is_null()) return std::nullopt;
    return time(object_[name]);
  }
  std::vector<TimePoint> times(const char* name) {
    std::vector<TimePoint> out;
    const auto& value = object_[name];
    ok_ = ok_ && value.is_array() && value.size() <= kMaxFailures;
    if (!ok_) return out;
    for (const auto& each : value) out.push_back(time(each));
    return out;
  }

 private:
  const json& object_;
  bool ok_ = true;
};

}  // namespace

std::string health_text(const host::ModuleHealth& health) {
  json failures = json::array();
  for (const auto at : health.failures) failures.push_back(to_rfc3339(at));
  return json{{"digest", health.digest_hex},
              {"failures", std::move(failures)},
              {"last_failure", printable(health.last_failure, kMaxText)},
              {"restarts", health.restarts},
              {"quarantined_at", time_or_null(health.quarantined_at)},
              {"quarantine_reason", printable(health.quarantine_reason, kMaxText)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<host::ModuleHealth> read_health(const std::string& text) {
  const auto object = json::parse(text, nullptr, false);
  const bool complete =
      object.is_object() && object.size() == kMembers.size() &&
      std::all_of(kMembers.begin(), kMembers.end(), [&](const char* name) { return object.contains(name); });
  if (!complete) return std::nullopt;
  Reader reader(object);
  host::ModuleHealth health;
  health.digest_hex = reader.text("digest");
  health.failures = reader.times("failures");
  health.last_failure = reader.text("last_failure");
  health.restarts = reader.number("restarts");
  health.quarantined_at = reader.optional_time("quarantined_at");
  health.quarantine_reason = reader.text("quarantine_reason");
  return reader.ok() ? std::optional(std::move(health)) : std::nullopt;
}

}  // namespace rapt::api
