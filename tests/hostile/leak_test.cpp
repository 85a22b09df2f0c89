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

#include "memory_services.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

namespace fs = std::filesystem;
using Kind = hooks::Answer::Kind;

long open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

/// Of a process, from /proc: what grows when something is lost.
struct Belongings {
  long descriptors = 0;
  long memory_kib = 0;  ///< anonymous and in use, not counting what is shared
  long shared_kib = 0;  ///< touched pages of shared memory: the areas of its modules
  long areas = 0;       ///< mapped memory files
};

Belongings belongings_of(int pid) {
  const fs::path folder = fs::path("/proc") / std::to_string(pid);
  Belongings found;
  found.descriptors = std::distance(fs::directory_iterator(folder / "fd"), fs::directory_iterator());
  std::ifstream status(folder / "status"), maps(folder / "maps");
  for (std::string line; std::getline(status, line);) {
    std::sscanf(line.c_str(), "RssAnon: %ld", &found.memory_kib);
    std::sscanf(line.c_str(), "RssShmem: %ld", &found.shared_kib);
  }
  for (std::string line; std::getline(maps, line);) found.areas += line.find("memfd:rapt-re") != std::string::npos;
  return found;
}

/// A house of calm and hostile modules that are asked in turn.
class HostileTown {
 public:
  HostileTown() {
    for (const char* name : {"replace", "invalid-utf8", "emit-too-much", "not-allowed", "corrupt-log", "open-passwd",
                             "own-handler", "finding-names", "services", "answer-twice"})
      living_.push_back(workshop_.pack(name));
    for (const char* name : {"segfault", "wrong-verdict", "exit-now", "socket-inet", "corrupt-offset"})
      dying_.push_back(workshop_.pack(name));
    auto all = living_;
    all.insert(all.end(), dying_.begin(), dying_.end());
    house_.start(all);
  }
  void ask_the_living(int calls) {
    for (int i = 0; i < calls; ++i) {
      const auto& module = living_[static_cast<std::size_t>(i) % living_.size()];
      const auto answer = house_.ask(module.name, std::chrono::seconds(10));
      EXPECT_TRUE(answer.kind == Kind::kContinue || answer.kind == Kind::kReplace)
          << module.name << ": " << answer.text;
    }
  }
  void let_them_die(int deaths) {
    for (int i = 0; i < deaths; ++i) {
      const auto& module = dying_[static_cast<std::size_t>(i) % dying_.size()];
      house_.wait_running(module.name);
      const auto answer = house_.ask(module.name, std::chrono::seconds(10));
      EXPECT_TRUE(answer.kind == Kind::kDead || answer.kind == Kind::kLying) << module.name << ": " << answer.text;
    }
  }
  /// Waits until every module runs and nothing else is left of those before.
  void settle() {
    for (const auto& module : dying_) house_.wait_running(module.name);
    const auto all = living_.size() + dying_.size();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (children_of(server()).size() != all && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    EXPECT_EQ(children_of(server()).size(), all) << "runners of the fork server, zombies included";
    EXPECT_EQ(children_of(getpid()).size(), 1u) << "the fork server";
  }
  static int server() { return children_of(getpid()).at(0); }

 private:
  Workshop workshop_;
  House house_{workshop_, fearless};
  std::vector<host::InstalledModule> living_, dying_;
};

/// More than this many KiB would be some hundred bytes for each of the calls.
constexpr long kGrowthKib = 4096;

TEST(Leaks, NothingIsLeftAfterTenThousandHostileCallsAndHundredsOfDeaths) {
  HostileTown town;
  // What is made once, and what the allocator keeps for the next time, is there after these.
  town.ask_the_living(1000);
  town.let_them_die(50);
  town.settle();
  const auto host = belongings_of(getpid()), server = belongings_of(HostileTown::server());
  town.ask_the_living(10000);
  town.let_them_die(400);
  town.settle();
  const auto host_after = belongings_of(getpid()), server_after = belongings_of(HostileTown::server());
  EXPECT_EQ(host_after.descriptors, host.descriptors);
  EXPECT_EQ(host_after.areas, host.areas);
  EXPECT_LE(host_after.memory_kib, host.memory_kib + kGrowthKib);
  EXPECT_LE(host_after.shared_kib, host.shared_kib + kGrowthKib);
  EXPECT_EQ(server_after.descriptors, server.descriptors);
  EXPECT_LE(server_after.memory_kib, server.memory_kib + kGrowthKib / 4);
  RecordProperty("host_memory_growth_kib", std::to_string(host_after.memory_kib - host.memory_kib));
}

TEST(Leaks, NothingIsLeftOfQuestionsToTheHostAnsweredOrNot) {
  Workshop workshop;
  MemoryServices services;
  House house(workshop, [&](host::Supervisor::Options& options) {
    fearless(options);
    options.services = &services;
  });
  constexpr const char* kKv = R"([{"name":"kv","reason":"r"}])";
  house.start({workshop.pack("ask", {.permissions = kKv})});
  const auto ask = [&](const std::string& orders, std::chrono::milliseconds limit) {
    house.wait_running("hostile-ask");
    auto context = sample_context();
    context.current->content = orders;
    return house.ask("hostile-ask", context, hooks::Point::kChatOnMessage, "{}", limit).kind;
  };
  const auto round = [&](int answered, int late) {
    for (int i = 0; i < answered; ++i) {
      EXPECT_EQ(ask("kv|put|1|k|*60000|0\nkv|get|1|k\nkv|get|1|throw", std::chrono::seconds(20)), Kind::kReplace);
    }
    for (int i = 0; i < late; ++i) EXPECT_EQ(ask("kv|get|1|never", std::chrono::milliseconds(50)), Kind::kLate);
    house.wait_running("hostile-ask");
  };
  round(200, 5);
  const auto before = belongings_of(getpid());
  const int cancelled = services.cancelled;
  round(2000, 50);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (services.waiting != 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(services.waiting, 0);
  EXPECT_GT(services.cancelled, cancelled);
  const auto after = belongings_of(getpid());
  // What a process that came late had may still have been on its way out the first time: less is no leak.
  EXPECT_LE(after.descriptors, before.descriptors);
  EXPECT_LE(after.areas, before.areas);
  EXPECT_LE(after.memory_kib, before.memory_kib + kGrowthKib);
  EXPECT_LE(after.shared_kib, before.shared_kib + kGrowthKib);
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
  EXPECT_TRUE(house.status("hostile-replace").health.failures.empty()) << "which is no fault of the module";
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
