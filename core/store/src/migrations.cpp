// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/migrations.hpp"

#include <algorithm>
#include <map>

#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;

// The lock's key is the ASCII of "raptmigr": any two programs that migrate one database wait for each other.
constexpr Statement kLock{"migrations.lock", "SELECT pg_advisory_xact_lock(8241932346890201970)::text"};
constexpr Statement kKnown{"migrations.known", "SELECT to_regclass('schema_migrations') IS NOT NULL AS known"};
constexpr Statement kApplied{"migrations.applied",
                             "SELECT number, name, checksum FROM schema_migrations ORDER BY number"};
constexpr Statement kRecord{"migrations.record",
                            "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1::integer, $2, $3)"};
constexpr std::string_view kBegin =
    "SET LOCAL statement_timeout = 0;"
    "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL,"
    " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())";

struct File {
  Migration migration;
  std::string sql;
};

Error fault(std::string message) {
  return Error::invalid("", std::move(message));
}

bool well_named(const std::string& name) {
  return name.size() > 9 && name[4] == '_' &&
         std::all_of(name.begin(), name.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
}

Result<File> read_migration(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!well_named(name)) return fault("The migration " + name + " is not named NNNN_name.sql.");
  auto sql = read_file(path, kMaxFileBytes);
  if (!sql) return sql.error();
  File file;
  file.migration.number = std::stoi(name.substr(0, 4));
  file.migration.name = name.substr(5, name.size() - 9);
  file.migration.checksum = security::hex(security::sha256(*sql));
  file.sql = std::move(*sql);
  return file;
}

/// In order, numbered from 1 without a gap.
Result<std::vector<File>> read_directory(const fs::path& directory) {
  std::error_code failed;
  std::vector<File> files;
  for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (entry->path().extension() != ".sql") continue;
    auto file = read_migration(entry->path());
    if (!file) return file.error();
    files.push_back(std::move(*file));
  }
  if (failed) return fault("The migrations in " + directory.string() + " cannot be read: " + failed.message() + ".");
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.migration.number < b.migration.number; });
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].migration.number != static_cast<int>(i) + 1) {
      return fault("The migrations in " + directory.string() + " have no number " + std::to_string(i + 1) +
                   ", or two of them.");
    }
  }
  return files;
}

/// Marks those that `transaction`'s database knows as applied; a difference to what was applied is a failure.
Result<void> compare(Transaction& transaction, std::vector<File>& files) {
  auto applied = transaction.exec(kApplied);
  if (!applied) return applied.error();
  for (std::size_t i = 0; i < applied->size(); ++i) {
    const Row row = (*applied)[i];
    const std::int64_t number = row.integer("number");
    if (number < 1 || number > static_cast<std::int64_t>(files.size())) {
      auto newer = fault("The database knows migration " + std::to_string(number) + " (" + row.text("name") +
                         "), which this program does not: it was migrated by a newer version. Upgrade the program.");
      newer.code = kNewerDatabase;
      return newer;
    }
    Migration& migration = files[static_cast<std::size_t>(number) - 1].migration;
    if (row.text("checksum") != migration.checksum) {
      return fault("Migration " + std::to_string(number) + " (" + migration.name +
                   ") has changed since it was applied. Restore the file and put the change into a new migration.");
    }
    migration.applied = true;
  }
  return {};
}

/// Applies the first that is missing; false when there is none.
Result<bool> apply_next(Database& database, std::vector<File>& files, std::vector<Migration>& done) {
  const File* applied = nullptr;
  auto outcome = database.transaction_blocking([&](Transaction& transaction) -> Result<void> {
    applied = nullptr;
    RAPT_TRY(transaction.exec(kLock));
    RAPT_TRY(transaction.exec_script(kBegin));
    RAPT_TRY(compare(transaction, files));
    const auto next = std::find_if(files.begin(), files.end(), [](const File& f) { return !f.migration.applied; });
    if (next == files.end()) return {};
    RAPT_TRY(transaction.exec_script(next->sql));
    RAPT_TRY(transaction.exec(kRecord, params(next->migration.number, next->migration.name, next->migration.checksum)));
    applied = &*next;
    return {};
  });
  if (!outcome) return outcome.error();
  if (applied == nullptr) return false;
  log::info("migration_applied",
            {{"number", std::to_string(applied->migration.number)}, {"name", applied->migration.name}});
  done.push_back(applied->migration);
  done.back().applied = true;
  return true;
}

}  // namespace

Result<std::vector<Migration>> migration_status(Database& database, const fs::path& directory) {
  auto files = read_directory(directory);
  if (!files) return files.error();
  auto outcome = database.transaction_blocking([&](Transaction& transaction) -> Result<void> {
    auto known = transaction.exec(kKnown);
    if (!known) return known.error();
    if (!(*known)[0].boolean("known")) return {};
    return compare(transaction, *files);
  });
  if (!outcome) return outcome.error();
  std::vector<Migration> migrations;
  for (const File& file : *files) migrations.push_back(file.migration);
  return migrations;
}

Result<std::vector<Migration>> migrate(Database& database, const fs::path& directory) {
  auto files = read_directory(directory);
  if (!files) return files.error();
  std::vector<Migration> done;
  for (;;) {
    auto more = apply_next(database, *files, done);
    if (!more) return more.error();
    if (!*more) return done;
  }
}

}  // namespace rapt::store
