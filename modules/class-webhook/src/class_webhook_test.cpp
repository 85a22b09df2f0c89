// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include <rapt/json.hpp>
#include <rapt/testkit.hpp>

namespace {

using rapt::json::Value;
using rapt::testkit::Module;
using rapt::testkit::Scene;
using Said = rapt::testkit::Services::Said;
using testing::HasSubstr;

constexpr const char* kJob =
    R"({"name":"deliver","key":"s-1","attempt":3,"of":12,"now_ms":1700000000500,"settings":{"url":"https://h.example/in"},)"
    R"("payload":{"body":"{\"a\":1}"}})";

class ClassWebhook : public testing::Test {
 protected:
  ClassWebhook() {
    module_.services().json = [this](const std::string& call, const std::string& request) {
      asked_.emplace_back(call, *rapt::json::parse(request));
      return json_;
    };
    module_.services().http = [this](const std::string& request, const std::optional<std::string>& body) {
      asked_.emplace_back("http", *rapt::json::parse(request));
      body_ = body.value_or("");
      return http_;
    };
  }
  std::string deliver(const std::string& job = kJob) {
    const auto answer = module_.call("job", job, Scene());
    EXPECT_EQ(answer.fault, "");
    return answer.replacement.value_or("");
  }

  Module module_{Module::Offer{.permissions = {"jobs", "http", "secrets"}}};
  std::vector<std::pair<std::string, Value>> asked_;
  std::string body_;
  Said json_{RAPT_OK, R"({"hex":"abcd","base64":"q80="})"};
  Said http_{RAPT_OK, R"({"status":204,"headers":{},"url":"https://h.example/in"})"};
};

TEST_F(ClassWebhook, OrdersADeliveryWhenAConversationEnds) {
  Scene scene;
  scene.session_id = "s-1";
  scene.tool_name = "A \"tutor\"";
  EXPECT_EQ(module_.call(RAPT_HOOK_SESSION_END, scene).verdict, RAPT_CONTINUE);
  ASSERT_EQ(asked_.size(), 1U);
  EXPECT_EQ(asked_[0].first, "jobs.enqueue");
  EXPECT_EQ(asked_[0].second.get("key").text(), "s-1");
  const auto body = rapt::json::parse(asked_[0].second.get("payload").get("body").text());
  ASSERT_TRUE(body);
  EXPECT_EQ(body->get("tool").text(), "A \"tutor\"");
  EXPECT_EQ(body->get("student").text(), scene.user_id);
  EXPECT_EQ(body->get("ended_ms").integer(), scene.now_ms);
}

TEST_F(ClassWebhook, SignsWhatItPosts) {
  EXPECT_EQ(deliver(), "{}");
  ASSERT_EQ(asked_.size(), 2U);
  EXPECT_EQ(asked_[0].first, "secrets.sign");
  EXPECT_EQ(asked_[0].second.get("data").text(), R"(1700000000.{"a":1})");
  EXPECT_EQ(asked_[0].second.get("name").text(), "signing_key");
  const auto& request = asked_[1].second;
  EXPECT_EQ(request.get("url").text(), "https://h.example/in");
  EXPECT_EQ(request.get("headers").get("x-rapt-signature").text(), "sha256=abcd");
  EXPECT_EQ(request.get("headers").get("x-rapt-timestamp").text(), "1700000000");
  EXPECT_EQ(request.get("headers").get("x-rapt-delivery").text(), "s-1");
  EXPECT_EQ(body_, R"({"a":1})");
}

TEST_F(ClassWebhook, TriesAgainWhatMayChangeAndGivesUpWhatWillNot) {
  const auto head = [](int status) { return R"({"status":)" + std::to_string(status) + "}"; };
  for (const int status : {500, 503, 429, 408}) {
    http_.json = head(status);
    EXPECT_EQ(deliver(), R"({"again_in_s":40,"reason":"The server answered )" + std::to_string(status) + R"(."})");
  }
  for (const int status : {301, 400, 410}) {
    http_.json = head(status);
    EXPECT_EQ(deliver(), R"({"give_up":"The server answered )" + std::to_string(status) + R"(."})");
  }
  http_ = {RAPT_E_UNAVAILABLE, R"({"error":"connect","message":"no route"})"};
  EXPECT_THAT(deliver(), HasSubstr("cannot be reached: no route"));
  http_ = {RAPT_E_NOT_ALLOWED, ""};
  EXPECT_THAT(deliver(), HasSubstr("give_up"));
  json_ = {RAPT_E_INVALID, R"({"message":"The secret is not set here.","field":"name"})"};
  EXPECT_THAT(deliver(), HasSubstr("It cannot be signed: The secret is not set here."));
  EXPECT_THAT(deliver(R"({"settings":{}})"), HasSubstr("No address is set"));
  EXPECT_THAT(deliver(R"({"settings":{"url":"http://h.example"}})"), HasSubstr("https://"));
}

}  // namespace
