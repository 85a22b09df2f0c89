// SPDX-License-Identifier: AGPL-3.0-or-later
#include "records.hpp"

#include <nlohmann/json.hpp>

#include "archives.hpp"

namespace rapt::install {
namespace {

using nlohmann::json;
using store::params;

constexpr store::Statement kLockModule{"modules_lock",
                                       "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(7235417)) AS held"};
#define RAPT_COLUMNS                                                                    \
  "SELECT name, version, publisher, digest, permissions::text AS permissions, enabled," \
  " time_limits::text AS time_limits, previous_version, previous_digest FROM modules"
constexpr store::Statement kFindModule{"modules_find", RAPT_COLUMNS " WHERE name = $1"};
constexpr store::Statement kAll{"modules_all", RAPT_COLUMNS " ORDER BY name"};
#undef RAPT_COLUMNS
constexpr store::Statement kPutModule{"modules_put", R"(
  INSERT INTO modules (name, version, publisher, digest, signed_by, permissions, manifest, previous_version,
                       previous_digest)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9)
  ON CONFLICT (name) DO UPDATE SET version = excluded.version, publisher = excluded.publisher,
    digest = excluded.digest, signed_by = excluded.signed_by, permissions = excluded.permissions,
    manifest = excluded.manifest, previous_version = excluded.previous_version,
    previous_digest = excluded.previous_digest)"};
constexpr store::Statement kPutSettings{"modules_put_settings",
                                        "UPDATE modules SET enabled = $2, time_limits = $3::jsonb WHERE name = $1"};
constexpr store::Statement kManifests{
    "modules_manifests", "SELECT name, manifest::text AS manifest FROM modules WHERE $1 = '' OR name = $1"};
constexpr store::Statement kDelete{"modules_delete", "DELETE FROM modules WHERE name = $1"};

InstalledRecord to_record(const store::Row& row, const std::filesystem::path& var_dir) {
  InstalledRecord out;
  out.name = row.text("name");
  out.version = row.text("version");
  out.publisher = row.text("publisher");
  out.digest_hex = row.text("digest");
  out.path = archive_path(var_dir, out.name, out.version);
  for (const auto& permission : json::parse(row.text("permissions")))
    out.permissions.push_back(permission.get<std::string>());
  out.enabled = row.boolean("enabled");
  const auto limits = json::parse(row.text("time_limits"));
  for (const auto& [hook, limit] : limits.items())
    if (limit.is_number_integer()) out.time_limits_ms.emplace(hook, limit.get<int>());
  out.previous_version = row.optional_text("previous_version");
  out.previous_digest_hex = row.text("previous_digest");
  return out;
}

}  // namespace

Result<void> lock_modules(store::Transaction& tx) {
  RAPT_TRY(tx.exec(kLockModule));
  return {};
}

Result<std::optional<InstalledRecord>> find_record(store::Transaction& tx, const std::string& name,
                                                   const std::filesystem::path& var_dir) {
  const auto rows = tx.exec(kFindModule, params(name));
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<InstalledRecord>{};
  return std::optional(to_record((*rows)[0], var_dir));
}

Result<std::vector<InstalledRecord>> all_records(store::Transaction& tx, const std::filesystem::path& var_dir) {
  const auto rows = tx.exec(kAll);
  if (!rows) return rows.error();
  std::vector<InstalledRecord> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(to_record((*rows)[i], var_dir));
  return out;
}

Result<void> put_record(store::Transaction& tx, const InstalledRecord& record, const bundle::Bundle& bundle) {
  store::Params values = params(record.name, record.version, record.publisher, record.digest_hex);
  if (bundle.signature.empty()) {
    values.add_null();
  } else {
    values.add(bundle.publisher_key_id);
  }
  values.add(json(record.permissions).dump()).add(bundle.files.at("manifest.json").bytes);
  values.add(record.previous_version);
  record.previous_version ? values.add(record.previous_digest_hex) : values.add_null();
  RAPT_TRY(tx.exec(kPutModule, values));
  return {};
}

Result<void> put_settings(store::Transaction& tx, const InstalledRecord& record) {
  RAPT_TRY(tx.exec(kPutSettings, params(record.name, record.enabled, json(record.time_limits_ms).dump())));
  return {};
}

Result<std::map<std::string, bundle::Manifest>> some_manifests(store::Transaction& tx, const std::string& name) {
  const auto rows = tx.exec(kManifests, params(name));
  if (!rows) return rows.error();
  std::map<std::string, bundle::Manifest> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    auto manifest = bundle::parse_manifest((*rows)[i].text("manifest"));
    if (!manifest) {
      return Error::invalid("", "The manifest of the installed module " + (*rows)[i].text("name") +
                                    " cannot be read by this host: " + manifest.error().message +
                                    " Install the module again.");
    }
    out.emplace((*rows)[i].text("name"), std::move(*manifest));
  }
  return out;
}

Result<bool> delete_record(store::Transaction& tx, const std::string& name) {
  const auto rows = tx.exec(kDelete, params(name));
  if (!rows) return rows.error();
  return rows->affected() > 0;
}

}  // namespace rapt::install
