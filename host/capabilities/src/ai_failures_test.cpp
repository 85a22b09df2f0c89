// SPDX-License-Identifier: AGPL-3.0-or-later
// A gateway that fails, and modules that ask nonsense.
#include "test_ai.hpp"

namespace rapt::host {
namespace {

using gateway::testing::chunk;
using gateway::testing::ending;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AiFailures : public AiWorld {
 protected:
  void expect_unavailable(const ServiceAnswer& answer, const std::string& word) {
    EXPECT_EQ(answer.status, RAPT_E_UNAVAILABLE);
    EXPECT_THAT(answer.texts.at(0).value_or(""), HasSubstr("\"error\":\"" + word + "\""));
  }
  /// Asks with more and more patience until the time is not over before the gateway was reached.
  template <class Ask>
  void until_booked(std::chrono::milliseconds first, Ask ask) {
    for (patience = first; booked().empty() && patience < std::chrono::minutes(1); patience *= 4) ask();
  }
  /// A task of its own outlives its asker, but not its loop: run_blocking() has waited for it.
  void expect_nothing_booked() {
    EXPECT_EQ(booked(), "");
    expect_settled();
  }
};

TEST_F(AiFailures, AGatewayThatIsAskedTooOften) {
  script = [](const Asked&, const Peer& peer) { peer.answer(429, "{}", "Retry-After: 60\r\n"); };
  expect_unavailable(chat(), "overloaded");
  expect_unavailable(embed(), "overloaded");
  expect_nothing_booked();
}

TEST_F(AiFailures, AGatewayThatFails) {
  sql("UPDATE ai_settings SET monthly_budget = 100 WHERE group_id = '" + school + "'");
  script = [](const Asked&, const Peer& peer) { peer.answer(500, R"({"error":{"message":"key sk-4711"}})"); };
  const auto failed = chat();
  expect_unavailable(failed, "gateway");
  EXPECT_THAT(*failed.texts.at(0), Not(HasSubstr("4711")));
  expect_unavailable(embed(), "gateway");
  expect_nothing_booked();
}

TEST_F(AiFailures, AnAnswerThatIsCutInTheMiddleIsPaidFor) {
  script = [](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.begin_events(chunk("Three times"));
    peer.close();
  };
  expect_unavailable(chat(), "gateway");
  EXPECT_THAT(booked(), StartsWith("module failed scripted"));
  EXPECT_THAT(booked(), HasSubstr("estimated"));
  expect_settled();
}

TEST_F(AiFailures, AnAnswerThatTakesLongerThanTheCallIsPaidFor) {
  sql("UPDATE ai_settings SET monthly_budget = 100 WHERE group_id = '" + school + "'");
  script = [](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.begin_events(chunk("Three times"));
    peer.wait_until_left();
  };
  until_booked(std::chrono::milliseconds(1500), [this] { expect_unavailable(chat(), "timeout"); });
  EXPECT_THAT(booked(), StartsWith("module failed scripted"));
  expect_settled();
}

TEST_F(AiFailures, AGatewayThatSaysNothingCostsNothing) {
  patience = std::chrono::milliseconds(1500);
  script = [](const Asked&, const Peer& peer) { peer.wait_until_left(); };
  expect_unavailable(chat(), "timeout");
  expect_nothing_booked();
  until_booked(std::chrono::milliseconds(1500), [this] { expect_unavailable(embed(), "timeout"); });
  EXPECT_THAT(booked(), StartsWith("embedding failed v/embed")) << "most likely it was made";
}

TEST_F(AiFailures, Nonsense) {
  script = [](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.answer(200, R"({"data":[{"embedding":["x"]}],"choices":7})", "Content-Type: application/json\r\n");
  };
  expect_unavailable(chat(), "gateway");
  expect_unavailable(embed(), "gateway");
}

TEST_F(AiFailures, ACallWhoseTimeIsOverAsksNobody) {
  patience = std::chrono::milliseconds(-1);
  expect_unavailable(chat(), "timeout");
  EXPECT_TRUE(server.asked().empty());
}

TEST_F(AiFailures, AnAskerWhoHasGoneIsPaidForAllTheSame) {
  script = [](const Asked&, const Peer& peer) {
    peer.begin_events(chunk("Three "));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    peer.send(chunk("times x.") + ending(5));
  };
  until_booked(std::chrono::milliseconds(700), [this] { chat(); });  // answered or late: the machine decides
  EXPECT_THAT(booked(), StartsWith("module "));
  expect_settled();
}

TEST_F(AiFailures, WhatIsNoQuestionIsRefusedWithItsPlace) {
  const auto refused_at = [this](sandbox::AiMethod method, const std::string& json, const std::string& field) {
    const auto answer = call(method, json);
    EXPECT_EQ(answer.status, RAPT_E_INVALID) << json;
    EXPECT_THAT(answer.texts.at(0).value_or(""), HasSubstr("\"field\":\"" + field + "\"")) << json;
  };
  const std::string one = R"({"messages":[{"role":"user","content":"x"}],)";
  const auto wrong_chat = [&](const std::string& json, const std::string& field) {
    refused_at(sandbox::AiMethod::kChat, json, field);
  };
  wrong_chat("{}", "messages");
  wrong_chat(R"({"messages":[]})", "messages");
  wrong_chat(R"({"messages":[{"role":"tool","content":"x"}]})", "messages[0].role");
  wrong_chat(R"({"messages":[{"role":"user","content":""}]})", "messages[0].content");
  wrong_chat(R"({"messages":[{"role":"user","content":"x","name":"y"}]})", "messages[0]");
  wrong_chat(R"({"messages":[{"role":"assistant","content":"x"}]})", "messages");
  wrong_chat(one + R"("model":7})", "model");
  wrong_chat(one + R"("max_tokens":0})", "max_tokens");
  wrong_chat(one + R"("max_tokens":1e9})", "max_tokens");
  wrong_chat(one + R"("temperature":2.1})", "temperature");
  wrong_chat(one + R"("schema":[]})", "schema");
  wrong_chat(one + R"("schema":{"type":"string","pattern":"(a+)+$"}})", "schema");
  wrong_chat(one + R"("user":"x"})", "user");
  const auto wrong_texts = [&](const std::string& json, const std::string& field) {
    refused_at(sandbox::AiMethod::kEmbed, json, field);
  };
  wrong_texts(R"({"texts":[],"model":"v/embed"})", "texts");
  wrong_texts(R"({"texts":["a",""],"model":"v/embed"})", "texts[1]");
  wrong_texts(R"({"texts":[1],"model":"v/embed"})", "texts[0]");
  wrong_texts(R"({"texts":["a"]})", "model");
  EXPECT_EQ(call(sandbox::AiMethod::kChat, "[1").status, RAPT_E_INVALID);
  EXPECT_TRUE(server.asked().empty());
}

}  // namespace
}  // namespace rapt::host
