// SPDX-License-Identifier: AGPL-3.0-or-later
// A real module in its sandbox, and the real services of a host behind it.
#include "rapt/author/trial_host.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <thread>

#include "rapt/author/hook_run.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/log.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "scratch_tables.hpp"
#include "temporary_folder.hpp"
#include "test_tls_server.hpp"

namespace rapt::author {
namespace {

using host::TestTlsServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string server_url() {
  const char* url = std::getenv("TEST_DATABASE_URL");
  if (url == nullptr || *url == '\0') throw std::runtime_error("TEST_DATABASE_URL is not set: run ./rapt test");
  return url;
}

class Trial : public testing::Test {
 protected:
  Trial() { log::set_level(log::Level::kError); }

  /// What the module said about a message, and what it asked.
  std::string say(const std::string& word, const std::string& user = "anna") {
    auto opened = TrialHost::open(subject.bundle, options);
    if (!opened) return opened.error().message + opened.error().log_detail;
    const auto what =
        read_hook_case(R"({"user":{"id":")" + user + R"("},"current":{"role":"user","content":")" + word + R"("}})",
                       hooks::Point::kChatBeforeAi);
    const auto run = run_hook(subject, {RAPT_RUNNER_PATH, opened->get()}, hooks::Point::kChatBeforeAi, *what);
    const auto closed = (*opened)->close();
    EXPECT_TRUE(closed) << closed.error().message;
    calls = (*opened)->take_calls();
    lines.clear();
    if (run) {
      for (const auto& line : run->lines) lines += line.text + "\n";
    }
    return run ? run->asked.answer.text : run.error().message;
  }
  static std::vector<std::string> left_on_the_server() {
    store::Database server({.url = server_url(), .connections = 1});
    const auto rows = runtime::run_blocking(server.query({"test.left", R"(
      SELECT datname AS name FROM pg_database WHERE starts_with(datname, 'rapt_author_')
      UNION ALL SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'module_asker_honest'))"}));
    std::vector<std::string> out;
    for (std::size_t i = 0; rows && i < rows->size(); ++i) out.push_back((*rows)[i].text("name"));
    return out;
  }
  /// Other tests make and drop their own on the same server meanwhile.
  static void expect_nothing_new(std::vector<std::string> before) {
    const auto is_new = [&](const std::string& name) {
      return std::find(before.begin(), before.end(), name) == before.end();
    };
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::vector<std::string> suspects;
    for (const auto& name : left_on_the_server())
      if (is_new(name)) suspects.push_back(name);
    while (!suspects.empty() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const auto now = left_on_the_server();
      std::erase_if(suspects,
                    [&](const std::string& name) { return std::find(now.begin(), now.end(), name) == now.end(); });
    }
    EXPECT_TRUE(suspects.empty()) << suspects.front() << " stays";
  }
  static void on_server(const std::string& sql) {
    store::Database server({.url = server_url(), .connections = 1});
    const auto done = runtime::run_blocking(server.query({"test.do", sql.c_str()}));
    ASSERT_TRUE(done) << done.error().log_detail;
  }

  Subject subject = *read_subject(std::string(RAPT_STAGES) + "/asker-honest");
  TrialOptions options;
  std::vector<ServiceCall> calls;
  std::string lines;
  TemporaryFolder folder;
};

TEST_F(Trial, ValuesAreInMemoryAndLiveOnInAFile) {
  EXPECT_EQ(say("kv"), "0 1");
  EXPECT_EQ(say("kv"), "0 1");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].name, "kv.add");
  EXPECT_EQ(calls[0].status, RAPT_OK);
  options.kv_file = folder.path() / "values.json";
  EXPECT_EQ(say("kv"), "0 1");
  EXPECT_EQ(say("kv"), "0 2");
  EXPECT_EQ(say("kv", "ben"), "0 1");
  EXPECT_THAT(*read_file(options.kv_file, 10'000), AllOf(HasSubstr("anna"), HasSubstr("\"2\"")));
}

TEST_F(Trial, AFileWithValuesIsHeldToTheRulesOfValues) {
  options.kv_file = folder.path() / "values.json";
  ASSERT_TRUE(write_file_atomically(options.kv_file, R"({"values": [
    {"scope": "user", "key": "count", "value": "3"},
    {"scope": "user", "of": "anna", "key": "count", "value": 3},
    {"scope": "class", "of": "x", "key": "count", "value": "3", "color": 1},
    {"scope": "module", "of": "x", "key": "", "value": "3"}, 7]})"));
  const auto said = say("kv");
  EXPECT_THAT(said,
              AllOf(HasSubstr("values.json"), HasSubstr("values[0].of must say whose"), HasSubstr("values[1].value"),
                    HasSubstr("values[2].scope"), HasSubstr("values[2].color"), HasSubstr("values[3].of")));
  EXPECT_THAT(said, AllOf(HasSubstr("values[3].key must not be empty"), HasSubstr("values[4] must be an object")));
  EXPECT_THAT(*read_file(options.kv_file, 10'000), HasSubstr("class")) << "the file is left alone";
  ASSERT_TRUE(write_file_atomically(options.kv_file,
                                    R"({"values": [{"scope": "user", "of": "anna", "key": "count", "value": "41"},
                                      {"scope": "user", "of": "ben", "key": "count", "value": "7", "until_ms": 1}]})"));
  EXPECT_EQ(say("kv"), "0 42");
  EXPECT_EQ(say("kv", "ben"), "0 1") << "its time was over";
}

TEST_F(Trial, WhatTheOptionsDoNotGiveIsRefusedByNamingThem) {
  EXPECT_EQ(say("sql"), "-4 ");
  EXPECT_THAT(lines, HasSubstr("--database URL"));
  EXPECT_EQ(say("http https://127.0.0.1/"), "-4 ");
  EXPECT_THAT(lines, HasSubstr("--network"));
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].status, RAPT_E_UNAVAILABLE);
  EXPECT_THAT(calls[0].complaint, HasSubstr("--network"));
}

TEST_F(Trial, TablesAreMadeForTheRunAndDroppedAgain) {
  options.database_url = server_url();
  const auto before = left_on_the_server();
  const auto said = say("sql");
  EXPECT_THAT(said, AllOf(HasSubstr("0 {"), HasSubstr("[[1,"), HasSubstr("module_asker_honest")));
  EXPECT_THAT(say("sql"), HasSubstr("[[1,")) << "each run begins anew";
  expect_nothing_new(before);
}

TEST_F(Trial, NothingIsLeftOfAMigrationThatFails) {
  options.database_url = server_url();
  const auto before = left_on_the_server();
  subject.bundle.files["sql/0002_more.sql"] = {0644, "CREATE TABLE more (id integer);\nCREATE TABLE nonsense (;"};
  EXPECT_THAT(say("sql"), AllOf(HasSubstr("0002_more.sql"), HasSubstr("line 2")));
  expect_nothing_new(before);
}

TEST_F(Trial, WithoutADatabaseThatAnswersNothingIsTried) {
  options.database_url = "postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=2";
  EXPECT_THAT(say("sql"), HasSubstr("--database"));
}

TEST_F(Trial, WhatAKilledRunLeftIsDroppedByTheNext) {
  options.database_url = server_url();
  const std::string old = "rapt_author_1000000000_" + std::to_string(::getpid());
  on_server("DROP DATABASE IF EXISTS " + old);
  on_server("CREATE DATABASE " + old);
  say("sql");
  EXPECT_THAT(left_on_the_server(), ::testing::Not(::testing::Contains(old)));
}

/// Stays connected to a database until somebody drops it. True when that somebody waited for it.
bool leaves_when_it_is_dropped(const std::string& name, std::promise<void>& connected) {
  const auto url = server_url();
  const char* separator = url.find("://") == url.npos ? " " : url.find('?') == url.npos ? "?" : "&";
  store::Database there({.url = url + separator + "dbname=" + name, .connections = 1});
  const auto done = there.transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec_script("SELECT 1"));
    connected.set_value();
    for (;;) {
      RAPT_TRY(tx.exec_script("SELECT pg_stat_clear_snapshot()"));
      const auto drops = tx.exec({"test.drops", R"(
        SELECT count(*) AS n FROM pg_stat_activity
         WHERE starts_with(query, 'DROP DATABASE') AND position(current_database() IN query) > 0)"});
      if (!drops) return drops.error();
      if ((*drops)[0].integer("n") > 0) return {};
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  return static_cast<bool>(done);
}

// As an autovacuum worker is: who is no superuser cannot end it by force.
TEST_F(Trial, TablesAreDroppedWhenWhoIsStillConnectedHasLeft) {
  const auto made = ScratchTables::make(server_url(), subject.bundle, {});
  ASSERT_TRUE(made) << made.error().message;
  std::promise<void> connected;
  auto other = std::async(std::launch::async,
                          [&, name = (*made)->name()] { return leaves_when_it_is_dropped(name, connected); });
  ASSERT_EQ(connected.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  const auto dropped = (*made)->drop();
  EXPECT_TRUE(dropped) << dropped.error().message;
  EXPECT_TRUE(other.get()) << "it was ended by force";
  EXPECT_THAT(left_on_the_server(), ::testing::Not(::testing::Contains((*made)->name())));
}

TEST_F(Trial, AnotherServerIsAskedWhenThatIsMeant) {
  TestTlsServer server([](const std::string&) { return TestTlsServer::reply("hello"); });
  options.ca_file = server.ca_file;
  options.network = true;
  EXPECT_THAT(say("http " + server.url("/")), HasSubstr("-3 "));
  EXPECT_THAT(lines, HasSubstr("another port than 443"));
  EXPECT_THAT(server.requests(), IsEmpty());
  options.private_addresses = true;
  EXPECT_THAT(say("http " + server.url("/")), AllOf(HasSubstr("0 {"), HasSubstr("\"status\":200")));
  EXPECT_THAT(say("http https://localhost/"), HasSubstr("-3 ")) << "not a host of the manifest";
}

TEST_F(Trial, ASecretReachesTheServerAndNotTheModule) {
  TestTlsServer server([](const std::string&) { return TestTlsServer::reply("hello"); });
  options.ca_file = server.ca_file;
  options.network = options.private_addresses = true;
  EXPECT_THAT(say("secret " + server.url("/")), HasSubstr("-1 ")) << "it is not set";
  EXPECT_THAT(server.requests(), IsEmpty());
  options.secrets["token"] = "s3cret";
  const auto said = say("secret " + server.url("/"));
  EXPECT_THAT(said, HasSubstr("0 {"));
  EXPECT_THAT(said + lines, ::testing::Not(HasSubstr("s3cret")));
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests()[0], HasSubstr("X-Token: s3cret"));
}

TEST_F(Trial, ASecretSignsWhatTheModuleAsksFor) {
  EXPECT_THAT(say("sign"), ::testing::Not(::testing::StartsWith("0 "))) << "it is not set";
  options.secrets["token"] = "Jefe";  // RFC 4231, test case 2
  EXPECT_THAT(say("sign"), AllOf(::testing::StartsWith("0 {"),
                                 HasSubstr("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")));
}

TEST_F(Trial, OfSomebodyElsesServerNoMoreIsAskedThanWasSaid) {
  TestTlsServer server([](const std::string&) { return TestTlsServer::reply("hello"); });
  options = {.network = true, .private_addresses = true, .ca_file = server.ca_file, .most_requests = 2};
  const auto opened = TrialHost::open(subject.bundle, options);
  ASSERT_TRUE(opened);
  const auto bench = Workbench::open(subject, {RAPT_RUNNER_PATH, opened->get()});
  ASSERT_TRUE(bench);
  hooks::Context context;
  context.current = hooks::Message{.role = "user", .content = "http " + server.url("/")};
  for (int i = 0; i < 5; ++i) (*bench)->ask(hooks::Point::kChatBeforeAi, context, "{}");
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_THAT((*opened)->take_calls().back().complaint, HasSubstr("no more than 2"));
}

}  // namespace
}  // namespace rapt::author
