// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rapt/bundle/bundle.hpp"
#include "rapt/install/trust.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
class ModuleSchemas;
}

namespace rapt::install {

/// The module ABI that this host offers (RAPT_ABI_MAJOR, RAPT_ABI_MINOR).
extern const std::uint32_t kAbiMajor, kAbiMinor;

/// One row of the table modules.
struct InstalledRecord {
  std::string name, version, publisher, digest_hex;
  std::filesystem::path path;            ///< in this host's store of bundles
  std::vector<std::string> permissions;  ///< granted
  bool enabled = true;
  std::map<std::string, int> time_limits_ms;    ///< an admin's, by hook point; they only ever narrow the manifest's
  std::optional<std::string> previous_version;  ///< what rollback() goes back to
  std::string previous_digest_hex;              ///< of its archive; "" when there is none
};

/// A hook of a version that is to be installed.
struct PlannedHook {
  std::string point;    ///< "chat:before_ai"
  std::string text;     ///< what it is told there, in plain words
  std::string change;   ///< how that differs from the installed version, in sentences; "" when it does not
  bool is_new = false;  ///< nobody has agreed to all of it yet
};
/// Of `manifest`, in its order; `before` is what the installed version declares, nullptr when none is installed.
std::vector<PlannedHook> planned_hooks(const bundle::Manifest& manifest, const bundle::Manifest* before);
/// Points of `before` at which `manifest` is not asked any more.
std::vector<std::string> removed_hooks(const bundle::Manifest& manifest, const bundle::Manifest* before);

/// What installing a bundle would do, for the admin who decides.
struct InstallPlan {
  bundle::Manifest manifest;
  bool is_signed = false;
  std::string key_id;                                       ///< "" when unsigned
  std::optional<std::string> installed_version;             ///< nullopt when the module is not installed
  bool same_bytes = false;                                  ///< nothing to do
  std::vector<bundle::ManifestPermission> new_permissions;  ///< that nobody has granted yet
  std::vector<PlannedHook> hooks;
  std::vector<std::string> removed_hooks;
};

struct InstallOptions {
  bool allow_downgrade = false;
  bool grant_permissions = false;   ///< the admin has agreed to every permission and hook of the plan
  bool allow_replace = false;       ///< other bytes under the installed version: for those who build it themselves
  bool part_of_plan = false;        ///< dependencies were settled for several modules at once; not asked here
  std::vector<TrustedKey> trust{};  ///< the admin has agreed to believe these from now on, as trust_keys() does
  std::string operation_id{};  ///< of module_operations: it must still be running (kConflict); "" when there is none
};

/// What an admin changes about an installed module; what is not named stays.
struct SettingsChange {
  std::optional<bool> enabled{};
  std::map<std::string, std::optional<int>> time_limits_ms{};  ///< by hook point; nullopt: the manifest's again
};

/// Installs bundles: reads, verifies against the trust store, keeps the archive under VAR/modules/NAME/VERSION.rapt,
/// and records digest and granted permissions. The database keeps the archive as well, and other hosts get it from
/// there (gather). The one code path for the command line, the registry and the demonstration. Two at once wait for
/// each other (an advisory lock), also on several hosts. All work is done on the database's blocking threads.
///
/// The archive of the version before is kept for rollback(); every other one is removed by the next change, also those
/// that other hosts' changes have made superfluous in this host's store. An archive that cannot be removed is logged
/// and spoils nothing.
///
/// A module with the permission "sql" has tables: its migrations are applied before the new version takes over, and
/// taken back by a roll-back. A migration that fails (kConflict) leaves version and tables as they were. Without
/// `schemas` such a module is refused.
class Installer {
 public:
  Installer(store::Database& database, std::filesystem::path var_dir, bundle::TrustStore trust,
            bundle::SignaturePolicy policy, std::shared_ptr<const host::ModuleSchemas> schemas = nullptr);
  /// Checks the bundle as install() does, and changes nothing. kForbidden, kInvalid.
  Task<Result<InstallPlan>> plan(std::string archive);
  /// kForbidden (signature), kInvalid (bundle, ABI, architecture), kConflict (an older version than the installed one,
  /// other bytes under the same version, permissions or more of a hook that nobody has agreed to, or a dependency that
  /// is not there; also of another module on this one). Installing the same bytes again changes nothing, and puts the
  /// archive back when it has been lost or changed.
  Task<Result<InstalledRecord>> install(std::string archive, InstallOptions options = {});
  /// Goes back to the version that was installed before this one, whose archive has been kept; going back once more
  /// comes here again. Permissions are those that were granted for that version; other bytes under one version
  /// (allow_replace) are no version to go back to. kNotFound, kConflict when there is nothing to go back to or this
  /// host's store lacks the archive, kForbidden when it is no longer whole or believed, kInvalid when this host does
  /// not run it any more, or when dependencies would not hold (unless it is part of a plan that has settled them).
  Task<Result<InstalledRecord>> rollback(std::string name, bool part_of_plan = false);
  /// A disabled module is not started; tools that need it fail as their policy says. kNotFound.
  Task<Result<InstalledRecord>> set_enabled(std::string name, bool enabled);
  /// Narrows a hook's time limit, or takes that back (nullopt). kNotFound, kInvalid when the module has no such hook or
  /// the limit is not between 1 ms and the manifest's.
  Task<Result<InstalledRecord>> set_time_limit(std::string name, std::string hook,
                                               std::optional<std::chrono::milliseconds> limit);
  /// Several of these at once: all of them, or none. The fields of kInvalid are "time_limits.HOOK".
  Task<Result<InstalledRecord>> change(std::string name, SettingsChange change);
  /// What the module kept (values, tables) stays, for when it comes back. kNotFound.
  Task<Result<void>> remove(std::string name);
  /// Deletes that, too; also of a module that has been removed. kNotFound when there is neither.
  Task<Result<void>> purge(std::string name);
  Task<Result<std::vector<InstalledRecord>>> list();
  /// What the installed modules declare, by name. kInvalid when this host cannot read a manifest.
  Task<Result<std::map<std::string, bundle::Manifest>>> manifests();
  /// The schema of an installed module's configuration, also of one that is switched off; "" when it has none.
  /// kNotFound; kUnavailable when this host's store lacks its archive, or has other bytes than were installed.
  Task<Result<std::string>> config_schema(std::string name);
  /// Gets the archives that the table modules names and this host's store lacks, or has with other bytes, from the
  /// database, and keeps there what it lacks. kConflict names a module whose archive is nowhere; all others are there.
  Task<Result<void>> gather();
  /// `folder` and the keys that count on every host (trust.hpp).
  Task<Result<bundle::TrustStore>> with_trusted_keys(bundle::TrustStore folder);
  /// Removes the archives in this host's store that no installed module needs any more, as every change does.
  Task<Result<void>> tidy();

 private:
  store::Database& database_;
  std::filesystem::path var_dir_;
  bundle::TrustStore trust_;
  bundle::SignaturePolicy policy_;
  std::shared_ptr<const host::ModuleSchemas> schemas_;
};

}  // namespace rapt::install
