// SPDX-License-Identifier: AGPL-3.0-or-later
#include "scratch_tables.hpp"

#include <charconv>
#include <chrono>

#include "asks_for.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/base/log.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/host/sql.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "rapt/store/migrations.hpp"

namespace rapt::author {
namespace {

using store::Statement;

// Behind it the second in which it was made: so that one of a run that was killed is known by its age.
constexpr std::string_view kPrefix = "rapt_author_";
constexpr std::chrono::hours kForgotten{1};
constexpr int kDropTries = 6;

// What an installation writes down of a module's role (migrations/core); nothing else of a host is needed here.
constexpr const char* kTable = R"(CREATE TABLE IF NOT EXISTS module_schemas (
  module text PRIMARY KEY, schema_name text NOT NULL, role_name text NOT NULL, password text NOT NULL))";
constexpr Statement kModules{"author.modules", "SELECT module FROM module_schemas"};
constexpr Statement kForgottenOnes{"author.forgotten", R"(
  SELECT datname FROM pg_database AS d WHERE starts_with(datname, 'rapt_author_')
     AND pg_get_userbyid(datdba) = current_user
     AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datname = d.datname))"};

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string new_name() {
  return std::string(kPrefix) + std::to_string(seconds_now()) + "_" + new_uuid().substr(24);
}

bool is_forgotten(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  const auto digits = name.substr(kPrefix.size());
  std::int64_t made = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), made);
  const bool is_ours = read.ec == std::errc{} && read.ptr != digits.data() + digits.size() && *read.ptr == '_' &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
  return is_ours && made + std::chrono::seconds(kForgotten).count() < seconds_now();
}

/// The same server, another database.
std::string url_of(const std::string& server, const std::string& name) {
  const bool uri = server.starts_with("postgres://") || server.starts_with("postgresql://");
  const char* separator = !uri ? " " : server.find('?') == std::string::npos ? "?" : "&";
  return server + separator + "dbname=" + name;
}

/// What has to stand outside of a transaction block. `sql` holds names that were made here.
Result<void> on_server(const std::string& server, const std::string& sql) {
  store::Database database({.url = server, .connections = 1});
  const auto done = runtime::run_blocking(database.query({"author.scratch", sql.c_str()}));
  if (!done) return done.error();
  return {};
}

/// Without FORCE, which an account that is no superuser is refused while autovacuum is at work in the database. As it
/// is, PostgreSQL ends that worker, and waits five seconds for connections that were closed a moment ago.
Result<void> drop_database(const std::string& server, const std::string& name) {
  for (int tries = 1;; ++tries) {
    auto done = on_server(server, "DROP DATABASE IF EXISTS " + name);
    if (done || done.error().kind == ErrorKind::kUnavailable || tries == kDropTries) return done;
  }
}

Error told(const std::string& what, const Error& error) {
  Error out = error;
  out.message = what + " " + error.message;
  if (!error.log_detail.empty()) out.message += " (" + printable(error.log_detail, 300) + ")";
  return out;
}

}  // namespace

ScratchTables::ScratchTables(std::string server, std::string name)
    : server_(std::move(server)),
      name_(std::move(name)),
      url_(url_of(server_, name_)),
      box_(security::random_bytes(32)),
      database_(std::make_unique<store::Database>(store::Database::Options{.url = url_, .connections = 2})) {}

Result<std::unique_ptr<ScratchTables>> ScratchTables::make(const std::string& url, const bundle::Bundle& bundle,
                                                           const std::filesystem::path& core) {
  {
    store::Database server({.url = url, .connections = 1});
    const auto forgotten = runtime::run_blocking(server.query(kForgottenOnes));
    if (!forgotten) return told("The database of --database does not answer.", forgotten.error());
    for (std::size_t i = 0; i < forgotten->size(); ++i) {
      const auto name = (*forgotten)[i].text("datname");
      if (is_forgotten(name)) ScratchTables(url, name).drop();
    }
  }
  std::unique_ptr<ScratchTables> made(new ScratchTables(url, new_name()));
  if (const auto done = on_server(url, "CREATE DATABASE " + made->name_); !done) {
    made->dropped_ = true;
    return told("No database could be made for the module's tables; the account needs CREATEDB and CREATEROLE.",
                done.error());
  }
  RAPT_TRY(made->create(bundle, core));
  return made;
}

Result<void> ScratchTables::create(const bundle::Bundle& bundle, const std::filesystem::path& core) {
  if (!core.empty()) {
    const auto migrated = store::migrate(*database_, core);
    if (!migrated)
      return told("The tables of a host could not be made (RAPT_MIGRATIONS_DIR says where they are described).",
                  migrated.error());
  }
  return asks_for(bundle.manifest, "sql") ? create_schema(bundle) : Result<void>();
}

Result<void> ScratchTables::create_schema(const bundle::Bundle& bundle) {
  const host::ModuleSchemas schemas(url_, box_);
  const auto ensured = database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec_script(kTable));
    const auto done = schemas.ensure(tx, bundle.manifest.name);
    if (!done) return done.error();
    return {};
  });
  if (!ensured) return told("The module's schema could not be made.", ensured.error());
  const auto brought =
      database_->transaction_blocking([&](store::Transaction& tx) { return schemas.bring(tx, bundle); });
  if (!brought) return brought.error();
  sql_ = std::make_unique<host::SqlCapability>(*database_, box_, url_);
  return {};
}

Result<void> ScratchTables::drop_roles() {
  const host::ModuleSchemas schemas(url_, box_);
  return database_->transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec_script(kTable));  // a run may have been killed before it made that
    const auto rows = tx.exec(kModules);
    if (!rows) return rows.error();
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const auto done = schemas.drop(tx, (*rows)[i].text("module"));
      if (!done) return done.error();
    }
    return {};
  });
}

Result<void> ScratchTables::drop() {
  if (std::exchange(dropped_, true)) return {};
  sql_.reset();  // its connections
  const auto roles = drop_roles();
  database_.reset();
  // Without its database a role cannot be found again: better to keep both than to forget one.
  if (!roles) return told("The database " + name_ + " was left behind: its role could not be dropped.", roles.error());
  const auto gone = drop_database(server_, name_);
  if (!gone) return told("The database " + name_ + " was left behind.", gone.error());
  return {};
}

ScratchTables::~ScratchTables() {
  const auto done = drop();
  if (!done) log::error("author.scratch_left", {{"detail", done.error().message}});
}

}  // namespace rapt::author
