// SPDX-License-Identifier: AGPL-3.0-or-later
// What was consented to is done: everything is verified before the first switch, and each switch is a transaction.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "plan_work.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::install {
namespace {

constexpr std::chrono::seconds kBeat{5};

std::vector<OperationStep> steps_of(const Plan& plan) {
  std::vector<OperationStep> out;
  for (const auto& one : plan.steps) out.push_back({one.name, one.to, Phase::kWaiting, one.bytes, one.bytes});
  return out;
}

/// While the work goes on, others are told that this host lives. Never ends by itself.
Task<void> keep_saying(Operations& operations, std::string id) {
  for (;;) {
    co_await runtime::sleep_for(kBeat);
    const auto told = co_await operations.tell_alive(id);
    if (!told) log::warn("modules.operation_not_told", {{"reason", told.error().message}});
  }
}

void log_consent(const Plan& plan, const std::string& who) {
  for (const auto& step : plan.steps) {
    std::string granted;
    for (const auto& one : step.permissions)
      for (const auto& grant : one.grants) granted += (granted.empty() ? "" : " ") + grant;
    log::info("modules.consented", {{"by", who},
                                    {"module", step.name},
                                    {"version", step.to},
                                    {"publisher", step.publisher},
                                    {"key", step.key_id},
                                    {"new_keys", std::to_string(step.trust.size())},
                                    {"permissions", granted},
                                    {"plan", plan.id}});
  }
}

}  // namespace

/// One operation on its way.
struct MarketplaceInstaller::Work {
  MarketplaceInstaller& self;
  std::string id;
  Plan plan;
  std::string who;
  std::vector<OperationStep> steps;

  Task<void> tell(std::size_t at, Phase phase) {
    steps[at].phase = phase;
    const auto told = co_await self.operations_.tell(id, steps);
    if (!told) log::warn("modules.operation_not_told", {{"reason", told.error().message}});
  }

  Task<Result<void>> verify_all() {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      co_await tell(i, Phase::kVerifying);
      const auto archive = read_cached(self.parts_.var_dir, plan.steps[i].sha256);
      if (!archive) co_return archive.error();
    }
    co_return Result<void>();
  }

  Task<Result<void>> switch_one(std::size_t at) {
    const auto& step = plan.steps[at];
    const auto phase = step.migrations > 0 ? Phase::kMigrating : Phase::kSwitching;
    co_await tell(at, phase);
    auto archive = read_cached(self.parts_.var_dir, step.sha256);
    if (!archive) co_return archive.error();
    InstallOptions options;
    options.allow_downgrade = step.kind == "downgrade";
    options.grant_permissions = true;
    // A plan of one change needs no trust in whoever listed its dependencies: the bundle itself says what it needs.
    options.part_of_plan = plan.steps.size() > 1;
    options.operation_id = id;
    options.trust = step.trust;
    for (auto& one : options.trust) one.added_by = who;
    const auto record = co_await self.parts_.installer.install(std::move(*archive), std::move(options));
    if (!record) co_return record.error();
    co_await tell(at, Phase::kDone);
    if (self.parts_.changed) self.parts_.changed();
    co_return Result<void>();
  }

  /// What was done before the one that failed goes back, the last first. What cannot is told.
  Task<void> take_back(std::size_t done, std::string& sentence) {
    for (std::size_t i = done; i-- > 0;) {
      const auto& step = plan.steps[i];
      Result<void> back;
      if (step.from) {
        const auto record = co_await self.parts_.installer.rollback(step.name);
        if (!record) back = record.error();
      } else {
        back = co_await self.parts_.installer.remove(step.name);
      }
      if (back) {
        co_await tell(i, Phase::kTakenBack);
        sentence += " " + step.name + (step.from ? " is " + *step.from + " again." : " was taken out again.");
      } else {
        sentence += " " + step.name + " stays at " + step.to + ": " + back.error().message;
      }
      if (self.parts_.changed) self.parts_.changed();
    }
  }

  Task<Result<void>> all() {
    RAPT_CO_TRY(co_await verify_all());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const auto switched = co_await switch_one(i);
      if (switched) continue;
      auto error = switched.error();
      co_await tell(i, Phase::kFailed);
      const auto& step = plan.steps[i];
      if (step.from) error.message += " " + step.name + " " + *step.from + " runs on.";
      co_await take_back(i, error.message);
      co_return error;
    }
    co_return Result<void>();
  }
};

Task<Result<std::string>> MarketplaceInstaller::begin(Plan plan, std::string started_by) {
  if (plan.steps.empty()) co_return Error::conflict("There is nothing to do: everything is as it was asked for.");
  bool upgrades = true;
  for (const auto& step : plan.steps) upgrades = upgrades && step.from.has_value();
  std::string kind = upgrades ? "upgrade" : "install";
  auto begun = co_await operations_.begin(std::move(kind), plan.id, steps_of(plan), started_by);
  if (begun) log_consent(plan, started_by);
  co_return begun;
}

Task<Result<void>> MarketplaceInstaller::run(std::string operation_id, Plan plan) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto operation = co_await operations_.find(operation_id);
  if (!operation) co_return operation.error();
  Work work{*this, operation_id, std::move(plan), operation->started_by, {}};
  work.steps = steps_of(work.plan);
  Task<Result<void>> doing = work.all();
  Task<void> saying = keep_saying(operations_, operation_id);
  auto ended = co_await (std::move(doing) || std::move(saying));
  const auto& done = std::get<0>(ended);
  std::string sentence;
  if (!done) sentence = done.error().message;
  const auto told = co_await operations_.end(operation_id, work.steps, sentence);
  if (!told) log::warn("modules.operation_not_told", {{"reason", told.error().message}});
  co_return std::get<0>(std::move(ended));
}

}  // namespace rapt::install
