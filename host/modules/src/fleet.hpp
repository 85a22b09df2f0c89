// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "module.hpp"
#include "nursery.hpp"
#include "prepared_module.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::host {

/// The running modules by name, and what is wanted of each. Every module is brought to what is wanted by a task of its
/// own, so that a slow one holds up nobody; the steps are in fleet_steps.cpp. Thread-safe; held by shared_ptr.
class Fleet : public std::enable_shared_from_this<Fleet> {
 public:
  struct Settings {
    bundle::SignaturePolicy signature_policy = bundle::SignaturePolicy::kRequired;
    Module::Settings module{};
  };
  /// `missing_layer`: why nothing may be started on this machine, "" when everything may.
  Fleet(Executor executor, Settings settings, bundle::TrustStore trust, std::shared_ptr<Nursery> nursery,
        std::string missing_layer);

  /// Prepares the first modules on two threads, and starts them. Blocks.
  void begin(const std::vector<InstalledModule>& modules);
  /// Makes `modules` the wanted ones. Returns when they are what runs, or soon: a slow start goes on behind it.
  Task<void> follow(std::vector<InstalledModule> modules, bundle::TrustStore trust);
  /// Stops every module; nothing is started any more.
  Task<void> stop();
  /// For a destructor: nothing is started any more; the nursery ends the processes.
  void abandon();

  /// The one to ask, nullptr when there is none.
  [[nodiscard]] std::shared_ptr<Module> find(const std::string& name) const;
  [[nodiscard]] std::vector<ModuleStatus> status() const;
  [[nodiscard]] std::map<std::string, std::vector<FindingType>> finding_types() const;
  /// Of all that declare any of the calls.
  [[nodiscard]] std::vector<ModuleOfferPtr> offers() const;

 private:
  using Stamp = std::filesystem::file_time_type;
  using Trust = std::shared_ptr<const bundle::TrustStore>;
  /// A bundle that has been looked at: its module, or why there is none.
  struct Looked {
    std::shared_ptr<const PreparedModule> prepared;
    std::string refusal;
    Stamp stamp{};
    Trust trust;
  };
  /// A version that could not take over. It is not tried again while nothing about it changes.
  struct Rejected {
    InstalledModule installed;
    Stamp stamp{};
    Trust trust;
  };
  struct Slot {
    std::optional<InstalledModule> wanted;
    std::shared_ptr<Module> current, candidate;
    Stamp stamp{};  ///< of the current one's file when it was read
    Trust trust;    ///< that verified the current one
    std::optional<Rejected> rejected;
    std::optional<UpgradeStatus> upgrade;
    bool busy = false;  ///< a task is bringing it to what is wanted
  };
  enum class Step { kNone, kRemove, kInstall, kVerify, kUpgrade };
  struct Work {
    Step step = Step::kNone;
    InstalledModule wanted{};
    std::shared_ptr<Module> current{};
  };

  static Looked look(const InstalledModule& installed, const Trust& trust, bundle::SignaturePolicy policy,
                     const std::string& missing_layer);
  static Stamp stamp_of(const InstalledModule& installed);
  static bool same(const InstalledModule& a, const InstalledModule& b);
  std::shared_ptr<Module> make(const InstalledModule& installed, const Looked& looked) const;
  Task<Result<Looked>> look_aside(InstalledModule installed);

  std::vector<std::string> want(std::vector<InstalledModule> modules, bundle::TrustStore trust);
  Work next(const std::string& name, bool already);
  Step choose(Slot& slot, Stamp now) const;
  void set_off(const std::string& name);
  void rest(const std::string& name);
  Task<void> reconcile(std::string name, Work work);
  Task<bool> take(const std::string& name, const Work& work);
  Task<bool> remove(const std::string& name);
  Task<bool> install(const std::string& name, const InstalledModule& wanted);
  Task<bool> verify(const std::string& name, std::shared_ptr<Module> current);
  Task<bool> upgrade(const std::string& name, const InstalledModule& wanted, const std::string& old_version);
  bool begin_trial(const std::string& name, const std::shared_ptr<Module>& candidate);
  std::shared_ptr<Module> take_over(const std::string& name, const std::shared_ptr<Module>& candidate,
                                    const Looked& looked);
  void reject(const std::string& name, const InstalledModule& wanted, const Looked& looked, const std::string& why);
  /// Puts `module` in its place and starts it; the one that was there. nullopt when everything is being stopped.
  std::optional<std::shared_ptr<Module>> put(const std::string& name, const std::shared_ptr<Module>& module,
                                             const Looked& looked);
  Task<void> stop_all(const std::vector<std::shared_ptr<Module>>& modules);
  Task<void> wait_settled(const std::vector<std::string>& names, std::chrono::steady_clock::time_point deadline);
  bool settled(const std::vector<std::string>& names) const;
  std::vector<std::shared_ptr<Module>> close();
  void tell_waiters();

  const Executor executor_;
  const Settings settings_;
  const std::shared_ptr<Nursery> nursery_;
  const std::string missing_layer_;
  runtime::BlockingPool pool_;

  mutable std::shared_mutex mutex_;  ///< guards what follows
  Trust trust_;
  std::map<std::string, Slot> slots_;
  std::vector<std::shared_ptr<runtime::Wakeup>> waiters_;  ///< for a task that has finished
  bool closed_ = false;
};

}  // namespace rapt::host
