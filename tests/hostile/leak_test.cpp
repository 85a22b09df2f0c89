// SPDX-License-Identifier: AGPL-3.0-or-later
// After many calls, deaths and restarts nothing is left over: no descriptor, no zombie, no process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "workshop.hpp"

namespace rapt::hostile {
namespace {

namespace fs = std::filesystem;
using Kind = hooks::Answer::Kind;

long open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Processes whose parent is `pid`, zombies among them.
std::vector<int> children_of(int pid) {
  std::vector<int> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream status(entry.path() / "stat");
    std::string line;
    if (!std::getline(status, line)) continue;
    const auto end_of_name = line.rfind(')');
    if (end_of_name == std::string::npos) continue;
    char state = 0;
    int parent = 0;
    if (std::sscanf(line.c_str() + end_of_name + 1, " %c %d", &state, &parent) == 2 && parent == pid) {
      children.push_back(std::stoi(entry.path().filename().string()));
    }
  }
  return children;
}

TEST(Leaks, NothingIsLeftAfterAThousandCallsWithDeaths) {
  Workshop workshop;
  const auto calm = workshop.pack("replace"), crash = workshop.pack("segfault"), liar = workshop.pack("wrong-verdict");
  House house(workshop,
              [](auto& options) { options.restart_initial = options.restart_maximum = std::chrono::milliseconds(1); });
  house.start({calm, crash, liar});
  const auto settle = [&] {
    for (const auto& module : {calm, crash, liar}) house.wait_running(module.name);
    const int server = children_of(getpid()).at(0);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (children_of(server).size() != 3 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ(children_of(server).size(), 3u) << "runners of the fork server, zombies included";
    return open_descriptors();
  };
  house.ask(crash.name);
  const long before = settle();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(house.ask(calm.name).kind, Kind::kReplace);
  for (int i = 0; i < 50; ++i) {
    house.ask(crash.name);
    house.ask(liar.name);
    house.wait_running(crash.name);
    house.wait_running(liar.name);
  }
  EXPECT_EQ(settle(), before);
  EXPECT_EQ(children_of(getpid()).size(), 1u) << "the fork server";
}

TEST(Leaks, AnEndingSupervisorTakesForkServerAndRunnersWithIt) {
  Workshop workshop;
  const long before = open_descriptors();
  int pid = 0;
  {
    House house(workshop);
    house.start({workshop.pack("replace"), workshop.pack("loop")});
    pid = house.wait_running("hostile-loop").pid;
  }
  EXPECT_NE(kill(pid, 0), 0);
  EXPECT_TRUE(children_of(getpid()).empty());
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Leaks, AKilledForkServerTakesItsRunnersWithItAndIsReplaced) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // orphans come here, and can be waited for
  Workshop workshop;
  House house(workshop);
  house.start({workshop.pack("replace")});
  const int pid = house.wait_running("hostile-replace").pid;
  ASSERT_EQ(kill(children_of(getpid()).at(0), SIGKILL), 0);
  house.wait_for("hostile-replace",
                 [&](const auto& s) { return s.state == host::ModuleState::kRunning && s.pid != 0 && s.pid != pid; });
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid) << "the old runner has ended";
  EXPECT_EQ(house.ask("hostile-replace").kind, Kind::kReplace);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/// Runs a house in a child process that tells the pid of a runner and waits to be killed.
int host_that_waits(int tell) {
  Workshop workshop;
  House house(workshop);
  house.start({workshop.pack("loop")});
  const int pid = house.wait_running("hostile-loop").pid;
  if (write(tell, &pid, sizeof pid) != sizeof pid) return 1;
  for (;;) pause();
}

TEST(Leaks, NoOrphanRemainsWhenTheHostIsKilled) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t host = fork();
  if (host == 0) _exit(host_that_waits(ends[1]));
  int runner = 0;
  ASSERT_EQ(read(ends[0], &runner, sizeof runner), static_cast<ssize_t>(sizeof runner));
  ASSERT_EQ(kill(host, SIGKILL), 0);
  while (wait(nullptr) > 0 || errno == EINTR) {
  }
  EXPECT_NE(kill(runner, 0), 0);
  close(ends[0]);
  close(ends[1]);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace rapt::hostile
