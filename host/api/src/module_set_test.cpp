// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_set.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <thread>

#include <nlohmann/json.hpp>

#include "module_health.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using runtime::run_blocking;

install::InstalledRecord record(const std::string& name) {
  install::InstalledRecord out;
  out.name = name;
  out.version = "1.0.0";
  out.digest_hex = std::string(64, 'a');
  return out;
}

host::ModuleHealth quarantined(const std::string& digest) {
  host::ModuleHealth health;
  health.digest_hex = digest;
  health.restarts = 10;
  health.quarantined_at = *parse_time("2026-03-01T08:00:00Z");
  health.quarantine_reason = "It ended too often.";
  return health;
}

TEST(ModulesToRun, AreTheEnabledOnesWithTheirLimits) {
  auto narrow = record("narrow"), off = record("off");
  narrow.time_limits_ms = {{"chat:before_ai", 150}, {"left:behind", 5}};
  off.enabled = false;
  const auto modules = modules_to_run({narrow, off}, {});
  ASSERT_EQ(modules.size(), 1u);
  EXPECT_EQ(modules[0].name, "narrow");
  EXPECT_THAT(modules[0].time_limits,
              testing::ElementsAre(testing::Pair(hooks::Point::kChatBeforeAi, std::chrono::milliseconds(150))));
  EXPECT_EQ(modules[0].health.digest_hex, narrow.digest_hex);
}

TEST(ModulesToRun, RememberTheHealthOfTheSameBundleAlone) {
  const auto same = quarantined(std::string(64, 'a')), other = quarantined(std::string(64, 'b'));
  const auto released = *parse_time("2026-03-01T09:00:00Z");
  const auto modules = modules_to_run({record("same"), record("other"), record("rubbish")},
                                      {{.module = "same", .health_json = health_text(same), .released_at = released},
                                       {.module = "other", .health_json = health_text(other)},
                                       {.module = "rubbish", .health_json = R"({"digest": 5})"}});
  ASSERT_EQ(modules.size(), 3u);
  EXPECT_EQ(modules[0].health.quarantined_at, same.quarantined_at);
  EXPECT_EQ(modules[0].health.released_at, released);
  for (const auto& fresh : {modules[1].health, modules[2].health}) {
    EXPECT_FALSE(fresh.quarantined_at);
    EXPECT_EQ(fresh.restarts, 0u);
    EXPECT_EQ(fresh.digest_hex, std::string(64, 'a'));
  }
}

/// A host with a real fork server on which a module is installed whose bundle is not there: it is refused.
class Following : public testing::Test {
 protected:
  Following() {
    std::filesystem::create_directories(folder / "trust");
    install("filter");
    host::Supervisor::Options options;
    options.runner = RAPT_TEST_RUNNER;
    supervisor.emplace(loop.executor(), options);
    set.emplace(ModuleSet::Parts{installer, *supervisor, journal}, folder / "trust", "one");
    if (const auto started = supervisor->start({}); !started) throw std::runtime_error(started.error().message);
    loop.spawn(set->follow());
    thread = std::thread([this] { loop.run(); });
  }
  ~Following() override {
    if (thread.joinable()) stop();
    std::error_code ignored;  // what is left in the temporary folder harms nobody
    std::filesystem::remove_all(folder, ignored);
  }
  void stop() {
    loop.spawn(end());
    thread.join();
  }
  void install(const std::string& name) {
    scratch->script("INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('" + name +
                    "', '1.0.0', 'somebody', repeat('a', 64), '[]', '{}')");
  }
  /// "state" of each report, by module.
  std::map<std::string, std::string> reported() {
    std::map<std::string, std::string> out;
    const auto reports = run_blocking(journal.reports(""));
    if (!reports) return out;
    for (const auto& report : *reports) out[report.module] = json::parse(report.status_json).at("state");
    return out;
  }
  bool eventually(const std::function<bool()>& probe) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!probe() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return probe();
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("rapt-set-" + new_uuid());
  runtime::Runtime loop{1};
  install::Installer installer{**scratch, folder, {}, bundle::SignaturePolicy::kRequired};
  journal::ModuleJournal journal{**scratch};
  std::optional<host::Supervisor> supervisor;
  std::optional<ModuleSet> set;
  std::thread thread;

 private:
  Task<void> end() {
    co_await set->stop();
    loop.stop();
  }
};

TEST_F(Following, TellsTheJournalHowModulesFareAndThatTheyHaveStopped) {
  EXPECT_TRUE(eventually([this] { return reported()["filter"] == "refused"; }));
  stop();
  EXPECT_EQ(reported()["filter"], "stopped");
}

TEST_F(Following, TakesUpWhatIsInstalledAndSwitchedOff) {
  EXPECT_TRUE(eventually([this] { return reported().size() == 1; }));
  install("second");
  set->look_again();
  EXPECT_TRUE(eventually([this] { return reported()["second"] == "refused"; }));
  scratch->script("UPDATE modules SET enabled = false WHERE name = 'filter'");
  set->look_again();
  EXPECT_TRUE(eventually([this] { return !reported().contains("filter") && reported().contains("second"); }));
}

TEST_F(Following, LeavesTheRunningSetAloneWhileTheTablesAreAway) {
  EXPECT_TRUE(eventually([this] { return reported().contains("filter"); }));
  scratch->script("ALTER TABLE modules RENAME TO away; DELETE FROM module_reports");
  set->look_again();
  // The report that follows a look in vain says what still runs.
  EXPECT_TRUE(eventually([this] { return reported().contains("filter"); }));
  EXPECT_TRUE(supervisor->installed("filter"));
  scratch->script("ALTER TABLE away RENAME TO modules; DELETE FROM modules");
  set->look_again();
  EXPECT_TRUE(eventually([this] { return reported().empty() && !supervisor->installed("filter"); }));
}

}  // namespace
}  // namespace rapt::api
