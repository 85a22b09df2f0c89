// SPDX-License-Identifier: AGPL-3.0-or-later
#include "heroku_history.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "rapt/base/semver.hpp"

namespace rapt::agent::heroku {
namespace {

using nlohmann::json;

TimePoint time_in(const json& object) {
  return parse_time(text(object, "created_at")).value_or(TimePoint{});
}

}  // namespace

Release release_of(const json& object) {
  return {text(object, "id"),
          text(object, "status"),
          text(object, "description"),
          text(object, "output_stream_url"),
          number(object, "version"),
          flag(object, "current"),
          time_in(object)};
}

Build build_of(const json& object) {
  return {text(object, "id"),
          text(object, "status"),
          text(at(object, {"source_blob"}), "version"),
          text(at(object, {"release"}), "id"),
          text(object, "output_stream_url"),
          time_in(object)};
}

History::History(const json& releases, const json& builds) {
  for (const json& one : releases) releases_.push_back(release_of(one));
  for (const json& one : builds) builds_.push_back(build_of(one));
}

const Release* History::current() const {
  for (const Release& one : releases_)
    if (one.current) return &one;
  for (const Release& one : releases_)
    if (one.status == "succeeded") return &one;
  return nullptr;
}

std::optional<std::int64_t> History::rollback_to(const Release& release) {
  constexpr std::string_view kWords = "Rollback to v";
  if (!release.description.starts_with(kWords)) return std::nullopt;
  const char* begin = release.description.data() + kWords.size();
  const char* end = release.description.data() + release.description.size();
  std::int64_t out = 0;
  if (std::from_chars(begin, end, out).ec != std::errc{}) return std::nullopt;
  return out;
}

const Build* History::build_for(const Release& release) const {
  const auto is_its = [&](const Build& build) { return !build.release.empty() && build.release == release.id; };
  const auto found_at = std::find_if(builds_.begin(), builds_.end(), is_its);
  return found_at == builds_.end() ? nullptr : &*found_at;
}

/// Each step leads to an older release, so this ends.
const Release* History::deployed_by(const Release& release) const {
  const Release* here = &release;
  while (here != nullptr && build_for(*here) == nullptr) {
    const auto to = rollback_to(*here);
    const auto number = here->number;
    const auto is_next = [&](const Release& one) {
      return to && *to < number ? one.number == *to : one.number < number && one.status == "succeeded";
    };
    const auto next = std::find_if(releases_.begin(), releases_.end(), is_next);
    here = next == releases_.end() ? nullptr : &*next;
  }
  return here;
}

std::string History::version_of(const Release& release) const {
  const Release* deployed = deployed_by(release);
  if (deployed == nullptr) return {};
  const std::string version = build_for(*deployed)->version;
  return Version::parse(version) ? version : std::string();
}

const Release* History::before(const Release& release) const {
  const Release* deployed = deployed_by(release);
  if (deployed == nullptr) return nullptr;
  const std::string version = version_of(release);
  for (const Release& one : releases_)
    if (one.number < deployed->number && one.status == "succeeded" && version_of(one) != version) return &one;
  return nullptr;
}

const Build* History::pending_build() const {
  for (const Build& one : builds_)
    if (one.status == "pending") return &one;
  return nullptr;
}

}  // namespace rapt::agent::heroku
