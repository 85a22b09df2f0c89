// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/install/installer.hpp"

#include <algorithm>
#include <system_error>

#include "archives.hpp"
#include "bundle_plan.hpp"
#include "check.hpp"
#include "dependencies.hpp"
#include "operations.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/semver.hpp"
#include "rapt/base/text.hpp"
#include "records.hpp"
#include "site.hpp"
#include "stored_archives.hpp"
#include "tables.hpp"

namespace rapt::install {
namespace {

namespace fs = std::filesystem;

Result<void> check_version(const bundle::Manifest& manifest, const InstalledRecord& installed,
                           const InstallOptions& options, const Site& site) {
  const auto offered = Version::parse(manifest.version), present = Version::parse(installed.version);
  const bool may_replace = options.allow_replace || site.policy != bundle::SignaturePolicy::kRequired;
  if (manifest.version == installed.version && !may_replace) {
    return Error::conflict(manifest.name + " " + manifest.version +
                           " is installed already, with other bytes. A publisher gives every change a new version: ask "
                           "for one, or say --replace if you have built it yourself.");
  }
  if (!options.allow_downgrade && offered && present && *offered < *present) {
    return Error::conflict(manifest.name + " " + installed.version + " is installed, and " + manifest.version +
                           " is older. Say --allow-downgrade if you mean it.");
  }
  if (manifest.publisher != installed.publisher) {
    return Error::conflict(manifest.name + " is installed from " + installed.publisher + ", and this bundle is by " +
                           manifest.publisher +
                           ". Remove the installed one first if you mean to change the publisher.");
  }
  return {};
}

/// The version before is the one that this replaces; other bytes under one version replace it without a trace.
void remember_previous(InstalledRecord& record, const InstalledRecord& installed) {
  const bool same_version = installed.version == record.version;
  record.previous_version = same_version ? installed.previous_version : installed.version;
  record.previous_digest_hex = same_version ? installed.previous_digest_hex : installed.digest_hex;
}

/// Everything that install_in() refuses, but a migration that fails; then what the migrations need.
Result<bool> prepare_in(store::Transaction& tx, const std::string& archive, const InstallOptions& options,
                        const Site& site) {
  const auto bundle = read_believed_bundle(tx, archive, site);
  if (!bundle) return bundle.error();
  if (!has_tables(bundle->manifest)) return false;
  RAPT_TRY(lock_modules(tx));
  const auto present = find_present(tx, bundle->manifest.name, site.var_dir);
  if (!present) return present.error();
  const auto& installed = present->record;
  const auto plan = make_plan(*bundle, *present);
  if (plan.same_bytes) return false;
  if (installed) RAPT_TRY(check_version(bundle->manifest, *installed, options, site));
  RAPT_TRY(check_granted(plan, options));
  if (!options.part_of_plan) RAPT_TRY(check_dependencies(tx, bundle->manifest));
  return make_tables(tx, bundle->manifest, site);
}

Result<InstalledRecord> install_in(store::Transaction& tx, const std::string& archive, const InstallOptions& options,
                                   const Site& site) {
  RAPT_TRY(trust_keys(tx, options.trust));
  const auto bundle = read_believed_bundle(tx, archive, site);
  if (!bundle) return bundle.error();
  RAPT_TRY(lock_modules(tx));
  if (!options.operation_id.empty()) RAPT_TRY(check_operation(tx, options.operation_id));
  const auto present = find_present(tx, bundle->manifest.name, site.var_dir);
  if (!present) return present.error();
  const auto& installed = present->record;
  const auto plan = make_plan(*bundle, *present);
  if (plan.same_bytes) {
    RAPT_TRY(keep_archive(*installed, archive));
    RAPT_TRY(store_archive(tx, installed->digest_hex, archive));
    return *installed;
  }
  if (installed) RAPT_TRY(check_version(bundle->manifest, *installed, options, site));
  RAPT_TRY(check_granted(plan, options));
  if (!options.part_of_plan) RAPT_TRY(check_dependencies(tx, bundle->manifest));
  auto record = record_of(*bundle, site, !installed || installed->enabled);
  if (installed) {
    remember_previous(record, *installed);
    record.time_limits_ms = installed->time_limits_ms;
  }
  RAPT_TRY(bring_tables(tx, *bundle, site));
  // The file first: a row without its archive would be a module that cannot start.
  RAPT_TRY(keep_archive(record, archive));
  RAPT_TRY(store_archive(tx, record.digest_hex, archive));
  RAPT_TRY(put_record(tx, record, *bundle));
  return record;
}

Result<InstallPlan> plan_in(store::Transaction& tx, const std::string& archive, const Site& site) {
  const auto bundle = read_believed_bundle(tx, archive, site);
  if (!bundle) return bundle.error();
  const auto present = find_present(tx, bundle->manifest.name, site.var_dir);
  if (!present) return present.error();
  return make_plan(*bundle, *present);
}

}  // namespace

InstalledRecord record_of(const bundle::Bundle& bundle, const Site& site, bool enabled) {
  InstalledRecord out;
  out.name = bundle.manifest.name;
  out.version = bundle.manifest.version;
  out.publisher = bundle.manifest.publisher;
  out.digest_hex = security::hex(bundle.digest);
  out.path = archive_path(site.var_dir, out.name, out.version);
  for (const auto& permission : bundle.manifest.permissions) {
    for (auto& grant : bundle::grants_of(permission)) out.permissions.push_back(std::move(grant));
  }
  out.enabled = enabled;
  return out;
}

Error not_installed(const std::string& name) {
  return Error::not_found("installed module as \"" + printable(name, 80) + "\"; `rapt module list` shows them");
}

Task<void> tidy_after(Installer& installer) {
  const auto tidied = co_await installer.tidy();
  if (!tidied)
    log::warn("modules.archives_not_removed",
              {{"reason", tidied.error().message}, {"detail", tidied.error().log_detail}});
}

Installer::Installer(store::Database& database, fs::path var_dir, bundle::TrustStore trust,
                     bundle::SignaturePolicy policy, std::shared_ptr<const host::ModuleSchemas> schemas)
    : database_(database),
      var_dir_(std::move(var_dir)),
      trust_(std::move(trust)),
      policy_(policy),
      schemas_(std::move(schemas)) {}

Task<Result<InstallPlan>> Installer::plan(std::string archive) {
  Site site{var_dir_, trust_, policy_};
  auto work = [archive = std::move(archive), site = std::move(site)](store::Transaction& tx) {
    return plan_in(tx, archive, site);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<InstalledRecord>> Installer::install(std::string archive, InstallOptions options) {
  Site site{var_dir_, trust_, policy_, schemas_};
  for (const auto& one : options.trust) site.trust.add(one.publisher, one.key);
  // On its own: a role can log in once the transaction that makes it has been committed.
  auto preparing = [archive, options, site](store::Transaction& tx) { return prepare_in(tx, archive, options, site); };
  const auto made = co_await database_.transaction(std::move(preparing));
  if (!made) co_return made.error();
  auto work = [archive, options, site](store::Transaction& tx) { return install_in(tx, archive, options, site); };
  auto record = co_await database_.transaction(std::move(work));
  if (record) co_await tidy_after(*this);
  if (!record && *made) co_await unmake_tables(database_, archive, site);
  co_return record;
}

Task<Result<void>> Installer::remove(std::string name) {
  if (!bundle::is_valid_name(name)) co_return not_installed(name);
  const auto folder = var_dir_ / "modules" / name;
  auto work = [name, folder](store::Transaction& tx) -> Result<bool> {
    RAPT_TRY(lock_modules(tx));
    auto found = delete_record(tx, name);
    // Under the lock, so that an installation of the same name cannot come between. A file without its row is nothing.
    std::error_code failure;
    if (found && *found) fs::remove_all(folder, failure);
    if (failure)
      return Error::invalid("", "The folder " + folder.string() + " cannot be removed: " + failure.message() + ".");
    return found;
  };
  auto removed = co_await database_.transaction(std::move(work));
  if (!removed) co_return removed.error();
  if (!*removed) co_return not_installed(name);
  co_await tidy_after(*this);
  co_return Result<void>();
}

Task<Result<void>> Installer::purge(std::string name) {
  if (!bundle::is_valid_name(name)) co_return not_installed(name);
  const auto removed = co_await remove(name);
  if (!removed && removed.error().kind != ErrorKind::kNotFound) co_return removed;
  const auto purged = co_await purge_tables(database_, name, schemas_);
  if (!purged) co_return purged.error();
  if (!removed && !*purged) co_return removed;
  co_return Result<void>();
}

Task<Result<std::vector<InstalledRecord>>> Installer::list() {
  const auto var_dir = var_dir_;
  auto work = [var_dir](store::Transaction& tx) { return all_records(tx, var_dir); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<std::map<std::string, bundle::Manifest>>> Installer::manifests() {
  auto work = [](store::Transaction& tx) { return some_manifests(tx); };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<void>> Installer::tidy() {
  auto work = [var_dir = var_dir_](store::Transaction& tx) -> Result<void> {
    // Under the lock: an installation at this moment has its archive in the store and no row yet.
    RAPT_TRY(lock_modules(tx));
    const auto records = all_records(tx, var_dir);
    if (!records) return records.error();
    RAPT_TRY(forget_archives(tx));
    return remove_other_archives(*records, var_dir);
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::install
