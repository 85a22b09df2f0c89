// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/updates/updater.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/install/policies.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_schema.hpp"
#include "rapt/updates/standing.hpp"
#include "site.hpp"

namespace rapt::updates {
namespace {

namespace fs = std::filesystem;
using runtime::run_blocking;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A registry whose bundles a test has made, and the one who installs from it.
class Shop : public UpdateSource, public UpdateSink {
 public:
  struct Goods {
    marketplace::Candidate candidate;
    marketplace::ModuleRelease release;
    std::string archive;
  };
  explicit Shop(install::Installer& installer) : installer_(installer) {}

  Task<Result<void>> refresh() override {
    if (away) co_return Error::unavailable("registry", "The registry is away.");
    co_return Result<void>();
  }
  Task<Result<std::vector<marketplace::Candidate>>> of(std::string module) override {
    const auto found = goods.find(module);
    if (found == goods.end()) co_return Error::not_found("module");
    std::vector<marketplace::Candidate> out;
    for (const auto& [version, one] : found->second) out.push_back(one.candidate);
    co_return out;
  }
  Task<Result<marketplace::ModuleRelease>> release(std::string module, std::string version) override {
    if (!goods.contains(module) || !goods[module].contains(version)) co_return Error::not_found("version");
    co_return goods[module][version].release;
  }
  Task<Result<std::vector<marketplace::Advisory>>> advisories() override { co_return warnings; }
  Task<Result<void>> apply(std::vector<marketplace::Change> changes) override {
    if (broken) co_return Error::conflict("A migration failed.");
    for (const auto& change : changes) {
      const auto done = co_await installer_.install(goods[change.module][change.to.text].archive, settled());
      if (!done) co_return done.error();
    }
    co_return Result<void>();
  }

  std::map<std::string, std::map<std::string, Goods>> goods;
  std::vector<marketplace::Advisory> warnings;
  bool away = false, broken = false;

 private:
  static install::InstallOptions settled() {
    install::InstallOptions out;
    out.part_of_plan = true;
    return out;
  }
  install::Installer& installer_;
};

class StillClock final : public Clock {
 public:
  TimePoint now() const override { return time; }
  TimePoint time = parse_time("2026-03-01T12:00:00Z").value();
};

class UpdaterTest : public ::testing::Test {
 protected:
  UpdaterTest() : var_(fs::path(::testing::TempDir()) / ("updates-" + new_uuid())) {
    trust_.add("tester", key_.public_key());
    administrators();
    options_.host = "one";
    options_.public_url = "https://school.example.org";
  }
  ~UpdaterTest() override { fs::remove_all(var_); }

  /// Puts a version into the shop; `more` is the rest of its manifest.
  Shop::Goods& offer(const std::string& name, const std::string& text, const std::string& dependencies = "",
                     const std::string& permissions = "", const std::string& hooks = "") {
    const auto manifest =
        R"({"name":")" + name + R"(","version":")" + text +
        R"(","title":"Sample","description":"For tests.","publisher":"tester","license":"MIT","abi":"1.3",
      "permissions":[)" +
        permissions + R"(],"hooks":[)" + hooks + R"(],"dependencies":{)" + dependencies + R"(},"libraries":{")" +
        std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})";
    auto& one = shop_.goods[name][text];
    one.archive = bundle::encode_bundle({{"manifest.json", {0644, manifest}},
                                         {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                                        "tester", &key_)
                      .value();
    const auto parsed = bundle::parse_manifest(manifest);
    EXPECT_TRUE(parsed) << parsed.error().message;
    one.candidate = {Version::parse(text).value(), text, "tester", parsed->dependencies, false, false};
    one.release.name = name;
    one.release.version = text;
    one.release.publisher = "tester";
    for (const auto& permission : parsed->permissions)
      for (auto& grant : bundle::grants_of(permission)) one.release.grants.push_back(grant);
    one.release.hooks = parsed->hooks;
    return one;
  }
  void installed(const std::string& name, const std::string& text, const std::string& dependencies = "",
                 const std::string& hooks = "") {
    const auto done = run_blocking(installer_.install(offer(name, text, dependencies, "", hooks).archive));
    ASSERT_TRUE(done) << done.error().message;
  }
  void policy(const std::string& name, install::AutoUpdate automatic) {
    install::PolicyChange change;
    change.automatic = automatic;
    ASSERT_TRUE(run_blocking(install::Policies(database_).change(name, change, "anna")));
  }
  void check() {
    Updater updater({database_, clock_, box_, installer_, &shop_, &shop_}, options_);
    ASSERT_TRUE(run_blocking(updater.lead()).value());
    const auto checked = run_blocking(updater.check());
    ASSERT_TRUE(checked) << checked.error().message;
  }
  void watch() {
    Updater updater({database_, clock_, box_, installer_, nullptr, nullptr}, options_);
    const auto watched = run_blocking(updater.watch());
    ASSERT_TRUE(watched) << watched.error().message;
  }
  std::string version(const std::string& name) {
    for (const auto& record : run_blocking(installer_.list()).value())
      if (record.name == name) return record.version;
    return "none";
  }
  Standing standing(const std::string& name) { return run_blocking(Standings(database_).all()).value().at(name); }
  std::string held(const std::string& name) {
    const auto update = standing(name).update;
    return update ? update->version + ": " + update->held_because : "nothing";
  }
  void run(const std::string& sql) {
    const auto name = "test_" + std::to_string(++statements_);
    const store::Statement statement{name.c_str(), sql.c_str()};
    const auto done = run_blocking(database_.query(statement));
    ASSERT_TRUE(done) << done.error().log_detail;
  }
  std::int64_t count(const std::string& from) {
    const auto sql = "SELECT count(*) AS n FROM " + from;
    const auto name = "test_" + std::to_string(++statements_);
    const store::Statement statement{name.c_str(), sql.c_str()};
    return run_blocking(database_.query(statement)).value()[0].integer("n");
  }
  /// Its process has ended so often, as a host would tell.
  void crashed(const std::string& name, int times) {
    run("INSERT INTO module_health (module, health) SELECT name, jsonb_build_object('digest', digest, "
        "'last_failure', 'it was killed (SIGSEGV)', 'failures', (SELECT jsonb_agg(now()::text) FROM "
        "generate_series(1, " +
        std::to_string(times) + "))) FROM modules WHERE name = '" + name +
        "' ON CONFLICT (module) DO UPDATE SET health = excluded.health");
  }
  void administrators() {
    run("INSERT INTO users (id, email, name, status) VALUES ('00000000-0000-7000-8000-000000000201', "
        "'head@school.example.org', 'Head', 'active')");
    run("INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000101', 'District', 'district')");
    run("INSERT INTO group_members (group_id, user_id, role) VALUES "
        "('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000201', 'system_admin')");
  }

  fs::path var_;
  security::PrivateKey key_ = security::PrivateKey::generate();
  bundle::TrustStore trust_;
  store::ScratchSchema schema_{fs::path(RAPT_SOURCE) / "migrations" / "core"};
  store::Database database_{{.url = schema_.url(), .connections = 4}};
  StillClock clock_;
  security::SecretBox box_{std::string(32, 'k')};
  install::Installer installer_{database_, var_, trust_with_key(), bundle::SignaturePolicy::kRequired};
  Shop shop_{installer_};
  Updater::Options options_;
  int statements_ = 0;  ///< a name for each

 private:
  bundle::TrustStore trust_with_key() {
    trust_.add("tester", key_.public_key());
    return trust_;
  }
};

TEST_F(UpdaterTest, TakesWhatThePolicyAllows) {
  for (const auto* name : {"by-hand", "by-patch", "by-minor"}) {
    installed(name, "1.0.0");
    for (const auto* newer : {"1.0.1", "1.1.0", "2.0.0"}) offer(name, newer);
  }
  policy("by-patch", install::AutoUpdate::kPatch);
  policy("by-minor", install::AutoUpdate::kMinor);
  check();
  EXPECT_EQ(version("by-hand"), "1.0.0");
  EXPECT_EQ(held("by-hand"), "2.0.0: ");
  EXPECT_EQ(version("by-patch"), "1.0.1");
  EXPECT_THAT(held("by-patch"), HasSubstr("2.0.0: By itself the module takes only versions >=1.0.1 <1.1.0."));
  EXPECT_EQ(version("by-minor"), "1.1.0");
  EXPECT_TRUE(standing("by-minor").on_probation);
  EXPECT_FALSE(standing("by-hand").on_probation);
  const auto events = run_blocking(Standings(database_).events("by-patch")).value();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, "updated");
}

TEST_F(UpdaterTest, NeverTakesMorePermissions) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1");
  offer("filter", "1.0.2", "", R"({"name":"log","reason":"For tests."})");
  policy("filter", install::AutoUpdate::kPatch);
  check();
  EXPECT_EQ(version("filter"), "1.0.1");
  EXPECT_TRUE(standing("filter").update->needs_consent);
  EXPECT_THAT(held("filter"), HasSubstr("1.0.2: It asks for more than was granted (log)"));
}

TEST_F(UpdaterTest, NeverTakesHooksThatGiveMore) {
  const std::string some = R"({"point":"chat:before_ai","history":4},{"point":"chat:on_message","async":true})";
  const std::map<std::string, std::string> more = {
      {"added", some + R"(,{"point":"chat:after_ai","history":0})"},
      {"longer", R"({"point":"chat:before_ai","history":5})"},
      {"whole", R"({"point":"chat:before_ai"})"},
      {"at-once", R"({"point":"chat:on_message"})"},
      {"earlier", R"({"point":"chat:before_ai","history":4,"priority":1})"}};
  for (const auto& [name, hooks] : more) {
    installed(name, "1.0.0", "", some);
    offer(name, "1.0.1", "", "", some);
    offer(name, "1.0.2", "", "", hooks);
    policy(name, install::AutoUpdate::kPatch);
  }
  check();
  for (const auto& [name, hooks] : more) {
    EXPECT_EQ(version(name), "1.0.1") << name;
    EXPECT_TRUE(standing(name).update->needs_consent) << name;
    EXPECT_THAT(held(name), HasSubstr("1.0.2: Its hooks give it more than was agreed to. At chat:")) << name;
    EXPECT_THAT(held(name), HasSubstr("An administrator has to agree.")) << name;
  }
  EXPECT_THAT(held("added"),
              HasSubstr("At chat:after_ai: It reads each answer of the AI, and may change or withhold it. "
                        "It is given nothing that was said before. So far it was not asked here."));
  EXPECT_THAT(held("longer"), HasSubstr("So far it was given the last 4 messages before."));
}

TEST_F(UpdaterTest, TakesHooksThatGiveTheSameOrLess) {
  const std::string some =
      R"({"point":"chat:before_ai","history":4},{"point":"chat:after_ai"},{"point":"session:end","async":true})";
  const std::map<std::string, std::string> less = {
      {"none", ""},
      {"same", some},
      {"shorter", R"({"point":"chat:before_ai","history":3},{"point":"chat:after_ai","history":1000})"},
      {"later", R"({"point":"chat:after_ai","async":true},{"point":"session:end"})"},
      {"stricter", R"({"point":"chat:before_ai","history":4,"on_failure":"closed","timeout_ms":900})"}};
  for (const auto& [name, hooks] : less) {
    installed(name, "1.0.0", "", some);
    offer(name, "1.0.1", "", "", hooks);
    policy(name, install::AutoUpdate::kPatch);
  }
  check();
  for (const auto& [name, hooks] : less) {
    EXPECT_EQ(version(name), "1.0.1") << name;
    EXPECT_EQ(held(name), "nothing") << name;
  }
}

TEST_F(UpdaterTest, WaitsWhereNobodySignedTheHooks) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1").release.hooks.reset();
  policy("filter", install::AutoUpdate::kPatch);
  check();
  EXPECT_EQ(version("filter"), "1.0.0");
  EXPECT_TRUE(standing("filter").update->needs_consent);
  EXPECT_THAT(held("filter"), HasSubstr("Its publisher has not signed at which hooks it is asked"));
}

TEST_F(UpdaterTest, TellsPermissionsAndHooksTogether) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1", "", R"({"name":"log","reason":"For tests."})", R"({"point":"session:end"})");
  check();
  EXPECT_THAT(held("filter"), HasSubstr("It asks for more than was granted (log). Its hooks give it more"));
}

TEST_F(UpdaterTest, NeverTakesWhatIsYankedBetaOrPinnedAway) {
  installed("yanked", "1.0.0");
  offer("yanked", "1.0.1").candidate.yanked = true;
  installed("beta", "1.0.0");
  offer("beta", "1.0.1").candidate.beta = true;
  offer("beta", "1.0.2-rc.1");
  installed("pinned", "1.0.0");
  offer("pinned", "1.0.1");
  for (const auto* name : {"yanked", "beta", "pinned"}) policy(name, install::AutoUpdate::kMinor);
  install::PolicyChange pin;
  pin.pin = "1.0.0";
  ASSERT_TRUE(run_blocking(install::Policies(database_).change("pinned", pin, "anna")));
  check();
  for (const auto* name : {"yanked", "beta", "pinned"}) {
    EXPECT_EQ(version(name), "1.0.0") << name;
    EXPECT_EQ(held(name), "nothing") << name;
  }
  install::PolicyChange follow;
  follow.channel = marketplace::Channel::kBeta;
  ASSERT_TRUE(run_blocking(install::Policies(database_).change("beta", follow, "anna")));
  check();
  EXPECT_EQ(version("beta"), "1.0.2-rc.1");
}

TEST_F(UpdaterTest, MovesWhatItNeedsOnlyWhereThatHasAPolicyOfItsOwn) {
  installed("base", "1.0.0");
  installed("reader", "1.0.0", R"("base":"^1.0")");
  offer("base", "1.1.0");
  offer("reader", "1.1.0", R"("base":"^1.1")");
  policy("reader", install::AutoUpdate::kMinor);
  check();
  EXPECT_EQ(version("reader"), "1.0.0");
  EXPECT_THAT(held("reader"), HasSubstr("No version of base will do: reader 1.1.0 (asked for) needs ^1.1."));
  policy("base", install::AutoUpdate::kMinor);
  offer("lonely", "1.0.0");
  check();
  EXPECT_EQ(version("base"), "1.1.0");
  EXPECT_EQ(version("reader"), "1.1.0");
  EXPECT_EQ(version("lonely"), "none") << "nothing new is ever installed";
}

TEST_F(UpdaterTest, WaitsForTheMaintenanceWindow) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1");
  policy("filter", install::AutoUpdate::kPatch);
  options_.window = DailyWindow::parse("02:00-05:00").value();
  check();
  EXPECT_EQ(version("filter"), "1.0.0");
  EXPECT_EQ(held("filter"), "1.0.1: It waits for the maintenance window, 02:00-05:00 (UTC).");
  clock_.time = parse_time("2026-03-02T02:01:00Z").value();
  check();
  EXPECT_EQ(version("filter"), "1.0.1");
}

TEST_F(UpdaterTest, GoesBackWhenTheNewVersionFails) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1");
  policy("filter", install::AutoUpdate::kPatch);
  check();
  ASSERT_EQ(version("filter"), "1.0.1");
  crashed("filter", 4);
  watch();
  EXPECT_EQ(version("filter"), "1.0.1");
  crashed("filter", 5);
  watch();
  EXPECT_EQ(version("filter"), "1.0.0");
  const auto because = standing("filter").policy.held.at("1.0.1");
  EXPECT_EQ(because, "filter 1.0.1 failed 5 times after its update (it was killed (SIGSEGV)) and was rolled back.");
  EXPECT_EQ(count("jobs WHERE kind = 'mail.send'"), 1);
  EXPECT_EQ(run_blocking(Standings(database_).events("filter")).value().at(0).kind, "rolled_back");
  check();
  EXPECT_EQ(version("filter"), "1.0.0") << "it is held";
  EXPECT_EQ(held("filter"), "1.0.1: " + because);
  offer("filter", "1.0.2");
  check();
  EXPECT_EQ(version("filter"), "1.0.2");
}

TEST_F(UpdaterTest, GoesOnWithARollBackThatAHostDiedIn) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1");
  policy("filter", install::AutoUpdate::kPatch);
  check();
  run("UPDATE module_probations SET failed_because = 'filter 1.0.1 failed 5 times'");
  ASSERT_TRUE(run_blocking(installer_.rollback("filter")));
  watch();
  EXPECT_EQ(version("filter"), "1.0.0") << "and not forth again";
  EXPECT_EQ(count("module_probations"), 0);
  EXPECT_TRUE(standing("filter").policy.held.contains("1.0.1"));
}

TEST_F(UpdaterTest, TakesThoseOfOneUpdateBackTogether) {
  installed("base", "1.0.0");
  installed("area", "1.0.0", R"("base":"1.0")");
  offer("base", "1.1.0");
  offer("area", "1.1.0", R"("base":"1.1")");
  for (const auto* name : {"base", "area"}) policy(name, install::AutoUpdate::kMinor);
  check();
  ASSERT_EQ(version("base") + version("area"), "1.1.01.1.0");
  crashed("base", 5);
  watch();
  EXPECT_EQ(version("base") + version("area"), "1.0.01.0.0");
  EXPECT_TRUE(standing("base").policy.held.contains("1.1.0"));
  EXPECT_THAT(standing("area").policy.held, IsEmpty());
}

TEST_F(UpdaterTest, KeepsWhatProvesItself) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1");
  policy("filter", install::AutoUpdate::kPatch);
  check();
  options_.probation.time = std::chrono::seconds(0);
  options_.probation.calls = 0;
  watch();
  EXPECT_FALSE(standing("filter").on_probation);
  EXPECT_EQ(run_blocking(Standings(database_).events("filter")).value().at(0).kind, "kept");
}

TEST_F(UpdaterTest, TellsWhenAnUpdateCannotBeInstalled) {
  installed("filter", "1.0.0");
  offer("filter", "1.0.1");
  policy("filter", install::AutoUpdate::kPatch);
  shop_.broken = true;
  check();
  EXPECT_EQ(version("filter"), "1.0.0");
  EXPECT_EQ(held("filter"), "1.0.1: A migration failed.");
  EXPECT_EQ(count("module_probations"), 0);
}

TEST_F(UpdaterTest, TellsOfYanksAndAdvisories) {
  installed("filter", "1.0.0");
  shop_.goods["filter"]["1.0.0"].release.yanked = "It forgets names.";
  const auto at = clock_.time;
  shop_.warnings = {{"RA-2026-0001", "filter", "<1.1", "1.1.0", "high", "It leaks.", "", "", at},
                    {"RA-2026-0002", "filter", ">=2", "", "high", "Not this one.", "", "", at},
                    {"RA-2026-0003", "absent", "<9", "", "critical", "Not here.", "", "", at},
                    {"RA-2026-0004", "", "<2", "", "critical", "The platform.", "", "", at}};
  check();
  const auto now = standing("filter");
  EXPECT_EQ(now.yanked, "It forgets names.");
  ASSERT_THAT(now.advisories, SizeIs(1));
  EXPECT_EQ(now.advisories[0].id, "RA-2026-0001");
  const auto all = run_blocking(Standings(database_).advisories("1.5.0")).value();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].advisory.id, "RA-2026-0004");
  EXPECT_THAT(run_blocking(Standings(database_).advisories("2.0.0")).value(), SizeIs(1));
  shop_.warnings.clear();
  check();
  EXPECT_THAT(standing("filter").advisories, IsEmpty());
}

TEST_F(UpdaterTest, LeavesTheWorkToOneHost) {
  Updater one({database_, clock_, box_, installer_, &shop_, &shop_}, options_);
  EXPECT_TRUE(run_blocking(one.lead()).value());
  options_.host = "two";
  Updater two({database_, clock_, box_, installer_, &shop_, &shop_}, options_);
  EXPECT_FALSE(run_blocking(two.lead()).value());
  EXPECT_EQ(run_blocking(two.check()).error().kind, ErrorKind::kConflict);
  run("UPDATE module_update_schedule SET leads_until = now() - interval '1 second'");
  EXPECT_TRUE(run_blocking(two.lead()).value());
  EXPECT_FALSE(run_blocking(one.lead()).value());
}

TEST_F(UpdaterTest, PlansTheNextLookAndTellsWhyOneFailed) {
  shop_.away = true;
  options_.pause = std::chrono::milliseconds(20);
  runtime::Runtime loop(1);
  Updater updater({database_, clock_, box_, installer_, &shop_, &shop_}, options_);
  ASSERT_TRUE(run_blocking(updater.lead()).value());
  EXPECT_EQ(count("module_update_schedule WHERE next_at BETWEEN now() AND now() + interval '1 hour'"), 1);
  run("UPDATE module_update_schedule SET next_at = now()");
  loop.spawn(updater.run());
  std::thread running([&] { loop.run(); });
  const auto told = [&] {
    return count(
        "module_update_schedule WHERE fault = 'The registry is away.' AND checked_at IS NOT NULL "
        "AND next_at BETWEEN now() + interval '50 minutes' AND now() + interval '70 minutes'");
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (told() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(told(), 1);
  runtime::run_blocking_void(updater.stop());
  loop.stop();
  running.join();
  EXPECT_EQ(count("module_update_schedule WHERE host IS NULL"), 1);
}

}  // namespace
}  // namespace rapt::updates
