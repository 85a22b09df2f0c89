// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_health.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "rapt/base/text.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxFailures = 32;
constexpr std::size_t kMaxHealthText = 4096;
/// Of one process.
constexpr std::array kMembers{"failures", "last_failure", "restarts", "quarantined_at", "quarantine_reason"};
constexpr std::array kRooms{"pages", "work"};

json process_json(const host::ProcessHealth& health) {
  json failures = json::array();
  for (const auto at : health.failures) failures.push_back(to_rfc3339(at));
  return {{"failures", std::move(failures)},
          {"last_failure", printable(health.last_failure, kMaxHealthText)},
          {"restarts", health.restarts},
          {"quarantined_at", time_or_null(health.quarantined_at)},
          {"quarantine_reason", printable(health.quarantine_reason, kMaxHealthText)}};
}

/// Reads members of one object; ok() says whether each was there and of its type.
class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {}
  [[nodiscard]] bool ok() const { return ok_; }

  std::string text(const char* name) {
    const auto& value = object_[name];
    ok_ = ok_ && value.is_string() && value.get_ref<const std::string&>().size() <= kMaxHealthText;
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

/// Whether it has these members of a process, and `more` others.
bool has_members(const json& object, std::size_t more) {
  return object.is_object() && object.size() == kMembers.size() + more &&
         std::all_of(kMembers.begin(), kMembers.end(), [&](const char* name) { return object.contains(name); });
}

bool read_process(const json& object, host::ProcessHealth& out) {
  Reader reader(object);
  out.failures = reader.times("failures");
  out.last_failure = reader.text("last_failure");
  out.restarts = reader.number("restarts");
  out.quarantined_at = reader.optional_time("quarantined_at");
  out.quarantine_reason = reader.text("quarantine_reason");
  return reader.ok();
}

bool read_rooms(const json& rooms, host::ModuleHealth& out) {
  if (!rooms.is_object()) return false;
  for (const auto& [name, kept] : rooms.items()) {
    const bool known = std::find(kRooms.begin(), kRooms.end(), name) != kRooms.end();
    if (!known || !has_members(kept, 0) || !read_process(kept, out.rooms[name])) return false;
  }
  return true;
}

}  // namespace

// What there is nothing to say of is left out: hosts of a version that knew no rooms read it, too.
std::string health_text(const host::ModuleHealth& health) {
  json out = process_json(health);
  out["digest"] = health.digest_hex;
  for (const auto& [name, room] : health.rooms) out["rooms"][name] = process_json(room);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<host::ModuleHealth> read_health(const std::string& text) {
  const auto object = json::parse(text, nullptr, false);
  const bool has_rooms = object.is_object() && object.contains("rooms");
  if (!has_members(object, has_rooms ? 2 : 1) || !object.contains("digest")) return std::nullopt;
  Reader reader(object);
  host::ModuleHealth health;
  health.digest_hex = reader.text("digest");
  const bool good = reader.ok() && read_process(object, health) && (!has_rooms || read_rooms(object["rooms"], health));
  return good ? std::optional(std::move(health)) : std::nullopt;
}

}  // namespace rapt::api
