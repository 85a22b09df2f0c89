// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/sandbox/layers.hpp"

namespace rapt::host {

enum class ModuleState { kStarting, kRunning, kBackoff, kRefused, kStopped };
std::string_view name(ModuleState state);

/// What the admin sees of one module.
struct ModuleStatus {
  std::string name, version, publisher;
  bool is_signed = false;
  ModuleState state = ModuleState::kStopped;
  std::string reason;  ///< a sentence, when not running
  unsigned restarts = 0;
  std::optional<TimePoint> last_failure_at;
  std::string last_failure;
  std::vector<std::string> hooks;
  std::vector<std::string> permissions;
  std::vector<sandbox::Layer> layers;
  int pid = 0;  ///< in the host's PID namespace; for tests and the admin, 0 when not running
};

/// One installed module, from the store of bundles.
struct InstalledModule {
  std::string name, version;
  std::filesystem::path bundle_path;
  std::string digest_hex;  ///< recorded at installation; a file with another digest is refused
};

/// Runs the installed modules: verifies each bundle, hands its bytes to a sandboxed runner, asks it, ends it when it is
/// late, restarts it with back-off. Thread-safe after start().
class Supervisor final : public hooks::ModuleCaller {
 public:
  struct Options {
    std::filesystem::path runner;  ///< rapt-runner
    bundle::TrustStore trust;
    bundle::SignaturePolicy signature_policy = bundle::SignaturePolicy::kRequired;
    std::vector<std::string> required_layers;        ///< a module is not started without these
    std::chrono::milliseconds restart_initial{250};  ///< first back-off; doubles, with jitter, up to restart_maximum
    std::chrono::milliseconds restart_maximum{30000};
    std::chrono::milliseconds start_timeout{5000};  ///< for loading and init, as rapt/abi.h promises
    /// Keys the pseudonyms that modules see instead of user ids. Empty: a fresh random one, so that a module does not
    /// recognize anybody across a restart of the host.
    std::string pseudonym_key;
  };
  Supervisor(Executor executor, Options options);
  ~Supervisor() override;  ///< ends every runner

  /// Starts the fork server and the modules; a module that cannot start is kRefused, never a failure of the host.
  Result<void> start(std::vector<InstalledModule> modules);
  /// Brings the running set to `modules`: new ones started, gone ones stopped, changed versions replaced. A module that
  /// was refused is looked at again when its file has changed. With another `trust` than before every bundle is
  /// verified again, so that a publisher who is not believed any more does not go on running.
  Task<void> update(std::vector<InstalledModule> modules, bundle::TrustStore trust);
  Task<void> stop();
  [[nodiscard]] std::vector<ModuleStatus> status() const;

  Result<std::optional<hooks::HookDeclaration>> declaration(const std::string& module,
                                                            hooks::Point point) const override;
  bool installed(const std::string& module) const override;
  Result<void> check_config(const std::string& module, const std::string& config_json) const override;
  Task<hooks::Answer> call(const std::string& module, hooks::Point point, const hooks::Context& context,
                           const std::string& config_json, std::chrono::milliseconds time_limit) override;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rapt::host
