// SPDX-License-Identifier: AGPL-3.0-or-later
#include "cgroup.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace rapt::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kMounts =
    "25 30 0:23 / /sys rw,nosuid - sysfs sysfs rw\n"
    "31 25 0:27 / /sys/fs/cgroup rw,nosuid,nodev,noexec shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
    "32 25 0:28 / /sys/fs/memory rw - cgroup cgroup rw,memory\n";

TEST(OwnCgroup, IsFoundBelowItsMount) {
  EXPECT_EQ(own_cgroup("0::/system.slice/rapt.service\n", kMounts), "/sys/fs/cgroup/system.slice/rapt.service");
  EXPECT_EQ(own_cgroup("4:memory:/somewhere\n0::/\n", kMounts), "/sys/fs/cgroup/");
}

TEST(OwnCgroup, IsFoundWhereOnlyAPartIsMounted) {
  constexpr const char* kPart = "31 25 0:27 /docker/4711 /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
  EXPECT_EQ(own_cgroup("0::/docker/4711/a\n", kPart), "/sys/fs/cgroup/a");
  EXPECT_EQ(own_cgroup("0::/docker/47110\n", kPart), std::nullopt) << "another container";
}

TEST(OwnCgroup, IsNotFoundWithoutV2OrOutsideOfTheNamespace) {
  EXPECT_EQ(own_cgroup("4:memory:/a\n", kMounts), std::nullopt);
  EXPECT_EQ(own_cgroup("0::/a\n", "32 25 0:28 / /sys/fs/memory rw - cgroup cgroup rw,memory\n"), std::nullopt);
  EXPECT_EQ(own_cgroup("0::/../neighbor\n", kMounts), std::nullopt);
  EXPECT_EQ(own_cgroup("", ""), std::nullopt);
  EXPECT_EQ(own_cgroup("0::/a\n", "31 - cgroup2 \n"), std::nullopt);
}

TEST(Counter, OfAKeyAloneOnItsLine) {
  constexpr const char* kEvents = "low 0\nhigh 3\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n";
  EXPECT_EQ(counter(kEvents, "oom_kill"), 1u);
  EXPECT_EQ(counter(kEvents, "max"), 12u);
  EXPECT_EQ(counter(kEvents, "kill"), 0u);
  EXPECT_EQ(counter("", "oom_kill"), 0u);
}

TEST(Leftover, IsKnownByItsName) {
  EXPECT_EQ(owner_of("rapt-4711-3"), 4711);
  for (const char* other : {"rapt-4711", "rapt-4711-3x", "rapt--1-3", "rapt-x-3", "host", "", "xrapt-1-2"})
    EXPECT_EQ(owner_of(other), std::nullopt) << other;
}

/// A folder with the files that a v2 cgroup would have; only the kernel can make one that works.
class Tree : public testing::Test {
 protected:
  Tree() {
    std::string name = (fs::temp_directory_path() / "rapt-cgroup-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  ~Tree() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void file(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  fs::path folder_;
};

TEST_F(Tree, ThatIsNoCgroupIsOffAndSaysSo) {
  const auto layer = Cgroups::find(folder_).layer();
  EXPECT_FALSE(layer.on);
  EXPECT_THAT(layer.detail, HasSubstr(folder_.string() + " is no cgroup"));
}

TEST_F(Tree, WithoutTheMemoryControllerIsOffAndSaysSo) {
  file("cgroup.controllers", "cpuset cpu io pids\n");
  file("cgroup.subtree_control", "");
  const auto layer = Cgroups::find(folder_).layer();
  EXPECT_FALSE(layer.on);
  EXPECT_THAT(layer.detail, HasSubstr("the memory controller is not given to " + folder_.string()));
}

TEST_F(Tree, ThatGivesTheControllerOnIsTakenAsItIs) {
  file("cgroup.controllers", "memory pids\n");
  file("cgroup.subtree_control", "memory pids\n");
  // No kernel fills the new folder with files, so the limit cannot be set, and that is what the layer says.
  const auto layer = Cgroups::find(folder_).layer();
  EXPECT_FALSE(layer.on);
  EXPECT_THAT(layer.detail, HasSubstr("memory.max"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2) << "nothing is left behind";
}

TEST_F(Tree, LosesLeftoversOfHostsThatAreGoneAndNothingElse) {
  const pid_t gone = fork();
  if (gone == 0) _exit(0);
  waitpid(gone, nullptr, 0);
  const auto name = [](int pid) { return "rapt-" + std::to_string(pid) + "-1"; };
  for (const auto& one : {name(gone), name(getppid()), std::string("host"), std::string("other")})
    fs::create_directory(folder_ / one);
  file("memory.limit_in_bytes", "0\n");
  Cgroups::find(folder_);
  EXPECT_FALSE(fs::exists(folder_ / name(gone)));
  EXPECT_TRUE(fs::exists(folder_ / name(getppid())));
  EXPECT_TRUE(fs::exists(folder_ / "host"));
  EXPECT_TRUE(fs::exists(folder_ / "other"));
}

}  // namespace
}  // namespace rapt::sandbox
