// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/journal/module_journal.hpp"

#include <gmock/gmock.h>

#include <future>

#include "rapt/store/scratch_database.hpp"

namespace rapt::journal {
namespace {

using runtime::run_blocking;
using testing::ElementsAre;
using testing::IsEmpty;

class Journal : public testing::Test {
 protected:
  Journal() {
    install("filter");
    install("other");
  }
  void install(const std::string& name) {
    scratch->script("INSERT INTO modules (name, version, publisher, digest, permissions, manifest) VALUES ('" + name +
                    "', '1.0.0', 'somebody', repeat('a', 64), '[]', '{}')");
  }
  void say(const std::string& host, std::vector<Report> reports) {
    const auto said = run_blocking(journal.report(host, std::move(reports)));
    ASSERT_TRUE(said) << said.error().log_detail;
  }
  /// "module@host status" of each report.
  std::vector<std::string> heard(const std::string& module = "") {
    std::vector<std::string> out;
    for (const auto& one : run_blocking(journal.reports(module)).value())
      out.push_back(one.module + "@" + one.host + " " + one.status_json);
    return out;
  }
  void add(std::vector<Line> lines) {
    const auto added = run_blocking(journal.add_lines(std::move(lines)));
    ASSERT_TRUE(added) << added.error().log_detail;
  }
  std::vector<Line> lines(const std::string& module, int limit, std::int64_t after = 0) {
    return run_blocking(journal.lines(module, limit, after)).value();
  }
  static Line line(const std::string& module, const std::string& text) {
    return {.module = module, .host = "one", .level = "info", .text = text, .at = *parse_time("2026-03-01T08:00:00Z")};
  }
  static std::vector<std::string> texts(const std::vector<Line>& lines) {
    std::vector<std::string> out;
    for (const auto& each : lines) out.push_back(each.text);
    return out;
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  ModuleJournal journal{**scratch};
};

TEST_F(Journal, ReplacesWhatAHostSaidBeforeAndLeavesOtherHostsAlone) {
  say("one", {{.module = "filter", .status_json = R"({"state": "running"})"}, {.module = "gone", .status_json = "{}"}});
  say("two", {{.module = "filter", .status_json = R"({"state": "refused"})"}});
  say("one", {{.module = "filter", .status_json = R"({"state": "backoff"})"}});
  EXPECT_THAT(heard(), ElementsAre(R"(filter@one {"state": "backoff"})", R"(filter@two {"state": "refused"})"));
  say("one", {});
  EXPECT_THAT(heard(), ElementsAre(R"(filter@two {"state": "refused"})"));
}

TEST_F(Journal, ReportsOfOneModule) {
  say("one", {{.module = "filter", .status_json = "{}"}, {.module = "other", .status_json = "{}"}});
  EXPECT_THAT(heard("other"), ElementsAre("other@one {}"));
  EXPECT_THAT(heard("nobody"), IsEmpty());
}

TEST_F(Journal, ForgetsHostsThatHaveBeenSilent) {
  say("old", {{.module = "filter", .status_json = "{}"}});
  say("late", {{.module = "filter", .status_json = "{}"}});
  scratch->script(
      "UPDATE module_reports SET reported_at = now() - interval '6 minutes' WHERE host = 'old';"
      "UPDATE module_reports SET reported_at = now() - interval '4 minutes' WHERE host = 'late'");
  say("one", {});
  EXPECT_THAT(heard(), ElementsAre("filter@late {}"));
}

TEST_F(Journal, RefusesAReportThatIsNoObjectAndKeepsTheOneBefore) {
  say("one", {{.module = "filter", .status_json = "{}"}});
  EXPECT_FALSE(run_blocking(journal.report("one", {{.module = "filter", .status_json = "[]"}})));
  EXPECT_FALSE(run_blocking(journal.report("one", {{.module = "filter", .status_json = "{"}})));
  EXPECT_THAT(heard(), ElementsAre("filter@one {}"));
}

TEST_F(Journal, KeepsHealthUntilTheModuleIsRemoved) {
  for (const char* health : {R"({"digest": "a"})", R"({"digest": "b"})"}) {
    const auto kept = run_blocking(
        journal.keep_health({{.module = "other", .health_json = "{}"}, {.module = "filter", .health_json = health}}));
    ASSERT_TRUE(kept) << kept.error().log_detail;
  }
  auto health = run_blocking(journal.health()).value();
  ASSERT_EQ(health.size(), 2u);
  EXPECT_EQ(health[0].module, "filter");
  EXPECT_EQ(health[0].health_json, R"({"digest": "b"})");
  EXPECT_FALSE(health[0].released_at);
  scratch->script("DELETE FROM modules WHERE name = 'filter'");
  EXPECT_EQ(run_blocking(journal.health()).value().size(), 1u);
  EXPECT_TRUE(run_blocking(journal.keep_health({{.module = "filter", .health_json = "{}"}})));
  EXPECT_EQ(run_blocking(journal.health()).value().size(), 1u);
}

TEST_F(Journal, ReleasesAModuleAndKeepsThatWhenItsHealthChanges) {
  ASSERT_TRUE(run_blocking(journal.release("filter")));
  const auto first = run_blocking(journal.health()).value().at(0).released_at;
  ASSERT_TRUE(first);
  ASSERT_TRUE(run_blocking(journal.keep_health({{.module = "filter", .health_json = R"({"digest": "a"})"}})));
  const auto kept = run_blocking(journal.health()).value().at(0);
  EXPECT_EQ(kept.released_at, first);
  EXPECT_EQ(kept.health_json, R"({"digest": "a"})");
  ASSERT_TRUE(run_blocking(journal.release("filter")));
  EXPECT_GT(run_blocking(journal.health()).value().at(0).released_at, first);
  const auto unknown = run_blocking(journal.release("nobody"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::kNotFound);
}

TEST_F(Journal, ReleasesAModuleAfterTheQuarantineOfAnyOfItsProcesses) {
  ASSERT_TRUE(run_blocking(journal.keep_health(
      {{.module = "filter",
        .health_json = R"({"quarantined_at": null, "rooms": {"work": {"quarantined_at": "2099-03-01T08:00:00Z"},)"
                       R"( "pages": {"quarantined_at": null}}})"}})));
  ASSERT_TRUE(run_blocking(journal.release("filter")));
  EXPECT_GT(run_blocking(journal.health()).value().at(0).released_at, parse_time("2099-03-01T08:00:00.500Z"));
}

TEST_F(Journal, ReleasesAModuleAfterItsQuarantineWhateverTheHostsClockSays) {
  const std::string health = R"({"quarantined_at": "2099-03-01T08:00:00.500Z"})";
  ASSERT_TRUE(run_blocking(journal.keep_health({{.module = "filter", .health_json = health}})));
  ASSERT_TRUE(run_blocking(journal.release("filter")));
  EXPECT_GT(run_blocking(journal.health()).value().at(0).released_at, parse_time("2099-03-01T08:00:00.500Z"));
}

TEST_F(Journal, GivesLinesInTheirOrderAndAfterACursor) {
  Line failed = line("filter", "b");
  failed.level = "error";
  failed.at = *parse_time("2026-03-01T08:00:01.5Z");
  add({line("filter", "a"), line("other", "x"), failed});
  const auto found = lines("filter", 10);
  ASSERT_THAT(texts(found), ElementsAre("a", "b"));
  EXPECT_EQ(found[1].level, "error");
  EXPECT_EQ(found[1].host, "one");
  EXPECT_EQ(found[1].at, failed.at);
  add({line("filter", "c"), line("filter", "d")});
  EXPECT_THAT(texts(lines("filter", 10, found[1].id)), ElementsAre("c", "d"));
  EXPECT_THAT(texts(lines("filter", 1, found[1].id)), ElementsAre("d"));
  EXPECT_THAT(texts(lines("", 3)), ElementsAre("b", "c", "d"));
  EXPECT_THAT(lines("nobody", 10), IsEmpty());
}

TEST_F(Journal, KeepsTheNewestLinesOfEachModule) {
  add({line("other", "alone")});
  std::vector<Line> many;
  for (int i = 0; i < ModuleJournal::kLinesKept + 7; ++i) many.push_back(line("filter", std::to_string(i)));
  add(std::move(many));
  auto kept = lines("filter", 1000);
  EXPECT_EQ(kept.size(), static_cast<std::size_t>(ModuleJournal::kLinesKept));
  EXPECT_EQ(kept.front().text, "7");
  add({line("filter", "newest")});
  kept = lines("filter", 1000);
  EXPECT_EQ(kept.size(), static_cast<std::size_t>(ModuleJournal::kLinesKept));
  EXPECT_EQ(kept.front().text, "8");
  EXPECT_EQ(kept.back().text, "newest");
  EXPECT_THAT(texts(lines("other", 10)), ElementsAre("alone"));
}

TEST_F(Journal, ForgetsTheLinesOfAModuleThatIsRemoved) {
  add({line("filter", "a"), line("other", "b"), line("unknown", "c")});
  EXPECT_THAT(texts(lines("", 10)), ElementsAre("a", "b"));
  scratch->script("DELETE FROM modules WHERE name = 'filter'");
  EXPECT_THAT(texts(lines("", 10)), ElementsAre("b"));
}

TEST_F(Journal, TakesAllOfABatchOrNothing) {
  Line wrong = line("filter", "b");
  wrong.level = "loud";
  EXPECT_FALSE(run_blocking(journal.add_lines({line("filter", "a"), wrong})));
  EXPECT_THAT(lines("filter", 10), IsEmpty());
  EXPECT_TRUE(run_blocking(journal.add_lines({})));
}

TEST_F(Journal, TakesWhatLooksLikeSqlOrAnArrayAsText) {
  const std::string hostile = R"('); DROP TABLE module_lines; -- {"a",NULL} \" NULL)";
  add({line("filter", hostile), line("filter", "NULL"), line("filter", "")});
  EXPECT_THAT(texts(lines("filter", 10)), ElementsAre(hostile, "NULL", ""));
}

TEST_F(Journal, LivesWithManyWritersAtOnce) {
  std::vector<std::future<bool>> writers;
  for (int host = 0; host < 4; ++host) {
    writers.push_back(std::async(std::launch::async, [this, host] {
      bool good = true;
      const std::string name = "host" + std::to_string(host);
      for (int i = 0; i < 10; ++i) {
        good = good && run_blocking(journal.report(name, {{.module = "other", .status_json = "{}"},
                                                          {.module = "filter", .status_json = "{}"}}));
        good = good && run_blocking(journal.keep_health({{.module = "filter", .health_json = "{}"}}));
        good = good && run_blocking(journal.add_lines({line("filter", "x"), line("other", "y")}));
      }
      return good;
    }));
  }
  for (auto& writer : writers) EXPECT_TRUE(writer.get());
  EXPECT_EQ(heard().size(), 8u);
  EXPECT_EQ(lines("", 1000).size(), 80u);
}

}  // namespace
}  // namespace rapt::journal
