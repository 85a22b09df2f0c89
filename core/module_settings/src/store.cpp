// SPDX-License-Identifier: AGPL-3.0-or-later
#include "store.hpp"

#include "rapt/store/database.hpp"

namespace rapt::module_settings {

using nlohmann::json;
using store::params;

const store::Statement kVersion{"module_settings.version", "SELECT version FROM module_settings_version"};
const store::Statement kInGroup{"module_settings.in_group", R"(
  SELECT v.version, s.module, s.group_id, s.place, s.settings, s.secrets
    FROM module_settings_version v LEFT JOIN (
      SELECT m.module, m.group_id, coalesce(g.name, '') AS place, m.settings::text AS settings, m.secrets::text AS secrets,
             coalesce(nlevel(g.path), 0) AS depth
        FROM module_settings m LEFT JOIN groups g ON g.id = m.group_id
       WHERE m.group_id IS NULL
          OR (g.deleted_at IS NULL AND g.path @> (SELECT path FROM groups WHERE id = $1::uuid))) AS s ON true
   ORDER BY s.depth)"};

namespace {

#define RAPT_AT " s.module = $1 AND s.group_id IS NOT DISTINCT FROM $2::uuid"
#define RAPT_ONE                                                                                 \
  "SELECT s.settings::text AS settings, s.secrets::text AS secrets, s.updated_at, s.updated_by," \
  " (SELECT u.name FROM users u WHERE u.id = s.updated_by) AS updated_by_name FROM module_settings s WHERE" RAPT_AT
const store::Statement kOne{"module_settings.one", RAPT_ONE};
const store::Statement kOneLocked{"module_settings.one_locked", RAPT_ONE " FOR UPDATE OF s"};
#undef RAPT_ONE
const store::Statement kSave{"module_settings.save", R"(
  INSERT INTO module_settings (module, group_id, settings, secrets, updated_by)
  VALUES ($1, $2::uuid, $3::jsonb, $4::jsonb, $5::uuid)
  ON CONFLICT ON CONSTRAINT module_settings_place_key DO UPDATE
    SET settings = excluded.settings, secrets = excluded.secrets, updated_by = excluded.updated_by)"};
const store::Statement kErase{"module_settings.erase", "DELETE FROM module_settings s WHERE" RAPT_AT};
#undef RAPT_AT
const store::Statement kGroup{"module_settings.group",
                              "SELECT path::text AS path FROM groups WHERE id = $1::uuid AND deleted_at IS NULL"};
const store::Statement kModule{"module_settings.module", "SELECT name FROM modules WHERE name = $1"};
// Two who set something at a place for the first time have no row to wait at.
const store::Statement kModuleLocked{"module_settings.module_locked",
                                     "SELECT name FROM modules WHERE name = $1 FOR NO KEY UPDATE"};

}  // namespace

Loaded loaded_from(const store::Rows& rows) {
  Loaded out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows[i];
    out.version = row.integer("version");
    if (row.is_null("module")) continue;
    const bool of_group = !row.is_null("group_id");
    out.modules[row.text("module")].push_back({{of_group ? "group" : "system", row.text("group_id"), row.text("place")},
                                               json::parse(row.text("settings")),
                                               json::parse(row.text("secrets"))});
  }
  return out;
}

Result<Stored> load(store::Transaction& tx, const Place& place, bool for_update) {
  const auto rows = tx.exec(for_update ? kOneLocked : kOne, params(place.module, place.group));
  if (!rows) return rows.error();
  Stored out;
  const auto row = rows->first();
  if (!row) return out;
  out.known = true;
  out.settings.settings_json = row->text("settings");
  out.settings.updated_at = row->time("updated_at");
  out.settings.updated_by = row->id<UserId>("updated_by");
  out.settings.updated_by_name = row->text("updated_by_name");
  out.secrets = json::parse(row->text("secrets"));
  for (const auto& [name, sealed] : out.secrets.items()) out.settings.secrets.push_back(name);
  return out;
}

Result<void> save(store::Transaction& tx, const Place& place, const Stored& stored, const UserId& by) {
  RAPT_TRY(tx.exec(kSave, params(place.module, place.group, stored.settings.settings_json, stored.secrets.dump(), by)));
  return {};
}

Result<void> erase(store::Transaction& tx, const Place& place) {
  RAPT_TRY(tx.exec(kErase, params(place.module, place.group)));
  return {};
}

Result<std::string> group_path(store::Transaction& tx, const GroupId& group) {
  const auto rows = tx.exec(kGroup, params(group));
  if (!rows) return rows.error();
  return rows->empty() ? std::string() : (*rows)[0].text("path");
}

Result<bool> module_stands(store::Transaction& tx, const std::string& module, bool for_update) {
  const auto rows = tx.exec(for_update ? kModuleLocked : kModule, params(module));
  if (!rows) return rows.error();
  return !rows->empty();
}

}  // namespace rapt::module_settings
