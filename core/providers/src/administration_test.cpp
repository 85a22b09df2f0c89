// SPDX-License-Identifier: AGPL-3.0-or-later
#include "test_providers.hpp"

namespace rapt::providers {
namespace {

TEST_F(Providers, ShowsTheNamesOfSecretsAndKeepsTheirValuesSealed) {
  const auto found = await(service.find("school"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->secret_names, std::vector<std::string>{"client_secret"});
  EXPECT_EQ(one("SELECT sealed_secrets AS x FROM auth_providers").find("top"), std::string::npos);
  ProviderChange more;
  more.secrets["second"] = "two";
  change(more);
  EXPECT_EQ(await(service.find("school"))->secret_names, (std::vector<std::string>{"client_secret", "second"}));
  ProviderChange less;
  less.secrets["client_secret"] = std::nullopt;
  change(less);
  EXPECT_EQ(await(service.find("school"))->secret_names, std::vector<std::string>{"second"});
}

TEST_F(Providers, NamesEveryWrongField) {
  ProviderChange bad;
  bad.title = " ";
  bad.module = "../oidc";
  bad.settings_json = "[]";
  bad.secrets["Bad Name"] = "x";
  bad.secrets["empty"] = "";
  bad.default_role = "system_admin";
  bad.domains =
      std::vector<Domain>{{"Upper.example", false}, {"nodot", false}, {"a.example", false}, {"a.example", true}};
  const auto made = await(service.create("other", bad));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(made.error().fields.size(), 9U);
  EXPECT_FALSE(await(service.create("Not A Name", {})));
}

TEST_F(Providers, EnablesOnlyWhatItsModuleAccepts) {
  ProviderChange next;
  next.module = "absent";
  next.title = "Next";
  ASSERT_TRUE(await(service.create("next", next)));
  ProviderChange on;
  on.enabled = true;
  const auto absent = await(service.update("next", on, {}));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().fields.front().path, "module");
  on.module = "oidc";
  caller.url = Error::invalid("settings.client_id", "is missing");
  const auto refused = await(service.update("next", on, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.front().path, "settings.client_id");
  EXPECT_FALSE(await(service.find("next"))->enabled);
}

TEST_F(Providers, WhoSavesSettingsLearnsThatTheProviderCannotBeAsked) {
  Begin looks;
  looks.fetch.emplace().url = "https://id.example/found";
  caller.starts = {looks};
  fetcher.answer = Error{.kind = ErrorKind::kTimeout, .code = {}, .message = "id.example took too long"};
  ProviderChange settings;
  settings.settings_json = R"({"issuer":"https://id.example"})";
  const auto refused = await(service.update("school", settings, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(refused.error().fields.front().path, "settings");
  EXPECT_NE(refused.error().fields.front().message.find("id.example took too long"), std::string::npos);
  EXPECT_EQ(await(service.find("school"))->settings_json.find("issuer"), std::string::npos) << "nothing is kept";
}

TEST_F(Providers, OneDomainHasOneProviderAndANameIsTakenOnce) {
  ProviderChange next;
  next.module = "oidc";
  next.title = "Next";
  next.domains = std::vector<Domain>{{"school.example", false}};
  const auto taken = await(service.create("next", next));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::kConflict);
  EXPECT_FALSE(await(service.find("next"))) << "nothing of it is kept";
  next.domains.reset();
  const auto twice = await(service.create("school", next));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().kind, ErrorKind::kConflict);
}

TEST_F(Providers, ChangesTheStateThatWasSeen) {
  const auto seen = await(service.find("school"));
  ProviderChange title;
  title.title = "One";
  ASSERT_TRUE(await(service.update("school", title, seen->updated_at)));
  const auto late = await(service.update("school", title, seen->updated_at));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "PRECONDITION_FAILED");
  const auto kept = await(service.remove("school", seen->updated_at));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, "PRECONDITION_FAILED");
  EXPECT_TRUE(await(service.remove("school", {})));
  EXPECT_FALSE(await(service.find("school")));
}

TEST_F(Providers, NewPeopleNeedAGroupAndADomain) {
  ProviderChange makes;
  makes.create_users = true;
  EXPECT_EQ(await(service.update("school", makes, {})).error().fields.front().path, "default_group_id");
  makes.default_group = GroupId::trusted("00000000-0000-7000-8000-0000000000ff");
  EXPECT_EQ(await(service.update("school", makes, {})).error().fields.front().path, "default_group_id");
  makes.default_group = GroupId::trusted(kGroup);
  makes.domains = std::vector<Domain>{};
  EXPECT_EQ(await(service.update("school", makes, {})).error().fields.front().path, "domains");
}

TEST_F(Providers, DecidesByTheDomainAlone) {
  for (const char* email : {"ada@school.example", " Nobody@SCHOOL.example "}) {
    const auto found = await(service.lookup(email));
    ASSERT_TRUE(found && found->provider) << email;
    EXPECT_EQ(found->provider->name, "school");
    EXPECT_TRUE(found->forced);
  }
  for (const char* email :
       {"ada@sub.school.example", "school.example", "@school.example", "", "a@b", "a@school.example."})
    EXPECT_FALSE(await(service.lookup(email))->provider) << email;
}

}  // namespace
}  // namespace rapt::providers
