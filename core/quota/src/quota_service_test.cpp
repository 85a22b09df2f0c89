// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "test_district.hpp"

namespace rapt::quota {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class QuotaServiceTest : public DistrictTest {};

TEST_F(QuotaServiceTest, TakesTheNearestDefault) {
  EXPECT_EQ(admit()->model, "v/cheap") << "the system's";
  set("default_model = 'v/dear', fallback_models = '{v/idle,v/cheap,v/dear}'");
  const auto of_district = admit();
  EXPECT_EQ(of_district->model, "v/dear");
  EXPECT_THAT(of_district->fallback_models, ElementsAre("v/cheap")) << "active ones, and not itself";
  EXPECT_EQ(of_district->max_output_tokens, 500) << "the model's";
  sql("INSERT INTO ai_settings (class_id, default_model, max_output_tokens) VALUES ('" + klass.str() +
      "', 'v/open', 90)");
  EXPECT_EQ(admit()->model, "v/open");
  EXPECT_EQ(admit()->max_output_tokens, 90);
  EXPECT_EQ(admit(ask("v/cheap"))->model, "v/cheap") << "the tool's wish goes before";
  EXPECT_EQ(admit(ask("env/model"))->model, "env/model") << "without a row";
  sql("UPDATE ai_settings SET default_model = NULL");
  EXPECT_EQ(admit()->model, "env/model");
}

TEST_F(QuotaServiceTest, SaysWhichModelIsNotToBeHadAndWhatToDo) {
  const auto idle = admit(ask("v/idle"));
  ASSERT_FALSE(idle);
  EXPECT_EQ(idle.error().code, "AI_MODEL_NOT_AVAILABLE");
  EXPECT_EQ(idle.error().kind, ErrorKind::kUnprocessable);
  EXPECT_THAT(idle.error().message, ::testing::AllOf(HasSubstr("v/idle"), HasSubstr("activate")));
  EXPECT_THAT(admit(ask("v/none")).error().message, HasSubstr("not set up here"));
  set("default_model = 'v/dear'");
  sql("UPDATE ai_models SET active = false WHERE id = 'v/dear'");
  EXPECT_THAT(admit().error().message, HasSubstr("default of District"));
  set("default_model = NULL, daily_budget = 10");
  EXPECT_THAT(admit(ask("v/open")).error().message, HasSubstr("price"));
  EXPECT_TRUE(admit(ask("v/cheap")));
}

TEST_F(QuotaServiceTest, FollowsAChangeAtTheNextCall) {
  auto known = ask();
  known.policy_version = std::stoll(value("SELECT version FROM ai_policy_version"));
  EXPECT_EQ(admit(known)->model, "v/cheap");
  set("default_model = 'v/dear'");
  EXPECT_EQ(admit(known)->model, "v/cheap") << "who read the version before sees the policy of before";
  known.policy_version = std::stoll(value("SELECT version FROM ai_policy_version"));
  EXPECT_EQ(admit(known)->model, "v/dear");
}

TEST_F(QuotaServiceTest, CountsEachPersonByTheStrictestLimit) {
  set("user_requests_per_hour = 3, user_requests_per_minute = 10");
  sql("INSERT INTO ai_settings (class_id, user_requests_per_hour) VALUES ('" + klass.str() + "', 2)");
  EXPECT_TRUE(admit());
  EXPECT_TRUE(admit());
  const auto third = admit();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, "AI_LIMIT_REACHED");
  EXPECT_EQ(third.error().retry_after_seconds, 3600);
  EXPECT_THAT(third.error().message, HasSubstr("60 minutes"));
  auto other = ask();
  other.user = UserId::trusted(new_uuid());
  EXPECT_TRUE(admit(other)) << "each for themselves";
  clock.set("2026-03-02T13:00:00Z");
  EXPECT_TRUE(admit()) << "a new hour";
}

TEST_F(QuotaServiceTest, CountsInAllLimitsOrInNone) {
  set("user_requests_per_minute = 1, requests_per_day = 2");
  EXPECT_TRUE(admit());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(admit()) << "refused, and not counted for all";
  auto other = ask();
  other.user = UserId::trusted(new_uuid());
  EXPECT_TRUE(admit(other));
  other.user = UserId::trusted(new_uuid());
  const auto full = admit(other);
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().message, HasSubstr("Everybody in District together"));
  EXPECT_EQ(full.error().retry_after_seconds, 18 * 3600) << "until midnight in Chicago";
  clock.set("2026-03-03T06:00:00Z");
  EXPECT_TRUE(admit(other)) << "a new day there";
}

TEST_F(QuotaServiceTest, TakesACountBackWhenTheBudgetRefuses) {
  set("user_requests_per_day = 5, daily_budget = 0");
  for (int i = 0; i < 8; ++i) EXPECT_EQ(admit().error().code, "AI_BUDGET_EXHAUSTED");
}

TEST_F(QuotaServiceTest, CountsHereWhileRedisIsAway) {
  store::Redis away("redis://127.0.0.1:1", 1, std::chrono::milliseconds(100));
  QuotaService alone{{**scratch, away, clock, ""}};
  set("user_requests_per_hour = 2");
  EXPECT_TRUE(runtime::run_blocking(alone.admit(ask())));
  EXPECT_TRUE(runtime::run_blocking(alone.admit(ask())));
  EXPECT_EQ(runtime::run_blocking(alone.admit(ask())).error().code, "AI_LIMIT_REACHED");
}

TEST_F(QuotaServiceTest, TellsPeopleOfASoftLimit) {
  set("user_requests_per_day = 4, soft_limit = 0.75");
  EXPECT_TRUE(admit()->notices.empty());
  EXPECT_TRUE(admit()->notices.empty());
  EXPECT_THAT(admit()->notices, ElementsAre("You have used 3 of 4 requests of this day."));
}

TEST_F(QuotaServiceTest, ReservesTheMostThatACallCanCost) {
  set("default_model = 'v/cheap', fallback_models = '{v/dear}', daily_budget = 10, monthly_budget = 100");
  const auto grant = admit();
  ASSERT_TRUE(grant) << grant.error().message << grant.error().log_detail;
  EXPECT_TRUE(grant->call.reserved);
  EXPECT_EQ(grant->max_output_tokens, 500) << "the fallback's";
  // (100 + 64) tokens in at one dollar and 500 out at two dollars a thousand: the dear fallback's.
  EXPECT_EQ(value("SELECT string_agg(reserved_cost::text, ' ' ORDER BY period) FROM ai_spending"),
            "1.16400000 1.16400000");
  settle(*grant, 100, 50);
  EXPECT_EQ(value("SELECT string_agg(cost || '/' || reserved_cost, ' ' ORDER BY period) FROM ai_spending"),
            "0.00020000/0.00000000 0.00020000/0.00000000");
  set("fallback_models = '{}'");
  EXPECT_EQ(admit()->max_output_tokens, 1024) << "what was reserved bounds an answer that nothing else bounds";
}

TEST_F(QuotaServiceTest, RefusesWhatTheBudgetDoesNotHoldOut) {
  set("monthly_budget = 2, default_model = 'v/dear'");
  const auto first = admit();
  ASSERT_TRUE(first);
  const auto crowded = admit();
  ASSERT_FALSE(crowded);
  EXPECT_EQ(crowded.error().code, "AI_BUDGET_EXHAUSTED");
  EXPECT_LE(crowded.error().retry_after_seconds, 15) << "others may need less than they have reserved";
  settle(*first, 500, 500);
  const auto spent = admit();
  ASSERT_FALSE(spent);
  EXPECT_THAT(spent.error().message,
              ::testing::AllOf(HasSubstr("of District for this month"), HasSubstr("2026-04-01 (America/Chicago)")));
  EXPECT_EQ(spent.error().retry_after_seconds, 29 * 86400 + 17 * 3600) << "the clock there is put forward on the 8th";
}

TEST_F(QuotaServiceTest, BeginsEachDayAndMonthAnewWhereThePayerLives) {
  set("daily_budget = 1.2, default_model = 'v/dear'");
  const auto spends_a_day = [&](const char* when) {
    clock.set(when);
    const auto grant = admit();
    if (!grant) return false;
    settle(*grant, 100, 500);
    return true;
  };
  EXPECT_TRUE(spends_a_day("2026-03-08T05:59:59Z")) << "the 7th in Chicago, at its end";
  EXPECT_FALSE(spends_a_day("2026-03-08T05:59:59Z"));
  EXPECT_TRUE(spends_a_day("2026-03-08T06:00:00Z")) << "midnight, before the clock is put forward";
  EXPECT_FALSE(spends_a_day("2026-03-09T04:59:59Z")) << "a day of 23 hours";
  EXPECT_TRUE(spends_a_day("2026-03-09T05:00:00Z"));
  EXPECT_TRUE(spends_a_day("2026-11-01T05:00:00Z"));
  EXPECT_FALSE(spends_a_day("2026-11-02T05:59:59Z")) << "a day of 25 hours";
  EXPECT_TRUE(spends_a_day("2026-11-02T06:00:00Z"));
  EXPECT_EQ(value("SELECT string_agg(day::text, ' ' ORDER BY day) FROM ai_usage"),
            "2026-03-07 2026-03-08 2026-03-09 2026-11-01 2026-11-02");
}

TEST_F(QuotaServiceTest, ANewLimitKnowsWhatWasSpentBefore) {
  const auto before = admit(ask("v/dear"));
  settle(*before, 500, 500);  // 1.5 dollars
  set("daily_budget = 2");
  EXPECT_FALSE(admit(ask("v/dear")));
  EXPECT_EQ(value("SELECT cost FROM ai_spending"), "1.50000000");
}

TEST_F(QuotaServiceTest, NeverSpendsMoreThanABudgetHowManyAskAtOnce) {
  set("daily_budget = 20, tokens_per_day = 1000000, default_model = 'v/dear'");
  sql("INSERT INTO ai_settings (group_id, monthly_budget) VALUES ('" + school.str() + "', 25)");
  auto options = scratch->options();
  options.connections = 12;
  store::Database shared(options);
  QuotaService crowd{{shared, redis, clock, ""}};
  std::atomic<int> granted{0}, refused{0}, wrong{0};
  const auto spend = [&](int number) {
    for (int round = 0; round < 4; ++round) {
      auto grant = runtime::run_blocking(crowd.admit(ask()));
      if (!grant) {
        (grant.error().code == "AI_BUDGET_EXHAUSTED" ? refused : wrong)++;
        continue;
      }
      granted++;
      usage::Record record;
      record.call = grant->call;
      record.group = school;
      record.model = "v/dear";
      record.request_type = "chat";
      record.input_tokens = 150;
      record.output_tokens = 400;
      const bool gives_back = (number + round) % 3 == 0;
      const bool done = gives_back ? runtime::run_blocking(usage::release(shared, grant->call)).has_value()
                                   : runtime::run_blocking(usage::settle_alone(shared, record)).has_value();
      if (!done) wrong++;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i) threads.emplace_back(spend, i);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(refused, 0);
  EXPECT_GT(granted, 0);
  EXPECT_EQ(value("SELECT bool_and(cost <= CASE period WHEN 'day' THEN 20 ELSE 25 END) FROM ai_spending"), "true");
  EXPECT_EQ(value("SELECT count(*) FROM ai_reservations"), "0") << "none is lost";
  EXPECT_EQ(value("SELECT bool_and(reserved_cost = 0 AND reserved_tokens = 0) FROM ai_spending"), "true");
  EXPECT_EQ(
      value("SELECT bool_and(s.cost = u.cost AND s.tokens = u.tokens) FROM ai_spending s, (SELECT sum(cost) AS cost,"
            " sum(total_tokens) AS tokens FROM ai_usage) AS u"),
      "true")
      << "the books agree";
}

TEST_F(QuotaServiceTest, RecallsACallWhoseHostDied) {
  set("daily_budget = 10");
  const auto lost = admit();
  Ask about;
  about.call_id = lost->call.id;
  about.group = school;
  const auto call = runtime::run_blocking(service.recall(about));
  ASSERT_TRUE(call);
  auto found = *lost;
  found.call = *call;
  settle(found, 1000, 1000);
  EXPECT_EQ(value("SELECT cost || '/' || reserved_cost FROM ai_spending"), "0.00300000/0.00000000");
}

}  // namespace
}  // namespace rapt::quota
