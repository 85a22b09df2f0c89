// SPDX-License-Identifier: AGPL-3.0-or-later
// What is wanted, and who is there. How a module becomes what is wanted stands in fleet_steps.cpp.
#include "fleet.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include "rapt/base/log.hpp"

namespace rapt::host {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr unsigned kPreparers = 2;
constexpr std::size_t kMaxQueued = 4096;  ///< modules to look at; a module costs one entry at a time
constexpr auto kPatience = 2s;            ///< how long follow() waits for slow ones
constexpr auto kStopPatience = 20s;
constexpr auto kCallPatience = 5s;  ///< a job that is cut off by the end of its host is done again

}  // namespace

Fleet::Fleet(Executor executor, Settings settings, bundle::TrustStore trust, std::shared_ptr<Nursery> nursery,
             std::string missing_layer)
    : executor_(std::move(executor)),
      settings_(std::move(settings)),
      nursery_(std::move(nursery)),
      missing_layer_(std::move(missing_layer)),
      pool_({.name = "modules", .threads = kPreparers, .max_queued = kMaxQueued}),
      trust_(std::make_shared<const bundle::TrustStore>(std::move(trust))) {}

std::shared_ptr<Module> Fleet::find(const std::string& name) const {
  const std::shared_lock lock(mutex_);
  const auto found = slots_.find(name);
  return found == slots_.end() ? nullptr : found->second.current;
}

std::vector<ModuleStatus> Fleet::status() const {
  std::vector<std::pair<std::shared_ptr<Module>, std::optional<UpgradeStatus>>> all;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [name, slot] : slots_) {
      if (slot.current) all.emplace_back(slot.current, slot.upgrade);
    }
  }
  std::vector<ModuleStatus> list;
  for (const auto& [module, upgrade] : all) {
    list.push_back(module->status());
    list.back().upgrade = upgrade;
  }
  return list;
}

std::map<std::string, std::vector<FindingType>> Fleet::finding_types() const {
  std::map<std::string, std::vector<FindingType>> all;
  const std::shared_lock lock(mutex_);
  for (const auto& [name, slot] : slots_) {
    const auto* prepared = slot.current ? slot.current->prepared() : nullptr;
    if (prepared != nullptr && !prepared->finding_types.list().empty()) all[name] = prepared->finding_types.list();
  }
  return all;
}

std::vector<ModuleOfferPtr> Fleet::offers() const {
  std::vector<ModuleOfferPtr> all;
  const std::shared_lock lock(mutex_);
  for (const auto& [name, slot] : slots_) {
    if (slot.current && slot.current->offer()) all.push_back(slot.current->offer());
  }
  return all;
}

Fleet::Stamp Fleet::stamp_of(const InstalledModule& installed) {
  std::error_code missing;
  const auto stamp = std::filesystem::last_write_time(installed.bundle_path, missing);
  return missing ? Stamp::min() : stamp;
}

bool Fleet::same(const InstalledModule& a, const InstalledModule& b) {
  return a.name == b.name && a.version == b.version && a.digest_hex == b.digest_hex && a.bundle_path == b.bundle_path;
}

Fleet::Looked Fleet::look(const InstalledModule& installed, const Trust& trust, bundle::SignaturePolicy policy,
                          const std::string& missing_layer) {
  Looked looked{.prepared = nullptr, .refusal = missing_layer, .stamp = stamp_of(installed), .trust = trust};
  if (!missing_layer.empty()) return looked;
  auto prepared = prepare_module(installed, *trust, policy);
  if (prepared) {
    looked.prepared = std::move(*prepared);
  } else {
    looked.refusal = prepared.error().message;
  }
  return looked;
}

std::shared_ptr<Module> Fleet::make(const InstalledModule& installed, const Looked& looked) const {
  if (!looked.prepared) return std::make_shared<Module>(executor_, installed, looked.refusal);
  return std::make_shared<Module>(executor_, installed, looked.prepared, settings_.module);
}

void Fleet::begin(const std::vector<InstalledModule>& modules) {
  std::vector<Looked> looked(modules.size());
  std::atomic<std::size_t> next{0};
  const auto prepare = [&] {
    for (std::size_t i = next++; i < modules.size(); i = next++)
      looked[i] = look(modules[i], trust_, settings_.signature_policy, missing_layer_);
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kPreparers; ++i) threads.emplace_back(prepare);
  }
  for (std::size_t i = 0; i < modules.size(); ++i) {
    {
      const std::lock_guard lock(mutex_);
      slots_[modules[i].name].wanted = modules[i];
    }
    put(modules[i].name, make(modules[i], looked[i]), looked[i]);
  }
}

/// The names that have to be looked at.
std::vector<std::string> Fleet::want(std::vector<InstalledModule> modules, bundle::TrustStore trust) {
  std::vector<std::string> names;
  const std::lock_guard lock(mutex_);
  if (!(trust == *trust_)) trust_ = std::make_shared<const bundle::TrustStore>(std::move(trust));
  for (auto& [name, slot] : slots_) slot.wanted.reset();
  for (auto& module : modules) {
    const std::string name = module.name;
    slots_[name].wanted = std::move(module);
  }
  for (const auto& [name, slot] : slots_) names.push_back(name);
  return names;
}

Task<void> Fleet::follow(std::vector<InstalledModule> modules, bundle::TrustStore trust) {
  const auto names = want(std::move(modules), std::move(trust));
  for (const auto& name : names) set_off(name);
  co_await wait_settled(names, std::chrono::steady_clock::now() + kPatience);
}

bool Fleet::settled(const std::vector<std::string>& names) const {
  const std::shared_lock lock(mutex_);
  return std::none_of(names.begin(), names.end(), [&](const std::string& name) {
    const auto found = slots_.find(name);
    return found != slots_.end() && found->second.busy;
  });
}

Task<void> Fleet::wait_settled(const std::vector<std::string>& names, std::chrono::steady_clock::time_point deadline) {
  const auto wakeup = std::make_shared<runtime::Wakeup>();
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back(wakeup);
  }
  asio::steady_timer timer(executor_, deadline);
  timer.async_wait([wakeup](const boost::system::error_code& error) {
    if (!error) wakeup->notify();
  });
  while (!settled(names) && std::chrono::steady_clock::now() < deadline) {
    if (const bool woken = co_await wakeup->wait(); !woken) break;
  }
  const std::lock_guard lock(mutex_);
  std::erase(waiters_, wakeup);
}

void Fleet::tell_waiters() {
  const std::shared_lock lock(mutex_);
  for (const auto& waiter : waiters_) waiter->notify();
}

std::vector<std::shared_ptr<Module>> Fleet::close() {
  std::vector<std::shared_ptr<Module>> all;
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [name, slot] : slots_) {
    if (slot.current) all.push_back(slot.current);
    if (slot.candidate) all.push_back(slot.candidate);
  }
  return all;
}

Task<void> Fleet::stop_all(const std::vector<std::shared_ptr<Module>>& modules) {
  std::vector<std::shared_ptr<Latch>> stopped;
  for (const auto& module : modules) {
    stopped.push_back(std::make_shared<Latch>());
    asio::co_spawn(executor_, module->stop(kCallPatience),
                   [module, latch = stopped.back()](std::exception_ptr) { latch->open(); });
  }
  for (const auto& latch : stopped) {
    if (const bool open = co_await latch->wait(); !open) co_return;
  }
}

Task<void> Fleet::stop() {
  const auto all = close();
  co_await stop_all(all);
  std::vector<std::string> names;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [name, slot] : slots_) names.push_back(name);
  }
  co_await wait_settled(names, std::chrono::steady_clock::now() + kStopPatience);
}

void Fleet::abandon() {
  for (const auto& module : close()) module->abandon();
}

}  // namespace rapt::host
