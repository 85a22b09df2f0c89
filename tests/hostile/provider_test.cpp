// SPDX-License-Identifier: AGPL-3.0-or-later
// A login provider that lies, dies and stays away: what the login is told, and what becomes of its process.
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/host/provider_lookups.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kProviderPermissions =
    R"([{"name":"auth-provider","reason":"r"},{"name":"http","reason":"r","hosts":["id.example","*.below.example","@settings"]}])";

Packing as_provider() {
  Packing packing;
  packing.abi = "1.3";
  packing.points = {"chat:on_message"};
  packing.permissions = kProviderPermissions;
  return packing;
}

class Provider : public ::testing::Test {
 protected:
  void run(const Packing& packing = as_provider(), const std::string& name = "provider") {
    name_ = Workshop::full_name(name);
    house_.start({workshop_.pack(name, packing)});
  }
  Result<std::string> start(const std::string& told, const std::string& settings = "{}") {
    providers::Start input{settings, told, "state", "nonce", "challenge"};
    return boost::asio::co_spawn(house_.loop(), house_.supervisor().start(name_, input), boost::asio::use_future).get();
  }
  Result<providers::Step> step(const std::string& told, const std::string& settings = "{}") {
    providers::Input input;
    input.settings_json = settings;
    input.redirect_uri = told;
    return boost::asio::co_spawn(house_.loop(), house_.supervisor().step(name_, input), boost::asio::use_future).get();
  }
  Result<std::string> start_says(const std::string& answer) { return start("hex:" + security::to_hex(answer)); }
  Result<providers::Step> step_says(const std::string& answer) { return step("hex:" + security::to_hex(answer)); }

  /// The login learns that the module is away; the admin reads why, and the process has been ended.
  template <class T>
  void expect_end(const Result<T>& answer, const std::string& why) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
    EXPECT_EQ(answer.error().part, name_);
    EXPECT_THAT(answer.error().log_detail, HasSubstr(why));
    EXPECT_THAT(answer.error().message, ::testing::Not(HasSubstr(why))) << "that is for the admin";
    const auto status = house_.wait_for(
        name_, [&](const auto& s) { return s.restarts > ended_ && s.state == host::ModuleState::kRunning; });
    EXPECT_THAT(status.last_failure, HasSubstr(why));
    ended_ = status.restarts;
  }

  Workshop workshop_;
  House house_{workshop_, fearless};
  std::string name_;
  unsigned ended_ = 0;
};

TEST_F(Provider, AnHonestOneIsAskedAndBelieved) {
  run();
  EXPECT_THAT(house_.supervisor().provider_modules(), ElementsAre(name_));
  EXPECT_THAT(house_.supervisor().reachable_hosts(name_), ElementsAre("id.example", "*.below.example", "@settings"));
  const auto url = start_says(R"({"url":"https://id.example/authorize?state=x"})");
  ASSERT_TRUE(url) << url.error().log_detail;
  EXPECT_EQ(*url, "https://id.example/authorize?state=x");
  const auto fetch = step_says(
      R"({"fetch":{"method":"POST","url":"https://a.below.example/t","headers":[{"name":"Accept","value":"a/b"}],"body":"x\ny"},"memo":"m"})");
  ASSERT_TRUE(fetch) << fetch.error().log_detail;
  ASSERT_TRUE(fetch->fetch);
  EXPECT_EQ(fetch->fetch->method, "POST");
  EXPECT_EQ(fetch->fetch->body, "x\ny");
  EXPECT_THAT(fetch->fetch->headers, ElementsAre(std::pair<std::string, std::string>("Accept", "a/b")));
  EXPECT_EQ(fetch->memo, "m");
  const auto claim =
      step_says(R"({"claim":{"subject":"s1","email":"a@b.example","email_verified":true,"name":"A B"}})");
  ASSERT_TRUE(claim && claim->claim) << claim.error().log_detail;
  EXPECT_EQ(claim->claim->subject, "s1");
  EXPECT_TRUE(claim->claim->email_verified);
  const auto refused = step_says(R"({"refuse":"Not today."})");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusal, "Not today.");
  const auto status = house_.status(name_);
  EXPECT_EQ(status.restarts, 0U);
  ASSERT_EQ(status.hooks.size(), 3U);
  EXPECT_EQ(hooks::name(status.hooks[1].declared.point), "auth:start");
  EXPECT_EQ(status.hooks[1].calls, 1U);
  EXPECT_EQ(status.hooks[2].calls, 3U);
  EXPECT_EQ(house_.ask(name_, 10s).kind, hooks::Answer::Kind::kContinue) << "its hooks";
}

TEST_F(Provider, MayFetchBeforeTheBrowserGoesWithinItsHosts) {
  run();
  host::ProviderLookups lookups(house_.supervisor());
  const auto ask = [&](const std::string& answer) {
    providers::Start input{"{}", "hex:" + security::to_hex(answer), "state", "nonce", "challenge"};
    return boost::asio::co_spawn(house_.loop(), lookups.begin(name_, input, std::nullopt), boost::asio::use_future)
        .get();
  };
  const auto begin = ask(R"({"fetch":{"url":"https://id.example/.well-known/openid-configuration"},"memo":"m"})");
  ASSERT_TRUE(begin) << begin.error().log_detail;
  ASSERT_TRUE(begin->fetch);
  EXPECT_EQ(begin->url + "|" + begin->memo, "|m");
  const auto elsewhere = ask(R"({"fetch":{"url":"https://evil.example/"}})");
  ASSERT_FALSE(elsewhere);
  EXPECT_THAT(elsewhere.error().log_detail, HasSubstr("not granted to reach"));
  expect_end(ask(R"({"fetch":{"url":"https://id.example/"},"url":"https://id.example/"})"), "url");
}

TEST_F(Provider, SettingsThatItRefusesAreTheAdminsToMend) {
  run();
  const auto refused = start_says(R"({"invalid":[{"field":"client_id","message":"It is missing."}]})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  ASSERT_EQ(refused.error().fields.size(), 1U);
  EXPECT_EQ(refused.error().fields[0].path, "settings.client_id");
  EXPECT_EQ(house_.status(name_).restarts, 0U);
}

TEST_F(Provider, ReachesNoHostThatNobodyGranted) {
  run();
  const std::string settings = R"({"token_endpoint":"https://own.example/t"})";
  const auto fetch = R"({"fetch":{"url":"https://own.example/t"}})";
  EXPECT_TRUE(step("hex:" + security::to_hex(fetch), settings)) << "an address of the settings";
  for (const auto& result : {step_says(fetch), step_says(R"({"fetch":{"url":"https://id.example.evil.example/"}})")}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable);
    EXPECT_THAT(result.error().log_detail, HasSubstr("not granted to reach"));
  }
  const auto sent_away = start_says(R"({"url":"https://evil.example/"})");
  ASSERT_FALSE(sent_away);
  EXPECT_THAT(sent_away.error().log_detail, HasSubstr("evil.example"));
  EXPECT_EQ(house_.status(name_).restarts, 0U) << "the settings may be at fault";
}

TEST_F(Provider, LiesAtTheStartEndIt) {
  run();
  const std::string huge = R"({"url":"https://id.example/)" + std::string(9000, 'a') + R"("})";
  expect_end(start_says(huge), "8192 are allowed");
  expect_end(start_says(R"({"url":"http://id.example/"})"), "no plain https address");
  expect_end(start_says(R"({"url":"https://id.example/\r\nx"})"), "may not hold");
  expect_end(start_says(R"({"url":"https://id.example/","invalid":[]})"), "is no list of 1");
  expect_end(start_says(R"({"url":"https://id.example/","more":1})"), "does not belong there");
  expect_end(start_says("[]"), "no JSON object");
  expect_end(start("raw:" + security::to_hex("{\"url\": not JSON at all}")), "the replacement is not JSON");
  expect_end(start("raw:" + security::to_hex("{\"url\":\"\xFF\xFE\"}")), "not UTF-8");
}

TEST_F(Provider, LiesAtAStepEndIt) {
  run();
  const auto fetch = [](const std::string& rest) { return R"({"fetch":{"url":"https://id.example/")" + rest + "}"; };
  expect_end(step_says(R"({"claim":{"subject":"s"},"refuse":"No."})"), "\"refuse\", which does not belong there");
  expect_end(step_says(fetch(R"(},"claim":{"subject":"s"})")), "\"claim\", which does not belong there");
  expect_end(step_says("{}"), "lacks \"refuse\"");
  expect_end(step_says(fetch(R"(,"method":"PUT"})")), "neither GET nor POST");
  expect_end(step_says(fetch(R"(,"body":"x"})")), "a GET has no body");
  expect_end(step_says(fetch(R"(,"method":"POST","body":")" + std::string(65537, 'b') + "\"}")), "65536 are allowed");
  expect_end(step_says(fetch(R"(},"memo":")" + std::string(8193, 'm') + "\"")), "8192 are allowed");
  expect_end(step_says(fetch(R"(,"headers":[{"name":"A b","value":""}]})")), "may not hold");
  expect_end(step_says(fetch(R"(,"headers":[{"name":"a","value":"b\r\nc"}]})")), "may not hold");
  expect_end(step_says(fetch(R"(,"headers":[{"name":"Host","value":"b"}]})")), "the host's own");
  std::string many;
  for (int i = 0; i < 33; ++i) many += std::string(i == 0 ? "" : ",") + R"({"name":"a","value":""})";
  expect_end(step_says(fetch(",\"headers\":[" + many + "]}")), "is no list of 0 to 32");
  expect_end(step_says(R"({"claim":{"subject":""}})"), "1 to 255");
  expect_end(step("raw:" + security::to_hex(R"({"claim":{"subject":"a\u0000"}})")), "the replacement is not JSON");
  expect_end(step_says(R"({"claim":{"subject":"a\u009bb"}})"), "may not hold");
  expect_end(step_says(R"({"claim":{"subject":"s","email_verified":true}})"), "names none");
  expect_end(step_says(R"({"claim":{"subject":"s","email":7}})"), "no text");
  expect_end(step_says(R"({"refuse":"a\nb"})"), "may not hold");
}

TEST_F(Provider, DeathsAndFailuresAreNoAnswer) {
  run();
  for (const char* told : {"fail:", "nothing:"}) {
    const auto failed = step(told);
    ASSERT_FALSE(failed) << told;
    EXPECT_EQ(failed.error().kind, ErrorKind::kUnavailable);
  }
  EXPECT_EQ(house_.status(name_).restarts, ended_) << "a failure is an answer";
  const auto others = step("other:");
  ASSERT_TRUE(others) << others.error().log_detail;
  EXPECT_EQ(others->refusal, "all refused");
  expect_end(step("crash:"), "SIGSEGV");
}

TEST_F(Provider, OneThatNeverReturnsIsEnded) {
  run();
  expect_end(start("loop:"), "took longer than its limit of 5000 ms at auth:start");
}

TEST_F(Provider, SettingsThatAreNoObjectAreNotSent) {
  run();
  const auto refused = start("nothing:", "[]");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
}

TEST_F(Provider, LiesOpenTheCircuitAndLeadIntoQuarantine) {
  House house(workshop_, [](host::Supervisor::Options& options) {
    options.restart_initial = options.restart_maximum = 1ms;
    options.quarantine_failures = 2;
  });
  name_ = Workshop::full_name("provider");
  house.start({workshop_.pack("provider", as_provider())});
  const auto lie = [&] {
    providers::Start input{"{}", "hex:" + security::to_hex("[]"), "state", "nonce", "challenge"};
    return boost::asio::co_spawn(house.loop(), house.supervisor().start(name_, input), boost::asio::use_future).get();
  };
  EXPECT_FALSE(lie());
  house.wait_for(name_, [](const auto& s) { return s.restarts == 1 && s.state == host::ModuleState::kRunning; });
  EXPECT_FALSE(lie());
  house.wait_for(name_, [](const auto& s) { return s.state == host::ModuleState::kQuarantined; });
  EXPECT_THAT(house.supervisor().provider_modules(), IsEmpty());
  EXPECT_THAT(house.supervisor().reachable_hosts(name_), IsEmpty());
  const auto away = lie();
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().kind, ErrorKind::kUnavailable);
}

TEST_F(Provider, WithoutThePermissionNobodyAsksIt) {
  auto packing = as_provider();
  packing.permissions = "[]";
  run(packing);
  EXPECT_THAT(house_.supervisor().provider_modules(), IsEmpty());
  const auto refused = start_says(R"({"url":"https://id.example/"})");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().log_detail, HasSubstr("no login provider"));
  EXPECT_EQ(house_.status(name_).state, host::ModuleState::kRunning);
}

TEST_F(Provider, APermissionOfABundleOfOldMakesNoProvider) {
  auto packing = as_provider();
  packing.abi = "1.1";
  run(packing);
  EXPECT_THAT(house_.supervisor().provider_modules(), IsEmpty());
  EXPECT_EQ(house_.ask(name_, 10s).kind, hooks::Answer::Kind::kContinue);
}

TEST_F(Provider, ALibraryWithoutTheExtensionIsRefused) {
  run(as_provider(), "no-provider");
  const auto status = house_.status(name_);
  EXPECT_EQ(status.state, host::ModuleState::kRefused);
  EXPECT_THAT(status.reason, HasSubstr("offers no rapt.auth-provider/1"));
}

TEST_F(Provider, AModuleThatIsNotThereIsAway) {
  run();
  providers::Start input{"{}", "x", "state", "nonce", "challenge"};
  const auto gone =
      boost::asio::co_spawn(house_.loop(), house_.supervisor().start("nobody", input), boost::asio::use_future).get();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(house_.supervisor().reachable_hosts("nobody"), IsEmpty());
}

}  // namespace
}  // namespace rapt::hostile
