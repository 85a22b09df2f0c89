// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include "site.hpp"

namespace rapt::install {

/// Asks for tables of its own: the permission "sql", or migrations.
bool has_tables(const bundle::Manifest& manifest);
/// Makes schema and role; true when there was no schema. kInvalid for migrations without the permission.
Result<bool> make_tables(store::Transaction& tx, const bundle::Manifest& manifest, const Site& site);
/// Brings the tables to where this version wants them; nothing for a module that never had any.
Result<void> bring_tables(store::Transaction& tx, const bundle::Bundle& bundle, const Site& site);
/// Takes away what make_tables() has made for an installation that failed; a failure is logged.
Task<void> unmake_tables(store::Database& database, std::string archive, Site site);
/// Everything that the module kept. False when that was nothing.
Task<Result<bool>> purge_tables(store::Database& database, std::string name,
                                std::shared_ptr<const host::ModuleSchemas> schemas);

}  // namespace rapt::install
