// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_changes.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::docker {

namespace {

using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kNoRestart = R"({"Name":"no"})";

Error unwell(std::string message) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.part = "docker";
  error.message = std::move(message);
  return error;
}

bool has_ended(const Seen& seen) {
  return !seen.running && seen.status != "created" && seen.status != "restarting";
}

std::string with_words(const std::string& words) {
  return words.empty() ? std::string(".") : ": " + words;
}

std::string helper_name(const std::string& name) {
  return name + "-once";
}

}  // namespace

std::string next_name(const std::string& name) {
  return name + "-next";
}

std::string before_name(const std::string& name) {
  return name + "-before";
}

/// An engine that is started anew is away for a moment: who only looks can wait for it.
Task<Result<json>> Changes::inspect(std::string container) {
  const auto deadline = SteadyClock::now() + options_.patience;
  for (;;) {
    auto seen = co_await engine_.inspect(container);
    if (seen || seen.error().kind != ErrorKind::kUnavailable || SteadyClock::now() > deadline) co_return seen;
    co_await runtime::sleep_for(options_.interval);
  }
}

Task<Result<Seen>> Changes::see(std::string container) {
  auto seen = co_await inspect(std::move(container));
  if (!seen) co_return seen.error();
  co_return read_container(*seen);
}

Task<Result<std::vector<Seen>>> Changes::made() {
  const std::vector<std::string> labels{std::string(kUpdateLabel) + "=" + work_.id};
  auto listed = co_await engine_.containers(labels);
  if (!listed) co_return listed.error();
  std::vector<Seen> all;
  for (const json& each : *listed) {
    if (!each.is_object() || !each.contains("Id") || !each["Id"].is_string())
      co_return unwell("The Docker Engine listed a container without an id.");
    auto seen = co_await see(each["Id"].get<std::string>());
    if (!seen && seen.error().kind == ErrorKind::kNotFound) continue;
    if (!seen) co_return seen.error();
    all.push_back(std::move(*seen));
  }
  co_return all;
}

Task<Result<std::string>> Changes::make(std::string name, Recipe recipe) {
  auto id = co_await engine_.create(name, recipe.body);
  if (!id) co_return id.error();
  for (const auto& [network, endpoint] : recipe.networks)
    RAPT_CO_TRY(co_await engine_.connect(network, connection(*id, endpoint)));
  co_return *id;
}

Task<Error> Changes::ended(Seen seen, std::string name) {
  const std::string words = co_await engine_.last_words(seen.id);
  if (!seen.fault.empty()) co_return unwell("The container " + name + " could not be started: " + seen.fault);
  // Started again by the engine, it has no status of its end any more.
  if (seen.running) co_return unwell("The container " + name + " ends again and again" + with_words(words));
  co_return unwell("The container " + name + " ended with status " + std::to_string(seen.exit_status) +
                   with_words(words));
}

Task<Result<void>> Changes::await_exit(std::string container, std::string what) {
  const auto deadline = SteadyClock::now() + options_.migration;
  for (;;) {
    auto seen = co_await see(container);
    if (!seen) co_return seen.error();
    if (has_ended(*seen) && seen->exit_status == 0 && seen->fault.empty()) co_return Result<void>{};
    if (has_ended(*seen)) co_return co_await ended(*seen, what);
    if (SteadyClock::now() > deadline) {
      co_return unwell(what + " did not end within " + std::to_string(options_.migration.count()) + " minutes.");
    }
    co_await runtime::sleep_for(options_.interval);
  }
}

Task<Result<void>> Changes::run_once(Place place, NewImage image, std::vector<std::string> command) {
  auto old = co_await inspect(place.old_id);
  if (!old) co_return old.error();
  auto old_image = co_await engine_.image(old->value("Image", ""));
  if (!old_image) co_return old_image.error();
  auto recipe = once(*old, *old_image, image, work_.id, command);
  if (!recipe) co_return recipe.error();
  const std::string name = helper_name(place.name);
  auto id = co_await make(name, std::move(*recipe));
  if (!id) co_return id.error();
  RAPT_CO_TRY(co_await engine_.start(*id));
  std::string what = name + " (rapt";
  for (const std::string& word : command) what += " " + word;
  RAPT_CO_TRY(co_await await_exit(*id, what + ")"));
  co_return co_await engine_.remove(*id);
}

Task<Result<void>> Changes::wait_until_well(std::string container, std::string name, int restarts) {
  const auto begun = SteadyClock::now();
  for (;;) {
    auto seen = co_await see(container);
    if (!seen) co_return seen.error();
    if (has_ended(*seen)) co_return co_await ended(*seen, name);
    if (seen->restarts > restarts || seen->status == "restarting") co_return co_await ended(*seen, name);
    if (seen->health == "unhealthy")
      co_return unwell("The container " + name + " is not healthy" + with_words(seen->health_words));
    if (seen->health == "healthy") co_return Result<void>{};
    const auto passed = SteadyClock::now() - begun;
    if (seen->health.empty() && seen->running && passed >= options_.settle) co_return Result<void>{};
    if (passed > options_.patience) {
      co_return unwell("The container " + name + " was not healthy within " +
                       std::to_string(options_.patience.count()) + " seconds" + with_words(seen->health_words));
    }
    co_await runtime::sleep_for(options_.interval);
  }
}

/// Without a restart policy, an engine that starts anew leaves a container that has been stopped alone.
Task<Result<void>> Changes::retire(Place place) {
  auto old = co_await see(place.old_id);
  if (!old) co_return old.error();
  RAPT_CO_TRY(co_await engine_.set_restart_policy(place.old_id, std::string(kNoRestart)));
  co_return co_await engine_.stop(place.old_id, old->grace);
}

Task<Result<void>> Changes::replace(Place place, NewImage image) {
  auto old = co_await inspect(place.old_id);
  if (!old) co_return old.error();
  auto old_image = co_await engine_.image(old->value("Image", ""));
  if (!old_image) co_return old_image.error();
  auto recipe = like(*old, *old_image, image, work_.id);
  if (!recipe) co_return recipe.error();
  auto id = co_await make(next_name(place.name), std::move(*recipe));
  if (!id) co_return id.error();
  if (place.ends_first) RAPT_CO_TRY(co_await retire(place));
  RAPT_CO_TRY(co_await engine_.start(*id));
  RAPT_CO_TRY(co_await wait_until_well(*id, place.name, 0));
  if (!place.ends_first) RAPT_CO_TRY(co_await retire(place));
  RAPT_CO_TRY(co_await engine_.rename(place.old_id, before_name(place.name)));
  co_return co_await engine_.rename(*id, place.name);
}

Task<Result<void>> Changes::watch(Progress& progress) {
  std::map<std::string, int> restarts;
  const auto deadline = SteadyClock::now() + options_.watch;
  for (;;) {
    for (const Place& place : work_.places) {
      auto seen = co_await see(place.name);
      if (!seen) co_return seen.error();
      const int known = restarts.emplace(place.name, seen->restarts).first->second;
      if (!seen->running || seen->restarts > known) co_return co_await ended(*seen, place.name);
      if (seen->health == "unhealthy")
        co_return unwell("The container " + place.name + " is not healthy any more" + with_words(seen->health_words));
    }
    const auto left = deadline - SteadyClock::now();
    if (left <= SteadyClock::duration::zero()) co_return Result<void>{};
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(left).count();
    co_await progress.at(Phase::kWatching, std::to_string(minutes) + " minutes left");
    co_await runtime::sleep_for(options_.interval);
  }
}

/// Removes what this update has made under that name.
Task<Result<void>> Changes::take_away(std::string name) {
  auto all = co_await made();
  if (!all) co_return all.error();
  for (const Seen& each : *all) {
    if (each.name != name) continue;
    RAPT_CO_TRY(co_await engine_.stop(each.id, each.grace));
    RAPT_CO_TRY(co_await engine_.remove(each.id));
  }
  co_return Result<void>{};
}

/// Fine when it runs already.
Task<Result<void>> Changes::bring_back(Place place) {
  RAPT_CO_TRY(co_await engine_.set_restart_policy(place.old_id, place.restart_policy));
  RAPT_CO_TRY(co_await engine_.start(place.old_id));
  auto old = co_await see(place.old_id);
  if (!old) co_return old.error();
  co_return co_await wait_until_well(place.old_id, place.name, old->restarts);
}

Task<Result<void>> Changes::restore(Place place) {
  auto old = co_await see(place.old_id);
  if (!old) co_return old.error();
  // Where both can run at once, somebody serves all the time.
  if (!place.ends_first) RAPT_CO_TRY(co_await bring_back(place));
  RAPT_CO_TRY(co_await take_away(next_name(place.name)));
  if (old->name != place.name) {
    RAPT_CO_TRY(co_await take_away(place.name));
    RAPT_CO_TRY(co_await engine_.rename(place.old_id, place.name));
  }
  if (place.ends_first) RAPT_CO_TRY(co_await bring_back(place));
  co_return Result<void>{};
}

Task<Result<void>> Changes::keep(Place place) {
  auto old = co_await see(place.old_id);
  if (!old && old.error().kind == ErrorKind::kNotFound) co_return Result<void>{};
  if (!old) co_return old.error();
  co_return co_await engine_.remove(place.old_id);
}

Task<Result<void>> Changes::clear() {
  for (const Place& place : work_.places) RAPT_CO_TRY(co_await take_away(helper_name(place.name)));
  co_return Result<void>{};
}

}  // namespace rapt::agent::docker
