// SPDX-License-Identifier: AGPL-3.0-or-later
// Modules with tables of their own: what an installation does to them, with real roles.
#include "installer_fixture.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::install {
namespace {

class Tables : public ::testing::Test {
 protected:
  using Scripts = std::map<std::string, std::string>;
  Tables() { trust_.add("tester", key_.public_key()); }
  ~Tables() override {
    // Roles outlive a database.
    const auto purged = run_blocking(installer().purge("sample"));
    EXPECT_TRUE(purged || purged.error().kind == ErrorKind::kNotFound);
    fs::remove_all(var_);
  }
  Installer installer() { return {**scratch_, var_, trust_, bundle::SignaturePolicy::kRequired, schemas_}; }
  std::string archive(const std::string& version, const Scripts& scripts, const std::string& permission = "sql") {
    auto text = manifest(version, {permission}, "tester", "1.0");
    text.insert(1, R"("migrations":"sql",)");
    std::map<std::string, bundle::File> files{
        {"manifest.json", {0644, text}}, {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}};
    for (const auto& [name, script] : scripts) files["sql/" + name] = {0644, script};
    return bundle::encode_bundle(std::move(files), "tester", &key_).value();
  }
  std::string install(const std::string& version, const Scripts& scripts) {
    const auto done = run_blocking(installer().install(archive(version, scripts), {.grant_permissions = true}));
    return done ? done->version : done.error().message + done.error().log_detail;
  }
  std::string current() {
    const auto records = run_blocking(installer().list()).value();
    return records.empty() ? "none" : records[0].version;
  }
  /// The tables of the module, as the host sees them.
  std::string tables() {
    static int number = 0;
    const std::string name = "test.tables_" + std::to_string(++number);
    return (*run_blocking((**scratch_).query({name.c_str(), R"(
      SELECT coalesce(string_agg(relname, ' ' ORDER BY relname), '') AS names FROM pg_class
       WHERE relkind = 'r' AND relnamespace = to_regnamespace('module_sample') AND relname <> 'rapt_migrations')"})))[0]
        .text("names");
  }
  bool has_schema() {
    return !(*run_blocking((**scratch_).query({"test.schema", R"(
      SELECT 1 AS one FROM pg_namespace WHERE nspname = 'module_sample'
       UNION ALL SELECT 1 FROM module_schemas WHERE module = 'sample')"})))
                .empty();
  }

  std::unique_ptr<store::ScratchDatabase> scratch_ = store::ScratchDatabase::migrated();
  security::SecretBox box_{std::string(32, 'k')};
  std::shared_ptr<host::ModuleSchemas> schemas_ = std::make_shared<host::ModuleSchemas>(scratch_->options().url, box_);
  fs::path var_ = fs::path(::testing::TempDir()) / ("tables-" + new_uuid());
  security::PrivateKey key_ = security::PrivateKey::generate();
  bundle::TrustStore trust_;
};

const std::map<std::string, std::string> kOne{{"0001_a.sql", "CREATE TABLE a (x int);"}};
const std::map<std::string, std::string> kTwo{{"0001_a.sql", "CREATE TABLE a (x int);"},
                                              {"0002_b.sql", "CREATE TABLE b (x int);"},
                                              {"0002_b.down.sql", "DROP TABLE b;"}};

TEST_F(Tables, FollowTheVersion) {
  EXPECT_EQ(install("1.0.0", kOne), "1.0.0");
  EXPECT_EQ(tables(), "a");
  EXPECT_EQ(install("1.1.0", kTwo), "1.1.0");
  EXPECT_EQ(tables(), "a b");
  EXPECT_EQ(run_blocking(installer().rollback("sample")).value().version, "1.0.0");
  EXPECT_EQ(tables(), "a");
  EXPECT_EQ(run_blocking(installer().rollback("sample")).value().version, "1.1.0");
  EXPECT_EQ(tables(), "a b");
}

TEST_F(Tables, StayAsTheyWereWhenAMigrationFails) {
  EXPECT_THAT(install("0.9.0", {{"0001_a.sql", "CREATE TABLE a (x nothing);"}}),
              HasSubstr("0001_a.sql failed at line 1"));
  EXPECT_FALSE(has_schema()) << "a first installation that failed leaves nothing";
  EXPECT_EQ(install("1.0.0", kOne), "1.0.0");
  auto broken = kTwo;
  broken["0002_b.sql"] = "CREATE TABLE b (x int);\nINSERT INTO c VALUES (1);";
  EXPECT_THAT(install("1.1.0", broken),
              HasSubstr("0002_b.sql failed at line 2: PostgreSQL says \"relation \"c\" does not exist\""));
  EXPECT_EQ(current(), "1.0.0");
  EXPECT_EQ(tables(), "a");
  EXPECT_EQ(install("1.1.1", kTwo), "1.1.1");
}

TEST_F(Tables, RefuseARollBackThatNobodyCanUndo) {
  EXPECT_EQ(install("1.0.0", kOne), "1.0.0");
  auto without = kTwo;
  without.erase("0002_b.down.sql");
  EXPECT_EQ(install("1.1.0", without), "1.1.0");
  const auto back = run_blocking(installer().rollback("sample"));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(back.error().message, HasSubstr("0002_b.down.sql"));
  EXPECT_EQ(current(), "1.1.0");
  EXPECT_EQ(tables(), "a b");
}

TEST_F(Tables, OutliveTheRemovalUntilTheyArePurged) {
  EXPECT_EQ(install("1.0.0", kOne), "1.0.0");
  EXPECT_TRUE(run_blocking(installer().remove("sample")));
  EXPECT_EQ(tables(), "a");
  EXPECT_EQ(install("1.0.0", kOne), "1.0.0") << "it comes back to its tables";
  EXPECT_TRUE(run_blocking(installer().purge("sample")));
  EXPECT_FALSE(has_schema());
  EXPECT_EQ(current(), "none");
  EXPECT_EQ(run_blocking(installer().purge("sample")).error().kind, ErrorKind::kNotFound);
}

TEST_F(Tables, NeedPermissionAndMeans) {
  const auto refused = run_blocking(installer().install(archive("1.0.0", kOne, "kv"), {.grant_permissions = true}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("permission sql"));
  Installer without(**scratch_, var_, trust_, bundle::SignaturePolicy::kRequired);
  EXPECT_FALSE(run_blocking(without.install(archive("1.0.0", kOne), {.grant_permissions = true})));
  EXPECT_EQ(current(), "none");
  EXPECT_FALSE(has_schema());
}

// As an account that is no superuser: with the right to make roles it works, and without it says what is missing.
TEST_F(Tables, SayWhatTheHostsAccountLacks) {
  const std::string account = "rapt_test_" + new_uuid().substr(24);
  scratch_->script("CREATE ROLE " + account + " LOGIN PASSWORD 'x'; GRANT " + account +
                   " TO CURRENT_USER; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO " + account +
                   "', current_database()); END $$; GRANT ALL ON ALL TABLES IN SCHEMA public TO " + account +
                   "; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO " + account);
  auto options = scratch_->options();
  options.url += "&user=" + account + "&password=x";
  {
    store::Database database(options);
    const auto schemas = std::make_shared<host::ModuleSchemas>(options.url, box_);
    Installer poor(database, var_, trust_, bundle::SignaturePolicy::kRequired, schemas);
    const auto refused = run_blocking(poor.install(archive("1.0.0", kOne), {.grant_permissions = true}));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("ALTER ROLE \"" + account + "\" CREATEROLE"));
    scratch_->script("ALTER ROLE " + account + " CREATEROLE");
    const auto installed = run_blocking(poor.install(archive("1.0.0", kOne), {.grant_permissions = true}));
    EXPECT_TRUE(installed) << installed.error().message << installed.error().log_detail;
    EXPECT_EQ(tables(), "a");
    const auto purged = run_blocking(poor.purge("sample"));
    EXPECT_TRUE(purged) << purged.error().message << purged.error().log_detail;
    EXPECT_FALSE(has_schema());
  }
  scratch_->script(
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO CURRENT_USER', current_database()); END $$; "
      "DROP OWNED BY " +
      account + "; DROP ROLE " + account);
}

}  // namespace
}  // namespace rapt::install
