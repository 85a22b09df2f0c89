// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/watcher.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "temporary_folder.hpp"

namespace rapt::author {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kGenerous = 30s;

class Watching : public testing::Test {
 protected:
  Watching() {
    fs::create_directories(folder_.path() / "src");
    fs::create_directories(folder_.path() / "build");
    watcher_ = std::move(*Watcher::open(folder_.path(), folder_.path() / "build"));
  }
  void write(const std::string& name) const { std::ofstream(folder_.path() / name) << "text"; }
  TemporaryFolder folder_;
  Result<Watcher> watcher_ = Error::internal("not opened");
};

TEST_F(Watching, TellsOfFilesThatAreWrittenMovedAndRemoved) {
  write("src/a.c");
  EXPECT_TRUE(watcher_->wait(kGenerous));
  fs::rename(folder_.path() / "src/a.c", folder_.path() / "src/b.c");
  EXPECT_TRUE(watcher_->wait(kGenerous));
  fs::remove(folder_.path() / "src/b.c");
  EXPECT_TRUE(watcher_->wait(kGenerous));
}

TEST_F(Watching, LooksIntoFoldersThatAreNew) {
  fs::create_directories(folder_.path() / "src/more");
  EXPECT_TRUE(watcher_->wait(kGenerous));
  write("src/more/a.c");
  EXPECT_TRUE(watcher_->wait(kGenerous));
}

TEST_F(Watching, DoesNotCareForWhatIsBuiltOrHidden) {
  write("build/a.o");
  write(".swap");
  fs::create_directories(folder_.path() / ".git");
  write(".git/index");
  EXPECT_FALSE(watcher_->wait(300ms));
}

TEST(Watcher, SaysWhatCannotBeWatched) {
  const auto watcher = Watcher::open("/nowhere", "/nowhere/build");
  ASSERT_FALSE(watcher);
  EXPECT_NE(watcher.error().message.find("/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace rapt::author
