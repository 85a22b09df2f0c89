// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/module_settings/live_settings.hpp"

#include <chrono>
#include <thread>

#include "rapt/module_settings/configured_caller.hpp"
#include "test_settings.hpp"

namespace rapt::module_settings {
namespace {

using hooks::Answer;
using hooks::Point;

class LiveSettingsTest : public Settled {
 protected:
  LiveSettingsTest() {
    modules.on("filter", Point::kChatBeforeAi, [](const auto&) { return Answer{}; });
    modules.describe({"filter", "1.0.0", "Filter", "", kSchema});
  }
  /// What the module is told when a tool says `own`.
  std::string told(int where, const std::string& own) {
    hooks::Context context;
    context.group.id = where == 0 ? "" : uuid(where);
    const auto answer =
        runtime::run_blocking(caller.call("filter", Point::kChatBeforeAi, context, own, std::chrono::seconds(1)));
    if (answer.kind != Answer::Kind::kContinue) return answer.text;
    return modules.calls().back().config_json;
  }
  ConfiguredCaller caller{modules, live};
};

TEST_F(LiveSettingsTest, TellsAModuleWhatHoldsInTheGroup) {
  ASSERT_TRUE(set(301, 0, R"({"note": "all", "max_words": 90})", {{"api_key", "s3cret-text"}}));
  ASSERT_TRUE(set(302, 100, R"({"note": "district"})"));
  EXPECT_EQ(told(101, R"({"max_words": 70})"), R"({"max_words":70,"note":"district"})") << "the school inherits";
  EXPECT_EQ(told(102, "{}"), R"({"max_words":90,"note":"all"})");
  EXPECT_EQ(told(0, "{}"), R"({"max_words":90,"note":"all"})");
  EXPECT_EQ(told(101, R"({"max_words": 99})"), R"({"max_words":90,"note":"district"})") << "narrowed";
  EXPECT_EQ(told(101, R"({"api_key": "abcd"})"), R"({"max_words":90,"note":"district"})") << "never a secret";
}

TEST_F(LiveSettingsTest, AsksTheDatabaseOncePerGroup) {
  EXPECT_EQ(live.at_hand("filter", uuid(101), "{}"), nullptr);
  told(101, "{}");
  ASSERT_NE(live.at_hand("filter", uuid(101), "{}"), nullptr);
  EXPECT_EQ(*live.at_hand("filter", uuid(101), "{}"), "{}");
  EXPECT_EQ(live.at_hand("filter", uuid(102), "{}"), nullptr);
}

TEST_F(LiveSettingsTest, FollowsChangesWithinASecondWithoutBeingTold) {
  EXPECT_EQ(told(101, "{}"), "{}");
  runtime::Runtime loop{1};
  loop.spawn(live.follow());
  std::thread thread([&loop] { loop.run(); });
  const auto becomes = [&](const std::string& wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (told(101, "{}") != wanted && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return told(101, "{}");
  };
  ASSERT_TRUE(set(302, 100, R"({"note": "new"})"));
  EXPECT_EQ(becomes(R"({"note":"new"})"), R"({"note":"new"})");
  scratch->script("UPDATE groups SET parent_id = '" + uuid(102) + "' WHERE id = '" + uuid(101) + "'");
  EXPECT_EQ(becomes("{}"), "{}") << "the school has moved to another district";
  loop.spawn([](LiveSettings& settings, runtime::Runtime& its) -> Task<void> {
    co_await settings.stop();
    its.stop();
  }(live, loop));
  thread.join();
}

TEST_F(LiveSettingsTest, FollowsAnotherVersionOfTheModule) {
  ASSERT_TRUE(set(301, 0, R"({"note": "all"})"));
  EXPECT_EQ(told(101, R"({"fresh": 1})"), R"({"fresh":1,"note":"all"})");
  modules.describe(
      {"filter", "2.0.0", "Filter", "", R"({"type": "object", "properties": {"fresh": {"type": "integer"}}})"});
  EXPECT_EQ(told(101, R"({"fresh": 1})"), R"({"fresh":1})") << "the note is no property of 2.0.0";
}

TEST_F(LiveSettingsTest, GivesTheNearestSecretToTheHostAlone) {
  const auto secret = [&](int where) {
    return runtime::run_blocking(live.secret("filter", "api_key", where == 0 ? "" : uuid(where)));
  };
  const auto names = [&](int where) { return *runtime::run_blocking(live.secrets("filter", uuid(where))); };
  EXPECT_EQ(*secret(101), std::nullopt);
  EXPECT_EQ(names(101), (std::map<std::string, bool>{{"api_key", false}}));
  live.forget();
  ASSERT_TRUE(set(301, 0, "{}", {{"api_key", "of-the-system"}}));
  ASSERT_TRUE(set(302, 100, "{}", {{"api_key", "of-the-district"}}));
  EXPECT_EQ(*secret(101), "of-the-district");
  EXPECT_EQ(names(101), (std::map<std::string, bool>{{"api_key", true}}));
  EXPECT_EQ(*secret(102), "of-the-system");
  EXPECT_EQ(*secret(0), "of-the-system");
  scratch->script("UPDATE module_settings SET secrets = (SELECT secrets FROM module_settings WHERE group_id IS NULL)");
  live.forget();
  EXPECT_EQ(secret(101).error().kind, ErrorKind::kInternal) << "sealed for another place";
}

TEST_F(LiveSettingsTest, AsksNoModuleWhoseSettingsCannotBeRead) {
  scratch->script("ALTER TABLE module_settings RENAME TO away");
  EXPECT_THAT(told(101, "{}"), ::testing::HasSubstr("could not be read"));
  EXPECT_TRUE(modules.calls().empty());
}

}  // namespace
}  // namespace rapt::module_settings
