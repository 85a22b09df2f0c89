// SPDX-License-Identifier: AGPL-3.0-or-later
// How one module becomes what is wanted: step by step, each chosen afresh, because what is wanted may have changed.
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

#include "fleet.hpp"
#include "rapt/base/log.hpp"

namespace rapt::host {

namespace asio = boost::asio;

/// With the lock. `now` is the stamp of the wanted one's file.
Fleet::Step Fleet::choose(Slot& slot, Stamp now) const {
  if (closed_) return Step::kNone;
  if (!slot.wanted) return slot.current ? Step::kRemove : Step::kNone;
  if (!slot.current) return Step::kInstall;
  const bool is_same = same(slot.current->installed(), *slot.wanted);
  const bool is_trusted = slot.trust == trust_;
  if (slot.current->prepared() == nullptr)
    return is_same && is_trusted && slot.stamp == now ? Step::kNone : Step::kInstall;
  if (!is_trusted) return Step::kVerify;
  slot.current->adjust(*slot.wanted);
  if (is_same) {
    slot.rejected.reset();
    slot.upgrade.reset();
    return Step::kNone;
  }
  const auto& rejected = slot.rejected;
  const bool tried =
      rejected && same(rejected->installed, *slot.wanted) && rejected->stamp == now && rejected->trust == trust_;
  return tried ? Step::kNone : Step::kUpgrade;
}

/// The next step's work, for the task that is `already` at it or a new one; with none, the slot is at rest.
Fleet::Work Fleet::next(const std::string& name, bool already) {
  std::optional<InstalledModule> wanted;
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = slots_.find(name); found != slots_.end()) wanted = found->second.wanted;
  }
  const auto now = wanted ? stamp_of(*wanted) : Stamp::min();
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(name);
  if (found == slots_.end()) return {};
  auto& slot = found->second;
  if (slot.busy != already) return {};
  const auto step = choose(slot, now);
  slot.busy = step != Step::kNone;
  if (step == Step::kNone && !slot.wanted && !slot.current) {
    slots_.erase(found);
    return {};
  }
  return {step, slot.wanted.value_or(InstalledModule{}), slot.current};
}

void Fleet::set_off(const std::string& name) {
  auto work = next(name, false);
  if (work.step == Step::kNone) return;
  asio::co_spawn(asio::make_strand(executor_), reconcile(name, std::move(work)),
                 [self = shared_from_this(), name](std::exception_ptr failure) {
                   if (failure) {
                     log::error("module.update_failed", {{"module", name}});
                     self->rest(name);
                   }
                   self->tell_waiters();
                 });
}

Task<void> Fleet::reconcile(std::string name, Work work) {
  while (work.step != Step::kNone) {
    if (const bool went_on = co_await take(name, work); !went_on) co_return rest(name);
    work = next(name, true);
  }
}

void Fleet::rest(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = slots_.find(name); found != slots_.end()) found->second.busy = false;
}

/// False when nothing more can be done now; the next follow() tries again.
Task<bool> Fleet::take(const std::string& name, const Work& work) {
  switch (work.step) {
    case Step::kRemove:
      co_return co_await remove(name);
    case Step::kInstall:
      co_return co_await install(name, work.wanted);
    case Step::kVerify:
      co_return co_await verify(name, work.current);
    case Step::kUpgrade:
      co_return co_await upgrade(name, work.wanted, work.current->installed().version);
    case Step::kNone:
      break;
  }
  co_return false;
}

Task<Result<Fleet::Looked>> Fleet::look_aside(InstalledModule installed) {
  Trust trust;
  {
    const std::shared_lock lock(mutex_);
    trust = trust_;
  }
  // It holds nothing of this object: the pool may outlive every other owner of it for a moment.
  auto work = [installed, trust, policy = settings_.signature_policy, missing = missing_layer_]() -> Result<Looked> {
    return look(installed, trust, policy, missing);
  };
  auto looked = co_await pool_.run(std::move(work));
  if (!looked) {
    log::error("module.not_prepared", {{"module", installed.name}, {"reason", looked.error().message}});
  }
  co_return looked;
}

std::optional<std::shared_ptr<Module>> Fleet::put(const std::string& name, const std::shared_ptr<Module>& module,
                                                  const Looked& looked) {
  std::shared_ptr<Module> old;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return std::nullopt;
    auto& slot = slots_[name];
    old = std::exchange(slot.current, module);
    slot.stamp = looked.stamp;
    slot.trust = looked.trust;
    slot.rejected.reset();
    slot.upgrade.reset();
  }
  module->run(nursery_);
  return old;
}

Task<bool> Fleet::remove(const std::string& name) {
  std::shared_ptr<Module> old;
  {
    const std::lock_guard lock(mutex_);
    old = std::exchange(slots_[name].current, nullptr);
  }
  if (old) co_await old->stop();
  co_return true;
}

Task<bool> Fleet::install(const std::string& name, const InstalledModule& wanted) {
  auto looked = co_await look_aside(wanted);
  if (!looked) co_return false;
  const auto old = put(name, make(wanted, *looked), *looked);
  if (old && *old) co_await (*old)->stop();
  co_return old.has_value();
}

/// With other trusted keys: whoever is not believed any more does not go on running.
Task<bool> Fleet::verify(const std::string& name, std::shared_ptr<Module> current) {
  auto looked = co_await look_aside(current->installed());
  if (!looked) co_return false;
  if (looked->prepared) {
    const std::lock_guard lock(mutex_);
    slots_[name].trust = looked->trust;
    co_return true;
  }
  const auto old = put(name, make(current->installed(), *looked), *looked);
  co_await current->stop();
  co_return old.has_value();
}

bool Fleet::begin_trial(const std::string& name, const std::shared_ptr<Module>& candidate) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  slots_[name].candidate = candidate;
  return true;
}

void Fleet::reject(const std::string& name, const InstalledModule& wanted, const Looked& looked,
                   const std::string& why) {
  const std::lock_guard lock(mutex_);
  auto& slot = slots_[name];
  slot.candidate.reset();
  if (closed_ || !slot.current) return;
  const std::string reason = "The module " + name + " stays at version " + slot.current->installed().version +
                             ", because version " + wanted.version + " could not take over: " + why;
  slot.rejected = Rejected{wanted, looked.stamp, looked.trust};
  slot.upgrade = UpgradeStatus{wanted.version, true, reason};
  log::error("module.upgrade_failed", {{"module", name}, {"version", wanted.version}, {"reason", reason}});
}

/// The old one, when the candidate has taken its place; nullptr when something else is wanted by now.
std::shared_ptr<Module> Fleet::take_over(const std::string& name, const std::shared_ptr<Module>& candidate,
                                         const Looked& looked) {
  const std::lock_guard lock(mutex_);
  auto& slot = slots_[name];
  slot.candidate.reset();
  slot.upgrade.reset();
  if (closed_ || !slot.wanted || !same(*slot.wanted, candidate->installed())) return nullptr;
  candidate->adjust(*slot.wanted);
  slot.stamp = looked.stamp;
  slot.trust = looked.trust;
  slot.rejected.reset();
  return std::exchange(slot.current, candidate);
}

/// The new version is started beside the old one. When it is ready, new calls go to it; the old one answers what it was
/// asked, and ends.
Task<bool> Fleet::upgrade(const std::string& name, const InstalledModule& wanted, const std::string& old_version) {
  {
    const std::lock_guard lock(mutex_);
    slots_[name].upgrade = UpgradeStatus{wanted.version, false, {}};
  }
  auto looked = co_await look_aside(wanted);
  if (!looked) co_return false;
  if (!looked->prepared) {
    reject(name, wanted, *looked, looked->refusal);
    co_return true;
  }
  const auto candidate = make(wanted, *looked);
  if (!begin_trial(name, candidate)) co_return false;
  candidate->run(nursery_, Module::First::kOnTrial);
  const auto ready = co_await candidate->wait_first();
  if (!ready) {
    reject(name, wanted, *looked, ready.error().message);
    co_await candidate->stop();
    co_return true;
  }
  const auto old = take_over(name, candidate, *looked);
  if (old) log::info("module.upgraded", {{"module", name}, {"from", old_version}, {"to", wanted.version}});
  const auto leaving = old ? old : candidate;
  co_await leaving->stop();
  co_return true;
}

}  // namespace rapt::host
