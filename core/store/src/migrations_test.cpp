// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/migrations.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "rapt/store/scratch_database.hpp"

namespace rapt::store {
namespace {

namespace fs = std::filesystem;

class MigrationsTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(directory); }
  void TearDown() override { fs::remove_all(directory); }
  void write(const std::string& name, const std::string& sql) const { std::ofstream(directory / name) << sql; }

  ScratchDatabase scratch;
  fs::path directory = fs::temp_directory_path() / ("rapt-migrations-" + new_uuid());
};

TEST_F(MigrationsTest, AppliesWhatIsMissingOnceAndInOrder) {
  write("0002_b.sql", "INSERT INTO a VALUES (2)");
  write("0001_a.sql", "CREATE TABLE a (n integer); INSERT INTO a VALUES (1)");
  const auto first = migrate(*scratch, directory);
  ASSERT_TRUE(first) << first.error().message << first.error().log_detail;
  ASSERT_EQ(first->size(), 2U);
  EXPECT_EQ((*first)[1].name, "b");
  EXPECT_TRUE(migrate(*scratch, directory)->empty());
  for (const auto& one : *migration_status(*scratch, directory)) EXPECT_TRUE(one.applied);
}

TEST_F(MigrationsTest, LeavesNothingOfAMigrationThatFails) {
  write("0001_a.sql", "CREATE TABLE a (n integer); SELECT 1 / 0");
  EXPECT_FALSE(migrate(*scratch, directory));
  write("0001_a.sql", "CREATE TABLE a (n integer)");
  EXPECT_TRUE(migrate(*scratch, directory));
}

TEST_F(MigrationsTest, RefusesAChangedFileAGapAndANewerDatabase) {
  write("0001_a.sql", "CREATE TABLE a (n integer)");
  write("0002_b.sql", "CREATE TABLE b (n integer)");
  ASSERT_TRUE(migrate(*scratch, directory));
  write("0002_b.sql", "CREATE TABLE b (n bigint)");
  EXPECT_NE(migrate(*scratch, directory).error().message.find("has changed"), std::string::npos);
  fs::remove(directory / "0002_b.sql");
  EXPECT_NE(migration_status(*scratch, directory).error().message.find("newer version"), std::string::npos);
  EXPECT_EQ(migration_status(*scratch, directory).error().code, kNewerDatabase);
  write("0003_c.sql", "SELECT 1");
  EXPECT_FALSE(migrate(*scratch, directory));
}

TEST_F(MigrationsTest, TwoAtOnceWaitForEachOther) {
  write("0001_a.sql", "CREATE TABLE a (n integer)");
  std::vector<std::thread> threads;
  std::atomic<std::size_t> applied = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const auto done = migrate(*scratch, directory);
      ASSERT_TRUE(done) << done.error().log_detail;
      applied += done->size();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(applied, 1U);
}

TEST(CoreMigrations, ApplyToAnEmptyDatabase) {
  auto scratch = ScratchDatabase::migrated();
  const auto status = migration_status(**scratch, ScratchDatabase::migrations());
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->empty());
}

TEST(CoreMigrations, DeriveTheGroupsPathAndMoveItsDescendants) {
  auto scratch = ScratchDatabase::migrated();
  scratch->script(
      "INSERT INTO groups (id, parent_id, name, type) VALUES"
      " ('00000000-0000-7000-8000-000000000001', NULL, 'one', 'district'),"
      " ('00000000-0000-7000-8000-000000000002', NULL, 'two', 'district');"
      "INSERT INTO groups (id, parent_id, name, type) VALUES"
      " ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000001', 'school', 'school');"
      "INSERT INTO groups (id, parent_id, name, type) VALUES"
      " ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000003', 'department', 'department');"
      "UPDATE groups SET parent_id = '00000000-0000-7000-8000-000000000002' WHERE name = 'school'");
  const auto rows = runtime::run_blocking((**scratch).query(
      {"below", "SELECT count(*) AS n FROM groups WHERE path <@ (SELECT path FROM groups WHERE name = 'two')"}));
  EXPECT_EQ((*rows)[0].integer("n"), 3);
  EXPECT_THROW(
      scratch->script("UPDATE groups SET parent_id = '00000000-0000-7000-8000-000000000004' WHERE name = 'two'"),
      std::runtime_error);
}

}  // namespace
}  // namespace rapt::store
