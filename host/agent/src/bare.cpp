// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/bare.hpp"

#include <atomic>
#include <utility>

#include "bare_passage.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"

namespace rapt::agent {
namespace {

Error nothing_installed(const Home& home) {
  return Error::conflict("No release is installed in " + home.releases().parent_path().string() +
                         ": `current` names none. Install one from its archive (deploy/bare/install.sh).");
}

/// What the signed metadata says already, before anything is fetched.
Result<void> may_go(const std::string& from, const marketplace::PlatformRelease& release, const Consent& consent) {
  if (!Version::parse(release.version)) return Error::invalid("version", "is no version");
  if (release.architecture != machine())
    return Error::conflict("The release is for " + printable(release.architecture) + ", and this machine is " +
                           std::string(machine()) + ".");
  if (!is_older(from, release.version))
    return Error::conflict(release.version + " is not newer than " + from +
                           ", which runs. To go back: `rapt update rollback`.");
  for (const auto* bound : {&release.min_from, &release.schema_from}) {
    if (!bound->empty() && !Version::parse(*bound)) return Error::invalid("release", "names a version that is none");
  }
  if (!release.min_from.empty() && is_older(from, release.min_from))
    return Error::conflict(release.version + " can be reached from " + release.min_from + " or later, and " + from +
                           " runs. Go to " + release.min_from + " first.");
  if (!release.schema_from.empty() && is_older(from, release.schema_from) && !consent.downtime)
    return Error::conflict(release.version + " changes the database in a way that " + from +
                           " cannot work with, so nobody can be served meanwhile. Say so at a quiet hour: "
                           "rapt update apply " +
                           release.version + " --with-downtime");
  return {};
}

}  // namespace

struct BareStrategy::Impl {
  Impl(BareOptions given, Keeper& keeper, Supply& supplied, const Clock& clock, StepObserver* observer)
      : options(std::move(given)),
        home(options.home, observer),
        tools(observer, [this] { return !stopping; }),
        backups(home, options.database_url, tools, observer),
        supply(supplied),
        parts{options, home, tools, backups, keeper, clock, observer, pool, [this] { return !stopping; }} {}
  ~Impl() { stopping = true; }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// What every beginning needs: the lock, and no journal of another.
  Result<UniqueFd> begin() {
    RAPT_TRY(home.prepare());
    auto lock = home.lock();
    if (!lock) return lock;
    const auto journal = read_journal(home);
    if (!journal) return journal.error();
    if (!*journal) return lock;
    return Error::conflict("An earlier update, to " + (*journal)->to +
                           ", has not come to its end. Restart the service: it ends that first.");
  }
  Result<Journal> prepare_update(const marketplace::VouchedRelease& release, const Consent& consent);
  Result<Journal> prepare_rollback(const Consent& consent);
  Result<void> plan_restore(Journal& journal, const Consent& consent);

  const BareOptions options;
  std::atomic<bool> stopping = false;
  const Home home;
  const Tools tools;
  Backups backups;
  Supply& supply;
  runtime::BlockingPool pool{{.name = "updates", .threads = 1, .max_queued = 8}};
  const BareParts parts;
  Consent consent{};
};

Result<Journal> BareStrategy::Impl::prepare_update(const marketplace::VouchedRelease& release, const Consent& agreed) {
  const auto links = home.links();
  if (!links) return links.error();
  if (links->current.empty()) return nothing_installed(home);
  const auto& what = release.release;
  RAPT_TRY(may_go(links->current, what, agreed));
  Journal out;
  out.from = links->current;
  out.to = what.version;
  out.previous = links->previous;
  out.started_at = parts.clock.now();
  out.with_downtime = !what.schema_from.empty() && is_older(out.from, what.schema_from);
  const auto known = backups.migrations();
  if (!known) return known.error();
  out.migrations_before = *known;
  std::uint64_t bytes = release.bytes * 4;  // the archive, and what comes out of it
  if (options.backups > 0 || out.with_downtime) {
    RAPT_TRY(backups.check_programs());
    const auto of_database = backups.database_bytes();
    if (!of_database) return of_database.error();
    bytes += *of_database;
  }
  RAPT_TRY(home.check_space(bytes));
  return out;
}

/// Whether the older programs can work on the schema as it is; if not, the copy from their time is needed.
Result<void> BareStrategy::Impl::plan_restore(Journal& journal, const Consent& agreed) {
  const auto running = release::read_folder(home.release(journal.from), false);
  if (!running) return running.error();
  const bool fits = running->schema_from.empty() || !is_older(journal.to, running->schema_from);
  if (fits && !agreed.restore_database) return {};
  auto copy = backups.newest_of(journal.to);
  if (!copy)
    return Error::conflict(journal.to + " cannot work with the database as " + journal.from +
                           " has made it, and there is no copy of the database from its time in " +
                           home.backups().string() + ". Bring one there, named TIME-" + journal.to +
                           ".dump, or stay with " + journal.from + ".");
  if (!agreed.restore_database)
    return Error::conflict(journal.to + " cannot work with the database as " + journal.from +
                           " has made it. `rapt update rollback --restore-database` brings back the copy " + *copy +
                           "; everything that people have done since is lost by that.");
  RAPT_TRY(backups.check_programs());
  journal.with_downtime = true;
  journal.restores = *copy;
  return {};
}

Result<Journal> BareStrategy::Impl::prepare_rollback(const Consent& agreed) {
  const auto links = home.links();
  if (!links) return links.error();
  if (links->current.empty()) return nothing_installed(home);
  if (links->previous.empty())
    return Error::conflict("There is no release before " + links->current + " to go back to.");
  const auto older = release::read_folder(home.release(links->previous), true);
  if (!older)
    return Error::conflict("The release " + links->previous +
                           " is not whole any more, so nobody can go back to it: " + older.error().message);
  Journal out;
  out.is_rollback = true;
  out.from = links->current;
  out.to = out.previous = links->previous;
  out.started_at = parts.clock.now();
  const auto known = backups.migrations();
  if (!known) return known.error();
  out.migrations_before = *known;
  RAPT_TRY(plan_restore(out, agreed));
  return out;
}

BareStrategy::BareStrategy(BareOptions options, Keeper& keeper, Supply& supply, const Clock& clock,
                           StepObserver* observer)
    : impl_(std::make_unique<Impl>(std::move(options), keeper, supply, clock, observer)) {}
BareStrategy::~BareStrategy() = default;

Task<Result<std::string>> BareStrategy::running() {
  const auto links = impl_->home.links();
  if (!links) co_return links.error();
  if (links->current.empty()) co_return nothing_installed(impl_->home);
  co_return links->current;
}

Task<Result<std::optional<std::string>>> BareStrategy::previous() {
  const auto links = impl_->home.links();
  if (!links) co_return links.error();
  co_return links->previous.empty() ? std::nullopt : std::optional(links->previous);
}

void BareStrategy::agree(Consent consent) {
  impl_->consent = consent;
}

Task<Result<Outcome>> BareStrategy::apply(marketplace::VouchedRelease release, Progress& progress) {
  const auto consent = std::exchange(impl_->consent, {});
  const auto lock = impl_->begin();
  if (!lock) co_return lock.error();
  auto prepare = [this, release, consent] { return impl_->prepare_update(release, consent); };
  auto journal = co_await impl_->pool.run(prepare);
  if (!journal) co_return journal.error();
  Passage passage(impl_->parts, std::move(*journal), progress);
  co_return co_await passage.update(std::move(release), impl_->supply);
}

Task<Result<Outcome>> BareStrategy::rollback(Progress& progress) {
  const auto consent = std::exchange(impl_->consent, {});
  const auto lock = impl_->begin();
  if (!lock) co_return lock.error();
  auto prepare = [this, consent] { return impl_->prepare_rollback(consent); };
  auto journal = co_await impl_->pool.run(prepare);
  if (!journal) co_return journal.error();
  Passage passage(impl_->parts, std::move(*journal), progress);
  co_return co_await passage.rollback();
}

Task<Result<std::optional<Outcome>>> BareStrategy::recover(Progress& progress) {
  RAPT_CO_TRY(impl_->home.prepare());
  const auto lock = impl_->home.lock();
  if (!lock) co_return lock.error();
  auto journal = read_journal(impl_->home);
  if (!journal) co_return journal.error();
  if (*journal) {
    auto leave = [this] { return impl_->backups.leave_modules(); };
    // The database may be away; whatever it is, going back does not wait for it.
    const auto left = co_await impl_->pool.run(leave);
    if (!left) log::warn("update_roles", {{"because", left.error().message}, {"detail", left.error().log_detail}});
    Passage passage(impl_->parts, std::move(**journal), progress);
    co_return co_await passage.resume();
  }
  const auto before = impl_->home.links();
  if (!before) co_return before.error();
  auto mend = [this]() -> Result<Links> {
    auto links = impl_->home.mend();
    if (links) RAPT_TRY(impl_->home.tidy(*links));
    return links;
  };
  const auto links = co_await impl_->pool.run(mend);
  if (!links) co_return links.error();
  RAPT_CO_TRY(co_await impl_->parts.keeper.start(impl_->home.release(links->current), impl_->options.patience));
  if (links->current == before->current) co_return std::optional<Outcome>();
  co_return Outcome{Ending::kRolledBack, links->current,
                    "`current` named " +
                        (before->current.empty() ? "no release" : before->current + ", which is not whole") +
                        ", so the newest whole release was started: " + links->current + "."};
}

}  // namespace rapt::agent
