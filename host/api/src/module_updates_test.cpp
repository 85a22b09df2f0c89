// SPDX-License-Identifier: AGPL-3.0-or-later
// A new version that real processes cannot start goes back by itself.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include <nlohmann/json.hpp>

#include "module_set.hpp"
#include "rapt/base/file.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/updates/standing.hpp"
#include "rapt/updates/updater.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using runtime::run_blocking;

/// A host whose modules are real processes. The library says that it is 1.0.0, whatever its manifest claims: a bundle
/// of 1.0.1 passes every check of an installation, and its process refuses to begin.
class UpdatingHost : public testing::Test {
 protected:
  UpdatingHost() {
    std::filesystem::create_directories(folder / "trust");
    host::Supervisor::Options options;
    options.runner = RAPT_TEST_RUNNER;
    options.signature_policy = bundle::SignaturePolicy::kDevelopmentMayLack;
    supervisor.emplace(loop.executor(), options);
    set.emplace(ModuleSet::Parts{installer, *supervisor, journal}, folder / "trust", "one");
    if (const auto started = supervisor->start({}); !started) throw std::runtime_error(started.error().message);
    loop.spawn(set->follow());
    thread = std::thread([this] { loop.run(); });
  }
  ~UpdatingHost() override {
    loop.spawn(end());
    thread.join();
    std::error_code ignored;  // what is left in the temporary folder harms nobody
    std::filesystem::remove_all(folder, ignored);
  }
  void install(const std::string& version) {
    const auto library =
        read_file(std::filesystem::path(RAPT_TEST_MODULES) / "e2e-neighbor.so", bundle::kMaxBundleBytes);
    ASSERT_TRUE(library) << library.error().message;
    const json manifest{
        {"name", "e2e-neighbor"}, {"version", version},
        {"title", "Neighbor"},    {"description", "For tests."},
        {"publisher", "tester"},  {"license", "MIT"},
        {"abi", built},           {"libraries", {{std::string(bundle::native_architecture()), "lib/e2e-neighbor.so"}}}};
    const auto archive = bundle::encode_bundle(
        {{"manifest.json", {0644, manifest.dump()}}, {"lib/e2e-neighbor.so", {0755, *library}}}, "tester", nullptr);
    ASSERT_TRUE(archive) << archive.error().message;
    const auto installed = run_blocking(installer.install(*archive));
    ASSERT_TRUE(installed) << installed.error().message;
    set->look_again();
  }
  json reported() {
    const auto reports = run_blocking(journal.reports("e2e-neighbor"));
    return reports && !reports->empty() ? json::parse(reports->front().status_json) : json::object();
  }
  bool eventually(const std::function<bool()>& probe) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!probe() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return probe();
  }
  std::string installed_version() { return run_blocking(installer.list()).value().at(0).version; }

  const std::string built = std::to_string(install::kAbiMajor) + "." + std::to_string(install::kAbiMinor);
  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("rapt-updates-" + new_uuid());
  runtime::Runtime loop{1};
  install::Installer installer{**scratch, folder, {}, bundle::SignaturePolicy::kDevelopmentMayLack};
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

TEST_F(UpdatingHost, GoesBackFromAVersionThatDoesNotStart) {
  install("1.0.0");
  ASSERT_TRUE(eventually([this] { return reported().value("state", "") == "running"; })) << reported();
  scratch->script(
      "INSERT INTO module_probations (module, update_id, position, from_version, to_version, calls_before, "
      "failures_before) VALUES ('e2e-neighbor', gen_random_uuid(), 0, '1.0.0', '1.0.1', 0, 0)");
  install("1.0.1");
  ASSERT_EQ(installed_version(), "1.0.1");
  SystemClock clock;
  security::SecretBox box{std::string(32, 'k')};
  updates::Updater::Options options;
  options.probation.settling = std::chrono::seconds(0);
  updates::Updater updater({**scratch, clock, box, installer}, options);
  const auto gone_back = [&] {
    const auto watched = run_blocking(updater.watch());
    EXPECT_TRUE(watched) << watched.error().message;
    return installed_version() == "1.0.0";
  };
  ASSERT_TRUE(eventually(gone_back)) << reported();
  set->look_again();
  EXPECT_TRUE(eventually([this] {
    const auto report = reported();
    return report.value("state", "") == "running" && report.value("version", "") == "1.0.0" &&
           report.at("upgrade").is_null();
  })) << reported();
  const auto standing = run_blocking(updates::Standings(**scratch).all()).value().at("e2e-neighbor");
  EXPECT_THAT(standing.policy.held.at("1.0.1"),
              testing::HasSubstr("e2e-neighbor 1.0.1 could not be started after its update"));
}

}  // namespace
}  // namespace rapt::api
