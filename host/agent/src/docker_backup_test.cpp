// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "rapt/agent/docker.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;
using runtime::run_blocking;

class DockerBackup : public ::testing::Test {
 protected:
  DockerBackup() {
    std::string name = (fs::temp_directory_path() / "rapt-backup-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
  }
  ~DockerBackup() override { fs::remove_all(folder); }
  [[nodiscard]] std::vector<std::string> copies() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder / "backups")) names.push_back(entry.path().filename());
    return names;
  }
  fs::path folder;
  store::ScratchDatabase database;
};

TEST_F(DockerBackup, IsAFileThatNobodyElseMayRead) {
  const auto backup = backup_into(folder, database.options().url, 3);
  const auto made = run_blocking(backup("1.0.0"));
  ASSERT_TRUE(made) << made.error().message << " " << made.error().log_detail;
  ASSERT_THAT(copies(), ::testing::ElementsAre(::testing::EndsWith("-1.0.0.dump")));
  struct stat seen {};
  ASSERT_EQ(stat((folder / "backups" / copies().front()).c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0600U);
  ASSERT_EQ(stat((folder / "backups").c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0700U);
  EXPECT_GT(fs::file_size(folder / "backups" / copies().front()), 0U);
}

TEST_F(DockerBackup, SaysWhenTheFolderCannotBeMade) {
  std::ofstream(folder / "file") << "x";
  const auto made = run_blocking(backup_into(folder / "file", database.options().url, 3)("1.0.0"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, ::testing::HasSubstr("backups"));
}

}  // namespace
}  // namespace rapt::agent
