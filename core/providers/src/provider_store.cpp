// SPDX-License-Identifier: AGPL-3.0-or-later
#include "provider_store.hpp"

#include <nlohmann/json.hpp>

namespace rapt::providers {

const store::Statement kOffered{"providers.offered",
                                "SELECT name, title FROM auth_providers WHERE enabled ORDER BY lower(title), name"};

const store::Statement kLookup{"providers.lookup", R"(
  SELECT p.name, p.title, d.forced FROM auth_provider_domains d JOIN auth_providers p ON p.name = d.provider
   WHERE d.domain = $1 AND p.enabled)"};

const store::Statement kLinks{"providers.links", R"(
  SELECT a.provider, p.title, a.created_at, a.last_used_at
    FROM oauth_accounts a JOIN auth_providers p ON p.name = a.provider
   WHERE a.user_id = $1::uuid ORDER BY lower(p.title), p.name)"};

namespace {

using nlohmann::json;

#define RAPT_PROVIDER                                                                                            \
  "SELECT p.name, p.module, p.title, p.settings::text AS settings, p.sealed_secrets, p.enabled, p.create_users," \
  " p.default_group_id, p.default_role, p.created_at, p.updated_at,"                                             \
  " (SELECT coalesce(jsonb_agg(jsonb_build_array(d.domain, d.forced) ORDER BY d.domain), '[]')"                  \
  "    FROM auth_provider_domains d WHERE d.provider = p.name)::text AS domains"                                 \
  "  FROM auth_providers p "

const store::Statement kAll{"providers.all", RAPT_PROVIDER "ORDER BY lower(p.title), p.name"};
const store::Statement kOne{"providers.one", RAPT_PROVIDER "WHERE p.name = $1"};
const store::Statement kOneLocked{"providers.one_locked", RAPT_PROVIDER "WHERE p.name = $1 FOR UPDATE OF p"};

#undef RAPT_PROVIDER

const store::Statement kInsert{"providers.insert", R"(
  INSERT INTO auth_providers (name, module, title, settings, sealed_secrets, enabled, create_users, default_group_id,
                              default_role, created_at, updated_at)
  VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8::uuid, $9::member_role, $10::timestamptz, $10::timestamptz))"};
const store::Statement kUpdate{"providers.update", R"(
  UPDATE auth_providers SET module = $2, title = $3, settings = $4::jsonb, sealed_secrets = $5, enabled = $6,
         create_users = $7, default_group_id = $8::uuid, default_role = $9::member_role
   WHERE name = $1)"};
const store::Statement kErase{"providers.erase", "DELETE FROM auth_providers WHERE name = $1"};
const store::Statement kClearDomains{"providers.clear_domains",
                                     "DELETE FROM auth_provider_domains WHERE provider = $1"};
const store::Statement kAddDomain{"providers.add_domain", R"(
  INSERT INTO auth_provider_domains (domain, provider, forced) VALUES ($1, $2, $3))"};
const store::Statement kGroup{"providers.group",
                              "SELECT FROM groups WHERE id = $1::uuid AND deleted_at IS NULL FOR SHARE"};

Stored stored_of(const store::Row& row) {
  Stored out;
  Provider& provider = out.provider;
  provider.name = row.text("name");
  provider.module = row.text("module");
  provider.title = row.text("title");
  provider.settings_json = row.text("settings");
  provider.enabled = row.boolean("enabled");
  provider.create_users = row.boolean("create_users");
  provider.default_group = GroupId::trusted(row.text("default_group_id"));
  provider.default_role = row.text("default_role");
  provider.created_at = row.time("created_at");
  provider.updated_at = row.time("updated_at");
  for (const json& one : json::parse(row.text("domains"))) provider.domains.push_back({one.at(0), one.at(1)});
  out.sealed_secrets = row.optional_text("sealed_secrets");
  return out;
}

Result<void> set_domains(store::Transaction& tx, const Provider& provider) {
  RAPT_TRY(tx.exec(kClearDomains, store::params(provider.name)));
  for (const auto& [domain, forced] : provider.domains) {
    const auto added = tx.exec(kAddDomain, store::params(domain, provider.name, forced));
    if (added) continue;
    if (added.error().kind != ErrorKind::kConflict) return added.error();
    return Error::conflict("Another provider speaks for " + domain + ": take the domain away there first.");
  }
  return {};
}

}  // namespace

Result<std::vector<Stored>> load_all(store::Transaction& tx) {
  const auto rows = tx.exec(kAll);
  if (!rows) return rows.error();
  std::vector<Stored> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back(stored_of((*rows)[i]));
  return out;
}

Result<Stored> load(store::Transaction& tx, const std::string& name, bool lock) {
  const auto rows = tx.exec(lock ? kOneLocked : kOne, store::params(name));
  // Text that cannot be stored is no provider's name.
  if (!rows && rows.error().kind == ErrorKind::kInvalid) return Error::not_found("provider");
  if (!rows) return rows.error();
  if (rows->empty()) return Error::not_found("provider");
  return stored_of((*rows)[0]);
}

Result<void> insert(store::Transaction& tx, const Stored& stored, TimePoint now) {
  const Provider& p = stored.provider;
  const auto done = tx.exec(kInsert, store::params(p.name, p.module, p.title, p.settings_json, stored.sealed_secrets,
                                                   p.enabled, p.create_users, p.default_group, p.default_role, now));
  if (!done && done.error().kind == ErrorKind::kConflict) {
    return Error::conflict("There is a provider of this name already: change that one, or take another name.");
  }
  if (!done) return done.error();
  return set_domains(tx, p);
}

Result<void> update(store::Transaction& tx, const Stored& stored) {
  const Provider& p = stored.provider;
  RAPT_TRY(tx.exec(kUpdate, store::params(p.name, p.module, p.title, p.settings_json, stored.sealed_secrets, p.enabled,
                                          p.create_users, p.default_group, p.default_role)));
  return set_domains(tx, p);
}

Result<void> erase(store::Transaction& tx, const std::string& name) {
  RAPT_TRY(tx.exec(kErase, store::params(name)));
  return {};
}

Result<bool> group_stands(store::Transaction& tx, const GroupId& group) {
  const auto rows = tx.exec(kGroup, store::params(group));
  if (!rows) return rows.error();
  return !rows->empty();
}

}  // namespace rapt::providers
