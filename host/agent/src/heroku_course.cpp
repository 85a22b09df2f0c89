// SPDX-License-Identifier: AGPL-3.0-or-later
#include "heroku_course.hpp"

#include <nlohmann/json.hpp>

#include "json_fields.hpp"
#include "patience.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::agent::heroku {
namespace {

using nlohmann::json;

Error failed(std::string sentence) {
  Error out = Error::conflict(std::move(sentence));
  out.part = "heroku";
  return out;
}

std::string with_words(std::string sentence, const std::string& words) {
  if (!words.empty()) sentence += " Its last words: " + words;
  return sentence;
}

}  // namespace

Task<Result<App>> Course::app() {
  const auto body = co_await api_.get("");
  if (!body) co_return body.error();
  co_return App{text(*body, "web_url"), flag(*body, "maintenance")};
}

/// Builds first: one may end between the two, and the release of one that has ended must not be missing.
Task<Result<History>> Course::history() {
  const auto builds = co_await api_.newest("/builds", "started_at");
  if (!builds) co_return builds.error();
  const auto releases = co_await api_.newest("/releases", "version");
  if (!releases) co_return releases.error();
  co_return History(*releases, *builds);
}

Task<Result<std::size_t>> Course::web_dynos() {
  const auto dynos = co_await api_.get("/dynos");
  if (!dynos) co_return dynos.error();
  std::size_t out = 0;
  for (const json& one : *dynos) out += text(one, "type") == "web" ? 1 : 0;
  co_return out;
}

Task<Result<Release>> Course::build(std::string id, Progress& progress) {
  Patience patience(api_.options().patience);
  for (;;) {
    std::string path = "/builds/" + id;
    const auto body = co_await api_.get(std::move(path));
    if (!body) co_return body.error();
    const Build build = build_of(*body);
    co_await progress.at(Phase::kStarting, "Heroku builds the release");
    if (build.status == "failed") {
      const std::string words = co_await api_.last_words(build.output);
      co_return failed(with_words("Heroku could not build the release.", words));
    }
    if (build.status == "succeeded" && !build.release.empty()) {
      path = "/releases/" + build.release;
      const auto made = co_await api_.get(std::move(path));
      if (!made) co_return made.error();
      co_return release_of(*made);
    }
    if (patience.is_over()) co_return failed("Heroku's build did not end in time.");
    co_await runtime::sleep_for(api_.options().look_every);
  }
}

Task<Result<void>> Course::release_phase(Release release, Progress& progress) {
  Patience patience(api_.options().patience);
  for (;;) {
    std::string come_to = "v" + std::to_string(release.number) + " is prepared";
    co_await progress.at(Phase::kMigrating, std::move(come_to));
    if (release.status == "succeeded") co_return Result<void>{};
    if (release.status == "failed") {
      const std::string words = co_await api_.last_words(release.output);
      co_return failed(with_words("The release phase, which migrates the database, failed.", words));
    }
    if (patience.is_over()) co_return failed("The release phase, which migrates the database, did not end in time.");
    co_await runtime::sleep_for(api_.options().look_every);
    std::string path = "/releases/" + release.id;
    const auto body = co_await api_.get(std::move(path));
    if (!body) co_return body.error();
    release = release_of(*body);
  }
}

Task<Result<Course::Trouble>> Course::trouble(Release release, std::string web_url) {
  const auto dynos = co_await api_.get("/dynos");
  if (!dynos) co_return dynos.error();
  std::size_t up = 0;
  for (const json& one : *dynos) {
    const std::string type = text(one, "type"), state = text(one, "state");
    if (type == "run" || type == "release") continue;
    const std::string name = "The dyno " + printable(text(one, "name"), 60);
    const bool is_new = number(at(one, {"release"}), "version") == release.number;
    if (is_new && state == "crashed") co_return Trouble{name + " has crashed.", true};
    if (!is_new || state != "up") co_return Trouble{name + " is not up in the new release yet."};
    up += type == "web" ? 1 : 0;
  }
  if (up == 0) co_return Trouble{"No web dyno of the new release is up."};
  const bool ready = co_await api_.is_ready(std::move(web_url));
  if (ready) co_return Trouble{};
  co_return Trouble{"The app does not say that it is ready (GET /ready).", true};
}

Task<Result<void>> Course::come_up(Release release, Phase phase, Progress& progress) {
  const auto app = co_await this->app();
  if (!app) co_return app.error();
  Patience all(api_.options().patience), fault(api_.options().fault_patience);
  for (;;) {
    const auto wrong = co_await trouble(release, app->web_url);
    if (!wrong) co_return wrong.error();
    std::string come_to = wrong->said;
    if (come_to.empty()) come_to = "v" + std::to_string(release.number) + " is up";
    co_await progress.at(phase, std::move(come_to));
    if (wrong->said.empty()) co_return Result<void>{};
    if (!wrong->is_fault) fault.restart();
    if (fault.is_over() || all.is_over()) co_return failed("The new release did not come up: " + wrong->said);
    co_await runtime::sleep_for(api_.options().look_every);
  }
}

Task<Result<void>> Course::watch(Release release, Progress& progress) {
  const auto app = co_await this->app();
  if (!app) co_return app.error();
  Patience fault(api_.options().fault_patience);
  for (;;) {
    const auto wrong = co_await trouble(release, app->web_url);
    if (!wrong) co_return wrong.error();
    std::string come_to = wrong->said;
    if (come_to.empty()) come_to = "the new release is watched";
    co_await progress.at(Phase::kWatching, std::move(come_to));
    if (wrong->said.empty() && !is_on_probation(release)) co_return Result<void>{};
    if (wrong->said.empty()) fault.restart();
    if (!wrong->said.empty() && fault.is_over()) co_return failed("The new release did not stay well: " + wrong->said);
    co_await runtime::sleep_for(api_.options().look_every);
  }
}

bool Course::is_recent(TimePoint made_at) const {
  return clock_.now() < made_at + api_.options().watch + api_.options().patience;
}

bool Course::is_on_probation(const Release& release) const {
  return clock_.now() < release.made_at + api_.options().watch;
}

}  // namespace rapt::agent::heroku
