// SPDX-License-Identifier: AGPL-3.0-or-later
#include "records.hpp"

#include <nlohmann/json.hpp>

namespace rapt::install {
namespace {

using nlohmann::json;
using store::params;

constexpr store::Statement kLock{"modules_lock",
                                 "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(7235417)) AS held"};
constexpr store::Statement kFind{
    "modules_find",
    "SELECT name, version, publisher, digest, permissions::text AS permissions, enabled FROM modules WHERE name = $1"};
constexpr store::Statement kAll{
    "modules_all",
    "SELECT name, version, publisher, digest, permissions::text AS permissions, enabled FROM modules ORDER BY name"};
constexpr store::Statement kPut{
    "modules_put",
    "INSERT INTO modules (name, version, publisher, digest, signed_by, permissions, manifest) "
    "VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb) ON CONFLICT (name) DO UPDATE SET version = excluded.version, "
    "publisher = excluded.publisher, digest = excluded.digest, signed_by = excluded.signed_by, permissions = "
    "excluded.permissions, "
    "manifest = excluded.manifest"};
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
  return out;
}

}  // namespace

std::filesystem::path archive_path(const std::filesystem::path& var_dir, const std::string& name,
                                   const std::string& version) {
  return var_dir / "modules" / name / (version + ".rapt");
}

Result<void> lock_modules(store::Transaction& tx) {
  RAPT_TRY(tx.exec(kLock));
  return {};
}

Result<std::optional<InstalledRecord>> find_record(store::Transaction& tx, const std::string& name,
                                                   const std::filesystem::path& var_dir) {
  const auto rows = tx.exec(kFind, params(name));
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
  RAPT_TRY(tx.exec(kPut, values));
  return {};
}

Result<bool> delete_record(store::Transaction& tx, const std::string& name) {
  const auto rows = tx.exec(kDelete, params(name));
  if (!rows) return rows.error();
  return rows->affected() > 0;
}

}  // namespace rapt::install
