// SPDX-License-Identifier: AGPL-3.0-or-later
#include "keeper_cgroup.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rapt::agent {
namespace {

namespace fs = std::filesystem;

TEST(DelegatedCgroup, OfThisProcessIsThatOfTheSecondVersion) {
  EXPECT_EQ(DelegatedCgroup::own("0::/system.slice/raptscallions.service\n"),
            "/sys/fs/cgroup/system.slice/raptscallions.service");
  EXPECT_EQ(DelegatedCgroup::own("4:memory:/a\n"), std::nullopt);
  EXPECT_EQ(DelegatedCgroup::own("0::/\n"), std::nullopt) << "all of the machine is nobody's";
  EXPECT_EQ(DelegatedCgroup::own("0::/../neighbor\n"), std::nullopt);
}

/// A folder with the files that a cgroup would have; the kernel alone makes one that works.
class Unit : public ::testing::Test {
 protected:
  Unit() {
    std::string name = (fs::temp_directory_path() / "rapt-unit-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~Unit() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void file(const fs::path& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  std::string text(const fs::path& name) {
    std::ostringstream all;
    all << std::ifstream(folder_ / name).rdbuf();
    return all.str();
  }
  void delegate() {
    file("cgroup.controllers", "cpu memory pids\n");
    file("cgroup.subtree_control", "");
    file("cgroup.procs", "");
    file("agent/cgroup.procs", "");
  }
  fs::path folder_;
};

TEST_F(Unit, IsDividedOnce) {
  delegate();
  const auto divided = DelegatedCgroup::divide(folder_);
  ASSERT_TRUE(divided);
  EXPECT_EQ(text("agent/cgroup.procs"), "0") << "this process moves aside";
  EXPECT_EQ(text("cgroup.subtree_control"), "+memory +pids");
  file("cgroup.subtree_control", "memory pids\n");
  EXPECT_TRUE(DelegatedCgroup::divide(folder_ / "agent")) << "by the program that this process becomes";
  EXPECT_EQ(text("cgroup.subtree_control"), "memory pids\n");
}

TEST_F(Unit, HasAPartForEachServer) {
  delegate();
  const auto divided = DelegatedCgroup::divide(folder_).value();
  EXPECT_FALSE(divided.part(1)) << "no kernel has put files there";
  file("server-1/cgroup.procs", "");
  EXPECT_TRUE(divided.part(1));
  fs::create_directory(folder_ / "server-1/host");
  EXPECT_FALSE(divided.part(1)) << "the next server joins where the one before stood, which has no files here";
  file("server-1/host/cgroup.procs", "");
  EXPECT_TRUE(divided.part(1));
}

TEST_F(Unit, WithoutTheMemoryControllerIsLeftAsItIs) {
  delegate();
  file("cgroup.controllers", "cpu\n");
  EXPECT_FALSE(DelegatedCgroup::divide(folder_));
  EXPECT_EQ(text("cgroup.subtree_control"), "");
  EXPECT_EQ(text("agent/cgroup.procs"), "");
}

}  // namespace
}  // namespace rapt::agent
