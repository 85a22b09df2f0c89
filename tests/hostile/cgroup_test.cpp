// SPDX-License-Identifier: AGPL-3.0-or-later
// Memory by cgroup, with the kernel's own: v1 or v2, whichever this machine lets the test have.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Kind = hooks::Answer::Kind;
using ::testing::HasSubstr;

/// The folder of this process in the v1 hierarchy of memory; empty when there is none.
fs::path own_v1() {
  std::ifstream hierarchies("/proc/self/cgroup");
  for (std::string line; std::getline(hierarchies, line);) {
    if (const auto at = line.find(":memory:"); at != std::string::npos)
      return fs::path("/sys/fs/cgroup/memory" + line.substr(at + 8)).lexically_normal();
  }
  return {};
}

/// A cgroup that is delegated to this process, for one test; what is left in it when the test ends is a failure.
class MemoryCgroup : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("RAPT_CGROUP");
    const auto own = given != nullptr ? fs::path(given) : own_v1();
    if (own.empty() || !fs::exists(own / "memory.limit_in_bytes"))
      GTEST_SKIP() << "this machine has no v1 hierarchy of memory, and v2 is delegated to services only";
    folder_ = own / ("hostile-" + std::to_string(getpid()));
    if (mkdir(folder_.c_str(), 0755) != 0)
      GTEST_SKIP() << folder_ << " cannot be made by this user; the test needs root or a delegated cgroup";
  }
  void TearDown() override {
    if (folder_.empty()) return;
    EXPECT_THAT(members(), ::testing::IsEmpty()) << "cgroups of runners that are gone";
    for (const auto& left : members()) rmdir(left.c_str());
    EXPECT_TRUE(rmdir(folder_.c_str()) == 0 || errno == ENOENT || errno == EACCES);
  }
  std::vector<fs::path> members() const {
    std::vector<fs::path> found;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder_, failure)) {
      if (entry.is_directory()) found.push_back(entry.path());
    }
    return found;
  }
  void in_cgroup(host::Supervisor::Options& options) const {
    fearless(options);
    options.cgroup = folder_;
    options.required_layers = {"memory-cgroup"};
  }
  Workshop workshop_;
  fs::path folder_;
};

TEST_F(MemoryCgroup, EndsWhoUsesMoreThanItsManifestSaysAndSaysSo) {
  Packing packing;
  packing.memory_mb = 40;
  House house(workshop_, [&](auto& options) { in_cgroup(options); });
  house.start({workshop_.pack("memory-eater", packing), workshop_.pack("memory-mapped", packing),
               workshop_.pack("memory-grown", packing), workshop_.pack("replace")});
  for (const char* module : {"hostile-memory-eater", "hostile-memory-mapped", "hostile-memory-grown"}) {
    house.wait_running(module);
    const auto answer = house.ask(module, 20s);
    EXPECT_EQ(answer.kind, Kind::kDead) << module;
    EXPECT_EQ(answer.text, "It used more memory than its 40 MiB.") << module;
    const auto status =
        house.wait_for(module, [](const auto& s) { return s.restarts > 0 && s.state == host::ModuleState::kRunning; });
    EXPECT_THAT(status.last_failure, HasSubstr("used more memory than its 40 MiB"));
    EXPECT_EQ(house.ask("hostile-replace", 10s).kind, Kind::kReplace) << "the neighbor";
  }
  EXPECT_EQ(house.status("hostile-replace").restarts, 0u);
}

TEST_F(MemoryCgroup, HoldsOneRunnerEachAndGoesWithIt) {
  House house(workshop_, [&](auto& options) { in_cgroup(options); });
  house.start({workshop_.pack("segfault"), workshop_.pack("replace")});
  const int pid = house.wait_running("hostile-replace").pid;
  house.wait_running("hostile-segfault");
  EXPECT_EQ(members().size(), 2u);
  const auto holds = [&](const fs::path& folder) {
    std::ifstream procs(folder / "cgroup.procs");
    int member = 0, count = 0;
    bool found = false;
    for (; procs >> member; ++count) found |= member == pid;
    return found && count == 1;
  };
  const auto all = members();
  EXPECT_EQ(std::count_if(all.begin(), all.end(), holds), 1);
  for (int i = 0; i < 50; ++i) {
    house.wait_running("hostile-segfault");
    EXPECT_EQ(house.ask("hostile-segfault", 10s).kind, Kind::kDead);
  }
  house.wait_running("hostile-segfault");
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (members().size() > 2 && std::chrono::steady_clock::now() < deadline) house.ask("hostile-replace", 10s);
  EXPECT_LE(members().size(), 3u) << "one that is gone may wait for the next";
}

TEST_F(MemoryCgroup, OfAKilledHostIsRemovedByTheNext) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t host = fork();
  if (host == 0) {
    House house(workshop_, [&](auto& options) { in_cgroup(options); });
    house.start({workshop_.pack("replace")});
    const int pid = house.wait_running("hostile-replace").pid;
    if (write(ends[1], &pid, sizeof pid) != sizeof pid) _exit(1);
    for (;;) pause();
  }
  int runner = 0;
  ASSERT_EQ(read(ends[0], &runner, sizeof runner), static_cast<ssize_t>(sizeof runner));
  ASSERT_EQ(kill(host, SIGKILL), 0);
  waitpid(host, nullptr, 0);
  close(ends[0]);
  close(ends[1]);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (kill(runner, 0) == 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(members().size(), 1u);
  House house(workshop_, [&](auto& options) { in_cgroup(options); });
  house.start({});
  EXPECT_TRUE(members().empty());
}

TEST_F(MemoryCgroup, ThatIsRequiredAndNotThereStartsNobody) {
  House house(workshop_, [&](auto& options) {
    in_cgroup(options);
    options.cgroup = "/proc";
  });
  house.start({workshop_.pack("replace")});
  const auto status = house.status("hostile-replace");
  EXPECT_EQ(status.state, host::ModuleState::kRefused);
  EXPECT_THAT(status.reason, HasSubstr("lacks the sandbox layer memory-cgroup (/proc is no cgroup"));
}

}  // namespace
}  // namespace rapt::hostile
