// SPDX-License-Identifier: AGPL-3.0-or-later
#include "health_record.hpp"

#include <algorithm>
#include <utility>

namespace rapt::host {

HealthRecord::HealthRecord(const InstalledModule& installed, Limits limits, const std::string& room)
    : module_(installed.name), room_(room), limits_{std::max(limits.failures, 1u), limits.window} {
  const auto& kept = installed.health;
  if (kept.digest_hex != installed.digest_hex) return;
  const auto of_room = kept.rooms.find(room);
  if (room.empty()) health_ = kept;
  if (of_room != kept.rooms.end()) health_ = of_room->second;
  if (kept.released_at) release(*kept.released_at);
}

bool HealthRecord::failed(TimePoint now, const std::string& what) {
  auto& failures = health_.failures;
  failures.push_back(now);
  if (failures.size() > kKept) failures.erase(failures.begin());
  health_.last_failure = what;
  // A time after `now` is from before the clock was set back: it says nothing about how long ago it was.
  const auto counts = [&](TimePoint at) { return at <= now && now - at <= limits_.window; };
  const auto recent = static_cast<unsigned>(std::count_if(failures.begin(), failures.end(), counts));
  if (quarantined() || recent < limits_.failures) return false;
  const auto first = *std::find_if(failures.begin(), failures.end(), counts);
  health_.quarantined_at = now;
  const auto process = "process for its " + room_;
  health_.quarantine_reason =
      "The " + (room_.empty() ? "" : process + " of the ") + "module " + module_ + " is in quarantine since " +
      to_rfc3339(now) + " and is not started any more: " + (room_.empty() ? "its process" : "it") + " ended " +
      std::to_string(recent) + " times since " + to_rfc3339(first) + ", the last time because " + what +
      ". When the cause is mended, let it out with `rapt module release " + module_ + "`, or install another version.";
  return true;
}

bool HealthRecord::release(TimePoint when) {
  if (released_at_ && *released_at_ >= when) return false;
  released_at_ = when;
  std::erase_if(health_.failures, [&](TimePoint at) { return at <= when; });
  if (!quarantined() || *health_.quarantined_at >= when) return false;
  health_.quarantined_at.reset();
  health_.quarantine_reason.clear();
  return true;
}

}  // namespace rapt::host
