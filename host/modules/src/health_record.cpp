// SPDX-License-Identifier: AGPL-3.0-or-later
#include "health_record.hpp"

#include <algorithm>
#include <utility>

namespace rapt::host {

HealthRecord::HealthRecord(const InstalledModule& installed, Limits limits)
    : module_(installed.name), limits_{std::max(limits.failures, 1u), limits.window} {
  if (installed.health.digest_hex == installed.digest_hex) health_ = installed.health;
  health_.digest_hex = installed.digest_hex;
  const auto released = std::exchange(health_.released_at, std::nullopt);
  if (released) release(*released);
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
  health_.quarantine_reason = "The module " + module_ + " is in quarantine since " + to_rfc3339(now) +
                              " and is not started any more: its process ended " + std::to_string(recent) +
                              " times since " + to_rfc3339(first) + ", the last time because " + what +
                              ". When the cause is mended, let it out with `rapt module release " + module_ +
                              "`, or install another version.";
  return true;
}

bool HealthRecord::release(TimePoint when) {
  if (health_.released_at && *health_.released_at >= when) return false;
  health_.released_at = when;
  std::erase_if(health_.failures, [&](TimePoint at) { return at <= when; });
  if (!quarantined() || *health_.quarantined_at >= when) return false;
  health_.quarantined_at.reset();
  health_.quarantine_reason.clear();
  return true;
}

}  // namespace rapt::host
