// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "rapt/base/ids.hpp"

namespace rapt {
namespace {

class Files : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("rapt-files-" + new_uuid());
};

TEST_F(Files, AreWrittenWholeWithTheirModeAndReadBack) {
  const auto path = folder_ / "key";
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(write_file_atomically(path, "older", 0644));
  ASSERT_TRUE(write_file_atomically(path, bytes, 0600));
  EXPECT_EQ(read_file(path, 4).value(), bytes);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "no temporary file is left behind";
}

TEST_F(Files, LargerThanTheLimitAreRefused) {
  ASSERT_TRUE(write_file_atomically(folder_ / "big", std::string(100000, 'x')));
  const auto read = read_file(folder_ / "big", 99999);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::kInvalid);
}

TEST_F(Files, ThatAreMissingOrFoldersAreNamedInTheError) {
  const auto missing = read_file(folder_ / "nothing", 10);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("nothing"), std::string::npos);
  EXPECT_FALSE(read_file(folder_, 10));
  EXPECT_FALSE(write_file_atomically(folder_ / "no" / "such", "x"));
}

TEST(UniqueFd, ClosesOnceAndMoves) {
  UniqueFd a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(a);
  const int raw = a.get();
  UniqueFd b = std::move(a);
  EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): the moved-from state is what is shown
  EXPECT_EQ(b.get(), raw);
  b.reset();
  EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

}  // namespace
}  // namespace rapt
