// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tables.hpp"

#include "rapt/base/log.hpp"
#include "rapt/host/module_schema.hpp"
#include "records.hpp"

namespace rapt::install {
namespace {

Error no_tables_here(const std::string& name) {
  return Error::conflict(name +
                         " keeps tables of its own, and this program was started without the key that seals their "
                         "password. Use the host's own command line or its administration.");
}

}  // namespace

bool has_tables(const bundle::Manifest& manifest) {
  return manifest.permission("sql") != nullptr || !manifest.migrations_path.empty();
}

Result<bool> make_tables(store::Transaction& tx, const bundle::Manifest& manifest, const Site& site) {
  if (manifest.permission("sql") == nullptr) {
    return Error::invalid("permissions", manifest.name +
                                             " brings migrations, and does not ask for the permission sql. "
                                             "Add it to the manifest, with the reason.");
  }
  if (!site.schemas) return no_tables_here(manifest.name);
  return site.schemas->ensure(tx, manifest.name);
}

Result<void> bring_tables(store::Transaction& tx, const bundle::Bundle& bundle, const Site& site) {
  if (site.schemas) return site.schemas->bring(tx, bundle);
  if (has_tables(bundle.manifest)) return no_tables_here(bundle.manifest.name);
  return {};
}

Task<void> unmake_tables(store::Database& database, std::string archive, Site site) {
  auto work = [archive = std::move(archive), site = std::move(site)](store::Transaction& tx) -> Result<bool> {
    const auto bundle = bundle::read_bundle(archive);
    if (!bundle) return bundle.error();
    RAPT_TRY(lock_modules(tx));
    // Somebody else may have installed it meanwhile; and of a removed module, what it kept stays.
    const auto installed = find_record(tx, bundle->manifest.name, site.var_dir);
    if (!installed) return installed.error();
    if (*installed) return false;
    return site.schemas->drop(tx, bundle->manifest.name);
  };
  const auto done = co_await database.transaction(std::move(work));
  if (!done) log::warn("modules.schema_not_dropped", {{"detail", done.error().log_detail}});
}

Task<Result<bool>> purge_tables(store::Database& database, std::string name,
                                std::shared_ptr<const host::ModuleSchemas> schemas) {
  auto work = [name = std::move(name), schemas = std::move(schemas)](store::Transaction& tx) -> Result<bool> {
    if (!schemas) return no_tables_here(name);
    RAPT_TRY(lock_modules(tx));
    return schemas->purge(tx, name);
  };
  co_return co_await database.transaction(std::move(work));
}

}  // namespace rapt::install
