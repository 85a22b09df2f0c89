// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/kubernetes.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "kubernetes_api.hpp"
#include "kubernetes_deployment.hpp"
#include "kubernetes_migration.hpp"
#include "kubernetes_rollout.hpp"
#include "patience.hpp"
#include "rapt/base/semver.hpp"
#include "update_checks.hpp"

namespace rapt::agent {

using kubernetes::Deployment;
using kubernetes::Journal;

struct KubernetesStrategy::Impl {
  Impl(KubernetesOptions given, http::Client& client)
      : options(std::move(given)), api(options, client), rollouts(api) {}

  Task<Result<Deployment>> first() { co_return co_await rollouts.read(options.deployments.front()); }
  Task<Result<Deployment>> ready_to_change();
  Task<Result<void>> write(Journal journal);
  Task<Result<void>> clear();
  Task<Result<void>> change(std::string name, Journal journal, bool forward);
  Task<Result<void>> migrate(const Deployment& deployment, Journal journal, Progress& progress);
  Task<Result<void>> go_forward(Journal journal, Progress& progress);
  Task<Result<void>> go_back(Journal journal, Progress& progress);
  Task<Outcome> forward(Journal journal, Progress& progress);
  Task<Outcome> back(Journal journal, Progress& progress);
  Task<Outcome> drop(Journal journal, std::string because);
  Task<Outcome> settle(Journal journal, Progress& progress);

  const KubernetesOptions options;
  kubernetes::Api api;
  kubernetes::Rollouts rollouts;
};

namespace {

Outcome interrupted(const Journal& journal, const Error& error) {
  return {Ending::kBroken, journal.from,
          error.message + " What was begun (" + journal.from + " to " + journal.to +
              ") is written down in the deployment; the agent ends it when it is started again."};
}

}  // namespace

KubernetesStrategy::KubernetesStrategy(KubernetesOptions options, http::Client& client)
    : impl_(std::make_unique<Impl>(std::move(options), client)) {}
KubernetesStrategy::~KubernetesStrategy() = default;

Task<Result<std::string>> KubernetesStrategy::running() {
  const auto first = co_await impl_->first();
  if (!first) co_return first.error();
  co_return version_of(*first);
}

Task<Result<std::optional<std::string>>> KubernetesStrategy::previous() {
  const auto first = co_await impl_->first();
  if (!first) co_return first.error();
  if (first->image != first->image_by_agent || first->previous_image.empty()) co_return std::optional<std::string>();
  if (!Version::parse(first->previous_version)) co_return std::optional<std::string>();
  co_return std::optional(first->previous_version);
}

/// All deployments are there and can be rolled out. The first of them.
Task<Result<Deployment>> KubernetesStrategy::Impl::ready_to_change() {
  for (const std::string& name : options.deployments) {
    const auto one = co_await rollouts.read(name);
    if (!one) co_return one.error();
    if (one->paused)
      co_return Error::conflict("The deployment " + name + " is paused: kubectl rollout resume deployment/" + name +
                                ".");
    if (one->replicas == 0)
      co_return Error::conflict(
          "The deployment " + name +
          " has no replicas, so nobody would see whether the new version runs: scale it up first.");
    if (!one->journal.empty())
      co_return Error::conflict("An update was begun here and has not ended: start the agent again, which ends it.");
  }
  co_return co_await first();
}

/// Reads, patches, and reads again when somebody was faster.
Task<Result<void>> KubernetesStrategy::Impl::write(Journal journal) {
  Patience patience(options.patience);
  const std::string text = journal.image.empty() ? std::string() : encode(journal);
  for (;;) {
    const auto deployment = co_await first();
    if (!deployment) co_return deployment.error();
    const std::string patch = journal_patch(*deployment, text);
    const auto done = co_await api.patch(kubernetes::kDeployments, deployment->name, patch);
    if (done) co_return Result<void>{};
    const auto error = done.error();
    if (error.kind != ErrorKind::kConflict || patience.is_over()) co_return error;
  }
}

Task<Result<void>> KubernetesStrategy::Impl::clear() {
  Journal none;
  co_return co_await write(std::move(none));
}

Task<Result<void>> KubernetesStrategy::Impl::change(std::string name, Journal journal, bool forward) {
  Patience patience(options.patience);
  for (;;) {
    const auto deployment = co_await rollouts.read(name);
    if (!deployment) co_return deployment.error();
    const bool is_new = deployment->image == journal.image;
    if (is_new == forward) co_return Result<void>{};
    if (forward && deployment->version == journal.to)
      co_return Error::conflict("Somebody else has changed the image of the deployment " + name + " meanwhile.");
    if (!forward && deployment->previous_image.empty())
      co_return Error::conflict("The deployment " + name + " does not say which image it ran before.");
    const std::string patch = forward ? forward_patch(*deployment, journal) : backward_patch(*deployment, journal);
    const auto done = co_await api.patch(kubernetes::kDeployments, name, patch);
    if (done) co_return Result<void>{};
    const auto error = done.error();
    if (error.kind != ErrorKind::kConflict || patience.is_over()) co_return error;
  }
}

Task<Result<void>> KubernetesStrategy::Impl::migrate(const Deployment& deployment, Journal journal,
                                                     Progress& progress) {
  const auto object = co_await api.read(kubernetes::kDeployments, deployment.name);
  if (!object) co_return object.error();
  kubernetes::Migration migration(api, kubernetes::migration_name(deployment.name, journal.to));
  std::string job =
      kubernetes::migration_job(*object, deployment.container, journal.image, journal.to, options.patience);
  co_return co_await migration.run(std::move(job), deployment.container, journal.image, progress);
}

Task<Result<void>> KubernetesStrategy::Impl::go_forward(Journal journal, Progress& progress) {
  journal.step = Journal::Step::kSwitching;
  RAPT_CO_TRY(co_await write(journal));
  for (const std::string& name : options.deployments) {
    RAPT_CO_TRY(co_await change(name, journal, true));
    RAPT_CO_TRY(co_await rollouts.wait(name, Phase::kSwitching, progress));
  }
  journal.step = Journal::Step::kWatching;
  RAPT_CO_TRY(co_await write(journal));
  co_return co_await rollouts.watch(options.deployments, journal.image, progress);
}

Task<Outcome> KubernetesStrategy::Impl::forward(Journal journal, Progress& progress) {
  const auto gone = co_await go_forward(journal, progress);
  if (!gone) {
    const auto error = gone.error();
    if (error.code == kubernetes::kAway) co_return interrupted(journal, error);
    journal.because = error.message;
    co_return co_await back(journal, progress);
  }
  const auto cleared = co_await clear();
  if (!cleared) co_return interrupted(journal, cleared.error());
  co_return Outcome{Ending::kUpdated, journal.to, ""};
}

Task<Result<void>> KubernetesStrategy::Impl::go_back(Journal journal, Progress& progress) {
  journal.step = Journal::Step::kRollingBack;
  co_await progress.at(Phase::kRollingBack, journal.because);
  RAPT_CO_TRY(co_await write(journal));
  for (const std::string& name : options.deployments) RAPT_CO_TRY(co_await change(name, journal, false));
  for (const std::string& name : options.deployments)
    RAPT_CO_TRY(co_await rollouts.wait(name, Phase::kRollingBack, progress));
  co_return Result<void>{};
}

Task<Outcome> KubernetesStrategy::Impl::back(Journal journal, Progress& progress) {
  const auto gone = co_await go_back(journal, progress);
  if (!gone && gone.error().code == kubernetes::kAway) co_return interrupted(journal, gone.error());
  const auto cleared = co_await clear();
  if (!cleared) co_return interrupted(journal, cleared.error());
  if (gone) co_return Outcome{Ending::kRolledBack, journal.from, journal.because};
  const std::string why = journal.because.empty() ? std::string() : journal.because + " ";
  co_return Outcome{Ending::kBroken, journal.from, why + "Going back did not help: " + gone.error().message};
}

/// Nothing that runs has been changed.
Task<Outcome> KubernetesStrategy::Impl::drop(Journal journal, std::string because) {
  const auto cleared = co_await clear();
  if (!cleared) co_return interrupted(journal, cleared.error());
  co_return Outcome{Ending::kFailed, journal.from, std::move(because)};
}

Task<Outcome> KubernetesStrategy::Impl::settle(Journal journal, Progress& progress) {
  kubernetes::Migration migration(api, kubernetes::migration_name(options.deployments.front(), journal.to));
  const auto settled = co_await migration.settle(progress);
  if (!settled) co_return interrupted(journal, settled.error());
  std::string because =
      "The update to " + journal.to + " was interrupted before any deployment was changed: ask for it again.";
  co_return co_await drop(std::move(journal), std::move(because));
}

Task<Result<Outcome>> KubernetesStrategy::apply(marketplace::VouchedRelease release, Progress& progress) {
  const auto& wanted = release.release;
  if (!has_digest(wanted.image))
    co_return Error::conflict("The release " + wanted.version +
                              " names no image by its digest, so a cluster cannot take it.");
  const auto deployment = co_await impl_->ready_to_change();
  if (!deployment) co_return deployment.error();
  const auto from = version_of(*deployment);
  if (!from) co_return from.error();
  RAPT_CO_TRY(check_schema(wanted, *from));
  const Journal journal{Journal::Step::kMigrating, false, *from, wanted.version, wanted.image, ""};
  RAPT_CO_TRY(co_await impl_->write(journal));
  const auto migrated = co_await impl_->migrate(*deployment, journal, progress);
  if (migrated) co_return co_await impl_->forward(journal, progress);
  const auto error = migrated.error();
  if (error.code == kubernetes::kAway) co_return interrupted(journal, error);
  co_return co_await impl_->drop(journal, error.message);
}

Task<Result<Outcome>> KubernetesStrategy::rollback(Progress& progress) {
  const auto to = co_await previous();
  if (!to) co_return to.error();
  if (!*to)
    co_return Error::conflict(
        "The deployments do not say of any version that ran before: there is nothing to go back to.");
  const auto deployment = co_await impl_->ready_to_change();
  if (!deployment) co_return deployment.error();
  const Journal journal{Journal::Step::kRollingBack, true, **to, deployment->version, deployment->image, ""};
  RAPT_CO_TRY(co_await impl_->write(journal));
  co_return co_await impl_->back(journal, progress);
}

Task<Result<std::optional<Outcome>>> KubernetesStrategy::recover(Progress& progress) {
  const auto first = co_await impl_->first();
  if (!first) co_return first.error();
  if (first->journal.empty()) co_return std::optional<Outcome>();
  const auto journal = kubernetes::parse_journal(first->journal);
  if (!journal) co_return journal.error();
  switch (journal->step) {
    case Journal::Step::kMigrating:
      co_return std::optional(co_await impl_->settle(*journal, progress));
    case Journal::Step::kSwitching:
    case Journal::Step::kWatching:
      co_return std::optional(co_await impl_->forward(*journal, progress));
    case Journal::Step::kRollingBack:
      break;
  }
  co_return std::optional(co_await impl_->back(*journal, progress));
}

}  // namespace rapt::agent
