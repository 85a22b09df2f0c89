// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/heroku.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "heroku_course.hpp"
#include "json_fields.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/release/source.hpp"
#include "update_checks.hpp"

namespace rapt::agent {

using heroku::History;
using heroku::Release;
using nlohmann::json;

namespace {

constexpr std::size_t kMaxSource = std::size_t{256} << 20;  // it is sent from memory

struct Source {
  std::string bytes, sha256;
};

/// The archive as Heroku takes it. The file beside it is gone afterwards.
Result<Source> source_of(const std::filesystem::path& archive) {
  std::filesystem::path packed = archive;
  packed += ".heroku";
  auto digest = release::write_source(archive, packed);
  if (!digest) return digest.error();
  auto bytes = read_file(packed, kMaxSource);
  std::error_code ignored;
  std::filesystem::remove(packed, ignored);
  if (!bytes) return bytes.error();
  return Source{std::move(*bytes), std::move(*digest)};
}

/// What runs is as before, unless nobody could be asked.
Outcome not_made(const Error& error, const std::string& from) {
  if (error.code != heroku::kAway) return {Ending::kFailed, from, error.message};
  return {Ending::kBroken, from, error.message + " Nobody knows what became of the build: start the agent again."};
}

}  // namespace

struct HerokuStrategy::Impl {
  Impl(HerokuOptions given, http::Client& client, Supply& from, const Clock& clock)
      : options(std::move(given)), supply(from), api(options, client), course(api, clock) {}

  [[nodiscard]] std::string runs(const History& history) const;
  Task<Result<std::string>> ready_to_change(const History& history);
  Task<Result<std::string>> hand_over(marketplace::VouchedRelease release, Progress& progress);
  Task<Result<std::string>> begin_build(std::string source_url, std::string sha256, std::string version);
  Task<Outcome> see_through(std::string build, std::string from, std::string to, Progress& progress);
  Task<Outcome> probation(Release release, std::string from, std::string to, Progress& progress);
  Task<Outcome> go_back(Release release, std::string to, std::string because, Progress& progress);
  Task<Outcome> end_rollback(Release release, std::string to, std::string because, Progress& progress);

  const HerokuOptions options;
  Supply& supply;
  heroku::Api api;
  heroku::Course course;
};

HerokuStrategy::HerokuStrategy(HerokuOptions options, http::Client& client, Supply& supply, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), client, supply, clock)) {}
HerokuStrategy::~HerokuStrategy() = default;

std::string HerokuStrategy::Impl::runs(const History& history) const {
  const Release* current = history.current();
  const std::string version = current == nullptr ? "" : history.version_of(*current);
  return version.empty() ? options.own_version : version;
}

Task<Result<std::string>> HerokuStrategy::running() {
  const auto history = co_await impl_->course.history();
  if (!history) co_return history.error();
  co_return impl_->runs(*history);
}

Task<Result<std::optional<std::string>>> HerokuStrategy::previous() {
  const auto history = co_await impl_->course.history();
  if (!history) co_return history.error();
  const Release* current = history->current();
  if (current == nullptr || History::rollback_to(*current)) co_return std::optional<std::string>();
  const Release* before = history->before(*current);
  const std::string version = before == nullptr ? "" : history->version_of(*before);
  if (version.empty()) co_return std::optional<std::string>();
  co_return std::optional(version);
}

/// Whether anything can be begun and watched. What runs.
Task<Result<std::string>> HerokuStrategy::Impl::ready_to_change(const History& history) {
  if (history.pending_build() != nullptr)
    co_return Error::conflict("Another build of the app is running on Heroku: wait until it has ended.");
  const auto app = co_await course.app();
  if (!app) co_return app.error();
  if (app->maintenance)
    co_return Error::conflict(
        "The app is in maintenance mode, so nobody would see whether the new version runs: heroku maintenance:off.");
  const auto dynos = co_await course.web_dynos();
  if (!dynos) co_return dynos.error();
  if (*dynos == 0)
    co_return Error::conflict(
        "No web dyno runs, so nobody would see whether the new version does: heroku ps:scale web=1.");
  co_return runs(history);
}

/// The release's files, where Heroku finds them. The id of the build.
Task<Result<std::string>> HerokuStrategy::Impl::hand_over(marketplace::VouchedRelease release, Progress& progress) {
  const auto archive = co_await supply.archive(release, progress);
  if (!archive) co_return archive.error();
  auto source = source_of(*archive);
  supply.done(*archive);
  if (!source) co_return source.error();
  const auto place = co_await api.post(std::string(heroku::kSources), "{}");
  if (!place) co_return place.error();
  const json& urls = at(*place, {"source_blob"});
  RAPT_CO_TRY(co_await api.upload(text(urls, "put_url"), std::move(source->bytes)));
  co_return co_await begin_build(text(urls, "get_url"), source->sha256, release.release.version);
}

/// Nobody may ask twice: where the answer was lost, the list tells.
Task<Result<std::string>> HerokuStrategy::Impl::begin_build(std::string source_url, std::string sha256,
                                                            std::string version) {
  const json blob = {{"url", source_url}, {"checksum", "SHA256:" + sha256}, {"version", version}};
  const json body = {{"source_blob", blob}};
  const auto build = co_await api.post_once("/builds", body.dump());
  if (build) co_return text(*build, "id");
  const auto error = build.error();
  if (error.code != heroku::kAway) co_return error;
  const auto history = co_await course.history();
  if (!history) co_return history.error();
  const auto* pending = history->pending_build();
  if (pending == nullptr || pending->version != version) co_return error;
  co_return pending->id;
}

Task<Outcome> HerokuStrategy::Impl::see_through(std::string build, std::string from, std::string to,
                                                Progress& progress) {
  const auto release = co_await course.build(std::move(build), progress);
  if (!release) co_return not_made(release.error(), from);
  co_return co_await probation(*release, std::move(from), std::move(to), progress);
}

Task<Outcome> HerokuStrategy::Impl::probation(Release release, std::string from, std::string to, Progress& progress) {
  const auto migrated = co_await course.release_phase(release, progress);
  if (!migrated) co_return not_made(migrated.error(), from);
  auto well = co_await course.come_up(release, Phase::kSwitching, progress);
  if (well) well = co_await course.watch(release, progress);
  if (well) co_return Outcome{Ending::kUpdated, to, ""};
  const auto error = well.error();
  if (error.code == heroku::kAway)
    co_return Outcome{Ending::kBroken, to, error.message + " Nobody knows whether " + to + " runs well: see to it."};
  co_return co_await go_back(std::move(release), std::move(from), error.message, progress);
}

Task<Outcome> HerokuStrategy::Impl::go_back(Release release, std::string to, std::string because, Progress& progress) {
  co_await progress.at(Phase::kRollingBack, because);
  const auto broken = [&](const std::string& why) {
    return Outcome{Ending::kBroken, "", because + (because.empty() ? "" : " ") + why};
  };
  const auto history = co_await course.history();
  if (!history) co_return broken("It could not be taken back: " + history.error().message);
  const Release* before = history->before(release);
  if (before == nullptr) co_return broken("There is no release before it to go back to: heroku releases.");
  if (const std::string known = history->version_of(*before); !known.empty()) to = known;
  const json body = {{"release", before->id}};
  const auto made = co_await api.post("/releases", body.dump());
  if (!made) co_return broken("It could not be taken back: " + made.error().message);
  co_return co_await end_rollback(heroku::release_of(*made), std::move(to), std::move(because), progress);
}

Task<Outcome> HerokuStrategy::Impl::end_rollback(Release release, std::string to, std::string because,
                                                 Progress& progress) {
  const auto migrated = co_await course.release_phase(release, progress);
  Result<void> up = migrated;
  if (migrated) up = co_await course.come_up(release, Phase::kRollingBack, progress);
  if (up) co_return Outcome{Ending::kRolledBack, std::move(to), std::move(because)};
  const std::string why = because.empty() ? std::string() : because + " ";
  co_return Outcome{Ending::kBroken, std::move(to), why + "Going back did not help: " + up.error().message};
}

Task<Result<Outcome>> HerokuStrategy::apply(marketplace::VouchedRelease release, Progress& progress) {
  const auto history = co_await impl_->course.history();
  if (!history) co_return history.error();
  const auto from = co_await impl_->ready_to_change(*history);
  if (!from) co_return from.error();
  RAPT_CO_TRY(check_schema(release.release, *from));
  const std::string to = release.release.version;
  const auto build = co_await impl_->hand_over(std::move(release), progress);
  if (!build) co_return build.error();
  co_return co_await impl_->see_through(*build, *from, to, progress);
}

Task<Result<Outcome>> HerokuStrategy::rollback(Progress& progress) {
  const auto to = co_await previous();
  if (!to) co_return to.error();
  if (!*to) co_return Error::conflict("The app has no release of another version to go back to: heroku releases.");
  const auto history = co_await impl_->course.history();
  if (!history) co_return history.error();
  const auto from = co_await impl_->ready_to_change(*history);
  if (!from) co_return from.error();
  co_return co_await impl_->go_back(*history->current(), **to, "", progress);
}

Task<Result<std::optional<Outcome>>> HerokuStrategy::recover(Progress& progress) {
  const auto history = co_await impl_->course.history();
  if (!history) co_return history.error();
  const Release* newest = history->newest();
  const auto* build = history->newest_build();
  if (newest == nullptr || build == nullptr || !Version::parse(build->version)) co_return std::optional<Outcome>();
  const std::string runs = impl_->runs(*history);
  if (build->status != "succeeded") {
    if (build->status == "failed" && !impl_->course.is_recent(build->made_at)) co_return std::optional<Outcome>();
    co_return std::optional(co_await impl_->see_through(build->id, runs, build->version, progress));
  }
  if (!impl_->course.is_recent(newest->made_at)) co_return std::optional<Outcome>();
  if (History::rollback_to(*newest)) {
    std::string because = "The release " + build->version + " was taken back.";
    co_return std::optional(co_await impl_->end_rollback(*newest, runs, std::move(because), progress));
  }
  const bool is_deploy = build->release == newest->id;
  if (!is_deploy || (newest->current && !impl_->course.is_on_probation(*newest))) co_return std::optional<Outcome>();
  std::string before = newest->current ? std::string() : runs;
  auto outcome = co_await impl_->probation(*newest, std::move(before), build->version, progress);
  co_return std::optional(std::move(outcome));
}

}  // namespace rapt::agent
