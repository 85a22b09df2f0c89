// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/ai.hpp"

#include "test_ai.hpp"

namespace rapt::host {
namespace {

using gateway::testing::chunk;
using gateway::testing::ending;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(AiWorld, AnswersAndBooksItForTheConversationUnderTheModule) {
  const auto done = chat();
  ASSERT_EQ(done.status, RAPT_OK) << done.texts.at(0).value_or("");
  EXPECT_EQ(*done.texts.at(0),
            R"({"finish":"stop","input_tokens":7,"model":"scripted","output_tokens":5,"text":"Three times x."})");
  EXPECT_EQ(last_body()["model"], "v/tool") << "the tool's own";
  EXPECT_EQ(value("SELECT concat_ws(' ', user_id = '" + user + "', group_id = '" + school + "', class_id = '" + klass +
                  "', tool_id = '" + tool + "', session_id = '" + session + "', assignment_id = '" + assignment +
                  "') FROM ai_usage"),
            "t t t t t t");
  EXPECT_EQ(value("SELECT module FROM ai_module_calls JOIN ai_usage USING (id)"), "sample");
  expect_settled();
}

TEST_F(AiWorld, PaysByTheGroupWhereThereIsNoConversationAndByTheSystemForNobody) {
  about = {.group_id = school};
  ASSERT_EQ(chat().status, RAPT_OK);
  EXPECT_EQ(last_body()["model"], "v/group");
  about = {};
  const auto nobody = chat();
  EXPECT_EQ(nobody.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(*nobody.texts.at(0), HasSubstr(R"("error":"off")"));
  sql("UPDATE ai_settings SET default_model = 'v/tool' WHERE group_id IS NULL AND class_id IS NULL");
  ASSERT_EQ(chat().status, RAPT_OK);
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage WHERE group_id IS NULL AND user_id IS NULL"), "1");
}

TEST_F(AiWorld, TakesWhatTheModuleAsksFor) {
  ASSERT_EQ(chat(R"(,"model":"v/group","max_tokens":12,"temperature":0.5)").status, RAPT_OK);
  const auto body = last_body();
  EXPECT_EQ(body["model"], "v/group");
  EXPECT_EQ(body["max_tokens"], 12);
  EXPECT_EQ(body["temperature"], 0.5);
  sql("UPDATE ai_settings SET max_output_tokens = 8 WHERE group_id = '" + school + "'");
  ASSERT_EQ(chat(R"(,"max_tokens":12)").status, RAPT_OK);
  EXPECT_EQ(last_body()["max_tokens"], 8) << "the school's bound";
}

TEST_F(AiWorld, NamesNoModelThatIsNotActive) {
  for (const char* model : {"v/idle", "v/unknown"}) {
    const auto denied = chat(std::string(R"(,"model":")") + model + "\"");
    EXPECT_EQ(denied.status, RAPT_E_NOT_ALLOWED);
    EXPECT_THAT(*denied.texts.at(0), HasSubstr(R"("error":"model")"));
    EXPECT_THAT(*denied.texts.at(0), HasSubstr(model));
  }
  EXPECT_TRUE(server.asked().empty());
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage"), "0");
}

TEST_F(AiWorld, HoldsTheBudgetOfTheGroup) {
  sql("UPDATE ai_settings SET monthly_budget = 0.001 WHERE group_id = '" + school + "'");
  const auto denied = chat();
  EXPECT_EQ(denied.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(*denied.texts.at(0), HasSubstr(R"("error":"budget")"));
  EXPECT_TRUE(server.asked().empty());
  sql("UPDATE ai_settings SET monthly_budget = 100 WHERE group_id = '" + school + "'");
  script = [](const Asked&, const Peer& peer) {
    peer.begin_events(R"(data: {"model":"v/tool","choices":[{"delta":{"content":"x"}}]})"
                      "\n\n" +
                      ending(5));
  };
  EXPECT_EQ(chat().status, RAPT_OK);
  EXPECT_EQ(booked(), "module answered v/tool 7 5 0.017");
  EXPECT_EQ(value("SELECT trim_scale(cost) FROM ai_spending WHERE period = 'month'"), "0.017");
  expect_settled();
}

TEST_F(AiWorld, CountsAPersonForEachModuleBesideTheirOwnQuestions) {
  sql("UPDATE ai_settings SET user_requests_per_day = 2 WHERE group_id = '" + school + "'");
  EXPECT_EQ(chat().status, RAPT_OK);
  EXPECT_EQ(chat().status, RAPT_OK);
  const auto denied = chat();
  EXPECT_EQ(denied.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(*denied.texts.at(0), HasSubstr(R"("error":"limit")"));
  const quota::Ask own{.user = UserId::trusted(user), .group = GroupId::trusted(school), .model = "v/tool"};
  EXPECT_TRUE(runtime::run_blocking(quota.admit(own))) << "Anna's own questions are not used up";
  module = "another";
  EXPECT_EQ(chat().status, RAPT_OK);
}

TEST_F(AiWorld, CountsWhatTheGroupMayAskTogether) {
  sql("UPDATE ai_settings SET requests_per_day = 1 WHERE group_id = '" + school + "'");
  EXPECT_EQ(chat().status, RAPT_OK);
  module = "another";
  EXPECT_THAT(*chat().texts.at(0), HasSubstr(R"("error":"limit")"));
}

const char* const kSchema = R"(,"schema":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]})";

TEST_F(AiWorld, GivesJsonThatFitsTheSchemaWithOneRepair) {
  script = [](const Asked& asked, const Peer& peer) {
    peer.begin_events(chunk(asked.number == 0 ? "{\"n\": \"three\"}" : "Here: {\"n\": 3}") + ending(5));
  };
  const auto done = chat(kSchema);
  ASSERT_EQ(done.status, RAPT_OK) << *done.texts.at(0);
  const auto answer = json::parse(*done.texts.at(0));
  EXPECT_EQ(answer["json"], json({{"n", 3}}));
  EXPECT_EQ(answer["output_tokens"], 10) << "of both tries";
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_THAT(json::parse(asked[0].body)["messages"][0]["content"].get<std::string>(), HasSubstr("JSON Schema"));
  EXPECT_THAT(asked[1].body, HasSubstr("output.n"));
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage"), "2");
}

TEST_F(AiWorld, GivesUpAfterOneRepair) {
  const auto failed = chat(kSchema);
  EXPECT_EQ(failed.status, RAPT_E_UNAVAILABLE);
  EXPECT_THAT(*failed.texts.at(0), HasSubstr("does not fit the schema"));
  EXPECT_EQ(server.asked().size(), 2u);
  EXPECT_EQ(value("SELECT count(*) FROM ai_usage"), "2") << "both were paid for";
}

TEST_F(AiWorld, EmbedsAndPrices) {
  script = [](const Asked&, const Peer& peer) {
    peer.answer(200, R"({"model":"v/embed","usage":{"prompt_tokens":4},"data":[{"index":1,"embedding":[3,4]},)"
                     R"({"index":0,"embedding":[0.123456789,-2e-3]}]})");
  };
  const auto done = embed();
  ASSERT_EQ(done.status, RAPT_OK) << done.texts.at(0).value_or("");
  EXPECT_EQ(*done.texts.at(0), R"({"vectors":[[0.123457,-0.002],[3,4]],"model":"v/embed","input_tokens":4})");
  EXPECT_EQ(booked(), "embedding answered v/embed 4 0 0.002");
  expect_settled();
  EXPECT_THAT(*embed(R"({"texts":["one"],"model":"v/idle"})").texts.at(0), HasSubstr(R"("error":"model")"));
}

TEST_F(AiWorld, EmbedsWithTheHostsModelWhereNoneIsNamed) {
  const auto refused = embed(R"({"texts":["one"]})");
  EXPECT_EQ(refused.status, RAPT_E_INVALID) << "this host has none";
  EXPECT_THAT(*refused.texts.at(0), HasSubstr(R"("field":"model")"));
  EXPECT_THAT(*refused.texts.at(0), HasSubstr("AI_EMBEDDING_MODEL"));
  script = [](const Asked&, const Peer& peer) {
    peer.answer(200, R"({"usage":{"prompt_tokens":4},"data":[{"index":0,"embedding":[1]}]})");
  };
  embedding_model = "v/embed";
  EXPECT_EQ(embed(R"({"texts":["one"]})").status, RAPT_OK);
  EXPECT_EQ(last_body()["model"], "v/embed");
  embedding_model = "v/of-host";
  EXPECT_EQ(embed(R"({"texts":["one"]})").status, RAPT_OK) << "the environment's needs no row";
  EXPECT_EQ(last_body()["model"], "v/of-host");
  embedding_model = "v/idle";
  EXPECT_THAT(*embed(R"({"texts":["one"]})").texts.at(0), HasSubstr(R"("error":"model")"));
}

TEST_F(AiWorld, SaysWhenVectorsAreMoreThanFit) {
  script = [](const Asked&, const Peer& peer) {
    std::string vector = "0.12345678", all;
    for (int i = 1; i < 2000; ++i) vector += ",0.12345678";
    for (int i = 0; i < 64; ++i)
      all += (i == 0 ? R"({"index":)" : R"(,{"index":)") + std::to_string(i) + R"(,"embedding":[)" + vector + "]}";
    peer.answer(200, R"({"data":[)" + all + "]}");
  };
  std::string texts = R"("x")";
  for (int i = 1; i < 64; ++i) texts += R"(,"x")";
  const auto large = embed(R"({"texts":[)" + texts + R"(],"model":"v/embed"})");
  EXPECT_EQ(large.status, RAPT_E_TOO_LARGE);
  EXPECT_THAT(*large.texts.at(0), HasSubstr("fewer texts"));
  EXPECT_THAT(booked(), StartsWith("embedding answered v/embed")) << "it was paid for";
}

}  // namespace
}  // namespace rapt::host
