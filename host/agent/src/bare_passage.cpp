// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bare_passage.hpp"

#include <algorithm>

#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"

namespace rapt::agent {

std::string_view machine() {
#if defined(__x86_64__)
  return "x86_64-linux-gnu";
#elif defined(__aarch64__)
  return "aarch64-linux-gnu";
#else
#error "no release is made for this kind of machine"
#endif
}

bool is_older(const std::string& a, const std::string& b) {
  return *Version::parse(a) < *Version::parse(b);
}

Task<Result<void>> Passage::enter(Phase phase, std::string detail) {
  journal_.phase = phase;
  auto write = [this] { return write_journal(parts_.home, journal_, parts_.observer); };
  RAPT_CO_TRY(co_await blocking(write));
  co_await progress_.at(phase, std::move(detail));
  co_return Result<void>{};
}

Task<Result<void>> Passage::bring(const marketplace::VouchedRelease& release, Supply& supply) {
  RAPT_CO_TRY(co_await enter(Phase::kDownloading, ""));
  const auto folder = parts_.home.release(journal_.to);
  auto is_here = [&]() -> Result<bool> {
    const auto manifest = release::read_folder(folder, true);
    return manifest && manifest->version == journal_.to;
  };
  const auto here = co_await blocking(is_here);
  if (!here) co_return here.error();
  if (!*here) {
    const auto archive = co_await supply.archive(release, progress_);
    if (!archive) co_return archive.error();
    const auto unpacked = co_await unpack(*archive);
    supply.done(*archive);
    RAPT_CO_TRY(unpacked);
  }
  co_return co_await check(release.release);
}

Task<Result<void>> Passage::unpack(std::filesystem::path archive) {
  RAPT_CO_TRY(co_await enter(Phase::kUnpacking, ""));
  auto work = [this, archive]() -> Result<void> {
    RAPT_TRY(parts_.home.remove_release(journal_.to));
    const Step step(parts_.observer, "unpack");
    const auto folder = parts_.home.release(journal_.to);
    const auto manifest = release::unpack(archive, folder, [this](auto, auto) { return parts_.alive(); });
    if (!manifest) return manifest.error();
    return {};
  };
  co_return co_await blocking(work);
}

/// What the archive says of itself has to be what was signed about it.
Task<Result<void>> Passage::check(const marketplace::PlatformRelease& release) {
  auto work = [this, release]() -> Result<void> {
    const auto inside = release::read_folder(parts_.home.release(journal_.to), false);
    if (!inside) return inside.error();
    const auto differs = [&](std::string_view what, const std::string& says, const std::string& signed_as) {
      return Error::conflict("The archive's " + std::string(what) + " is \"" + printable(says) +
                             "\", and the release was signed as \"" + printable(signed_as) +
                             "\": tell those who made it.");
    };
    if (inside->version != release.version) return differs("version", inside->version, release.version);
    if (inside->architecture != machine()) return differs("architecture", inside->architecture, std::string(machine()));
    if (inside->min_from != release.min_from) return differs("min_from", inside->min_from, release.min_from);
    if (inside->schema_from != release.schema_from)
      return differs("schema_from", inside->schema_from, release.schema_from);
    return {};
  };
  co_return co_await blocking(work);
}

Task<Result<void>> Passage::back_up() {
  RAPT_CO_TRY(co_await enter(Phase::kBackingUp, ""));
  if (journal_.with_downtime) {
    const Step step(parts_.observer, "stop");
    RAPT_CO_TRY(co_await parts_.keeper.stop(parts_.options.patience));
  }
  if (parts_.options.backups == 0 && !journal_.with_downtime) co_return Result<void>{};
  auto work = [this]() -> Result<std::string> {
    const auto bytes = parts_.backups.database_bytes();
    if (!bytes) return bytes.error();
    RAPT_TRY(parts_.home.check_space(*bytes));
    return parts_.backups.make(journal_.from, parts_.clock.now());
  };
  auto made = co_await blocking(work);
  if (!made) co_return made.error();
  journal_.backup = std::move(*made);
  co_return Result<void>{};
}

Result<void> Passage::migrate() const {
  const auto folder = parts_.home.release(journal_.to);
  const Tools::Run run{"The migration of the database",
                       {(folder / "bin/rapt").string(), "migrate"},
                       environment_with({"RAPT_MIGRATIONS_DIR=" + (folder / "migrations").string(),
                                         "DATABASE_URL=" + parts_.options.database_url})};
  const auto done = parts_.tools.run(run);
  if (!done) return done.error();
  return {};
}

Task<Result<void>> Passage::change_schema() {
  if (journal_.is_rollback && journal_.restores.empty()) co_return Result<void>{};
  RAPT_CO_TRY(co_await enter(Phase::kMigrating, ""));
  auto work = [this] { return journal_.is_rollback ? parts_.backups.restore(journal_.restores) : migrate(); };
  co_return co_await blocking(work);
}

Task<Result<void>> Passage::switch_over() {
  RAPT_CO_TRY(co_await enter(Phase::kStarting, ""));
  const auto folder = parts_.home.release(journal_.to);
  {
    const Step step(parts_.observer, "start");
    if (journal_.with_downtime) {
      RAPT_CO_TRY(co_await parts_.keeper.start(folder, parts_.options.patience));
    } else {
      RAPT_CO_TRY(co_await parts_.keeper.hand_over(folder, parts_.options.patience));
    }
  }
  RAPT_CO_TRY(co_await enter(Phase::kSwitching, ""));
  auto link = [this] { return parts_.home.point_all(journal_.after(), true); };
  co_return co_await blocking(link);
}

Task<Result<void>> Passage::watch() {
  using Steady = std::chrono::steady_clock;
  RAPT_CO_TRY(co_await enter(Phase::kWatching, ""));
  const auto until = Steady::now() + parts_.options.watch;
  auto last_ready = Steady::now();
  for (;;) {
    const auto health = co_await parts_.keeper.health();
    const auto now = Steady::now();
    if (std::filesystem::path(health.release).filename() != journal_.to)
      co_return Error::conflict("Another release serves: \"" + printable(health.release) + "\".");
    if (health.ends > 0)
      co_return Error::unavailable("server", "The new server ended: " + printable(health.because, 600));
    if (health.ready) last_ready = now;
    if (now - last_ready > parts_.options.unready)
      co_return Error::unavailable("server", "The new server was not ready for " +
                                                 std::to_string(parts_.options.unready.count()) +
                                                 " s: " + printable(health.because, 600));
    if (health.ready && now >= until) co_return Result<void>{};
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(until - now).count();
    std::string detail = std::to_string(std::max<std::int64_t>(left, 0)) + " s to go";
    co_await progress_.at(Phase::kWatching, std::move(detail));
    co_await runtime::sleep_for(parts_.options.look_every);
  }
}

/// Sees to it that this version serves, whatever does now.
Task<Result<void>> Passage::serve(std::string version) {
  const auto folder = parts_.home.release(version);
  if (recovering_) {
    auto whole = [folder] { return release::read_folder(folder, true); };
    const auto manifest = co_await blocking(whole);
    if (!manifest) co_return manifest.error();
  }
  const Step step(parts_.observer, "serve");
  const auto health = co_await parts_.keeper.health();
  const bool is_there = std::filesystem::path(health.release).filename() == version;
  if (is_there && health.ready) co_return Result<void>{};
  auto started = co_await parts_.keeper.start(folder, parts_.options.patience);
  if (started || started.error().kind != ErrorKind::kConflict) co_return started;
  if (is_there) {  // It runs, but not well: from the beginning.
    RAPT_CO_TRY(co_await parts_.keeper.stop(parts_.options.patience));
    co_return co_await parts_.keeper.start(folder, parts_.options.patience);
  }
  co_return co_await parts_.keeper.hand_over(folder, parts_.options.patience);
}

/// Everything from the backup on.
Task<Result<void>> Passage::forward() {
  if (!journal_.is_rollback || journal_.with_downtime) RAPT_CO_TRY(co_await back_up());
  RAPT_CO_TRY(co_await change_schema());
  RAPT_CO_TRY(co_await switch_over());
  // Where it goes back to has run before.
  if (journal_.is_rollback) co_return Result<void>{};
  co_return co_await watch();
}

Task<Outcome> Passage::update(marketplace::VouchedRelease release, Supply& supply) {
  auto gone = co_await bring(release, supply);
  if (gone) gone = co_await forward();
  co_return co_await end(std::move(gone));
}

Task<Outcome> Passage::rollback() {
  auto gone = co_await forward();
  co_return co_await end(std::move(gone));
}

}  // namespace rapt::agent
