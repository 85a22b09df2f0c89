// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/hooks/module_caller.hpp"
#include "rapt/hooks/module_catalog.hpp"
#include "rapt/host/services.hpp"
#include "rapt/providers/provider_caller.hpp"
#include "rapt/sandbox/layers.hpp"

namespace rapt::host {

enum class ModuleState {
  kStarting,
  kRunning,
  kBackoff,      ///< its process ended; another is started after a while
  kRefused,      ///< bundle, library or machine are not what they should be
  kQuarantined,  ///< it failed too often; an admin or another version lets it out
  kStopped
};
std::string_view name(ModuleState state);

/// Whether a running module is asked. It opens after several failures in a row; after a while one call is let through,
/// and its answer closes or opens it again.
enum class Circuit { kClosed, kOpen, kHalfOpen };
std::string_view name(Circuit circuit);  ///< "closed", "open", "half_open"

/// What is remembered of one of a module's processes over restarts of the host.
struct ProcessHealth {
  std::vector<TimePoint> failures;  ///< the latest ends, oldest first, at most 32
  std::string last_failure;         ///< a clause: "it was killed (SIGKILL)"
  unsigned restarts = 0;
  std::optional<TimePoint> quarantined_at;  ///< with `quarantine_reason`
  std::string quarantine_reason;
  bool operator==(const ProcessHealth&) const = default;
};
/// Of its first process, and of the others.
struct ModuleHealth : ProcessHealth {
  std::string digest_hex;                      ///< of the bundle that it is about: another one starts afresh
  std::optional<TimePoint> released_at;        ///< an admin let it out: what was before does not count
  std::map<std::string, ProcessHealth> rooms;  ///< by RoomStatus::name; without those of which there is nothing to say
  bool operator==(const ModuleHealth&) const = default;
};

/// How one hook of a module fares on this host since it was started.
struct HookStatus {
  hooks::HookDeclaration declared;       ///< as in the manifest
  std::chrono::milliseconds time_limit;  ///< in force: the manifest's, narrowed by the admin
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;  ///< error, dead, late, lying; not those that were never asked
  std::uint64_t answered = 0;  ///< in time and understood, also with an error: what the times below are of
  std::optional<std::chrono::microseconds> p50{}, p99{}, max{};  ///< of answered calls, as the caller waited
  std::uint64_t findings_refused = 0;   ///< that the module's manifest does not declare, or declares otherwise
  std::vector<std::uint64_t> within{};  ///< answered calls that took at most so long: one for each of hook_bounds()
  std::chrono::microseconds total{};    ///< of all answered calls together
};
/// The upper ends of the histogram of every hook, ascending; beyond the last one there is no end.
std::span<const std::chrono::microseconds> hook_bounds();

/// A type of findings that a module declares.
struct FindingType {
  std::string type, title, description;
  std::string schema_json;  ///< JSON Schema of the finding's data
};

/// A new version that could not take over, or is about to. The old one goes on meanwhile.
struct UpgradeStatus {
  std::string version;
  bool failed = false;  ///< else it is being tried
  std::string reason;   ///< a sentence, when it failed
};

/// How a service that the module may ask its host for fares on this host since the module was started.
struct ServiceStatus {
  std::string name;      ///< the permission: "kv"
  bool offered = false;  ///< granted, and this host has it
  std::uint64_t calls = 0;
  std::uint64_t refused = 0;   ///< not granted, or not allowed in that call; the module's log says which
  std::uint64_t failures = 0;  ///< the host could not serve it, or the process ended meanwhile
  std::optional<std::chrono::microseconds> p50{}, p99{}, max{};
};

/// A figure that the module counts itself.
struct MetricStatus {
  std::string name;
  bool is_counter = true;   ///< else it is observed, and what follows `count` is known
  std::uint64_t count = 0;  ///< what the counter has come to; how many observations there were
  double sum = 0, min = 0, max = 0, p50 = 0, p99 = 0;
};

/// Another process of the same module: its pages (routes, panels, exports) or its work (jobs, events) hold up no
/// lesson.
struct RoomStatus {
  std::string name;  ///< "pages", "work"
  ModuleState state = ModuleState::kStopped;
  std::string reason;  ///< a sentence, when not running
  std::string last_failure;
  unsigned restarts = 0;
  int pid = 0;
  Circuit circuit = Circuit::kClosed;
  std::string circuit_reason;  ///< a sentence, when it is not closed
  ProcessHealth health;
};

/// What the admin sees of one module.
struct ModuleStatus {
  std::string name, version, publisher;
  bool is_signed = false;
  ModuleState state = ModuleState::kStopped;
  std::string reason;  ///< a sentence, when not running
  std::string room;    ///< what its first process does, of which this tells: "lessons", or as in RoomStatus
  unsigned restarts = 0;
  std::optional<TimePoint> last_failure_at;
  std::string last_failure;
  Circuit circuit = Circuit::kClosed;
  std::string circuit_reason;  ///< a sentence, when it is not closed
  std::optional<UpgradeStatus> upgrade;
  std::vector<HookStatus> hooks;         ///< of a login provider also "auth:start" and "auth:step", behind its hooks
  ModuleHealth health;                   ///< to be kept, and given back with InstalledModule
  std::vector<FindingType> findings;     ///< that it declares; empty: it emits what it likes
  std::vector<std::string> permissions;  ///< granted: names, and "http:HOST"
  std::vector<ServiceStatus> services;   ///< that were granted, or asked for in vain
  std::vector<MetricStatus> metrics;     ///< at most 32
  std::vector<RoomStatus> companions;    ///< its further processes
  std::vector<sandbox::Layer> layers;
  int pid = 0;  ///< in the host's PID namespace; for tests and the admin, 0 when not running
};

/// A call of an extension that takes a JSON object and answers with one: a route, job, event, panel or export.
struct ModuleCall {
  std::string module{};
  hooks::Point point{};
  std::string input_json{};
  hooks::Context about{};  ///< whom it is about: ids of tool, user, group, session and run, for the services it asks
  std::chrono::milliseconds time_limit{0};  ///< narrows the manifest's longest
  std::string work{};  ///< of a job or event: the same at every attempt, whose further failures are not counted
};

/// What a running module declares of these calls.
struct ModuleOffer {
  std::string module, version, title;
  std::vector<std::string> grants;
  std::vector<bundle::ManifestRoute> routes;
  std::vector<bundle::ManifestJob> jobs;
  bundle::ManifestEvents events;
  std::vector<bundle::ManifestPanel> panels;
  std::vector<bundle::ManifestExport> exports;
};
using ModuleOfferPtr = std::shared_ptr<const ModuleOffer>;

/// One installed module, from the store of bundles.
struct InstalledModule {
  std::string name, version;
  std::filesystem::path bundle_path;
  std::string digest_hex;  ///< recorded at installation; a file with another digest is refused
  std::map<hooks::Point, std::chrono::milliseconds>
      time_limits{};      ///< an admin's; they only ever narrow the manifest's
  ModuleHealth health{};  ///< as last kept
};

/// A line that a module logged, cleaned: printable UTF-8, at most 1 KiB.
struct ModuleLine {
  std::string module;
  std::string level;  ///< "debug", "info", "warn", "error"
  std::string text;
  TimePoint at{};
};

/// Runs the installed modules: verifies each bundle, hands its bytes to a sandboxed runner, asks it, ends it when it is
/// late, restarts it with back-off. What a module that declares types of findings emits against them is left out of its
/// answer, counted and told in its log; the answer itself counts. Thread-safe after start().
class Supervisor final : public hooks::ModuleCaller, public hooks::ModuleCatalog, public providers::ProviderCaller {
 public:
  struct Options {
    std::filesystem::path runner;  ///< rapt-runner
    std::filesystem::path cgroup;  ///< delegated to this host; empty: its own, where that can be used
    bundle::TrustStore trust;
    bundle::SignaturePolicy signature_policy = bundle::SignaturePolicy::kRequired;
    std::vector<std::string> required_layers;        ///< a module is not started without these
    std::chrono::milliseconds restart_initial{250};  ///< first back-off; doubles, with jitter, up to restart_maximum
    std::chrono::milliseconds restart_maximum{30000};
    /// For loading, init and self-test, as rapt/abi.h promises. A process that the machine has not let run for half of
    /// that is waited for up to a minute more.
    std::chrono::milliseconds start_timeout{5000};
    unsigned circuit_failures = 5;                  ///< so many failed calls in a row open the circuit
    std::chrono::milliseconds circuit_pause{5000};  ///< then one call is let through
    unsigned quarantine_failures = 10;              ///< so many ends of its process within the window
    std::chrono::minutes quarantine_window{10};
    /// Keys the pseudonyms that modules see instead of user ids. Empty: a fresh random one, so that a module does not
    /// recognize anybody across a restart of the host.
    std::string pseudonym_key;
    /// Where the bell of each process is heard: a loop of one thread that also runs those who ask wakes nobody for
    /// them. Empty: on the supervisor's own.
    std::function<Executor()> place;
    ServiceHost* services = nullptr;  ///< what modules may ask of their host; may be null, and outlives the supervisor
  };
  Supervisor(Executor executor, Options options);
  ~Supervisor() override;  ///< ends every runner

  /// Starts the fork server and the modules; a module that cannot start is kRefused, never a failure of the host.
  Result<void> start(std::vector<InstalledModule> modules);
  /// Brings the running set to `modules`: new ones started, gone ones stopped. A changed version is started beside the
  /// old one and asked to test itself; when it is ready, new calls go to it, the old one answers what it was asked and
  /// ends. When it does not become ready, the old one stays and the status says why. Limits and a release from
  /// quarantine take effect at once. A module that
  /// was refused is looked at again when its file has changed. With another `trust` than before every bundle is
  /// verified again, so that a publisher who is not believed any more does not go on running.
  Task<void> update(std::vector<InstalledModule> modules, bundle::TrustStore trust);
  Task<void> stop();
  [[nodiscard]] std::vector<ModuleStatus> status() const;
  /// Lines that modules logged since the last call, oldest first; the newest 1,000 are kept until they are taken.
  std::vector<ModuleLine> take_lines();

  Result<std::optional<hooks::HookDeclaration>> declaration(const std::string& module,
                                                            hooks::Point point) const override;
  bool installed(const std::string& module) const override;
  [[nodiscard]] hooks::ModuleFactsPtr facts(const std::string& module) const override;
  [[nodiscard]] std::vector<hooks::ModuleFactsPtr> all_facts() const override;
  /// Checks a whole configuration against the module's schema; kInvalid with paths, kNotFound.
  Result<void> check_config(const std::string& module, const std::string& config_json) const;
  Task<hooks::Answer> call(const std::string& module, hooks::Point point, const hooks::Context& context,
                           const std::string& config_json, std::chrono::milliseconds time_limit) override;

  /// The JSON of the answer. kUnavailable (part: the module; the sentence is for people, the reason for the admin) when
  /// it is not running, has no such call, died, came late or failed.
  Task<Result<std::string>> ask(ModuleCall call);
  /// What a module sees instead of a user's id outside of tools: the same at each of these calls. "" for no user.
  [[nodiscard]] std::string pseudonym_of(const std::string& module, const std::string& user_id) const;
  /// nullptr when it is not installed, was refused, or declares none of these calls. The same object as long as the
  /// same version runs.
  [[nodiscard]] ModuleOfferPtr offer(const std::string& module) const;
  /// Of all that declare any of these calls.
  [[nodiscard]] std::vector<ModuleOfferPtr> offers() const;

  /// What the installed modules declare, by module.
  [[nodiscard]] std::map<std::string, std::vector<FindingType>> finding_types() const;

  Task<Result<std::string>> start(std::string module, providers::Start start) override;
  Task<Result<providers::Step>> step(std::string module, providers::Input input) override;
  [[nodiscard]] std::vector<std::string> provider_modules() const override;
  [[nodiscard]] std::vector<std::string> reachable_hosts(const std::string& module) const override;

 private:
  Task<hooks::Answer> call_about(const ModuleCall& call, const std::string& config_json);
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rapt::host
