// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace rapt::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Variables = std::map<std::string, std::string>;

Environment environment(Variables changes) {
  Variables all{{"DATABASE_URL", "postgresql://rapt@localhost/rapt"}, {"REDIS_URL", "redis://localhost:6379/0"}};
  for (auto& [name, value] : changes) all[name] = value;
  return [all](std::string_view name) -> std::optional<std::string> {
    const auto found = all.find(std::string(name));
    return found == all.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Settings, HaveDefaultsForAllButDatabaseAndRedis) {
  const auto settings = load_settings(environment({})).value();
  EXPECT_EQ(settings.port, 3000);
  EXPECT_EQ(settings.host, "127.0.0.1");
  EXPECT_EQ(settings.public_url, "http://127.0.0.1:3000");
  EXPECT_EQ(settings.ai_request_timeout, std::chrono::milliseconds(120000));
  EXPECT_EQ(settings.ai_gateway_url, "https://openrouter.ai/api/v1");
  EXPECT_EQ(settings.runner.filename(), "rapt-runner");
  EXPECT_TRUE(settings.runner.is_absolute());
  EXPECT_FALSE(settings.production);
  EXPECT_TRUE(settings.required_sandbox_layers.empty());
}

TEST(Settings, AreReadFromTheEnvironment) {
  const auto settings = load_settings(environment({{"PORT", "8080"},
                                                   {"HOST", "::1"},
                                                   {"AI_EMBEDDING_MODEL", "v/embed"},
                                                   {"AI_MAX_RETRIES", "0"},
                                                   {"AI_FIRST_TOKEN_TIMEOUT_MS", "1000"},
                                                   {"AI_TOKEN_TIMEOUT_MS", "2000"},
                                                   {"AI_CONNECT_TIMEOUT_MS", "3000"},
                                                   {"RAPT_DEMO_MODEL", "1"},
                                                   {"RAPT_ENV", "production"},
                                                   {"RAPT_SANDBOX_REQUIRE", "seccomp,landlock"}}))
                            .value();
  EXPECT_EQ(settings.public_url, "http://[::1]:8080");
  EXPECT_EQ(settings.ai_embedding_model, "v/embed");
  EXPECT_EQ(settings.ai_max_retries, 0);
  EXPECT_EQ(settings.ai_first_token_timeout, std::chrono::seconds(1));
  EXPECT_EQ(settings.ai_token_timeout, std::chrono::seconds(2));
  EXPECT_EQ(settings.ai_connect_timeout, std::chrono::seconds(3));
  EXPECT_TRUE(settings.demo_model);
  EXPECT_TRUE(settings.production);
  EXPECT_THAT(settings.required_sandbox_layers, ElementsAre("seccomp", "landlock"));
}

TEST(Settings, TakeAPartOfTheDay) {
  const auto read = [](const std::string& window) {
    return load_settings(environment({{"MODULE_UPDATE_CHECK_MINUTES", "0"}, {"MODULE_UPDATE_WINDOW", window}}));
  };
  for (const auto* fine : {"", "02:00-05:00", "22:30-04:00"}) {
    const auto settings = read(fine);
    ASSERT_TRUE(settings) << fine;
    EXPECT_EQ(settings->module_update_window, fine);
    EXPECT_EQ(settings->module_update_check.count(), 0);
  }
  for (const auto* wrong : {"2-5", "24:00-05:00", "02:60-05:00", "02:00-02:00", "02:00-05:00 ", "02.00-05.00"})
    EXPECT_FALSE(read(wrong)) << wrong;
}

TEST(Settings, ListProxiesAndOriginsThatAreTrusted) {
  const auto settings = load_settings(environment({{"TRUSTED_PROXIES", "10.0.0.0/8, ::1"},
                                                   {"CORS_ORIGINS", "https://a.example, http://localhost:5173"}}))
                            .value();
  ASSERT_EQ(settings.trusted_proxies.size(), 2U);
  EXPECT_TRUE(settings.trusted_proxies[0].holds(*IpAddress::parse("10.9.8.7")));
  EXPECT_THAT(settings.cors_origins, ElementsAre("https://a.example", "http://localhost:5173"));
  for (const char* wrong : {"localhost", "10.0.0.0/99", "*", "10.0.0.1 10.0.0.2"}) {
    EXPECT_FALSE(load_settings(environment({{"TRUSTED_PROXIES", wrong}}))) << wrong;
  }
  for (const char* wrong : {"*", "a.example", "https://a.example/", "https://*.example", "null", "https://A.example",
                            "https://user@a.example"}) {
    EXPECT_FALSE(load_settings(environment({{"CORS_ORIGINS", wrong}}))) << wrong;
  }
}

TEST(Settings, LimitAPersonOrAnAddressOnlyByPositiveNumbers) {
  const auto settings = load_settings(environment({{"RATE_LIMIT_API_MAX", "50"}})).value();
  EXPECT_EQ(settings.rate_limit_api_max, 50);
  EXPECT_EQ(settings.rate_limit_auth_max, 5);
  EXPECT_FALSE(load_settings(environment({{"RATE_LIMIT_AUTH_MAX", "0"}})));
}

TEST(Settings, NameThisHostByMachineAndPortUnlessTold) {
  const auto unnamed = load_settings(environment({{"PORT", "3061"}})).value().host_name;
  EXPECT_THAT(unnamed, ::testing::EndsWith(":3061"));
  EXPECT_GT(unnamed.size(), std::string(":3061").size());
  EXPECT_EQ(load_settings(environment({{"RAPT_HOST_NAME", "east.example-1:a"}})).value().host_name, "east.example-1:a");
  for (const std::string& wrong : {std::string("a b"), std::string("a\n"), std::string(101, 'a')}) {
    const auto refused = load_settings(environment({{"RAPT_HOST_NAME", wrong}}));
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().fields.at(0).path, "RAPT_HOST_NAME");
  }
}

TEST(Settings, EmptyVariablesCountAsUnset) {
  EXPECT_EQ(load_settings(environment({{"PORT", ""}})).value().port, 3000);
}

TEST(Settings, AllFaultsAreShownAtOnceWithNameAndRemedy) {
  const auto result = load_settings(environment({{"DATABASE_URL", ""},
                                                 {"REDIS_URL", "localhost"},
                                                 {"PORT", "70000"},
                                                 {"HOST", "example.org"},
                                                 {"LOG_LEVEL", "loud"},
                                                 {"AI_MAX_RETRIES", "2x"},
                                                 {"AI_GATEWAY_URL", "openrouter.ai"},
                                                 {"RAPT_DEMO_MODEL", "maybe"},
                                                 {"RAPT_ENV", "prod"},
                                                 {"PUBLIC_URL", "here"},
                                                 {"RAPT_SANDBOX_REQUIRE", "seccomp,,x"}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fields.size(), 11u);
  EXPECT_THAT(result.error().message, HasSubstr("11 faults"));
  EXPECT_THAT(result.error().message, HasSubstr("PORT must be a whole number from 1 to 65535"));
  EXPECT_THAT(result.error().message, HasSubstr("DATABASE_URL is not set"));
}

TEST(Settings, UnsignedModulesAreNotForProduction) {
  EXPECT_FALSE(load_settings(environment({{"RAPT_ENV", "production"}, {"RAPT_DEVELOPMENT_MODULES", "1"}})));
}

TEST(Settings, FaultsDoNotRepeatSecrets) {
  const auto result = load_settings(environment({{"DATABASE_URL", "mysql://u:s3cret@h/d"}, {"REDIS_URL", "s3cret@h"}}));
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, Not(HasSubstr("s3cret")));
}

TEST(Settings, AreDescribedOneALine) {
  const std::string text = describe();
  EXPECT_THAT(text, HasSubstr("AI_REQUEST_TIMEOUT_MS"));
  EXPECT_THAT(text, HasSubstr("120000 milliseconds"));
  EXPECT_THAT(text, HasSubstr("[secret]"));
  EXPECT_THAT(text, HasSubstr("required"));
  EXPECT_THAT(text, HasSubstr("\nMETRICS_TOKEN "));
  EXPECT_THAT(text, HasSubstr("\nOTEL_EXPORTER_OTLP_ENDPOINT "));
}

TEST(UnknownVariables, AreNamedWithTheSettingThatWasProbablyMeant) {
  EXPECT_THAT(
      unknown_variables({"PATH", "RAPT_THREADS", "RAPT_THREAD", "AI_KEYS_OF_THE_KINGDOM", "RAPT_INSTANCE"}),
      ElementsAre("RAPT_THREAD is no setting: did you mean RAPT_THREADS?", "AI_KEYS_OF_THE_KINGDOM is no setting"));
}

}  // namespace
}  // namespace rapt::config
