// SPDX-License-Identifier: AGPL-3.0-or-later
// What an admin changes about a module that is installed.
#include <algorithm>

#include "archives.hpp"
#include "check.hpp"
#include "dependencies.hpp"
#include "rapt/base/text.hpp"
#include "rapt/install/installer.hpp"
#include "records.hpp"
#include "site.hpp"
#include "stored_archives.hpp"
#include "tables.hpp"

namespace rapt::install {
namespace {

/// The record, locked until the transaction ends.
Result<InstalledRecord> locked_record(store::Transaction& tx, const std::string& name,
                                      const std::filesystem::path& var_dir) {
  if (!bundle::is_valid_name(name)) return not_installed(name);
  RAPT_TRY(lock_modules(tx));
  auto found = find_record(tx, name, var_dir);
  if (!found) return found.error();
  if (!*found) return not_installed(name);
  return std::move(**found);
}

/// The archive before as the database keeps it; `otherwise` when it has none either.
Result<std::string> stored_previous(store::Transaction& tx, const InstalledRecord& current, Error otherwise) {
  auto stored = stored_archive(tx, current.previous_digest_hex);
  if (stored || stored.error().kind == ErrorKind::kUnavailable) return stored;
  return otherwise;
}

Result<InstalledRecord> rollback_in(store::Transaction& tx, const std::string& name, const Site& site,
                                    bool part_of_plan) {
  const auto current = locked_record(tx, name, site.var_dir);
  if (!current) return current;
  if (!current->previous_version)
    return Error::conflict(name + " " + current->version + " is the only version that has been installed here.");
  auto archive = previous_archive(*current, site.var_dir);
  // Another host may have installed it.
  if (!archive) archive = stored_previous(tx, *current, std::move(archive).error());
  if (!archive) return archive.error();
  // The digest is the one that was installed, so its manifest asks for what was granted then and nothing else.
  const auto bundle = read_believed_bundle(tx, *archive, site);
  if (!bundle) return bundle.error();
  if (!part_of_plan) RAPT_TRY(check_dependencies(tx, bundle->manifest));
  auto record = record_of(*bundle, site, current->enabled);
  record.time_limits_ms = current->time_limits_ms;
  record.previous_version = current->version;
  record.previous_digest_hex = current->digest_hex;
  RAPT_TRY(bring_tables(tx, *bundle, site));
  RAPT_TRY(keep_archive(record, *archive));
  RAPT_TRY(put_record(tx, record, *bundle));
  return record;
}

Result<InstalledRecord> enable_in(store::Transaction& tx, const std::string& name, bool enabled,
                                  const std::filesystem::path& var_dir) {
  auto record = locked_record(tx, name, var_dir);
  if (!record) return record;
  record->enabled = enabled;
  RAPT_TRY(put_settings(tx, *record));
  return record;
}

Result<const bundle::ManifestHook*> find_hook(const bundle::Manifest& manifest, const std::string& point) {
  std::string there;
  for (const auto& hook : manifest.hooks) {
    if (hook.point == point) return &hook;
    there += (there.empty() ? "" : ", ") + hook.point;
  }
  return Error::invalid("hook", manifest.name + " " + manifest.version + " has no hook \"" + printable(point, 80) +
                                    "\", only " + (there.empty() ? "none" : there) + ".");
}

Result<void> check_limit(const bundle::Manifest& manifest, const std::string& point, std::chrono::milliseconds limit) {
  const auto hook = find_hook(manifest, point);
  if (!hook) return hook.error();
  if (limit.count() >= 1 && limit.count() <= (*hook)->timeout_ms) return {};
  return Error::invalid("limit", "The limit of " + point + " must be 1 to " + std::to_string((*hook)->timeout_ms) +
                                     " ms: an admin may only narrow what the module declares.");
}

Result<InstalledRecord> limit_in(store::Transaction& tx, const std::string& name, const std::string& point,
                                 std::optional<std::chrono::milliseconds> limit, const std::filesystem::path& var_dir) {
  auto record = locked_record(tx, name, var_dir);
  if (!record) return record;
  if (limit) {
    const auto manifests = some_manifests(tx, name);
    if (!manifests) return manifests.error();
    RAPT_TRY(check_limit(manifests->at(name), point, *limit));
    record->time_limits_ms[point] = static_cast<int>(limit->count());
  } else if (record->time_limits_ms.erase(point) == 0) {
    // One that another version has left behind may go; a name that means nothing is a mistake.
    const auto manifests = some_manifests(tx, name);
    if (!manifests) return manifests.error();
    if (const auto hook = find_hook(manifests->at(name), point); !hook) return hook.error();
  }
  RAPT_TRY(put_settings(tx, *record));
  return record;
}

Error at_limit_of(const std::string& point, Error error) {
  for (auto& field : error.fields) {
    if (field.path == "hook" || field.path == "limit") field.path = "time_limits." + printable(point, 80);
  }
  return error;
}

Result<InstalledRecord> change_in(store::Transaction& tx, const std::string& name, const SettingsChange& change,
                                  const std::filesystem::path& var_dir) {
  auto record = locked_record(tx, name, var_dir);
  for (const auto& [point, ms] : change.time_limits_ms) {
    if (!record) return record;
    const auto limit = ms ? std::optional(std::chrono::milliseconds(*ms)) : std::nullopt;
    record = limit_in(tx, name, point, limit, var_dir);
    if (!record) return at_limit_of(point, record.error());
  }
  if (record && change.enabled) return enable_in(tx, name, *change.enabled, var_dir);
  return record;
}

}  // namespace

Task<Result<InstalledRecord>> Installer::change(std::string name, SettingsChange change) {
  auto work = [name = std::move(name), change = std::move(change), var_dir = var_dir_](store::Transaction& tx) {
    return change_in(tx, name, change, var_dir);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<InstalledRecord>> Installer::rollback(std::string name, bool part_of_plan) {
  Site site{var_dir_, trust_, policy_, schemas_};
  auto work = [name = std::move(name), site = std::move(site), part_of_plan](store::Transaction& tx) {
    return rollback_in(tx, name, site, part_of_plan);
  };
  auto record = co_await database_.transaction(std::move(work));
  if (record) co_await tidy_after(*this);
  co_return record;
}

Task<Result<InstalledRecord>> Installer::set_enabled(std::string name, bool enabled) {
  auto work = [name = std::move(name), enabled, var_dir = var_dir_](store::Transaction& tx) {
    return enable_in(tx, name, enabled, var_dir);
  };
  co_return co_await database_.transaction(std::move(work));
}

Task<Result<InstalledRecord>> Installer::set_time_limit(std::string name, std::string hook,
                                                        std::optional<std::chrono::milliseconds> limit) {
  auto work = [name = std::move(name), hook = std::move(hook), limit, var_dir = var_dir_](store::Transaction& tx) {
    return limit_in(tx, name, hook, limit, var_dir);
  };
  co_return co_await database_.transaction(std::move(work));
}

}  // namespace rapt::install
