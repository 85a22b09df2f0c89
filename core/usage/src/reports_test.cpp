// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/reports.hpp"

#include "usage_world.hpp"

namespace rapt::usage {
namespace {

using runtime::run_blocking;

const Days kNovember{"2026-11-01", "2026-11-30"};

class ReportsTest : public UsageWorld {
 protected:
  /// Calls of three schools; half of what a test asks about is rolled up, half is newer.
  ReportsTest() {
    spend({.cost = "1"});
    spend({.class_number = 201, .day = "2026-11-03", .outcome = "blocked", .cost = "2"});
    spend({.day = "2026-10-15", .cost = "8"});
    roll();
    spend({.user = 306, .group = 102, .at = "now()", .model = "m/two", .cost = "4"});
    spend({.user = 307, .group = 110, .at = "now()", .cost = "NULL"});
  }
  Summary summary(int who, const Filter& filter) {
    auto found = run_blocking(reports.summary(actor(who), filter));
    if (!found) throw std::runtime_error(found.error().message + found.error().log_detail);
    return *found;
  }
  std::string shares(int who, Dimension dimension, const Filter& filter) {
    const auto page = run_blocking(reports.by(actor(who), dimension, filter, 100, ""));
    if (!page) return page.error().message + page.error().log_detail;
    std::string out;
    for (const auto& share : page->items)
      out += (share.key.empty() ? "none" : share.key.substr(share.key.size() < 33 ? 0 : 33)) + "(" +
             share.name.value_or("?") + ") " + std::to_string(share.figures.requests) + " " +
             share.figures.cost.substr(0, share.figures.cost.find('.')) + "; ";
    return out;
  }
};

TEST_F(ReportsTest, ASummaryAddsWhatIsNewerThanTheSumsAndComparesWithTheMonthBefore) {
  const auto all = summary(301, {.days = kNovember});
  EXPECT_EQ(all.figures.requests, 4);
  EXPECT_EQ(all.figures.unanswered, 1);
  EXPECT_EQ(all.figures.unpriced, 1);
  EXPECT_EQ(all.figures.input_tokens, 40);
  EXPECT_EQ(all.figures.cost, "7.00000000");
  EXPECT_EQ(all.figures.latency_ms, 200);
  EXPECT_EQ(all.before_days.from, "2026-10-01");
  EXPECT_EQ(all.before_days.to, "2026-10-31");
  EXPECT_EQ(all.before.cost, "8.00000000");
  EXPECT_EQ(summary(301, {.days = {"2025-01-01", "2025-01-31"}}).figures.cost, "0");
}

TEST_F(ReportsTest, PeriodsThatCutMonthsAreMadeOfDays) {
  for (const auto& [from, to, requests] : {std::tuple{"2026-11-03", "2026-11-30", 1},
                                           {"2026-10-15", "2026-11-02", 4},
                                           {"2026-10-16", "2026-11-30", 4},
                                           {"2026-01-01", "2026-12-31", 5}})
    EXPECT_EQ(summary(301, {.days = {from, to}}).figures.requests, requests) << from;
}

TEST_F(ReportsTest, EachSeesWhatIsTheirs) {
  EXPECT_EQ(summary(305, {.days = kNovember}).figures.requests, 3);
  EXPECT_EQ(summary(302, {.days = kNovember}).figures.requests, 2);
  EXPECT_EQ(summary(303, {.days = kNovember}).figures.requests, 1);
  const auto refused = run_blocking(reports.summary(actor(304), {.days = kNovember}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kForbidden);
}

TEST_F(ReportsTest, AGroupOrClassOfTheFilterMustBeWithinReach) {
  const auto kind = [this](int who, const Filter& filter) {
    const auto found = run_blocking(reports.summary(actor(who), filter));
    return found ? ErrorKind::kInternal : found.error().kind;
  };
  const auto group = [](int number) { return Filter{.days = kNovember, .group = GroupId::trusted(uuid(number))}; };
  const auto class_of = [](int number) {
    return Filter{.days = kNovember, .class_id = ClassId::trusted(uuid(number))};
  };
  EXPECT_EQ(kind(302, group(102)), ErrorKind::kNotFound);
  EXPECT_EQ(kind(302, group(100)), ErrorKind::kForbidden);
  EXPECT_EQ(kind(303, group(101)), ErrorKind::kForbidden);
  EXPECT_EQ(kind(301, group(999)), ErrorKind::kNotFound);
  EXPECT_EQ(kind(305, class_of(999)), ErrorKind::kNotFound);
  scratch->script("INSERT INTO classes (id, group_id, name) VALUES ('" + uuid(202) + "', '" + uuid(102) + "', 'B')");
  EXPECT_EQ(kind(303, class_of(202)), ErrorKind::kNotFound);
  EXPECT_EQ(summary(303, class_of(201)).figures.requests, 1);
  EXPECT_EQ(summary(305, group(101)).figures.requests, 2);
  auto alone = group(100);
  alone.descendants = false;
  EXPECT_EQ(summary(305, alone).figures.requests, 0);
}

TEST_F(ReportsTest, FiltersNarrowEveryReport) {
  Filter filter{.days = kNovember};
  filter.user = UserId::trusted(uuid(304));
  EXPECT_EQ(summary(301, filter).figures.requests, 2);
  filter.outcome = "blocked";
  EXPECT_EQ(summary(301, filter).figures.requests, 1);
  filter.request_type = "product";
  EXPECT_EQ(summary(301, filter).figures.requests, 0);
  EXPECT_EQ(summary(301, {.days = kNovember, .model = "m/two"}).figures.requests, 1);
  filter = {.days = kNovember, .tool = ToolId::trusted(uuid(999))};
  EXPECT_EQ(shares(301, Dimension::kDay, filter), "");
}

TEST_F(ReportsTest, AGroupHasTheFiguresOfThoseBelowItUnlessToldOtherwise) {
  EXPECT_EQ(shares(301, Dimension::kGroup, {.days = kNovember}),
            "100(District) 3 7; 102(Other school) 1 4; 101(School) 2 3; 110(Far district) 1 0; ");
  EXPECT_EQ(shares(302, Dimension::kGroup, {.days = kNovember}), "101(School) 2 3; ");
  EXPECT_EQ(shares(303, Dimension::kGroup, {.days = kNovember}), "101(School) 1 2; ");
  EXPECT_EQ(shares(305, Dimension::kGroup, {.days = kNovember, .descendants = false}),
            "102(Other school) 1 4; 101(School) 2 3; ");
}

TEST_F(ReportsTest, ByModelDayAndTool) {
  EXPECT_EQ(shares(305, Dimension::kModel, {.days = kNovember}), "m/two(?) 1 4; m/one(?) 2 3; ");
  EXPECT_EQ(shares(305, Dimension::kDay, {.days = kNovember}), "2026-11-02(?) 2 5; 2026-11-03(?) 1 2; ");
  EXPECT_EQ(shares(305, Dimension::kTool, {.days = kNovember}), "none(?) 3 7; ");
}

TEST_F(ReportsTest, PeopleAreNamedForThoseWhoMaySeeThem) {
  EXPECT_EQ(shares(301, Dimension::kUser, {.days = kNovember}), "306(U306) 1 4; 304(U304) 2 3; 307(U307) 1 0; ");
  EXPECT_EQ(shares(303, Dimension::kUser, {.days = kNovember}), "304(U304) 1 2; ");
  scratch->script("UPDATE ai_usage SET user_id = '" + uuid(307) + "' WHERE group_id = '" + uuid(102) + "'");
  EXPECT_EQ(shares(305, Dimension::kUser, {.days = kNovember}), "307(?) 1 4; 304(U304) 2 3; ");
  scratch->script("UPDATE users SET deleted_at = now() WHERE id = '" + uuid(304) + "'");
  EXPECT_EQ(shares(302, Dimension::kUser, {.days = kNovember}), "304(?) 2 3; ");
}

TEST_F(ReportsTest, SharesArePaged) {
  std::string seen, cursor;
  do {
    const auto page = run_blocking(reports.by(actor(301), Dimension::kUser, {.days = kNovember}, 1, cursor));
    ASSERT_TRUE(page) << page.error().log_detail;
    ASSERT_EQ(page->items.size(), 1u);
    seen += page->items[0].key.substr(33) + " ";
    cursor = page->next_cursor.value_or("");
  } while (!cursor.empty());
  EXPECT_EQ(seen, "306 304 307 ");
  for (const auto* wrong : {"x", "1_2", "-1_2_k", "1_x_k", "._1_k", "1e5_1_k"}) {
    const auto page = run_blocking(reports.by(actor(301), Dimension::kUser, {.days = kNovember}, 1, wrong));
    ASSERT_FALSE(page) << wrong;
    EXPECT_EQ(page.error().fields[0].path, "cursor");
  }
}

TEST_F(ReportsTest, WhatAModuleAskedForIsAKindOfItsOwnAndNamesTheModule) {
  spend({.at = "now()", .model = "m/asked"});
  scratch->script(
      "UPDATE ai_usage SET request_type = 'module' WHERE model = 'm/asked';"
      "INSERT INTO ai_module_calls (id, module) SELECT id, 'helper' FROM ai_usage WHERE request_type = 'module'");
  roll();
  const Filter of_modules{.days = kNovember, .request_type = "module"};
  const auto rows = run_blocking(reports.list(actor(301), of_modules, 10, ""));
  ASSERT_EQ(rows->items.size(), 1u);
  EXPECT_EQ(rows->items[0].module, "helper");
  EXPECT_EQ(run_blocking(reports.summary(actor(301), of_modules))->figures.requests, 1);
  EXPECT_EQ(shares(301, Dimension::kModule, {.days = kNovember}).substr(0, 12), "helper(?) 1 ");
  const Filter of_helper{.days = kNovember, .module = "helper"}, of_another{.days = kNovember, .module = "other"};
  EXPECT_EQ(run_blocking(reports.list(actor(301), of_helper, 10, ""))->items.size(), 1u);
  EXPECT_EQ(run_blocking(reports.summary(actor(301), of_helper))->figures.requests, 1);
  EXPECT_EQ(run_blocking(reports.summary(actor(301), of_helper))->figures.cost, rows->items[0].cost.value_or("?"));
  EXPECT_EQ(shares(301, Dimension::kModel, of_helper).substr(0, 8), "m/asked(");
  EXPECT_EQ(run_blocking(reports.list(actor(301), of_another, 10, ""))->items.size(), 0u);
  EXPECT_EQ(run_blocking(reports.summary(actor(301), of_another))->figures.requests, 0);
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM ai_usage_modules"), "0") << "so far from the call itself";
  scratch->script("UPDATE ai_usage SET created_at = now() - interval '5 minutes'");
  roll();
  EXPECT_EQ(value("SELECT module || ' ' || requests AS value FROM ai_usage_modules"), "helper 1");
  EXPECT_EQ(shares(301, Dimension::kModule, {.days = kNovember}).substr(0, 12), "helper(?) 1 ");
  EXPECT_EQ(run_blocking(reports.summary(actor(301), of_helper))->figures.requests, 1);
  EXPECT_EQ(run_blocking(reports.summary(actor(301), of_another))->figures.requests, 0);
  const Filter of_people{.days = kNovember, .request_type = "chat"};
  const auto others = run_blocking(reports.list(actor(301), of_people, 10, ""));
  for (const auto& row : others->items) EXPECT_EQ(row.module, "");
}

TEST_F(ReportsTest, WhatAModuleAskedForIsToldByDayAndByGroupWithThoseAboveAlsoWhilePartOfItIsNewerThanTheSums) {
  const auto ask = [this](const char* day, int user, int group, const char* age) {
    spend({.user = user,
           .group = group,
           .day = day,
           .at = std::string("now() - interval '") + age + "'",
           .model = "m/asked",
           .cost = "1"});
    scratch->script(
        "INSERT INTO ai_module_calls (id, module) SELECT id, CASE WHEN day = '2026-11-03' THEN 'other' ELSE 'helper' "
        "END"
        " FROM ai_usage WHERE model = 'm/asked' ON CONFLICT DO NOTHING");
  };
  ask("2026-11-01", 304, 101, "5 minutes");
  ask("2026-11-02", 304, 101, "5 minutes");
  ask("2026-11-02", 306, 102, "5 minutes");
  ask("2026-11-03", 306, 102, "5 minutes");
  roll();
  ask("2026-11-02", 306, 102, "1 second");
  const Filter of_helper{.days = kNovember, .module = "helper"};
  EXPECT_EQ(shares(305, Dimension::kModule, {.days = kNovember}), "helper(?) 4 4; other(?) 1 1; ");
  EXPECT_EQ(shares(302, Dimension::kModule, {.days = kNovember}), "helper(?) 2 2; ") << "of the own school";
  EXPECT_EQ(shares(301, Dimension::kDay, of_helper), "2026-11-01(?) 1 1; 2026-11-02(?) 3 3; ");
  EXPECT_EQ(shares(305, Dimension::kGroup, of_helper), "100(District) 4 4; 102(Other school) 2 2; 101(School) 2 2; ");
  auto school = of_helper;
  school.group = GroupId::trusted(uuid(102));
  EXPECT_EQ(shares(305, Dimension::kModule, school), "helper(?) 2 2; ");
}

TEST_F(ReportsTest, TheListGivesEachRowOnceInEitherOrder) {
  for (const bool oldest_first : {false, true}) {
    std::vector<std::string> days;
    std::string cursor;
    do {
      const auto page =
          run_blocking(reports.list(actor(301), {.days = {"2026-10-01", "2026-11-30"}}, 2, cursor, oldest_first));
      ASSERT_TRUE(page) << page.error().log_detail;
      for (const auto& entry : page->items) days.push_back(entry.day + " " + entry.cost.value_or("?"));
      cursor = page->next_cursor.value_or("");
    } while (!cursor.empty());
    ASSERT_EQ(days.size(), 5u);
    EXPECT_EQ(std::set(days.begin(), days.end()).size(), 5u);
  }
  const auto taught = run_blocking(reports.list(actor(303), {.days = kNovember}, 10, ""));
  ASSERT_EQ(taught->items.size(), 1u);
  EXPECT_EQ(taught->items[0].outcome, "blocked");
  EXPECT_EQ(taught->items[0].user.str(), uuid(304));
}

TEST(Days, AreCheckedAndCompared) {
  const auto now = *parse_time("2026-11-21T10:00:00Z");
  EXPECT_EQ(parse_days("", "", now)->from, "2026-11-01");
  EXPECT_EQ(parse_days("", "", now)->to, "2026-11-21");
  for (const auto* wrong : {"2026-02-29", "2026-1-01", "yesterday", "2026-13-01", "-026-01-01", "2026-11-22"})
    EXPECT_EQ(parse_days(wrong, "2026-11-21", now).error().fields[0].path, "from") << wrong;
  EXPECT_EQ(parse_days("2026-11-01", "2026-11-31", now).error().fields[0].path, "to");
  EXPECT_FALSE(parse_days("2020-01-01", "2026-01-01", now));
  EXPECT_EQ(days_before({"2026-03-01", "2026-03-31"}).from, "2026-02-01");
  EXPECT_EQ(days_before({"2026-01-01", "2026-03-31"}).from, "2025-10-01");
  EXPECT_EQ(days_before({"2026-11-10", "2026-11-16"}).from, "2026-11-03");
  EXPECT_EQ(days_before({"2026-11-10", "2026-11-16"}).to, "2026-11-09");
}

}  // namespace
}  // namespace rapt::usage
