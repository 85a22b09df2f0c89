// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_set.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "module_health.hpp"
#include "module_views.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/runtime/runtime.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

constexpr std::chrono::seconds kInterval{2};
constexpr std::size_t kMaxLineBytes = 1024;

host::ModuleHealth health_of(const install::InstalledRecord& record, const std::vector<journal::Health>& all) {
  const auto kept =
      std::find_if(all.begin(), all.end(), [&](const auto& health) { return health.module == record.name; });
  host::ModuleHealth fresh;
  fresh.digest_hex = record.digest_hex;
  if (kept == all.end()) return fresh;
  auto health = read_health(kept->health_json);
  if (!health || health->digest_hex != record.digest_hex) health = std::move(fresh);
  health->released_at = kept->released_at;
  return std::move(*health);
}

std::map<hooks::Point, std::chrono::milliseconds> limits_of(const install::InstalledRecord& record) {
  std::map<hooks::Point, std::chrono::milliseconds> limits;
  for (const auto& [hook, ms] : record.time_limits_ms) {
    if (const auto point = hooks::parse_point(hook)) limits[*point] = std::chrono::milliseconds(ms);
  }
  return limits;
}

/// Each trouble is told once, until it is over.
void log_once(bool& told, std::string_view event, const std::optional<Error>& fault) {
  if (fault && !told) log::warn(event, {{"reason", fault->message}, {"detail", fault->log_detail}});
  told = fault.has_value();
}

template <class T>
std::optional<Error> fault_of(const Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

}  // namespace

std::vector<host::InstalledModule> modules_to_run(std::vector<install::InstalledRecord> records,
                                                  const std::vector<journal::Health>& health) {
  std::vector<host::InstalledModule> modules;
  for (auto& record : records) {
    if (!record.enabled) continue;
    host::InstalledModule module;
    module.health = health_of(record, health);
    module.time_limits = limits_of(record);
    module.name = std::move(record.name);
    module.version = std::move(record.version);
    module.bundle_path = std::move(record.path);
    module.digest_hex = std::move(record.digest_hex);
    modules.push_back(std::move(module));
  }
  return modules;
}

ModuleSet::ModuleSet(Parts parts, std::filesystem::path trust_dir, std::string host_name)
    : parts_(parts), trust_dir_(std::move(trust_dir)), host_name_(std::move(host_name)) {}

Task<void> ModuleSet::follow() {
  using namespace boost::asio::experimental::awaitable_operators;
  while (!stopping_) {
    co_await update();
    co_await tell(parts_.supervisor.status());
    if (stopping_) break;
    co_await (changed_.wait() || runtime::sleep_for(kInterval));
  }
  ended_.notify();
}

Task<void> ModuleSet::stop() {
  stopping_ = true;
  changed_.notify();
  co_await ended_.wait();
  co_await parts_.supervisor.stop();
  auto all = parts_.supervisor.status();
  for (auto& status : all) {
    status.state = host::ModuleState::kStopped;
    status.reason = "This host has been stopped.";
  }
  co_await tell(std::move(all));
}

Task<void> ModuleSet::update() {
  auto records = co_await parts_.installer.list();
  Result<std::vector<journal::Health>> health = std::vector<journal::Health>();
  if (records) health = co_await parts_.journal.health();
  auto trust = bundle::TrustStore::load(trust_dir_);
  if (records && trust) trust = co_await parts_.installer.with_trusted_keys(std::move(*trust));
  std::optional<Error> fault = fault_of(records);
  if (!fault) fault = fault_of(health);
  if (!fault) fault = fault_of(trust);
  log_once(told_unknown_, "modules.set_unknown", fault);
  if (fault) co_return;
  stored_.clear();
  for (const auto& one : *health) {
    const auto readable = read_health(one.health_json);
    stored_[one.module] = readable ? health_text(*readable) : std::string();
  }
  co_await gather_what_is_missing(*records);
  auto wanted = modules_to_run(std::move(*records), *health);
  co_await tidy_after_change(wanted);
  co_await parts_.supervisor.update(std::move(wanted), std::move(*trust));
  known_ = true;
}

/// Another host may have installed what is not in this host's store.
Task<void> ModuleSet::gather_what_is_missing(const std::vector<install::InstalledRecord>& records) {
  std::string set;
  bool missing = false;
  std::error_code failure;
  for (const auto& record : records) {
    set += record.name + " " + record.digest_hex + "\n";
    missing = missing || !std::filesystem::exists(record.path, failure);
  }
  if (!missing && gathered_for_ == set) co_return;
  const auto gathered = co_await parts_.installer.gather();
  // What cannot be had is said once, and sought again; a digest that is another one is sought at the next change.
  if (gathered || gathered.error().kind == ErrorKind::kConflict) gathered_for_ = std::move(set);
  log_once(told_lacking_, "modules.archive_missing", fault_of(gathered));
}

/// Archives that nothing needs any more may lie on this host when another one has installed, gone back or removed.
Task<void> ModuleSet::tidy_after_change(const std::vector<host::InstalledModule>& wanted) {
  std::string set;
  for (const auto& module : wanted) set += module.name + " " + module.digest_hex + "\n";
  if (std::exchange(tidied_for_, set) == set) co_return;
  const auto tidied = co_await parts_.installer.tidy();
  log_once(told_untidy_, "modules.not_tidied", fault_of(tidied));
}

Task<void> ModuleSet::tell(std::vector<host::ModuleStatus> all) {
  std::vector<journal::Report> reports;
  for (const auto& status : all) reports.push_back({.module = status.name, .status_json = dump(view(status))});
  auto told = co_await parts_.journal.report(host_name_, std::move(reports));
  if (told) told = co_await tell_health(all);
  // Also when the rest failed: what modules say is taken from the supervisor before it is lost there.
  auto lines = co_await tell_lines();
  if (told) told = std::move(lines);
  log_once(told_silent_, "modules.not_reported", fault_of(told));
}

/// Writes what has changed here. What another host has written meanwhile stands until something changes here again.
Task<Result<void>> ModuleSet::tell_health(const std::vector<host::ModuleStatus>& all) {
  std::vector<journal::Health> changed;
  for (const auto& status : all) {
    if (status.health.digest_hex.empty()) continue;
    auto text = health_text(status.health);
    if (said_[status.name] == text || stored_[status.name] == text) continue;
    changed.push_back({.module = status.name, .health_json = std::move(text)});
  }
  RAPT_CO_TRY(co_await parts_.journal.keep_health(changed));
  for (auto& health : changed) said_[health.module] = std::move(health.health_json);
  co_return Result<void>();
}

Task<Result<void>> ModuleSet::tell_lines() {
  for (auto& line : parts_.supervisor.take_lines()) {
    lines_.push_back({.module = std::move(line.module),
                      .host = host_name_,
                      .level = std::move(line.level),
                      .text = printable(line.text, kMaxLineBytes),
                      .at = line.at});
  }
  while (lines_.size() > kLinesKept) lines_.pop_front();
  std::vector<journal::Line> batch(lines_.begin(), lines_.end());
  auto added = co_await parts_.journal.add_lines(std::move(batch));
  // What the database will never take must not stand in the way of what comes after it.
  if (added || added.error().kind != ErrorKind::kUnavailable) lines_.clear();
  co_return added;
}

}  // namespace rapt::api
