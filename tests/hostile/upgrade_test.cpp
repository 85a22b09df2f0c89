// SPDX-License-Identifier: AGPL-3.0-or-later
// Another version takes over from a running one, or does not: no call is lost, none is made twice.
#include <gmock/gmock.h>
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/base/file.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
using hooks::Point;
using host::ModuleState;
using ::testing::HasSubstr;
using Kind = Answer::Kind;

const std::string kCount = "hostile-count";

class Upgrade : public ::testing::Test {
 protected:
  host::InstalledModule version(const std::string& number, const std::string& library,
                                std::vector<std::string> points = {}) {
    Packing packing;
    packing.version = number;
    packing.library = library;
    packing.points = std::move(points);
    return workshop_.pack("count", packing);
  }
  host::InstalledModule one() { return version("1.0.0", "count-1"); }
  host::InstalledModule two() { return version("2.0.0", "count-2"); }

  static host::ModuleStatus wait_version(House& house, const std::string& number) {
    return house.wait_for(
        kCount, [&](const auto& s) { return s.version == number && s.state == ModuleState::kRunning && s.pid != 0; });
  }
  static host::ModuleStatus wait_failed(House& house) {
    return house.wait_for(kCount, [](const auto& s) { return s.upgrade && s.upgrade->failed; });
  }

  Workshop workshop_;
};

/// What callers were told: the numbers that each process gave to its calls.
class Ledger {
 public:
  void enter(const Answer& answer) {
    const auto json = extraction(answer, "count");
    char process[96];
    long number = 0;
    const bool whole = std::sscanf(json.c_str(), R"({"call":"%95[^"]","number":%ld})", process, &number) == 2;
    const std::lock_guard lock(mutex_);
    if (answer.kind != Kind::kContinue || !whole) {
      ++failed_;
      failure_ = answer.text + json;
    } else if (!numbers_[process].insert(number).second) {
      ++doubled_;
    }
  }
  /// Compares with what the processes say of themselves: "total VERSION STARTED CALLS".
  void expect_whole(const std::vector<host::ModuleLine>& lines) const {
    EXPECT_EQ(failed_, 0) << failure_;
    EXPECT_EQ(doubled_, 0);
    std::map<std::string, long> totals;
    for (const auto& line : lines) {
      char version[32], started[64];
      long calls = 0;
      if (std::sscanf(line.text.c_str(), "total %31s %63s %ld", version, started, &calls) == 3 && calls > 0)
        totals[std::string(version) + " " + started] = calls;
    }
    EXPECT_EQ(totals.size(), numbers_.size());
    for (const auto& [process, numbers] : numbers_) {
      EXPECT_EQ(totals[process], static_cast<long>(numbers.size())) << process;
      EXPECT_EQ(*numbers.rbegin(), static_cast<long>(numbers.size())) << process;
    }
  }
  [[nodiscard]] std::size_t calls() const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& [process, numbers] : numbers_) sum += numbers.size();
    return sum;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::set<long>> numbers_;
  int failed_ = 0, doubled_ = 0;
  std::string failure_;
};

/// Callers in several threads, each with several calls in flight.
class Load {
 public:
  Load(House& house, Ledger& ledger) : house_(house), ledger_(ledger) {
    for (int i = 0; i < 3; ++i) threads_.emplace_back([this] { call_again_and_again(); });
  }
  ~Load() { over_ = true; }

 private:
  void call_again_and_again() {
    const auto context = sample_context();
    const std::string config = "{}";
    while (!over_) {
      std::vector<std::future<Answer>> answers;
      for (int i = 0; i < 4; ++i) {
        answers.push_back(boost::asio::co_spawn(
            house_.loop(), house_.supervisor().call(kCount, Point::kChatOnMessage, context, config, 10s),
            boost::asio::use_future));
      }
      for (auto& answer : answers) ledger_.enter(answer.get());
    }
  }

  House& house_;
  Ledger& ledger_;
  std::atomic<bool> over_{false};
  std::vector<std::jthread> threads_;
};

TEST_F(Upgrade, TwentyUpgradesAndRollBacksUnderLoadLoseNoCallAndDoubleNone) {
  const std::vector<host::InstalledModule> versions{one(), two()};
  Ledger ledger;
  House house(workshop_);
  house.start({versions[0]});
  std::vector<host::ModuleLine> lines;
  {
    Load load(house, ledger);
    for (int i = 1; i <= 20; ++i) {
      const auto before = ledger.calls();
      house.update({versions[i % 2]});
      wait_version(house, versions[i % 2].version);
      const auto deadline = std::chrono::steady_clock::now() + 20s;
      while (ledger.calls() < before + 20 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    }
  }
  EXPECT_EQ(house.status(kCount).restarts, 0u) << "an upgrade is not a failure";
  house.stop();
  EXPECT_GE(ledger.calls(), 400u);
  ledger.expect_whole(house.supervisor().take_lines());
}

TEST_F(Upgrade, AVersionThatCannotStartDoesNotTakeOverAndTheOldOneGoesOn) {
  House house(workshop_, [](auto& options) { options.start_timeout = 1s; });
  house.start({one()});
  const int pid = house.wait_running(kCount).pid;
  const std::pair<const char*, const char*> faults[] = {{"count-refuses", "init failed"},
                                                        {"count-self-test", "self-test"},
                                                        {"count-crashes", "gave up"},
                                                        {"count-hangs", "not ready in time"}};
  for (const auto& [library, reason] : faults) {
    const auto bad = version("3.0.0", library);
    house.update({bad});
    const auto status = wait_failed(house);
    EXPECT_EQ(status.upgrade->version, "3.0.0") << library;
    for (const char* part : {reason, "hostile-count", "stays at version 1.0.0"})
      EXPECT_THAT(status.upgrade->reason, HasSubstr(part)) << library;
    EXPECT_EQ(status.version, "1.0.0");
    EXPECT_EQ(status.pid, pid);
    EXPECT_TRUE(status.health.failures.empty());
    EXPECT_EQ(house.ask(kCount).kind, Kind::kContinue);
    house.update({one()});
    EXPECT_FALSE(house.status(kCount).upgrade) << "what is wanted is what runs";
  }
  house.update({two()});
  wait_version(house, "2.0.0");
}

TEST_F(Upgrade, ARejectedVersionIsTriedAgainOnlyWhenItsFileChanges) {
  House house(workshop_);
  const auto old = one(), wanted = two();
  const auto good = *read_file(wanted.bundle_path, bundle::kMaxBundleBytes);
  ASSERT_TRUE(write_file_atomically(wanted.bundle_path, "not a bundle"));
  house.start({old});
  house.update({wanted});
  EXPECT_THAT(wait_failed(house).upgrade->reason, HasSubstr("bytes have changed"));
  const auto stamp = std::filesystem::last_write_time(wanted.bundle_path);
  ASSERT_TRUE(write_file_atomically(wanted.bundle_path, good));
  std::filesystem::last_write_time(wanted.bundle_path, stamp);
  house.update({wanted});
  EXPECT_TRUE(house.status(kCount).upgrade && house.status(kCount).upgrade->failed) << "nobody has looked at it";
  EXPECT_EQ(house.status(kCount).version, "1.0.0");
  std::filesystem::last_write_time(wanted.bundle_path, stamp + 1s);
  house.update({wanted});
  wait_version(house, "2.0.0");
  EXPECT_FALSE(house.status(kCount).upgrade);
}

TEST_F(Upgrade, DeclarationsSwitchTogetherWithTheProcess) {
  House house(workshop_);
  house.start({one()});
  EXPECT_TRUE(*house.supervisor().declaration(kCount, Point::kChatOnMessage));
  house.update({version("2.0.0", "count-2", {"chat:before_ai"})});
  wait_version(house, "2.0.0");
  EXPECT_FALSE(*house.supervisor().declaration(kCount, Point::kChatOnMessage));
  EXPECT_TRUE(*house.supervisor().declaration(kCount, Point::kChatBeforeAi));
  const auto planned_before = house.ask(kCount);
  EXPECT_EQ(planned_before.kind, Kind::kContinue) << planned_before.text;
  EXPECT_TRUE(planned_before.extractions.empty()) << "the new version does not want to be asked there";
  EXPECT_EQ(house.ask(kCount, 2s, Point::kChatBeforeAi).extractions.size(), 1u);
}

TEST_F(Upgrade, ASlowStartHoldsUpNobodyElse) {
  House house(workshop_, [](auto& options) { options.start_timeout = 60s; });
  const auto old = one(), slow = version("3.0.0", "count-hangs"), fresh = workshop_.pack("continue");
  house.start({old});
  auto update = boost::asio::co_spawn(house.loop(), house.supervisor().update({slow, fresh}, workshop_.trust()),
                                      boost::asio::use_future);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!house.supervisor().installed(fresh.name) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  house.wait_running(fresh.name);
  update.get();
  const auto status = house.status(kCount);
  ASSERT_TRUE(status.upgrade);
  EXPECT_FALSE(status.upgrade->failed) << "it is still being tried: " << status.upgrade->reason;
  EXPECT_EQ(house.ask(kCount).kind, Kind::kContinue);
  house.update({old, fresh});
  house.update({fresh});
  house.stop();
  EXPECT_EQ(house.status(fresh.name).state, ModuleState::kStopped);
}

TEST_F(Upgrade, AnotherVersionLetsAModuleOutOfQuarantine) {
  House house(workshop_, [](auto& options) { options.quarantine_failures = 1; });
  house.start({one()});
  ASSERT_EQ(kill(house.wait_running(kCount).pid, SIGKILL), 0);
  house.wait_for(kCount, [](const auto& s) { return s.state == ModuleState::kQuarantined; });
  house.update({two()});
  const auto status = wait_version(house, "2.0.0");
  EXPECT_TRUE(status.health.failures.empty());
  EXPECT_EQ(status.health.digest_hex, two().digest_hex);
}

}  // namespace
}  // namespace rapt::hostile
