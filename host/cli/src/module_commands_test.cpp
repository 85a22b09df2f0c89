// SPDX-License-Identifier: AGPL-3.0-or-later
// The words about installed modules, on a real database.
#include <pthread.h>

#include <csignal>
#include <functional>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"
#include "rapt/bundle/bundle.hpp"
#include "rapt/journal/module_journal.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_schema.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHooks =
    R"([{"point":"chat:before_ai","priority":10,"timeout_ms":500,"on_failure":"closed"},
        {"point":"chat:on_message","priority":90,"timeout_ms":200}])";

class ModuleWords : public ProgramTest {
 protected:
  ModuleWords() {
    environment_["DATABASE_URL"] = schema_.url();
    environment_["REDIS_URL"] = "redis://127.0.0.1:1/0";
    environment_["RAPT_DEVELOPMENT_MODULES"] = "1";
  }
  std::string bundle(const std::string& name, const std::string& version, const std::string& hooks = kHooks) {
    const auto manifest = R"({"name":")" + name + R"(","version":")" + version +
                          R"(","title":"Sample","description":"For tests.","publisher":"tester","license":"MIT",)" +
                          R"("abi":"1.3","hooks":)" + hooks + R"(,"permissions":[],"libraries":{")" +
                          std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})";
    const auto bytes =
        bundle::encode_bundle({{"manifest.json", {0644, manifest}},
                               {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                              "tester", nullptr);
    const auto file = path(name + "-" + version + ".rapt");
    EXPECT_TRUE(write_file_atomically(file, bytes.value()));
    return file;
  }
  void install(const std::string& name, const std::string& version, const std::string& hooks = kHooks) {
    ASSERT_EQ(rapt({"module", "install", bundle(name, version, hooks), "--yes"}), kOk) << err_;
  }
  void say(const std::string& host, const std::string& module, const json& status) {
    ASSERT_TRUE(run_blocking(journal_.report(host, {{.module = module, .status_json = status.dump()}})));
  }
  void run_sql(const std::string& sql) {
    const auto done = database_.transaction_blocking([&](store::Transaction& tx) { return tx.exec_script(sql); });
    ASSERT_TRUE(done) << done.error().message << done.error().log_detail;
  }
  void add_line(const std::string& level, const std::string& text) {
    ASSERT_TRUE(run_blocking(journal_.add_lines({{.module = "sample",
                                                  .host = "one",
                                                  .level = level,
                                                  .text = text,
                                                  .at = *parse_time("2026-03-01T08:00:00Z")}})));
  }
  void add_tool(const std::string& id, const std::string& name, const std::string& modules) {
    const auto yaml = "name: " + name + "\ntype: chat\nversion: 1.0.0\nbehavior: Help.\n" + modules;
    run_sql("BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO tools (id, type, name, current_version_id) VALUES ('" +
            id + "', 'chat', '" + name + "', '" + id +
            "'); INSERT INTO tool_versions (id, tool_id, version, definition_yaml, "
            "parsed) VALUES ('" +
            id + "', '" + id + "', '1.0.0', '" + yaml + "', '{}')");
  }
  static json running() {
    return {{"state", "running"},
            {"version", "1.0.0"},
            {"pid", 42},
            {"restarts", 1},
            {"last_failure", {{"at", "2026-03-01T08:00:00.000Z"}, {"reason", "it was killed (SIGKILL)"}}},
            {"circuit", {{"state", "open"}, {"reason", "Five calls failed."}}},
            {"upgrade", {{"version", "1.1.0"}, {"failed", true}, {"reason", "Its self-test failed."}}},
            {"quarantine", nullptr},
            {"hooks",
             {{{"point", "chat:before_ai"},
               {"timeout_ms", 500},
               {"calls", 7},
               {"failures", 2},
               {"p50_us", 85},
               {"p99_us", 1234}}}},
            {"services",
             {{{"name", "kv"}, {"offered", true}, {"calls", 9}, {"refused", 0}, {"failures", 1}, {"p50_us", 250}},
              {{"name", "sql"}, {"offered", false}, {"calls", 0}, {"refused", 3}, {"failures", 0}}}},
            {"metrics",
             {{{"name", "masked"}, {"kind", "counter"}, {"count", 12}},
              {{"name", "size"}, {"kind", "histogram"}, {"count", 2}, {"p50", 0.5}, {"p99", 1250.0}, {"max", 2e6}}}},
            {"sandbox", {{"layers", {{{"name", "seccomp"}, {"on", true}}, {{"name", "landlock"}, {"on", false}}}}}}};
  }

  store::ScratchSchema schema_{fs::path(RAPT_SOURCE) / "migrations" / "core"};
  store::Database database_{{.url = schema_.url(), .connections = 2}};
  journal::ModuleJournal journal_{database_};
};

TEST_F(ModuleWords, ListSaysWhatHostsSayAndWhenNoneRuns) {
  EXPECT_EQ(rapt({"module", "list"}), kOk);
  EXPECT_THAT(out_, HasSubstr("No module is installed."));
  install("sample", "1.0.0");
  EXPECT_EQ(rapt({"module", "list"}), kOk);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("NAME    VERSION  PUBLISHER  ENABLED  STATE  QUARANTINE\n"),
                    HasSubstr("sample  1.0.0    tester     yes      -      -\n"), HasSubstr("No host is running")));
  say("one", "sample", {{"state", "quarantined"}, {"quarantine", {{"since", "2026-03-01"}, {"reason", "It fell."}}}});
  EXPECT_EQ(rapt({"module", "list"}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("quarantined  since 2026-03-01\n"), Not(HasSubstr("No host"))));
  EXPECT_EQ(rapt({"module", "list", "--json"}), kOk);
  const auto list = json::parse(out_);
  EXPECT_EQ(list.at(0).at("state"), "quarantined");
  EXPECT_EQ(list.at(0).at("quarantined"), true);
  run_sql("UPDATE module_reports SET reported_at = now() - interval '16 seconds'");
  EXPECT_EQ(rapt({"module", "list", "--json"}), kOk);
  EXPECT_TRUE(json::parse(out_).at(0).at("state").is_null());
}

TEST_F(ModuleWords, StatusTellsEverythingOfEveryHost) {
  install("sample", "1.0.0");
  say("one", "sample", running());
  say("two", "sample", {{"state", "quarantined"}, {"quarantine", {{"since", "2026-03-01"}, {"reason", "It fell."}}}});
  run_sql("UPDATE module_reports SET reported_at = now() - interval '60 seconds' WHERE host = 'two'");
  EXPECT_EQ(rapt({"module", "status", "sample"}), kOk);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("one: running, version 1.0.0, pid 42, 1 restart"), HasSubstr("it was killed (SIGKILL)"),
                    HasSubstr("open: Five calls failed."), HasSubstr("1.1.0 could not take over: Its self-test"),
                    HasSubstr("layers off    landlock\n")));
  EXPECT_THAT(out_, AllOf(HasSubstr("HOOK            LIMIT   CALLS  FAILURES  P50      P99\n"),
                          HasSubstr("chat:before_ai  500 ms  7      2         0.09 ms  1.23 ms\n"), HasSubstr("STALE"),
                          HasSubstr("`rapt module release sample`")));
  EXPECT_THAT(out_, AllOf(HasSubstr("SERVICE  GRANTED  CALLS  REFUSED  FAILURES  P50      P99\n"),
                          HasSubstr("kv       yes      9      0        1         0.25 ms  -\n"),
                          HasSubstr("sql      no       0      3        0         -        -\n"),
                          HasSubstr("masked  12     -    -     -\n"), HasSubstr("size    2      0.5  1250  2e+06\n")));
  EXPECT_EQ(rapt({"module", "status", "--json"}), kOk);
  const auto hosts = json::parse(out_).at(0).at("hosts");
  EXPECT_EQ(hosts.at(0).at("status").at("pid"), 42);
  EXPECT_EQ(hosts.at(1).at("stale"), true);
}

TEST_F(ModuleWords, StatusLivesWithWhateverAHostSays) {
  install("sample", "1.0.0");
  const std::vector<json> reports{json::object(),
                                  {{"state", 7}, {"hooks", {1, "x", {{"calls", "many"}}}}, {"circuit", "open"}},
                                  {{"state", "\x1b[31mred"}, {"hooks", "none"}, {"sandbox", {{"layers", {nullptr}}}}},
                                  {{"restarts", 1.5}, {"last_failure", "x"}, {"quarantine", 1}, {"upgrade", {1}}}};
  for (const auto& status : reports) {
    say("one", "sample", status);
    EXPECT_EQ(rapt({"module", "status"}), kOk) << status;
    EXPECT_EQ(out_.find('\x1b'), std::string::npos);
    EXPECT_EQ(rapt({"module", "list"}), kOk) << status;
    EXPECT_EQ(out_.find('\x1b'), std::string::npos);
    EXPECT_EQ(rapt({"module", "status", "--json"}), kOk) << status;
    EXPECT_EQ(json::parse(out_).at(0).at("hosts").at(0).at("status"), status);
  }
}

TEST_F(ModuleWords, ShowTellsOfProcessesAndOfWhatWasGranted) {
  install("sample", "1.0.0");
  run_sql("UPDATE modules SET permissions = '[\"http\",\"http:a.example\",\"notify\"]' WHERE name = 'sample'");
  auto status = running();
  status["rooms"] = {{{"name", "pages"}, {"state", "backoff"}, {"reason", "It fell."}, {"restarts", 3}}, "nonsense"};
  say("one", "sample", status);
  EXPECT_EQ(rapt({"module", "show", "sample"}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("PROCESS FOR  STATE    RESTARTS  REASON\n"),
                          HasSubstr("pages        backoff  3         It fell.\n"),
                          HasSubstr("http  It has this host fetch from the internet"),
                          HasSubstr("It reaches a.example."), HasSubstr("not offered by this host yet")));
  EXPECT_EQ(rapt({"module", "show", "sample", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at("consents").at(0).at("permission"), "http");
  EXPECT_EQ(json::parse(out_).at("hosts").at(0).at("status").at("pid"), 42);
  EXPECT_EQ(rapt({"module", "show", "smaple"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("Did you mean \"sample\"?"));
}

TEST_F(ModuleWords, ListAndShowTellOfAProcessThatIsNotAskedOrInQuarantine) {
  install("sample", "1.0.0");
  auto status = running();
  status["circuit"] = {{"state", "closed"}, {"reason", ""}};
  const json lazy{{"name", "pages"},
                  {"state", "running"},
                  {"reason", ""},
                  {"restarts", 0},
                  {"circuit", {{"state", "open"}, {"reason", "Its last 5 calls failed."}}},
                  {"quarantine", nullptr}};
  const json ended{{"name", "work"},
                   {"state", "quarantined"},
                   {"reason", "It ended 10 times."},
                   {"restarts", 9},
                   {"circuit", {{"state", "open"}, {"reason", "It fell."}}},
                   {"quarantine", {{"since", "2026-03-01"}, {"reason", "It ended 10 times."}}}};
  status["rooms"] = {lazy, ended};
  say("one", "sample", status);
  EXPECT_EQ(rapt({"module", "show", "sample"}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("pages        running, not asked  0         Its last 5 calls failed.\n"),
                          HasSubstr("work         quarantined         9         It ended 10 times.\n")));
  EXPECT_EQ(rapt({"module", "list"}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("running; pages: running, not asked; work: quarantined"),
                          HasSubstr("work, since 2026-03-01\n")));
  EXPECT_EQ(rapt({"module", "list", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at(0).at("quarantined"), true);
  EXPECT_EQ(rapt({"module", "release", "sample", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at("was_quarantined"), true);
}

TEST_F(ModuleWords, AMistypedNameIsGuessed) {
  install("sample", "1.0.0");
  for (const std::string word : {"status", "logs", "rollback", "enable", "disable", "release", "remove", "verify"}) {
    EXPECT_EQ(rapt({"module", word, "smaple"}), kFailed) << word;
    EXPECT_THAT(err_, HasSubstr("Did you mean \"sample\"?")) << word;
    EXPECT_EQ(rapt({"module", word, "\x1b[31m" + std::string(5000, 'x')}), kFailed) << word;
    EXPECT_THAT(err_, HasSubstr("rapt module list"));
    EXPECT_LT(err_.size(), 500U);
  }
}

TEST_F(ModuleWords, GoesBackOnlyWhenSomebodyMeansIt) {
  install("sample", "1.0.0");
  EXPECT_EQ(rapt({"module", "rollback", "sample", "--yes"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("the only version"));
  install("sample", "1.1.0");
  EXPECT_EQ(rapt({"module", "rollback", "sample"}), kUsage) << "nobody is there to be asked";
  interactive_ = true;
  answers_ = "n\n";
  EXPECT_EQ(rapt({"module", "rollback", "sample"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("before it was 1.0.0"));
  answers_ = "y\n";
  EXPECT_EQ(rapt({"module", "rollback", "sample"}), kOk);
  EXPECT_THAT(out_, HasSubstr("sample 1.0.0 is installed again, instead of 1.1.0"));
  EXPECT_EQ(rapt({"module", "rollback", "sample", "--yes", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at("version"), "1.1.0");
  EXPECT_EQ(json::parse(out_).at("previous_version"), "1.0.0");
}

TEST_F(ModuleWords, SwitchesOffAndOnAndNarrowsLimits) {
  install("sample", "1.0.0");
  EXPECT_EQ(rapt({"module", "disable", "sample", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at("enabled"), false);
  EXPECT_EQ(rapt({"module", "enable", "sample"}), kOk);
  EXPECT_EQ(rapt({"module", "limit", "sample", "chat:pre_ai", "50", "--json"}), kOk) << "an older name of the hook";
  EXPECT_EQ(json::parse(out_).at("time_limits_ms").at("chat:before_ai"), 50);
  EXPECT_EQ(rapt({"module", "limit", "sample", "chat:before_ai", "501"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("1 to 500 ms"));
  EXPECT_EQ(rapt({"module", "limit", "sample", "chat:nonsense", "5"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("has no hook \"chat:nonsense\""));
  for (const std::string wrong : {"banana", "5.5", "5 s", "", "99999999999999999999"}) {
    EXPECT_EQ(rapt({"module", "limit", "sample", "chat:before_ai", wrong}), kUsage) << wrong;
    EXPECT_THAT(err_, HasSubstr("whole milliseconds"));
  }
  EXPECT_EQ(rapt({"module", "limit", "sample", "chat:before_ai", "default", "--json"}), kOk);
  EXPECT_TRUE(json::parse(out_).at("time_limits_ms").empty());
}

TEST_F(ModuleWords, ReleasesFromQuarantine) {
  install("sample", "1.0.0");
  EXPECT_EQ(rapt({"module", "release", "sample"}), kOk);
  EXPECT_THAT(out_, HasSubstr("in no host's quarantine"));
  say("one", "sample", {{"state", "quarantined"}, {"quarantine", {{"since", "2026-03-01"}, {"reason", "It fell."}}}});
  EXPECT_EQ(rapt({"module", "release", "sample", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at("was_quarantined"), true);
  EXPECT_TRUE(run_blocking(journal_.health()).value().at(0).released_at);
}

TEST_F(ModuleWords, LogsShowsTheNewestLinesThatAreLoudEnough) {
  install("sample", "1.0.0");
  EXPECT_EQ(rapt({"module", "logs", "sample"}), kOk);
  EXPECT_THAT(err_, HasSubstr("has logged nothing"));
  add_line("warn", "first");
  add_line("error", "second \x1b[31mred\x7f");
  add_line("info", "third");
  EXPECT_EQ(rapt({"module", "logs", "sample", "--level", "warn"}), kOk);
  EXPECT_EQ(out_,
            "2026-03-01T08:00:00.000Z  one  warn  first\n"
            "2026-03-01T08:00:00.000Z  one  error second \\x1b[31mred\\x7f\n");
  EXPECT_EQ(rapt({"module", "logs", "sample", "--level", "warn", "--limit", "1", "--json"}), kOk);
  EXPECT_EQ(json::parse(out_).at("text"), "second \x1b[31mred\x7f");
  EXPECT_EQ(out_.find('\x1b'), std::string::npos);
  EXPECT_EQ(out_.find('\x7f'), std::string::npos);
  for (const auto& wrong : std::vector<std::vector<std::string>>{
           {"--level", "loud"}, {"--limit", "0"}, {"--limit", "501"}, {"--limit", "x"}}) {
    EXPECT_EQ(rapt({"module", "logs", "sample", wrong[0], wrong[1]}), kUsage) << wrong[1];
    EXPECT_THAT(err_, HasSubstr(wrong[0] + " must be"));
  }
}

/// Keeps what is written, and looks at it whenever it is flushed.
class WatchedOutput final : public std::stringbuf {
 public:
  explicit WatchedOutput(std::function<void(const std::string&)> look) : look_(std::move(look)) {}

 private:
  int sync() override {
    look_(str());
    return 0;
  }
  std::function<void(const std::string&)> look_;
};

TEST_F(ModuleWords, LogsFollowsUntilItIsInterrupted) {
  install("sample", "1.0.0");
  add_line("info", "old");
  bool added = false, interrupted = false;
  WatchedOutput watched([&](const std::string& text) {
    if (!std::exchange(added, true)) add_line("info", "new");
    if (text.find("  new\n") == std::string::npos || std::exchange(interrupted, true)) return;
    // To the thread that runs the command, which has blocked the signal: it waits until the command looks for it.
    pthread_kill(pthread_self(), SIGINT);
  });
  std::istringstream in;
  std::ostream out(&watched);
  std::ostringstream err;
  Console console{in, out, err, [this](std::string_view name) -> std::optional<std::string> {
                    const auto found = environment_.find(name);
                    return found == environment_.end() ? std::nullopt : std::optional(found->second);
                  }};
  EXPECT_EQ(run(console, {"module", "logs", "sample", "--follow"}), kOk);
  EXPECT_TRUE(interrupted);
  EXPECT_THAT(watched.str(), HasSubstr("  old\n"));
}

TEST_F(ModuleWords, PlanShowsWhoIsAskedInWhatOrder) {
  install("second", "1.0.0", R"([{"point":"chat:before_ai","priority":20,"timeout_ms":300}])");
  install("sample", "1.0.0");
  install("sleeper", "1.0.0");
  ASSERT_EQ(rapt({"module", "disable", "sleeper"}), kOk);
  ASSERT_EQ(rapt({"module", "limit", "sample", "chat:before_ai", "50"}), kOk);
  add_tool("00000000-0000-4000-8000-000000000001", "Tutor",
           "modules:\n  - name: second\n  - name: sample\n  - name: sleeper\n    on_failure: open\n  - name: "
           "gone\n");
  EXPECT_EQ(rapt({"module", "plan", "tutor", "--json"}), kOk) << err_;
  const auto hooks = json::parse(out_).at("hooks");
  const auto at = [&hooks](const std::string& point) {
    std::string out;
    for (const auto& hook : hooks) {
      if (hook.at("point") != point) continue;
      for (const auto& step : hook.at("steps"))
        out += step.at("module").get<std::string>() + " " +
               (step.at("installed") ? std::to_string(step.at("timeout_ms").get<int>())
                                     : step.at("reason").get<std::string>()) +
               " " + step.at("on_failure").get<std::string>() + "; ";
    }
    return out;
  };
  EXPECT_EQ(at("chat:before_ai"),
            "sleeper disabled open; gone not installed closed; sample 50 closed; second 300 open; ");
  EXPECT_EQ(at("chat:on_message"), "sleeper disabled open; gone not installed closed; sample 200 open; ");
  EXPECT_EQ(rapt({"module", "plan", "00000000-0000-4000-8000-000000000001"}), kOk);
  EXPECT_THAT(out_,
              AllOf(HasSubstr("Tutor 1.0.0 (chat,"), HasSubstr("chat:before_ai   1      sleeper"), HasSubstr("50 ms")));
}

TEST_F(ModuleWords, InstallMarksHooksThatGiveMoreThanTheInstalledVersion) {
  install("sample", "1.0.0", R"([{"point":"chat:before_ai","history":4},{"point":"session:end"}])");
  const auto next = bundle("sample", "1.1.0", R"([{"point":"chat:before_ai","history":5},{"point":"chat:after_ai"}])");
  ASSERT_EQ(rapt({"module", "install", next, "--dry-run"}), kOk) << err_;
  EXPECT_THAT(err_, AllOf(HasSubstr("at chat:before_ai: NEW\n    It reads each message before the AI does"),
                          HasSubstr("    So far it was given the last 4 messages before.\n"),
                          HasSubstr("at chat:after_ai: NEW\n"), HasSubstr("gives up   the hook session:end\n")));
  ASSERT_EQ(rapt({"module", "install", next, "--dry-run", "--json"}), kOk) << err_;
  const auto plan = json::parse(out_);
  ASSERT_EQ(plan.at("hooks").size(), 2U);
  for (const auto& hook : plan.at("hooks")) EXPECT_EQ(hook.at("new"), true) << hook;
  EXPECT_EQ(plan.at("hooks")[1].at("change"), "So far it was not asked here.");
  EXPECT_EQ(plan.at("removed_hooks"), json::array({"session:end"}));
  EXPECT_EQ(rapt({"module", "install", next}), kUsage) << "nobody is there to agree";
  ASSERT_EQ(rapt({"module", "install", next, "--yes"}), kOk) << err_;
  const auto less = bundle("sample", "1.2.0", R"([{"point":"chat:before_ai","history":1}])");
  ASSERT_EQ(rapt({"module", "install", less, "--dry-run"}), kOk) << err_;
  EXPECT_THAT(err_, AllOf(Not(HasSubstr("NEW")), HasSubstr("So far it was given the last 5 messages before.")));
}

TEST_F(ModuleWords, PlanShowsHowMuchOfAConversationEachIsGiven) {
  install("some", "1.0.0", R"([{"point":"chat:before_ai","priority":1,"history":20},{"point":"session:start"}])");
  install("none", "1.0.0", R"([{"point":"chat:before_ai","priority":2,"history":0}])");
  install("whole", "1.0.0", R"([{"point":"chat:before_ai","priority":3}])");
  add_tool("00000000-0000-4000-8000-000000000001", "Tutor",
           "modules:\n  - name: some\n  - name: none\n  - name: whole\n  - name: gone\n");
  ASSERT_EQ(rapt({"module", "plan", "Tutor", "--json"}), kOk) << err_;
  const auto hooks = json::parse(out_).at("hooks");
  const auto steps_at = [&hooks](const std::string& point) {
    for (const auto& hook : hooks)
      if (hook.at("point") == point) return hook.at("steps");
    return json::array();
  };
  const auto steps = steps_at("chat:before_ai");
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_FALSE(steps[0].contains("history")) << "nothing is known of what is not installed";
  EXPECT_EQ(steps[1].at("history"), 20);
  EXPECT_EQ(steps[2].at("history"), 0);
  EXPECT_TRUE(steps[3].at("history").is_null());
  const auto begins = steps_at("session:start");
  ASSERT_EQ(begins.size(), 2U);
  EXPECT_EQ(begins[1].at("module"), "some");
  EXPECT_FALSE(begins[1].contains("history")) << "nothing has been said yet";
  ASSERT_EQ(rapt({"module", "plan", "Tutor"}), kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("HISTORY"), HasSubstr("last 20"), HasSubstr("none     at once"),
                          HasSubstr("all      at once")));
}

TEST_F(ModuleWords, PlanSaysWhenThereIsNothingAndWhichToolsAreMeant) {
  add_tool("00000000-0000-4000-8000-000000000001", "Tutor", "");
  EXPECT_EQ(rapt({"module", "plan", "Tutor"}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("No module is asked at any hook: none is attached."));
  EXPECT_EQ(rapt({"module", "plan", "Tutr"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("Did you mean \"Tutor\"?"));
  add_tool("00000000-0000-4000-8000-000000000002", "Tutor", "");
  EXPECT_EQ(rapt({"module", "plan", "Tutor"}), kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("Several tools"), HasSubstr("000000000001"), HasSubstr("000000000002")));
  EXPECT_EQ(rapt({"module", "plan", std::string("\xff\xfe", 2)}), kFailed);
  EXPECT_EQ(rapt({"module", "plan", "'; DROP TABLE tools; --"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("no such tool"));
}

}  // namespace
}  // namespace rapt::cli
