// SPDX-License-Identifier: AGPL-3.0-or-later
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "docker_changes.hpp"
#include "docker_instance.hpp"
#include "docker_journal.hpp"
#include "docker_pull.hpp"
#include "rapt/agent/docker.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::agent {

namespace {

using namespace docker;

Outcome outcome(Ending ending, std::string version, std::string because = {}) {
  Outcome made;
  made.ending = ending;
  made.version = std::move(version);
  made.because = std::move(because);
  return made;
}

class DockerStrategy final : public Strategy {
 public:
  DockerStrategy(DockerOptions options, http::Client& client)
      : options_(std::move(options)), engine_(client, options_.socket, options_.answer) {}

  [[nodiscard]] std::string_view name() const override { return "docker"; }
  Task<Result<std::string>> running() override;
  Task<Result<std::optional<std::string>>> previous() override;
  Task<Result<Outcome>> apply(marketplace::VouchedRelease release, Progress& progress) override;
  Task<Result<Outcome>> rollback(Progress& progress) override;
  Task<Result<std::optional<Outcome>>> recover(Progress& progress) override;

 private:
  Task<Result<Instance>> instance();
  /// Ends what is in the journal, and reads it. An Error when it cannot be ended now.
  Task<Result<void>> begin(Progress& progress);
  Result<void> note() { return write_journal(options_.journal, journal_); }
  Result<void> note(docker::Step step);
  void plan(const Instance& instance, std::string to, bool goes_back);
  Task<Result<NewImage>> prepare(marketplace::VouchedRelease release, Progress& progress);
  Task<Result<NewImage>> fetch_again(std::string image, Progress& progress);
  Task<Result<void>> replace_all(Progress& progress);
  /// From the replacing to the end, or back.
  Task<Outcome> carry_out(Progress& progress);
  Task<Outcome> watch(Progress& progress);
  Task<Outcome> keep();
  Task<Outcome> go_back(std::string because, Progress& progress);
  Task<Outcome> give_up(Error why);
  Outcome broken(const Error& why);
  Task<std::optional<Error>> restore_all();

  const DockerOptions options_;
  Engine engine_;
  docker::Journal journal_;
};

Task<Result<Instance>> DockerStrategy::instance() {
  auto name = co_await instance_name(engine_, options_.mounts, options_.instance);
  if (!name) co_return name.error();
  co_return co_await look_at_instance(engine_, *name);
}

Task<Result<std::string>> DockerStrategy::running() {
  auto seen = co_await instance();
  if (!seen) co_return seen.error();
  co_return seen->lowest();
}

Task<Result<std::optional<std::string>>> DockerStrategy::previous() {
  auto journal = read_journal(options_.journal);
  if (!journal) co_return journal.error();
  if (!journal->past) co_return std::optional<std::string>();
  co_return std::optional<std::string>(journal->past->version);
}

Result<void> DockerStrategy::note(docker::Step step) {
  journal_.work->step = step;
  return note();
}

void DockerStrategy::plan(const Instance& instance, std::string to, bool goes_back) {
  Work work;
  work.id = security::to_hex(security::random_bytes(8));
  work.goes_back = goes_back;
  work.from = instance.lowest();
  work.to = std::move(to);
  for (const Seen& each : instance.containers) {
    work.places.push_back(Place{each.name, each.id, each.restart_policy, each.ends_first});
    // By the name that a registry knows, so that it can be fetched again; else by what it is.
    const bool by_digest = each.image.find("@sha256:") != std::string::npos;
    work.before[each.name] = by_digest ? each.image : each.image_id;
  }
  journal_.work = std::move(work);
}

Task<Result<NewImage>> DockerStrategy::prepare(marketplace::VouchedRelease release, Progress& progress) {
  const std::string& version = release.release.version;
  co_await progress.at(Phase::kDownloading, release.release.image);
  auto image = co_await pull(engine_, release.release.image, version, options_.credentials, progress);
  if (!image) co_return image.error();
  if (options_.backup) {
    co_await progress.at(Phase::kBackingUp, {});
    RAPT_CO_TRY(co_await options_.backup(journal_.work->from));
  }
  co_await progress.at(Phase::kMigrating, {});
  Changes changes(engine_, options_, *journal_.work);
  const std::vector<std::string> command{"migrate"};
  RAPT_CO_TRY(co_await changes.run_once(journal_.work->places.front(), *image, command));
  co_return image;
}

Task<Result<void>> DockerStrategy::replace_all(Progress& progress) {
  Changes changes(engine_, options_, *journal_.work);
  for (const Place& place : journal_.work->places) {
    co_await progress.at(place.ends_first ? Phase::kSwitching : Phase::kStarting, place.name);
    auto image = co_await known_image(engine_, journal_.work->images.at(place.name), journal_.work->to);
    if (!image) co_return image.error();
    RAPT_CO_TRY(co_await changes.replace(place, *image));
  }
  co_return Result<void>{};
}

Task<Outcome> DockerStrategy::carry_out(Progress& progress) {
  if (auto noted = note(docker::Step::kReplacing); !noted) co_return co_await give_up(noted.error());
  if (auto replaced = co_await replace_all(progress); !replaced)
    co_return co_await go_back(replaced.error().message, progress);
  if (auto noted = note(docker::Step::kWatching); !noted) co_return co_await go_back(noted.error().message, progress);
  co_return co_await watch(progress);
}

Task<Outcome> DockerStrategy::watch(Progress& progress) {
  Changes changes(engine_, options_, *journal_.work);
  if (auto well = co_await changes.watch(progress); !well) co_return co_await go_back(well.error().message, progress);
  if (auto noted = note(docker::Step::kKeeping); !noted) co_return co_await go_back(noted.error().message, progress);
  co_return co_await keep();
}

Task<Outcome> DockerStrategy::keep() {
  Changes changes(engine_, options_, *journal_.work);
  const std::string version = journal_.work->to;
  for (const Place& place : journal_.work->places) {
    auto kept = co_await changes.keep(place);
    // The new ones run and stay; what is left over is removed by the next recover().
    if (!kept) co_return outcome(Ending::kUpdated, version, "What ran before is still there. " + kept.error().message);
  }
  journal_.past.reset();
  if (!journal_.work->goes_back) journal_.past = Past{journal_.work->from, journal_.work->before};
  journal_.work.reset();
  if (auto noted = note(); !noted) co_return outcome(Ending::kUpdated, version, noted.error().message);
  co_return outcome(Ending::kUpdated, version);
}

/// The last container that was changed is the first to come back. The first error, when not all came.
Task<std::optional<Error>> DockerStrategy::restore_all() {
  Changes changes(engine_, options_, *journal_.work);
  std::optional<Error> first;
  auto places = journal_.work->places;
  std::reverse(places.begin(), places.end());
  for (const Place& place : places) {
    auto restored = co_await changes.restore(place);
    if (!restored && !first) first = restored.error();
  }
  co_return first;
}

Outcome DockerStrategy::broken(const Error& why) {
  return outcome(Ending::kBroken, journal_.work->from,
                 journal_.work->because + " The containers that ran before could not be brought back: " + why.message +
                     " This is tried again when the agent starts; `docker ps -a` shows what there is.");
}

Task<Outcome> DockerStrategy::go_back(std::string because, Progress& progress) {
  journal_.work->because = because;
  // Without it, recover() goes back, too, and only knows less of why.
  auto noted = note();
  co_await progress.at(Phase::kRollingBack, because);
  const auto failed = co_await restore_all();
  if (failed) co_return broken(*failed);
  const std::string version = journal_.work->from;
  journal_.work.reset();
  noted = note();
  if (!noted) because += " " + noted.error().message;
  co_return outcome(Ending::kRolledBack, version, because);
}

/// Nothing that runs has been touched.
Task<Outcome> DockerStrategy::give_up(Error why) {
  Changes changes(engine_, options_, *journal_.work);
  auto cleared = co_await changes.clear();
  const std::string version = journal_.work->from;
  std::string because = why.message;
  if (!cleared) co_return outcome(Ending::kFailed, version, because + " " + cleared.error().message);
  journal_.work.reset();
  if (auto noted = note(); !noted) because += " " + noted.error().message;
  co_return outcome(Ending::kFailed, version, because);
}

Task<Result<void>> DockerStrategy::begin(Progress& progress) {
  auto recovered = co_await recover(progress);
  if (!recovered) co_return recovered.error();
  if (*recovered && (*recovered)->ending == Ending::kBroken)
    co_return Error::unavailable("docker", (*recovered)->because);
  co_return Result<void>{};
}

Task<Result<Outcome>> DockerStrategy::apply(marketplace::VouchedRelease release, Progress& progress) {
  RAPT_CO_TRY(check_reference(release.release.image));
  RAPT_CO_TRY(co_await begin(progress));
  auto seen = co_await instance();
  if (!seen) co_return seen.error();
  const auto oldest = Version::parse(release.release.schema_from);
  if (oldest && *Version::parse(seen->lowest()) < *oldest) {
    co_return Error::conflict("The programs of " + seen->lowest() + " cannot work on the schema of " +
                              release.release.version + ", and containers are replaced one after the other. Go to " +
                              release.release.schema_from +
                              " first, or stop the instance and follow docs/updating.md.");
  }
  RAPT_CO_TRY(co_await check_replaceable(engine_, *seen));
  plan(*seen, release.release.version, false);
  for (const Place& place : journal_.work->places) journal_.work->images[place.name] = release.release.image;
  RAPT_CO_TRY(note(docker::Step::kPreparing));
  auto image = co_await prepare(release, progress);
  if (!image) co_return co_await give_up(image.error());
  co_return co_await carry_out(progress);
}

Task<Result<NewImage>> DockerStrategy::fetch_again(std::string image, Progress& progress) {
  const std::string version = journal_.work->to;
  if (image.find('@') == std::string::npos) co_return co_await known_image(engine_, image, version);
  co_return co_await pull(engine_, image, version, options_.credentials, progress);
}

Task<Result<Outcome>> DockerStrategy::rollback(Progress& progress) {
  RAPT_CO_TRY(co_await begin(progress));
  if (!journal_.past) co_return Error::conflict("There is no release to go back to: none was replaced here.");
  auto seen = co_await instance();
  if (!seen) co_return seen.error();
  RAPT_CO_TRY(co_await check_replaceable(engine_, *seen));
  plan(*seen, journal_.past->version, true);
  for (const Place& place : journal_.work->places) {
    const auto known = journal_.past->images.find(place.name);
    const auto& images = journal_.past->images;
    journal_.work->images[place.name] = known == images.end() ? images.begin()->second : known->second;
  }
  RAPT_CO_TRY(note(docker::Step::kPreparing));
  for (const auto& [place, image] : journal_.work->images) {
    auto there = co_await fetch_again(image, progress);
    if (!there) co_return co_await give_up(there.error());
  }
  co_return co_await carry_out(progress);
}

Task<Result<std::optional<Outcome>>> DockerStrategy::recover(Progress& progress) {
  auto journal = read_journal(options_.journal);
  if (!journal) co_return journal.error();
  journal_ = std::move(*journal);
  if (!journal_.work) co_return std::optional<Outcome>();
  Changes changes(engine_, options_, *journal_.work);
  RAPT_CO_TRY(co_await changes.clear());
  const std::string ended = "The agent was ended in the middle of going to " + journal_.work->to + ".";
  const std::string because = journal_.work->because.empty() ? ended : journal_.work->because;
  Outcome made;
  switch (journal_.work->step) {
    case docker::Step::kPreparing: {
      const Error why = Error::unavailable("docker", because);
      made = co_await give_up(why);
      break;
    }
    case docker::Step::kReplacing:
      made = co_await go_back(because, progress);
      break;
    case docker::Step::kWatching:
      if (journal_.work->because.empty()) {
        made = co_await watch(progress);
      } else {
        made = co_await go_back(because, progress);
      }
      break;
    case docker::Step::kKeeping:
      made = co_await keep();
      break;
  }
  co_return std::optional<Outcome>(std::move(made));
}

}  // namespace

std::unique_ptr<Strategy> docker_strategy(DockerOptions options, http::Client& client) {
  const char* folder = std::getenv("DOCKER_CONFIG");
  if (options.credentials.empty() && folder != nullptr)
    options.credentials = std::filesystem::path(folder) / "config.json";
  return std::make_unique<DockerStrategy>(std::move(options), client);
}

}  // namespace rapt::agent
