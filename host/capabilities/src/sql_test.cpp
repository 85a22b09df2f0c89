// SPDX-License-Identifier: AGPL-3.0-or-later
// As the real role of a module, on a real server.
#include "rapt/host/sql.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "rapt/bundle/bundle.hpp"
#include "rapt/host/module_schema.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "test_scope.hpp"

namespace rapt::host {
namespace {

using sandbox::SqlMethod;
using ::testing::HasSubstr;
using ::testing::Not;

class Sql : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(make("sample"));
    bring("sample",
          {{"0001_notes.sql", "CREATE TABLE notes (id bigint PRIMARY KEY, text text, done boolean, score numeric);"}});
  }
  /// Roles outlive a database, so they go first.
  void TearDown() override {
    for (const char* one : {"sample", "other"})
      EXPECT_TRUE((**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
        const auto dropped = schemas.purge(tx, one);
        if (!dropped) return dropped.error();
        return {};
      })) << one;
  }

  bool make(const std::string& name) {
    const auto made = (**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
      const auto done = schemas.ensure(tx, name);
      if (!done) return done.error();
      return {};
    });
    if (!made) ADD_FAILURE() << made.error().message << made.error().log_detail;
    return made.has_value();
  }
  std::string bring(const std::string& of, const std::map<std::string, std::string>& files) {
    bundle::Bundle bundle;
    bundle.manifest.name = of;
    bundle.manifest.migrations_path = "sql";
    for (const auto& [name, script] : files) bundle.files["sql/" + name] = {0644, script};
    const auto brought =
        (**scratch).transaction_blocking([&](store::Transaction& tx) { return schemas.bring(tx, bundle); });
    return brought ? "" : brought.error().message + brought.error().log_detail;
  }
  ServiceAnswer call(SqlMethod method, Texts texts, std::chrono::milliseconds time = std::chrono::minutes(1)) {
    auto request = service_request(sandbox::Service::kSql, method, std::move(texts), {});
    request.module = module;
    request.deadline = std::chrono::steady_clock::now() + time;
    return runtime::run_blocking(sql.call(std::move(request)));
  }
  std::string query(const std::string& text, std::optional<std::string> params = {}, rapt_status status = RAPT_OK) {
    const auto answer = call(SqlMethod::kQuery, {text, std::move(params)});
    EXPECT_EQ(answer.status, status) << text;
    return answer.texts.empty() ? "" : answer.texts[0].value_or("");
  }
  std::string denied(const std::string& text) {
    const auto answer = call(SqlMethod::kQuery, {text, std::nullopt});
    EXPECT_NE(answer.status, RAPT_OK) << text;
    return answer.texts.empty() ? "" : answer.texts[0].value_or("");
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  security::SecretBox box{std::string(32, 'k')};
  ModuleSchemas schemas{scratch->options().url, box};
  SqlCapability sql{**scratch, box, scratch->options().url};
  std::string module = "sample";
};

TEST_F(Sql, GivesRowsAsJson) {
  EXPECT_EQ(query("INSERT INTO notes VALUES ($1, $2, $3, $4)", R"([9007199254740993, "a \"text\" ü", true, 1.5])"),
            R"({"columns":[],"rows":[],"count":1})");
  EXPECT_EQ(
      query("SELECT id, text, done, score, NULL AS nothing, 'NaN'::float8 AS nan, now() IS NULL AS b FROM notes"),
      R"({"columns":["id","text","done","score","nothing","nan","b"],"rows":[[9007199254740993,"a \"text\" ü",true,1.5,null,"NaN",false]],"count":1})");
  EXPECT_EQ(query("UPDATE notes SET text = $1 WHERE id > $2 RETURNING text", R"([null, 0])"),
            R"({"columns":["text"],"rows":[[null]],"count":1})");
  EXPECT_EQ(query("SELECT $1::jsonb -> 'a' AS a", R"([{"a": [1, {"b": "c"}]}])"),
            R"({"columns":["a"],"rows":[["[1, {\"b\": \"c\"}]"]],"count":1})");
  EXPECT_EQ(query("SELECT id FROM notes WHERE false"), R"({"columns":["id"],"rows":[],"count":0})");
}

TEST_F(Sql, TellsAFault) {
  EXPECT_EQ(query("SELECT nothing FROM notes", {}, RAPT_E_INVALID),
            R"({"message":"column \"nothing\" does not exist","position":8,"sqlstate":"42703"})");
  EXPECT_THAT(query("SELECT 1; SELECT 2", {}, RAPT_E_INVALID), HasSubstr("42601"));
  EXPECT_THAT(query("SELECT $1::int", R"(["x"])", RAPT_E_INVALID), HasSubstr("22P02"));
  EXPECT_THAT(query("SELECT 1", "{}", RAPT_E_INVALID), HasSubstr("22023"));
  EXPECT_THAT(query("SELECT 1", "[", RAPT_E_INVALID), HasSubstr("22023"));
  EXPECT_THAT(query("SELECT $1", R"(["\u0000"])", RAPT_E_INVALID), HasSubstr("22023"));
  query("INSERT INTO notes VALUES (1, 'one')");
  EXPECT_THAT(query("INSERT INTO notes VALUES (1, 'two')", {}, RAPT_E_INVALID), HasSubstr("23505"));
  EXPECT_EQ(call(SqlMethod::kQuery, {std::nullopt, std::nullopt}).status, RAPT_E_INVALID);
  EXPECT_EQ(call(SqlMethod::kQuery, {}).status, RAPT_E_INVALID);
  EXPECT_EQ(call(static_cast<SqlMethod>(9), {"SELECT 1"}).status, RAPT_E_INVALID);
}

TEST_F(Sql, DoesAllOfATransactionOrNothing) {
  const auto done = call(SqlMethod::kTransact, {R"j([{"sql": "INSERT INTO notes (id) VALUES ($1)", "params": [1]},
                                                    {"sql": "SELECT count(*) FROM notes"}])j"});
  ASSERT_EQ(done.status, RAPT_OK);
  EXPECT_EQ(done.texts[0], R"([{"columns":[],"rows":[],"count":1},{"columns":["count"],"rows":[[1]],"count":1}])");
  const auto failed =
      call(SqlMethod::kTransact, {R"j([{"sql": "INSERT INTO notes (id) VALUES (2)"}, {"sql": "SELECT x"}])j"});
  EXPECT_EQ(failed.status, RAPT_E_INVALID);
  EXPECT_THAT(failed.texts[0].value_or(""), HasSubstr("\"statement\":1"));
  EXPECT_THAT(query("SELECT count(*) FROM notes"), HasSubstr("[[1]]"));
  for (const char* hostile : {"[]", "{}", "[1]", R"([{"sql": 1}])", R"([{"sql": "SELECT 1", "more": 1}])",
                              R"([{"sql": "SELECT 1", "params": {}}])", R"([{"sql": "COMMIT"}])"})
    EXPECT_EQ(call(SqlMethod::kTransact, {hostile}).status, RAPT_E_INVALID) << hostile;
}

TEST_F(Sql, LetsNobodyMoreThanWhatIsTheirOwn) {
  EXPECT_THAT(query("SELECT session_user, current_schema()"), HasSubstr("\"module_sample\"]"));
  for (const char* text :
       {"SELECT * FROM public.users", "SELECT * FROM public.module_schemas", "TABLE public.module_kv",
        "SELECT public.tidy_module_values(now())", "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')", "SELECT pg_ls_dir('.')", "SELECT * FROM pg_stats_ext_data",
        "SELECT pg_reload_conf()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres' LIMIT 1",
        "SELECT lo_import('/etc/passwd')", "SELECT set_config('session_authorization', 'postgres', false)",
        "SELECT set_config('role', 'postgres', false)", "SELECT set_config('temp_file_limit', '-1', false)",
        "SELECT * FROM dblink('', '')", "SELECT query_to_xml('TABLE public.users', true, true, '')"})
    EXPECT_THAT(denied(text), Not(HasSubstr("\"rows\""))) << text;
  const auto complained = call(SqlMethod::kQuery, {"SELECT * FROM public.users", std::nullopt});
  EXPECT_EQ(complained.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(complained.complaint, HasSubstr("permission denied"));
  for (const char* text :
       {"SET statement_timeout = 0", "RESET ROLE", "LISTEN x", "COPY notes TO STDOUT", "BEGIN", "COMMIT",
        "DO $$ BEGIN END $$", "CREATE TABLE a (b int)", "DROP TABLE notes", "LOCK TABLE notes", "CALL x()",
        "EXPLAIN SELECT 1", "VACUUM", "/* SELECT */ SET x = 1", "--\rSET x = 1 --\nSELECT", ""})
    EXPECT_THAT(denied(text), HasSubstr("0A000")) << text;
  EXPECT_THAT(call(SqlMethod::kQuery, {"RESET ROLE", std::nullopt}).complaint, HasSubstr("begins with SELECT"));
}

TEST_F(Sql, KeepsModulesApart) {
  make("other");
  EXPECT_EQ(bring("other", {{"0001_a.sql", "CREATE TABLE mine (x int); INSERT INTO mine VALUES (42)"}}), "");
  EXPECT_THAT(denied("SELECT * FROM module_other.mine"), HasSubstr("42501"));
  module = "other";
  EXPECT_THAT(query("SELECT x FROM mine"), HasSubstr("[[42]]"));
  module = "third";
  EXPECT_EQ(call(SqlMethod::kQuery, {"SELECT 1", std::nullopt}).status, RAPT_E_UNAVAILABLE);
}

TEST_F(Sql, ForgetsWhatACallHasSet) {
  EXPECT_THAT(query("SELECT set_config('statement_timeout', '0', false), set_config('search_path', 'nowhere', false), "
                    "pg_advisory_lock(7)"),
              HasSubstr("\"count\":1"));
  EXPECT_THAT(
      query("SELECT current_setting('statement_timeout'), current_schema(), (SELECT count(*) FROM pg_locks WHERE "
            "locktype = 'advisory' AND pid = pg_backend_pid())"),
      HasSubstr("[\"10s\",\"module_sample\",0]"));
}

TEST_F(Sql, GivesNoMoreThanAnAnswerHolds) {
  const auto many = call(SqlMethod::kQuery, {"SELECT * FROM generate_series(1, 10001)", std::nullopt});
  EXPECT_EQ(many.status, RAPT_E_TOO_LARGE);
  EXPECT_THAT(many.complaint, HasSubstr("10,000 rows"));
  EXPECT_THAT(query("SELECT * FROM generate_series(1, 10000)"), HasSubstr("\"count\":10000"));
  EXPECT_EQ(call(SqlMethod::kQuery, {"SELECT repeat('x', 200000) FROM generate_series(1, 6)", std::nullopt}).status,
            RAPT_E_TOO_LARGE);
  EXPECT_EQ(call(SqlMethod::kQuery, {"SELECT repeat('x', 200000000)", std::nullopt}).status, RAPT_E_TOO_LARGE)
      << "a row of 200 MB never comes into the host's memory as a whole";
  EXPECT_EQ(call(SqlMethod::kQuery,
                 {"INSERT INTO notes (id) SELECT * FROM generate_series(1, 20000) RETURNING id", std::nullopt})
                .status,
            RAPT_E_TOO_LARGE);
  EXPECT_THAT(query("SELECT count(*) FROM notes"), HasSubstr("[[0]]")) << "what was too much has changed nothing";
}

TEST_F(Sql, EndsWithTheHooksTime) {
  const auto late =
      call(SqlMethod::kQuery, {"SELECT set_config('statement_timeout', '0', true), pg_sleep(600)", std::nullopt},
           std::chrono::milliseconds(200));
  EXPECT_EQ(late.status, RAPT_E_UNAVAILABLE);
  // Nothing of it goes on in the server.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (bool sleeps = true; sleeps;) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    sleeps = query(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = session_user "
                 "AND query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()")
                 .find("[[0]]") == std::string::npos;
  }
  EXPECT_EQ(call(SqlMethod::kQuery, {"SELECT 1", std::nullopt}, std::chrono::milliseconds(-1)).status,
            RAPT_E_UNAVAILABLE);
}

TEST_F(Sql, AppliesMigrationsOnceAndTakesThemBack) {
  const std::string first = "CREATE TABLE notes (id bigint PRIMARY KEY, text text, done boolean, score numeric);";
  const std::string second =
      "CREATE TABLE more (a int);\nCREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;";
  const std::string undo = "DROP FUNCTION f();\nDROP TABLE more;";
  EXPECT_EQ(bring("sample", {{"0001_notes.sql", first}, {"0002_more.sql", second}, {"0002_more.down.sql", undo}}), "");
  EXPECT_THAT(query("SELECT f() FROM more"), HasSubstr("rows"));
  EXPECT_EQ(bring("sample", {{"0001_notes.sql", first}, {"0002_more.sql", second}, {"0002_more.down.sql", undo}}), "");
  EXPECT_THAT(bring("sample", {{"0001_notes.sql", first + " "}}), HasSubstr("never changes"));
  EXPECT_EQ(bring("sample", {{"0001_notes.sql", first}}), "");
  EXPECT_THAT(denied("SELECT * FROM more"), HasSubstr("42P01"));
  EXPECT_THAT(bring("sample", {}), HasSubstr("0001_notes.down.sql"));
  EXPECT_THAT(query("SELECT name FROM rapt_migrations"), HasSubstr("[[\"0001_notes.sql\"]]"));
}

TEST_F(Sql, LeavesTheSchemaAsItWasWhenAMigrationFails) {
  const std::string first = "CREATE TABLE notes (id bigint PRIMARY KEY, text text, done boolean, score numeric);";
  const auto second = [&](const std::string& script) {
    return bring("sample", {{"0001_notes.sql", first}, {"0002_x.sql", script}});
  };
  EXPECT_THAT(second("CREATE TABLE b (x int);\n-- note\nINSERT INTO b\n  VALUES (nothing);"),
              HasSubstr("0002_x.sql failed at line 4: PostgreSQL says \"column \"nothing\" does not exist\" (42703)"));
  EXPECT_THAT(denied("SELECT * FROM b"), HasSubstr("42P01"));
  for (const char* hostile :
       {"CREATE TABLE b (x int); COMMIT; CREATE TABLE c (x int)", "ROLLBACK; CREATE TABLE b (x int)", "BEGIN",
        "RESET ROLE; GRANT ALL ON SCHEMA public TO PUBLIC", "TABLE public.users", "CREATE SCHEMA more",
        "CREATE TEMP TABLE b (x int)", "CREATE TABLE public.b (x int)", "CREATE EXTENSION pg_trgm",
        "ALTER ROLE CURRENT_USER CREATEROLE", "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'x', 'y'", "COPY notes FROM PROGRAM 'id'",
        "COPY notes TO '/tmp/x'", "SELECT 'a", "DROP TABLE public.users"})
    EXPECT_THAT(second(hostile), HasSubstr("0002_x.sql failed at line 1")) << hostile;
  EXPECT_THAT(denied("SELECT * FROM b"), HasSubstr("42P01"));
  EXPECT_EQ(second("CREATE TABLE b (x int)"), "");
}

TEST_F(Sql, RefusesARoleThatReachesMore) {
  scratch->script("CREATE SCHEMA open; GRANT USAGE ON SCHEMA open TO PUBLIC");
  const std::map<std::string, std::string> files{
      {"0001_notes.sql", "CREATE TABLE notes (id bigint PRIMARY KEY, text text, done boolean, score numeric);"}};
  EXPECT_THAT(bring("sample", files), HasSubstr("REVOKE ALL ON SCHEMA open FROM PUBLIC"));
  scratch->script("DROP SCHEMA open");
  EXPECT_EQ(bring("sample", files), "");
}

TEST_F(Sql, ConnectionsAreFewAndComeBackAfterALoss) {
  std::vector<std::thread> threads;
  std::atomic<int> done{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        done += call(SqlMethod::kQuery, {"SELECT 1", std::nullopt}).status == RAPT_OK ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 80);
  // As an account that may make roles and is no superuser: it has to be a member to end what they do.
  scratch->script(R"(DO $$ DECLARE role name; BEGIN
    FOR role IN SELECT DISTINCT usename FROM pg_stat_activity
                 WHERE usename LIKE 'module_sample%' AND datname = current_database() LOOP
      EXECUTE format('GRANT %I TO CURRENT_USER', role);
      PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = role AND datname = current_database();
      EXECUTE format('REVOKE %I FROM CURRENT_USER', role);
    END LOOP; END $$)");
  EXPECT_THAT(query("SELECT 1 AS one"), HasSubstr("[[1]]"));
}

}  // namespace
}  // namespace rapt::host
