// SPDX-License-Identifier: AGPL-3.0-or-later
// From every earlier schema, with the data that its programs wrote, to the present one: nothing is lost or changed, and
// the schema is the same as a fresh one's. A migration whose number has no data here fails the test.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "rapt/base/file.hpp"
#include "rapt/store/migrations.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::store {
namespace {

namespace fs = std::filesystem;

constexpr Statement kTables{"test.tables",
                            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' "
                            "AND table_type = 'BASE TABLE' "
                            "AND table_name <> 'schema_migrations' ORDER BY 1"};
// Columns, constraints, indexes, triggers, functions and types: what a program can notice.
constexpr Statement kSchema{"test.schema", R"(
  SELECT string_agg(line, E'\n' ORDER BY line) AS text FROM (
    SELECT 'column ' || concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                                  pg_get_expr(d.adbin, d.adrelid)) AS line
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT 'constraint ' || concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'label ' || concat_ws(' ', t.typname, e.enumsortorder, e.enumlabel)
      FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid) AS lines)"};

/// Runs a query whose text is made here; prepared under a name of its own.
Rows ask(Database& database, const std::string& sql) {
  static int number = 0;
  const std::string name = "test.upgrade_" + std::to_string(++number);
  auto rows = runtime::run_blocking(database.query({name.c_str(), sql.c_str()}));
  if (!rows) throw std::runtime_error(rows.error().message + " " + rows.error().log_detail);
  return *rows;
}

std::string schema_of(Database& database) {
  const auto rows = runtime::run_blocking(database.query(kSchema));
  if (!rows) throw std::runtime_error(rows.error().message + " " + rows.error().log_detail);
  return (*rows)[0].text("text");
}

std::vector<std::string> names(Database& database, const Statement& statement) {
  const auto rows = runtime::run_blocking(database.query(statement));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows->size(); ++i) out.push_back((*rows)[i].text("name"));
  return out;
}

/// A table as it stood: its columns, and all rows by them.
struct Snapshot {
  std::string columns;
  std::string rows;
};

std::string rows_of(Database& database, const std::string& table, const std::string& columns) {
  return ask(database, "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') AS text FROM (SELECT ROW(" +
                           columns + ")::text AS line FROM \"" + table + "\") AS lines")[0]
      .text("text");
}

std::map<std::string, Snapshot> snapshot(Database& database) {
  std::map<std::string, Snapshot> all;
  for (const auto& table : names(database, kTables)) {
    Snapshot one;
    one.columns = ask(database,
                      "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS text FROM "
                      "information_schema.columns WHERE table_schema = 'public' AND table_name = '" +
                          table + "'")[0]
                      .text("text");
    one.rows = rows_of(database, table, one.columns);
    all.emplace(table, std::move(one));
  }
  return all;
}

class Upgrade : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& entry : fs::directory_iterator(ScratchDatabase::migrations()))
      files.emplace(entry.path().filename().string(), entry.path());
    fs::create_directories(directory);
  }
  void TearDown() override { fs::remove_all(directory); }

  /// The program of that time: it knew the migrations up to `number`.
  void migrate_to(Database& database, std::size_t number) {
    std::size_t i = 0;
    for (const auto& [name, path] : files) {
      if (++i <= number) fs::copy_file(path, directory / name, fs::copy_options::overwrite_existing);
    }
    const auto done = migrate(database, directory);
    ASSERT_TRUE(done) << done.error().message << done.error().log_detail;
  }
  static void fill(ScratchDatabase& scratch, const std::string& number) {
    const auto path = fs::path(RAPT_UPGRADE_DATA) / (number + ".sql");
    const auto sql = read_file(path, 1 << 20);
    ASSERT_TRUE(sql) << "Every migration needs data of its time: " << path;
    scratch.script(*sql);
  }

  std::map<std::string, fs::path> files;
  const fs::path directory = fs::temp_directory_path() / ("rapt-upgrade-" + new_uuid());
};

TEST_F(Upgrade, KeepsTheDataOfEveryEarlierSchema) {
  auto fresh = ScratchDatabase::migrated();
  const std::string schema = schema_of(**fresh);
  for (std::size_t from = 1; from <= files.size(); ++from) {
    SCOPED_TRACE("from migration " + std::to_string(from));
    ScratchDatabase scratch;
    fs::remove_all(directory);
    fs::create_directories(directory);
    auto file = files.begin();
    for (std::size_t number = 1; number <= from; ++number, ++file) {
      migrate_to(*scratch, number);
      fill(scratch, file->first.substr(0, 4));
    }
    const auto before = snapshot(*scratch);
    for (const auto& [table, one] : before) EXPECT_NE(one.rows, "") << "There is no row in " << table;
    migrate_to(*scratch, files.size());
    for (const auto& [table, one] : before) EXPECT_EQ(rows_of(*scratch, table, one.columns), one.rows) << table;
    EXPECT_EQ(schema_of(*scratch), schema);
  }
}

}  // namespace
}  // namespace rapt::store
