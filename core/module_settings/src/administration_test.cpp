// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "test_settings.hpp"

namespace rapt::module_settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AdministrationTest : public Settled {
 protected:
  Result<Settings> find(int who, int where) {
    return runtime::run_blocking(administration.find(actor(who), {"filter", group(where)}));
  }
  Result<void> remove(int who, int where, std::optional<TimePoint> expected = {}) {
    return runtime::run_blocking(administration.remove(actor(who), {"filter", group(where)}, expected));
  }
};

TEST_F(AdministrationTest, KeepsWhatEachPlaceSaysAndWhoSaidIt) {
  EXPECT_EQ(find(301, 0)->updated_at, TimePoint());
  ASSERT_TRUE(set(301, 0, R"({"note": "all"})"));
  ASSERT_TRUE(set(302, 101, R"({"note": "school"})"));
  EXPECT_EQ(find(301, 0)->settings_json, R"({"note": "all"})");
  EXPECT_EQ(find(302, 101)->settings_json, R"({"note": "school"})");
  EXPECT_EQ(find(302, 101)->updated_by_name, "U302");
  EXPECT_EQ(find(302, 100)->settings_json, "{}");
}

TEST_F(AdministrationTest, LetsNobodyReachWhatIsNotTheirs) {
  EXPECT_EQ(set(302, 0, "{}").error().kind, ErrorKind::kForbidden) << "the system's";
  EXPECT_EQ(set(302, 102, "{}").error().kind, ErrorKind::kNotFound) << "another district's";
  EXPECT_EQ(find(302, 102).error().message, find(302, 999).error().message) << "as if it were not there";
  EXPECT_EQ(set(303, 101, "{}").error().kind, ErrorKind::kForbidden) << "a student of that school";
  EXPECT_EQ(remove(303, 101).error().kind, ErrorKind::kForbidden);
  const auto nothing = runtime::run_blocking(administration.find(actor(301), {"absent", {}}));
  EXPECT_EQ(nothing.error().kind, ErrorKind::kNotFound);
}

TEST_F(AdministrationTest, SealsSecretsAndShowsTheirNamesAlone) {
  ASSERT_TRUE(set(301, 0, "{}", {{"api_key", "s3cret-text"}}));
  EXPECT_THAT(find(301, 0)->secrets, ElementsAre("api_key"));
  EXPECT_THAT(text("SELECT module_settings::text AS text FROM module_settings"), Not(HasSubstr("s3cret-text")));
  ASSERT_TRUE(set(301, 0, R"({"note": "x"})"));
  EXPECT_THAT(find(301, 0)->secrets, ElementsAre("api_key")) << "what is not named stays";
  ASSERT_TRUE(set(301, 0, "{}", {{"api_key", std::nullopt}}));
  EXPECT_THAT(find(301, 0)->secrets, IsEmpty());
}

TEST_F(AdministrationTest, RefusesWhatTheSchemaRefusesAndKeepsNothingOfIt) {
  const auto refused =
      set(301, 0, R"({"max_words": 0, "words": "a", "note": "fine"})", {{"api_key", "abc"}, {"other", "abcd"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  std::vector<std::string> paths;
  const Error error = refused.error();
  for (const auto& field : error.fields) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("settings.max_words", "settings.words", "secrets.api_key",
                                                     "secrets.other"));
  EXPECT_EQ(find(301, 0)->updated_at, TimePoint());
}

TEST_F(AdministrationTest, RefusesAChangeOfWhatSomebodyElseHasChanged) {
  const auto first = set(301, 0, R"({"note": "1"})", {}, TimePoint());
  ASSERT_TRUE(first);
  ASSERT_TRUE(set(301, 0, R"({"note": "2"})", {}, first->updated_at));
  const auto late = set(301, 0, R"({"note": "3"})", {}, first->updated_at);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "PRECONDITION_FAILED");
  EXPECT_EQ(remove(301, 0, first->updated_at).error().code, "PRECONDITION_FAILED");
  EXPECT_TRUE(remove(301, 0, find(301, 0)->updated_at));
  EXPECT_EQ(remove(301, 0).error().kind, ErrorKind::kNotFound);
}

TEST_F(AdministrationTest, SaysWhereEachValueComesFrom) {
  ASSERT_TRUE(set(301, 0, R"({"note": "all", "least": 1})", {{"api_key", "s3cret-text"}}));
  ASSERT_TRUE(set(302, 100, R"({"least": 2})"));
  const auto all = runtime::run_blocking(
      administration.resolved(actor(302), {"filter", group(101)}, *ConfigSchema::compile(kSchema)));
  ASSERT_TRUE(all);
  std::string told;
  for (const auto& one : *all) {
    told += one.property.name + "=" + one.value_json.value_or("-") + " " + (one.set ? "set " : "unset ") +
            (one.source ? one.source->kind + ":" + one.source->name : "nowhere") + "\n";
  }
  EXPECT_EQ(told,
            "api_key=- set system:\nblocked=- unset nowhere\nleast=2 set group:District\nmax_words=100 unset "
            "default:\nnote=\"all\" set system:\n"
            "region=- unset nowhere\nwords=- unset nowhere\n");
}

TEST_F(AdministrationTest, GoesWithItsModule) {
  ASSERT_TRUE(set(301, 0, "{}", {{"api_key", "s3cret-text"}}));
  scratch->script("DELETE FROM modules");
  EXPECT_EQ(text("SELECT count(*)::text AS text FROM module_settings"), "0");
}

}  // namespace
}  // namespace rapt::module_settings
