// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/supervisor.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <shared_mutex>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "module.hpp"
#include "nursery.hpp"
#include "prepared_module.hpp"
#include "pseudonym.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/blocking_pool.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::host {

using hooks::Answer;

namespace {

constexpr int kAttempts = 4;  ///< to ask a module whose process is being replaced

}  // namespace

std::string_view name(ModuleState state) {
  switch (state) {
    case ModuleState::kStarting:
      return "starting";
    case ModuleState::kRunning:
      return "running";
    case ModuleState::kBackoff:
      return "backoff";
    case ModuleState::kRefused:
      return "refused";
    case ModuleState::kQuarantined:
      return "quarantined";
    case ModuleState::kStopped:
      return "stopped";
  }
  return "stopped";
}

std::string_view name(Circuit circuit) {
  switch (circuit) {
    case Circuit::kClosed:
      return "closed";
    case Circuit::kOpen:
      return "open";
    case Circuit::kHalfOpen:
      return "half_open";
  }
  return "closed";
}

struct Supervisor::Impl {
  Impl(Executor executor_in, Options options_in)
      : executor(std::move(executor_in)),
        options(std::move(options_in)),
        pool({.name = "modules", .threads = 1, .max_queued = 16}),
        pseudonyms(options.pseudonym_key.empty() ? security::random_bytes(32) : options.pseudonym_key) {}

  std::shared_ptr<Module> find(const std::string& module) const {
    const std::shared_lock lock(mutex);
    const auto found = modules.find(module);
    return found == modules.end() ? nullptr : found->second;
  }

  /// Why nothing may be started on this machine; "" when everything may.
  std::string missing_layer() const {
    std::vector<std::string> required = options.required_layers;
    required.insert(required.begin(), "seccomp");
    for (const auto& wanted : required) {
      const auto found =
          std::find_if(layers.begin(), layers.end(), [&](const auto& layer) { return layer.name == wanted; });
      if (found == layers.end())
        return "Configuration requires the sandbox layer " + wanted + ", which does not exist.";
      if (!found->on) {
        return "This machine lacks the sandbox layer " + wanted +
               (found->detail.empty() ? "" : " (" + found->detail + ")") + ", and without it no module is started.";
      }
    }
    return {};
  }

  /// Blocks while the bundle is read and verified.
  std::shared_ptr<Module> make(const InstalledModule& installed) {
    const auto stamp = stamp_of(installed);
    if (const auto missing = missing_layer(); !missing.empty())
      return std::make_shared<Module>(executor, installed, missing);
    auto prepared = prepare_module(installed, options.trust, options.signature_policy);
    if (!prepared) {
      const std::unique_lock lock(mutex);
      refused_stamps[installed.name] = stamp;
      return std::make_shared<Module>(executor, installed, prepared.error().message);
    }
    const Module::Settings settings{options.restart_initial, options.restart_maximum, options.start_timeout};
    return std::make_shared<Module>(executor, std::move(*prepared), settings);
  }

  void adopt(std::shared_ptr<Module> module) {
    {
      const std::unique_lock lock(mutex);
      modules[module->installed().name] = module;
    }
    module->run(nursery);
  }

  static std::filesystem::file_time_type stamp_of(const InstalledModule& installed) {
    std::error_code missing;
    const auto stamp = std::filesystem::last_write_time(installed.bundle_path, missing);
    return missing ? std::filesystem::file_time_type::min() : stamp;
  }

  /// Whether the bundle of a refused module is another file than the one that was refused.
  bool worth_another_look(const Module& module) const {
    if (module.prepared() != nullptr) return false;
    const std::shared_lock lock(mutex);
    const auto found = refused_stamps.find(module.installed().name);
    return found != refused_stamps.end() && found->second != stamp_of(module.installed());
  }

  static bool same(const InstalledModule& a, const InstalledModule& b) {
    return a.name == b.name && a.version == b.version && a.digest_hex == b.digest_hex && a.bundle_path == b.bundle_path;
  }

  std::vector<std::shared_ptr<Module>> all() const {
    std::vector<std::shared_ptr<Module>> list;
    const std::shared_lock lock(mutex);
    for (const auto& [module_name, module] : modules) list.push_back(module);
    return list;
  }

  Executor executor;
  Options options;
  runtime::BlockingPool pool;
  Pseudonyms pseudonyms;
  std::shared_ptr<Nursery> nursery;
  std::vector<sandbox::Layer> layers;
  mutable std::shared_mutex mutex;
  std::map<std::string, std::shared_ptr<Module>> modules;
  std::map<std::string, std::filesystem::file_time_type> refused_stamps;
};

Supervisor::Supervisor(Executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

Supervisor::~Supervisor() {
  for (const auto& module : impl_->all()) module->abandon();
  if (impl_->nursery) impl_->nursery->close();
}

Result<void> Supervisor::start(std::vector<InstalledModule> modules) {
  auto nursery = Nursery::start(impl_->executor, impl_->options.runner.string(), impl_->options.cgroup);
  if (!nursery) return nursery.error();
  impl_->nursery = std::move(*nursery);
  impl_->layers = impl_->nursery->layers();
  impl_->nursery->listen();
  for (const auto& layer : impl_->layers) {
    log::info("sandbox.layer", {{"layer", layer.name}, {"on", layer.on ? "true" : "false"}, {"detail", layer.detail}});
  }
  for (const auto& module : modules) impl_->adopt(impl_->make(module));
  return {};
}

Task<void> Supervisor::update(std::vector<InstalledModule> modules, bundle::TrustStore trust) {
  const auto impl = impl_;
  const bool other_trust = !(trust == impl->options.trust);
  impl->options.trust = std::move(trust);
  for (const auto& old : impl->all()) {
    const auto wanted =
        std::find_if(modules.begin(), modules.end(), [&](const auto& m) { return m.name == old->installed().name; });
    if (wanted != modules.end()) continue;
    {
      const std::unique_lock lock(impl->mutex);
      impl->modules.erase(old->installed().name);
    }
    co_await old->stop();
  }
  for (const auto& wanted : modules) {
    const auto old = impl->find(wanted.name);
    const bool unchanged = old && Impl::same(old->installed(), wanted) && !other_trust;
    if (unchanged && !impl->worth_another_look(*old)) continue;
    auto make = [impl, wanted]() -> Result<std::shared_ptr<Module>> { return impl->make(wanted); };
    auto made = co_await impl->pool.run(std::move(make));
    if (!made) {
      log::error("module.not_prepared", {{"module", wanted.name}, {"reason", made.error().message}});
      continue;
    }
    impl->adopt(std::move(*made));
    if (old) co_await old->stop();
  }
}

Task<void> Supervisor::stop() {
  const auto impl = impl_;
  for (const auto& module : impl->all()) co_await module->stop();
  if (impl->nursery) {
    auto close = [nursery = impl->nursery]() -> Result<void> {
      nursery->close();
      return {};
    };
    co_await impl->pool.run(std::move(close));
  }
}

std::vector<ModuleLine> Supervisor::take_lines() {
  return {};
}

std::vector<ModuleStatus> Supervisor::status() const {
  std::vector<ModuleStatus> list;
  for (const auto& module : impl_->all()) {
    list.push_back(module->status());
    list.back().layers = impl_->layers;
  }
  return list;
}

Result<std::optional<hooks::HookDeclaration>> Supervisor::declaration(const std::string& module,
                                                                      hooks::Point point) const {
  const auto found = impl_->find(module);
  if (!found) return Error::not_found("module " + module);
  // A refused bundle's manifest is not believed: whether it has that hook, nobody knows.
  if (found->prepared() == nullptr)
    return Error::unavailable(module, "The module " + module + " was refused.", found->status().reason);
  for (const auto& hook : found->prepared()->hooks) {
    if (hook.point == point) return std::optional<hooks::HookDeclaration>(hook);
  }
  return std::optional<hooks::HookDeclaration>();
}

bool Supervisor::installed(const std::string& module) const {
  return impl_->find(module) != nullptr;
}

Result<void> Supervisor::check_config(const std::string& module, const std::string& config_json) const {
  const auto found = impl_->find(module);
  if (!found) return Error::not_found("module " + module);
  if (found->prepared() == nullptr)
    return Error::unavailable(module, "The module " + module + " was refused.", found->status().reason);
  if (!found->prepared()->config_schema) return {};
  return found->prepared()->config_schema->validate(config_json, "config");
}

Task<Answer> Supervisor::call(const std::string& module, hooks::Point point, const hooks::Context& context,
                              const std::string& config_json, std::chrono::milliseconds time_limit) {
  const auto impl = impl_;
  const std::string user = impl->pseudonyms.of(context.tool.id, module, context.user.id);
  std::string why = "It is being replaced.";
  // An instance that was closed before it was asked has a successor.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto found = impl->find(module);
    if (!found) co_return Answer{Answer::Kind::kNotRunning, "It is not installed.", {}, {}};
    const auto instance = found->running(why);
    if (!instance) break;
    const CallDetails details{point, config_json, user, time_limit};
    auto answer = co_await instance->call(context, details);
    if (answer) co_return std::move(*answer);
  }
  co_return Answer{Answer::Kind::kNotRunning, std::move(why), {}, {}};
}

}  // namespace rapt::host
