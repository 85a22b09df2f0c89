// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_migrations.hpp"

#include <algorithm>

#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/guest.hpp"
#include "rapt/store/sql_text.hpp"

namespace rapt::host {
namespace {

// In the module's own schema: committed with what it tells of, and the harm of changing it is the module's own.
constexpr const char* kTable = R"(CREATE TABLE IF NOT EXISTS rapt_migrations (
  number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, undo text,
  applied_at timestamptz NOT NULL DEFAULT now()))";

struct Applied {
  std::string name, checksum, undo;
};

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}
std::string checksum_of(const bundle::File& file) {
  return security::hex(security::sha256(file.bytes));
}

Result<std::vector<Applied>> applied_in(store::GuestTransaction& guest) {
  if (const auto fault = guest.apply(kTable)) return Error::internal("rapt_migrations: " + printable(fault->message));
  const auto rows = guest.ask({"SELECT name, checksum, undo FROM rapt_migrations ORDER BY number"});
  if (!rows) return rows.error();
  std::vector<Applied> out;
  for (const auto& row : *rows) out.push_back({row[0], row[1], row[2]});
  return out;
}

Result<void> apply_script(store::GuestTransaction& guest, const std::string& name, const std::string& script) {
  for (const auto& part : store::split_script(script)) {
    const auto fault = guest.apply(part.sql);
    if (!fault) continue;
    const auto before = part.sql.substr(0, static_cast<std::size_t>(std::max(fault->position - 1, 0)));
    const auto line = part.line + std::count(before.begin(), before.end(), '\n');
    return Error::conflict("The migration " + name + " failed at line " + std::to_string(line) +
                           ": PostgreSQL says \"" + printable(fault->message, 300) + "\" (" +
                           printable(fault->sqlstate, 5) + "). Nothing was changed.");
  }
  return {};
}

Result<void> note(store::GuestTransaction& guest, const store::GuestStatement& statement) {
  const auto noted = guest.ask(statement);
  if (!noted) return noted.error();
  return {};
}

Result<void> take_back(store::GuestTransaction& guest, const std::vector<Applied>& applied, std::size_t keep) {
  for (std::size_t i = applied.size(); i > keep; --i) {
    const Applied& one = applied[i - 1];
    if (one.undo.empty()) {
      return Error::conflict("Its tables are newer than this version: " + printable(one.name, 80) +
                             " has been applied, and came without a file that takes it back (" +
                             printable(one.name.substr(0, one.name.rfind(".sql")), 80) +
                             ".down.sql). Keep the newer version, or remove the module with --purge, which deletes its "
                             "tables.");
    }
    RAPT_TRY(apply_script(guest, one.name.substr(0, one.name.rfind(".sql")) + ".down.sql", one.undo));
    RAPT_TRY(note(guest, {"DELETE FROM rapt_migrations WHERE number = $1::integer", {std::to_string(i)}}));
  }
  return {};
}

Result<void> check_same(const std::vector<Applied>& applied, const bundle::Bundle& bundle,
                        const std::vector<std::string>& paths) {
  for (std::size_t i = 0; i < std::min(applied.size(), paths.size()); ++i) {
    if (applied[i].checksum == checksum_of(bundle.files.at(paths[i]))) continue;
    return Error::conflict("The migration " + file_name(paths[i]) + " is not the one that was applied here as " +
                           printable(applied[i].name, 80) +
                           ". A migration never changes once it is published: give the "
                           "change a number of its own.");
  }
  return {};
}

}  // namespace

Result<void> check_walls(store::GuestTransaction& guest) {
  const auto rows = guest.ask({R"(
    SELECT r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls
             OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid),
           has_database_privilege(current_database(), 'CREATE') OR has_database_privilege(current_database(), 'TEMPORARY'),
           (SELECT coalesce(string_agg(quote_ident(n.nspname), ', '), '') FROM pg_namespace n
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspowner <> r.oid
               AND n.nspname !~ '^pg_(toast|temp)' AND has_schema_privilege(n.oid, 'USAGE, CREATE')),
           quote_ident(current_database()), r.rolname
      FROM pg_roles r WHERE r.rolname = session_user)"});
  if (!rows) return rows.error();
  if (rows->size() != 1) return Error::internal("the role of a module does not see itself");
  const auto& row = rows->front();
  const std::string role = row[4], database = row[3];
  if (row[0] != "f")
    return Error::conflict("The role " + role + " has rights that no module may have. Drop it, and install again.");
  if (row[1] != "f")
    return Error::conflict(
        "Modules must not make schemas or temporary tables in this database: as its owner, say REVOKE "
        "CREATE, TEMPORARY ON DATABASE " +
        database + " FROM PUBLIC.");
  if (!row[2].empty())
    return Error::conflict("Everybody may use the schema " + row[2] +
                           " of this database, so a module could, too: as its "
                           "owner, say REVOKE ALL ON SCHEMA " +
                           row[2] + " FROM PUBLIC.");
  return {};
}

Result<void> bring_migrations(store::GuestTransaction& guest, const bundle::Bundle& bundle) {
  const auto applied = applied_in(guest);
  if (!applied) return applied.error();
  const auto paths = bundle::migrations_of(bundle);
  RAPT_TRY(check_same(*applied, bundle, paths));
  RAPT_TRY(take_back(guest, *applied, paths.size()));
  for (std::size_t i = applied->size(); i < paths.size(); ++i) {
    const auto& file = bundle.files.at(paths[i]);
    RAPT_TRY(apply_script(guest, file_name(paths[i]), file.bytes));
    const auto* undo = bundle::undo_of(bundle, paths[i]);
    store::GuestStatement noting{
        "INSERT INTO rapt_migrations (number, name, checksum, undo) VALUES ($1::integer, $2, $3, $4)",
        {std::to_string(i + 1), file_name(paths[i]), checksum_of(file)}};
    noting.params.push_back(undo == nullptr ? std::nullopt : std::optional<std::string>(undo->bytes));
    RAPT_TRY(note(guest, noting));
  }
  return {};
}

}  // namespace rapt::host
