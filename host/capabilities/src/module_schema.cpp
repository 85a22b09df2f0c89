// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/module_schema.hpp"

#include <algorithm>

#include "module_migrations.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/security/scram.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/database.hpp"

namespace rapt::host {
namespace {

using store::params;
using store::Statement;

constexpr std::size_t kMostSchemaName = 40;
constexpr std::chrono::minutes kMigrationTime{5};

constexpr Statement kFindRole{"module_schemas.find",
                              "SELECT role_name, password FROM module_schemas WHERE module = $1"};
constexpr Statement kPutRole{"module_schemas.put", R"(
  INSERT INTO module_schemas (module, schema_name, role_name, password) VALUES ($1, $2, $3, $4)
  ON CONFLICT (module) DO UPDATE SET role_name = excluded.role_name, password = excluded.password)"};
constexpr Statement kHere{"module_schemas.here", R"(
  SELECT current_database() AS database, current_user AS account,
         coalesce((SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user), false) AS may_make_roles)"};
constexpr Statement kStands{"module_schemas.stands", R"(
  SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
         EXISTS (SELECT FROM pg_namespace WHERE nspname = $2) AS schema)"};
constexpr Statement kForgetRole{"module_schemas.forget",
                                "DELETE FROM module_schemas WHERE module = $1 RETURNING role_name, schema_name"};
constexpr Statement kForgetValues{"module_schemas.forget_values", "DELETE FROM module_kv WHERE module = $1"};
constexpr Statement kForgetNames{"module_schemas.forget_names", "DELETE FROM module_external_ids WHERE module = $1"};
constexpr Statement kForgetRoom{"module_schemas.forget_room", "DELETE FROM module_kv_room WHERE module = $1"};
constexpr Statement kForgetFreed{"module_schemas.forget_freed", "DELETE FROM module_kv_freed WHERE module = $1"};

/// Lower-case letters, digits and "_": a name that needs no quoting, and no two modules share. `about` tells apart what
/// lies in one cluster; "" where the database does.
std::string name_of(const std::string& module, const std::string& about) {
  std::string out = "module_" + module.substr(0, kMostSchemaName);
  std::replace(out.begin(), out.end(), '-', '_');
  if (about.empty() && module.size() <= kMostSchemaName) return out;
  return out + "_" + security::hex(security::sha256(about + "/" + module)).substr(0, 8);
}

std::string replaced(std::string text, std::string_view mark, std::string_view value) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

// The host's account must be a member of the role to give it a schema; only for as long as that takes.
constexpr const char* kMakeSchema = R"(
  GRANT {role} TO CURRENT_USER;
  CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role};
  ALTER SCHEMA {schema} OWNER TO {role};
  REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
  REVOKE {role} FROM CURRENT_USER;
  GRANT ALL ON SCHEMA public TO CURRENT_USER;
  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  DO $$ BEGIN
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO {role}', current_database());
  END $$;
  ALTER ROLE {role} SET search_path = {schema};
  ALTER ROLE {role} SET statement_timeout = '10s';
  ALTER ROLE {role} SET idle_in_transaction_session_timeout = '30s';
  ALTER ROLE {role} SET lock_timeout = '5s';
  ALTER ROLE {role} SET work_mem = '4MB';
  ALTER ROLE {role} SET max_parallel_workers_per_gather = 0;)";
constexpr const char* kAttributes = " LOGIN NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 32 PASSWORD '";

Error may_not_make_roles(const std::string& module, const std::string& account) {
  return Error::conflict(module +
                         " asks for tables of its own (permission sql), and for that the host makes a role of "
                         "PostgreSQL. Its account " +
                         account + " may not: as a superuser, say ALTER ROLE \"" + account + "\" CREATEROLE.");
}

}  // namespace

std::string module_login_seal(const std::string& module) {
  return "module-sql:" + module;
}

Result<bool> ModuleSchemas::ensure(store::Transaction& tx, const std::string& module) const {
  const auto here = tx.exec(kHere);
  if (!here) return here.error();
  const std::string role = name_of(module, (*here)[0].text("database")), schema = name_of(module, "");
  const auto stands = tx.exec(kStands, params(role, schema));
  if (!stands) return stands.error();
  const auto known = login(tx, module);
  const bool opens = known && *known && (*known)->role == role;
  if ((*stands)[0].boolean("role") && (*stands)[0].boolean("schema") && opens) return false;
  if (!(*here)[0].boolean("may_make_roles")) return may_not_make_roles(module, (*here)[0].text("account"));
  const std::string password = security::new_token();
  const std::string verifier = security::scram_verifier(password, security::random_bytes(16));
  const std::string verb = (*stands)[0].boolean("role") ? "ALTER ROLE " : "CREATE ROLE ";
  RAPT_TRY(tx.exec_script(verb + role + kAttributes + verifier + "'"));
  RAPT_TRY(tx.exec_script(replaced(replaced(kMakeSchema, "{role}", role), "{schema}", schema)));
  RAPT_TRY(tx.exec(kPutRole, params(module, schema, role, box_.seal(password, module_login_seal(module)))));
  return !(*stands)[0].boolean("schema");
}

Result<std::optional<store::GuestLogin>> ModuleSchemas::login(store::Transaction& tx, const std::string& module) const {
  const auto rows = tx.exec(kFindRole, params(module));
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<store::GuestLogin>{};
  const auto password = box_.open((*rows)[0].text("password"), module_login_seal(module));
  if (!password) return password.error();
  return std::optional(store::GuestLogin{(*rows)[0].text("role_name"), *password});
}

Result<void> ModuleSchemas::bring(store::Transaction& tx, const bundle::Bundle& bundle) const {
  const auto known = login(tx, bundle.manifest.name);
  if (!known) return known.error();
  if (!*known) return {};  // it never had tables
  const auto guest = store::GuestTransaction::begin(url_, **known, kMigrationTime);
  if (!guest) return guest.error();
  RAPT_TRY(check_walls(**guest));
  RAPT_TRY(bring_migrations(**guest, bundle));
  return (*guest)->commit();
}

Result<bool> ModuleSchemas::drop(store::Transaction& tx, const std::string& module) const {
  const auto rows = tx.exec(kForgetRole, params(module));
  if (!rows) return rows.error();
  if (rows->empty()) return false;
  const std::string role = (*rows)[0].text("role_name"), schema = (*rows)[0].text("schema_name");
  const auto stands = tx.exec(kStands, params(role, schema));
  if (!stands) return stands.error();
  if ((*stands)[0].boolean("role")) {
    RAPT_TRY(tx.exec_script(
        "GRANT " + role + " TO CURRENT_USER; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '" +
        role + "'; DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role));
  }
  RAPT_TRY(tx.exec_script("DROP SCHEMA IF EXISTS " + schema + " CASCADE"));
  return true;
}

Result<bool> ModuleSchemas::purge(store::Transaction& tx, const std::string& module) const {
  const auto dropped = drop(tx, module);
  if (!dropped) return dropped;
  const auto values = tx.exec(kForgetValues, params(module));
  if (!values) return values.error();
  RAPT_TRY(tx.exec(kForgetRoom, params(module)));
  RAPT_TRY(tx.exec(kForgetFreed, params(module)));
  const auto names = tx.exec(kForgetNames, params(module));
  if (!names) return names.error();
  return *dropped || values->affected() > 0 || names->affected() > 0;
}

}  // namespace rapt::host
