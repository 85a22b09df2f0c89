// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/install/installer.hpp"
#include "rapt/install/operations.hpp"
#include "rapt/marketplace/registry_client.hpp"
#include "rapt/marketplace/resolver.hpp"
#include "rapt/marketplace/trusted_registry.hpp"

namespace rapt::install {

/// What is to be installed or upgraded.
struct PlanRequest {
  std::vector<marketplace::Wanted> install{};  ///< from the registry, each with what it depends on
  std::vector<std::string> archives{};         ///< bundles from files, in these versions
  std::string upload_id{};                     ///< or one that keep_upload() has kept
};

struct PlannedPermission {
  bundle::ManifestPermission asked;  ///< name, and the module's own reason
  std::string text;                  ///< what it gives, in plain words
  std::vector<std::string> grants;
  bool is_new = false;  ///< nobody has granted all of it to this module yet
};

/// One change of the set of modules. What it says was read from the bundle itself, which has been fetched and verified.
struct PlannedStep {
  std::string name, title;
  std::optional<std::string> from;  ///< nullopt: newly installed
  std::string to;
  std::string kind;               ///< "install", "upgrade", "downgrade"
  std::string publisher, key_id;  ///< key_id: "" when unsigned
  bool known_publisher = false;   ///< its key has been believed before
  bool is_signed = false;
  bool vouched = false;  ///< by the registry's metadata
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string because;     ///< "asked for", "struggle-detector 2.0.0 needs ^1.4"
  std::string change_log;  ///< of the versions since `from`
  std::vector<PlannedPermission> permissions;
  std::vector<std::string> removed_permissions;  ///< grants that go
  std::vector<PlannedHook> hooks;                ///< in the manifest's order
  std::vector<std::string> removed_hooks;        ///< points at which it is not asked any more
  std::size_t migrations = 0;
  bool config_required = false;   ///< it has settings without which it does not work
  std::vector<TrustedKey> trust;  ///< keys that consent makes believed
};

struct Plan {
  std::string id;                  ///< digest of all that consent is given to; hexadecimal
  std::vector<PlannedStep> steps;  ///< in their order; empty: there is nothing to do
  std::vector<std::string> warnings;
  std::uint64_t total_bytes = 0;
};

/// How far a download has come, for a terminal.
using DownloadProgress = std::function<void(const std::string& module, std::uint64_t done, std::uint64_t total)>;

/// Installs and upgrades modules with all that they depend on: what the pages and `rapt module …` do. Thread-safe.
///
/// A plan fetches and verifies the bundles, so that consent is given to what they really ask for. Applying it makes the
/// plan anew, and refuses when it has become another one. Then each module's switch is Installer::install(), in a
/// transaction of its own; when one fails, its old version runs on, and those before it are taken back.
class MarketplaceInstaller {
 public:
  struct Parts {
    Installer& installer;
    store::Database& database;
    const Clock& clock;
    std::filesystem::path var_dir;
    bundle::TrustStore trust;  ///< of the folder VAR/trust
    bundle::SignaturePolicy policy = bundle::SignaturePolicy::kRequired;
    std::string host;                                  ///< for the operation's row
    std::string url;                                   ///< MARKETPLACE_URL; "" for none
    marketplace::TrustedRegistry* registry = nullptr;  ///< nullptr without a registry
    marketplace::RegistryClient* word = nullptr;       ///< whose word helps to choose; nullptr for a mirror in a folder
    std::function<void()> changed{};                   ///< called after each switch
  };
  explicit MarketplaceInstaller(Parts parts);
  ~MarketplaceInstaller();

  /// kInvalid (a bundle or range that is none), kNotFound, kConflict (no choice of versions; the message tells which
  /// change would make it possible), kForbidden (a bundle or metadata that is not believed), kUnavailable.
  Task<Result<Plan>> plan(PlanRequest request, DownloadProgress progress = {});
  /// Begins what `plan` says; its id in the table of operations. kConflict while another one runs.
  Task<Result<std::string>> begin(Plan plan, std::string started_by);
  /// Does what was begun, and says how it ended. The operation's row tells as well.
  Task<Result<void>> run(std::string operation_id, Plan plan);
  /// Keeps a bundle for an hour: {upload id, name, version}. kForbidden, kInvalid as Installer::plan().
  struct Upload {
    std::string id, name, version;
  };
  Task<Result<Upload>> keep_upload(std::string archive);
  /// What would lack a dependency if the module went.
  Task<Result<std::vector<std::string>>> dependents(std::string name);
  [[nodiscard]] Operations& operations() { return operations_; }

 private:
  struct Work;
  Parts parts_;
  Operations operations_;
};

/// The part of a change log (CHANGELOG.md) that is about versions after `from`; all of it without `from`; cut.
std::string changes_since(const std::string& change_log, const std::optional<std::string>& from);

/// As the API and `--json` tell them: JSON text.
std::string encode(const Plan& plan);
std::string encode(const Operation& operation);

}  // namespace rapt::install
