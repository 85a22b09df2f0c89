// SPDX-License-Identifier: AGPL-3.0-or-later
// Whether a new version has gone wrong, by what hosts say of it.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "probation.hpp"
#include "rapt/base/text.hpp"

namespace rapt::updates {
namespace {

using nlohmann::json;
using Kind = Judgement::Kind;

constexpr std::chrono::minutes kClocksApart{1};  ///< of hosts and database
constexpr std::chrono::minutes kLongInstallation{15};

/// What all hosts together say.
struct Figures {
  std::uint64_t calls = 0, failures = 0, ends = 0;
  std::size_t hosts = 0, refusing = 0;  ///< hosts that have said something; that cannot start the new version
  std::string refusal, last_end, quarantine;
};

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? printable(found->get_ref<const std::string&>(), 500) : "";
}

std::uint64_t number_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

void add_report(const json& report, const Watched& watched, Figures& out) {
  if (!report.is_object()) return;
  ++out.hosts;
  const auto upgrade = report.find("upgrade");
  if (upgrade != report.end() && upgrade->is_object() && text_of(*upgrade, "version") == watched.to &&
      upgrade->value("failed", false)) {
    ++out.refusing;
    out.refusal = text_of(*upgrade, "reason");
  }
  if (text_of(report, "version") != watched.to) return;
  const auto state = text_of(report, "state");
  if (state == "refused") {
    ++out.refusing;
    out.refusal = text_of(report, "reason");
  }
  if (state == "quarantined") out.quarantine = text_of(report, "reason");
  const auto rooms = report.find("rooms");
  if (rooms != report.end() && rooms->is_array()) {
    for (const auto& room : *rooms)
      if (room.is_object() && text_of(room, "state") == "quarantined") out.quarantine = text_of(room, "reason");
  }
  const auto hooks = report.find("hooks");
  if (hooks == report.end() || !hooks->is_array()) return;
  for (const auto& hook : *hooks) {
    if (!hook.is_object()) continue;
    out.calls += number_of(hook, "calls");
    out.failures += number_of(hook, "failures");
  }
}

/// Of one of its processes.
void add_ends(const json& health, const Watched& watched, Figures& out) {
  if (!health.is_object()) return;
  const auto ends = health.find("failures");
  if (ends == health.end() || !ends->is_array()) return;
  for (const auto& end : *ends) {
    const auto at = end.is_string() ? parse_time(end.get_ref<const std::string&>()) : std::nullopt;
    if (at && *at >= watched.started_at - kClocksApart) ++out.ends;
  }
  if (!ends->empty()) out.last_end = text_of(health, "last_failure");
}

void add_health(const Watched& watched, Figures& out) {
  const auto health = json::parse(watched.health_json, nullptr, false);
  if (!health.is_object() || text_of(health, "digest") != watched.digest_hex) return;
  add_ends(health, watched, out);
  const auto rooms = health.find("rooms");
  if (rooms == health.end() || !rooms->is_object()) return;
  for (const auto& room : *rooms) add_ends(room, watched, out);
}

Figures figures_of(const Watched& watched) {
  Figures out;
  add_health(watched, out);
  const auto reports = json::parse(watched.reports_json, nullptr, false);
  if (!reports.is_array()) return out;
  for (const auto& report : reports) add_report(report, watched, out);
  return out;
}

/// A share that the version before had, too, is not the new one's fault.
bool fails_too_often(const Figures& now, const Watched& watched, const Probation& probation) {
  if (now.calls == 0 || now.failures < probation.failures) return false;
  const auto share = [](std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
  };
  const auto before = share(watched.failures_before, watched.calls_before);
  return share(now.failures, now.calls) > std::max(probation.failed_share, 5 * before);
}

/// A clause: what went wrong; "" when nothing did.
std::string fault_of(const Figures& now, const Watched& watched, const Probation& probation) {
  const auto count = [](std::uint64_t number) { return std::to_string(number); };
  const auto after = " after its update";
  if (now.ends >= probation.failures)
    return "failed " + count(now.ends) + " times" + after + (now.last_end.empty() ? "" : " (" + now.last_end + ")");
  if (!now.quarantine.empty()) return std::string("was quarantined") + after + " (" + now.quarantine + ")";
  if (fails_too_often(now, watched, probation))
    return "failed in " + count(now.failures) + " of " + count(now.calls) + " calls" + after;
  // One host may be late with the bundle; when all of them cannot start it, it is the version.
  const bool settled = watched.now >= watched.started_at + probation.settling;
  if (settled && now.hosts > 0 && now.refusing == now.hosts)
    return std::string("could not be started") + after + " (" + now.refusal + ")";
  return "";
}

}  // namespace

Judgement judge(const Watched& watched, const Probation& probation) {
  const auto since = watched.now - watched.started_at;
  if (!watched.failed_because.empty()) return {Kind::kFailed, watched.failed_because};
  if (watched.installed != watched.to) {
    // Not yet; or never: the host that wanted to install it died, or somebody has changed the version since.
    const bool never = since > kLongInstallation || watched.installed != watched.from;
    return {never ? Kind::kGone : Kind::kWatching};
  }
  const auto figures = figures_of(watched);
  const auto fault = fault_of(figures, watched, probation);
  if (!fault.empty()) return {Kind::kFailed, watched.module + " " + watched.to + " " + fault};
  const bool over = since >= probation.time && figures.calls >= probation.calls;
  return {over || since >= probation.longest ? Kind::kKept : Kind::kWatching};
}

}  // namespace rapt::updates
