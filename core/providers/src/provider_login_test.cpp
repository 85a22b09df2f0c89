// SPDX-License-Identifier: AGPL-3.0-or-later
#include "flow.hpp"
#include "test_providers.hpp"

namespace rapt::providers {
namespace {

std::string code_of(const Result<Begun>& begun) {
  return begun ? "OK" : begun.error().code;
}

Step fetching(Fetch fetch) {
  Step step;
  step.fetch = std::move(fetch);
  step.memo = "remember";
  return step;
}

TEST_F(Providers, TellsTheModuleNoSecretAndComesBackWhereItBegan) {
  const auto arrived = log_in(claim("s1", "ada@school.example"));
  ASSERT_TRUE(arrived) << arrived.error().log_detail;
  EXPECT_EQ(arrived->return_to, "/tools");
  EXPECT_EQ(arrived->device, identity::DeviceContext::kShared);
  EXPECT_EQ(caller.started.redirect_uri, "https://learn.example/api/v1/auth/school/callback");
  EXPECT_EQ(caller.started.settings_json.find("secret"), std::string::npos);
  ASSERT_EQ(caller.inputs.size(), 1U);
  const auto& input = caller.inputs.front();
  EXPECT_EQ(input.nonce, caller.started.nonce);
  ASSERT_EQ(input.parameters.size(), 1U) << "without the state";
  EXPECT_EQ(input.parameters.front().first, "code");
  EXPECT_EQ(input.settings_json.find("secret"), std::string::npos);
}

TEST_F(Providers, FetchesForTheModuleWithWhatItMayNotSee) {
  Fetch token;
  token.method = "POST";
  token.url = "https://id.example/token";
  token.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  token.body = "client_secret={{secret:client_secret}}&code_verifier={{code_verifier}}";
  caller.steps.emplace_back(fetching(token));
  const auto arrived = log_in(claim("s1", "ada@school.example"));
  ASSERT_TRUE(arrived) << arrived.error().log_detail;
  ASSERT_EQ(fetcher.fetched.size(), 1U);
  EXPECT_TRUE(fetcher.fetched.front().body.starts_with("client_secret=top%26secret&code_verifier="));
  ASSERT_EQ(caller.inputs.size(), 2U);
  EXPECT_EQ(caller.inputs[1].memo, "remember");
  ASSERT_TRUE(caller.inputs[1].answered);
  EXPECT_EQ(caller.inputs[1].answered->body, R"({"ok":true})");
}

TEST_F(Providers, FetchesFromNoOtherHostAndForNoUnknownSecret) {
  for (const char* url : {"https://evil.example/?{{secret:client_secret}}", "http://id.example/",
                          "https://id.example/{{secret:other}}", "https://{{secret:client_secret}}.id.example/"}) {
    Fetch fetch;
    fetch.url = url;
    caller.steps.emplace_back(fetching(fetch));
    const auto arrived = log_in(claim("s1", "ada@school.example"));
    ASSERT_EQ(code(arrived), "PROVIDER_UNAVAILABLE") << url;
    EXPECT_EQ(arrived.error().log_detail.find("top"), std::string::npos);
  }
  EXPECT_TRUE(fetcher.fetched.empty());
}

Begin looking_up(const std::string& url) {
  Begin begin;
  begin.fetch.emplace().url = url;
  begin.memo = "found";
  return begin;
}

TEST_F(Providers, FetchesBeforeTheBrowserIsSentAway) {
  caller.starts.push_back(looking_up("https://id.example/.well-known/openid-configuration"));
  const auto begun = await(service.begin("school", "/", {}));
  ASSERT_TRUE(begun) << begun.error().log_detail;
  EXPECT_EQ(begun->url, *caller.url);
  ASSERT_EQ(fetcher.fetched.size(), 1U);
  EXPECT_FALSE(fetcher.privately.front()) << "nobody granted that";
  ASSERT_TRUE(caller.looked_up);
  EXPECT_EQ(caller.looked_up->memo, "found");
  EXPECT_EQ(caller.looked_up->answered.body, R"({"ok":true})");
}

TEST_F(Providers, LooksUpAtMostFourTimesAndAtNoOtherHost) {
  for (int i = 0; i < 20; ++i) caller.starts.push_back(looking_up("https://id.example/again"));
  EXPECT_EQ(code_of(await(service.begin("school", "/", {}))), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(fetcher.fetched.size(), 4U);
  caller.starts = {looking_up("https://evil.example/")};
  EXPECT_EQ(code_of(await(service.begin("school", "/", {}))), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(fetcher.fetched.size(), 4U);
}

TEST_F(Providers, PrivateAddressesAreForWhomTheyWereGranted) {
  caller.granted = {"id.example", "private"};
  Fetch token;
  token.url = "https://id.example/token";
  caller.starts = {looking_up("https://id.example/found")};
  caller.steps.emplace_back(fetching(token));
  ASSERT_TRUE(log_in(claim("s1", "ada@school.example")));
  EXPECT_EQ(fetcher.privately, (std::vector<bool>{true, true}));
}

TEST_F(Providers, EndsAModuleThatNeverComesToAnEnd) {
  Fetch fetch;
  fetch.url = "https://id.example/again";
  for (int i = 0; i < 20; ++i) caller.steps.emplace_back(fetching(fetch));
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example"))), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(caller.inputs.size(), 8U);
}

TEST_F(Providers, TellsRefusalsFromFailures) {
  Step refusal;
  refusal.refusal = "You went back.";
  caller.steps.emplace_back(refusal);
  const auto refused = log_in({});
  ASSERT_EQ(code(refused), "PROVIDER_REFUSED");
  EXPECT_EQ(refused.error().message, "You went back.");
  caller.steps.emplace_back(Error::unavailable("oidc", "died"));
  EXPECT_EQ(code(log_in({})), "PROVIDER_UNAVAILABLE");
  Fetch fetch;
  fetch.url = "https://id.example/";
  caller.steps.emplace_back(fetching(fetch));
  fetcher.answer = Error::unavailable("id.example", "slow");
  EXPECT_EQ(code(log_in({})), "PROVIDER_UNAVAILABLE");
}

TEST_F(Providers, AStateCountsOnceForItsBrowserItsProviderAndTenMinutes) {
  caller.always.claim = claim("s1", "ada@school.example");
  const auto begun = await(service.begin("school", "/", {}));
  ASSERT_TRUE(begun);
  const std::string state = caller.started.state;
  const auto finish = [&](std::string flow, std::vector<std::pair<std::string, std::string>> parameters) {
    return code(await(service.finish("school", std::move(flow), std::move(parameters))));
  };
  EXPECT_EQ(finish(begun->sealed_flow, {{"state", state + "x"}}), "STATE_MISMATCH");
  EXPECT_EQ(finish(begun->sealed_flow, {{"state", state}, {"state", state}}), "STATE_MISMATCH");
  EXPECT_EQ(finish(begun->sealed_flow, {}), "STATE_MISMATCH");
  EXPECT_EQ(finish("", {{"state", state}}), "STATE_MISMATCH");
  EXPECT_EQ(code(await(service.finish("other", begun->sealed_flow, {{"state", state}}))), "STATE_MISMATCH");
  EXPECT_EQ(finish(begun->sealed_flow, {{"state", state}}), "OK");
  EXPECT_EQ(finish(begun->sealed_flow, {{"state", state}}), "STATE_MISMATCH");
  const auto late = await(service.begin("school", "/", {}));
  clock.move(std::chrono::minutes(10));
  EXPECT_EQ(finish(late->sealed_flow, {{"state", caller.started.state}}), "STATE_MISMATCH");
}

TEST_F(Providers, SendsTheBrowserOnlyWhereTheModuleMayGo) {
  caller.url = std::string("https://evil.example/");
  const auto begun = await(service.begin("school", "/", {}));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, "PROVIDER_UNAVAILABLE");
}

TEST_F(Providers, OneThatIsNotEnabledIsNotThere) {
  ProviderChange off;
  off.enabled = false;
  change(off);
  const auto begun = await(service.begin("school", "/", {}));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(await(service.offered())->empty());
  EXPECT_FALSE(await(service.lookup("ada@school.example"))->provider);
  EXPECT_FALSE(*await(service.forced_for("ada@school.example")));
}

TEST(LocalPath, IsAPathOfThisSite) {
  for (const char* path : {"/", "/tools?x=1#y", "/a//b"}) EXPECT_EQ(local_path(path), path);
  for (const char* path : {"", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: b",
                           "/a b", "/api/v1/auth/logout", "javascript:alert(1)", "/\xC3\xA4"})
    EXPECT_EQ(local_path(path), "/") << path;
}

}  // namespace
}  // namespace rapt::providers
