// SPDX-License-Identifier: AGPL-3.0-or-later
// Answers as servers send them, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <future>
#include <utility>

#include "rapt/gateway/tokens.hpp"
#include "test_caller.hpp"

namespace rapt::gateway {
namespace {

using namespace std::chrono_literals;
using testing::Asked;
using testing::Caller;
using testing::chunk;
using ::testing::ElementsAre;
using testing::ending;
using ::testing::HasSubstr;
using testing::Listener;
using ::testing::Pair;
using testing::Peer;
using testing::ScriptedGateway;

/// A server that answers everything but questions about its books with these events.
ScriptedGateway::Script events(std::string text) {
  return [text = std::move(text)](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.begin_events(text);
    peer.close();
  };
}

TEST(GatewayStream, WordsComeAsTheyAreWrittenAndTheCallIsNamed) {
  ScriptedGateway server(events(": OPENROUTER PROCESSING\n\n" + chunk("Hello ") + chunk("there") + ending(2)));
  Caller caller(server);
  Listener sink;
  const auto exchange = caller.ask({}, &sink);
  ASSERT_TRUE(exchange.completion.has_value()) << exchange.completion.error().log_detail;
  EXPECT_EQ(exchange.completion->content, "Hello there");
  EXPECT_THAT(sink.pieces, ElementsAre("Hello ", "there"));
  EXPECT_THAT(sink.begun, ElementsAre(Pair("scripted", "gen-1")));
  EXPECT_EQ(exchange.spent->generation_id, "gen-1");
  EXPECT_EQ(exchange.spent->input_tokens, 7);
  EXPECT_EQ(exchange.spent->output_tokens, 2);
  EXPECT_FALSE(exchange.spent->estimated);
  const auto asked = server.asked();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].field("X-Request-Id"), testing::kCallId);
  EXPECT_EQ(asked[0].field("Authorization"), "Bearer sk-test-secret-4711");
}

struct Joiner final : DeltaSink {
  std::vector<std::string> pieces;
  bool go_on = true;
  Task<bool> on_delta(std::string_view words) override {
    pieces.emplace_back(words);
    if (hears) hears();
    co_return go_on;
  }
  std::function<void()> hears;
  [[nodiscard]] bool joins() const override { return true; }
};

TEST(GatewayStream, WhoJoinsIsToldAtOnceOfWordsThatCameAtOnce) {
  std::promise<void> heard;
  ScriptedGateway server([&](const Asked&, const Peer& peer) {
    peer.begin_events(chunk("One ") + chunk("two ") + chunk("three"));
    heard.get_future().wait();
    peer.send(ending(3));
    peer.close();
  });
  Caller caller(server);
  Joiner sink;
  sink.hears = [&, told = false]() mutable {
    if (!std::exchange(told, true)) heard.set_value();
  };
  EXPECT_TRUE(caller.ask({}, &sink).completion.has_value());
  EXPECT_THAT(sink.pieces, ElementsAre("One two three"));
}

TEST(GatewayStream, WhoJoinsFindsInTheCompletionWhatItHasNotBeenTold) {
  std::promise<void> heard;
  ScriptedGateway server([&](const Asked&, const Peer& peer) {
    peer.begin_events(chunk("Of inter") + chunk("national"));
    heard.get_future().wait();
    peer.send(chunk(" standing") + "data: [DONE]\n\n");
    peer.close();
  });
  Caller caller(server);
  Joiner sink;
  sink.hears = [&] { heard.set_value(); };
  const auto exchange = caller.ask({}, &sink);
  ASSERT_TRUE(exchange.completion.has_value()) << exchange.completion.error().log_detail;
  EXPECT_THAT(sink.pieces, ElementsAre("Of international"));
  EXPECT_EQ(exchange.completion->content, " standing");
  EXPECT_TRUE(exchange.spent->estimated);
  EXPECT_EQ(exchange.spent->output_tokens, estimated_tokens("Of international standing"));
}

TEST(GatewayStream, WhoJoinsFindsTheWordsThatCameWithTheEndInTheCompletion) {
  ScriptedGateway server(events(chunk("One ") + chunk("two") + ending(3)));
  Caller caller(server);
  Joiner sink;
  const auto exchange = caller.ask({}, &sink);
  ASSERT_TRUE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion->content, "One two");
  EXPECT_EQ(exchange.completion->finish_reason, "stop");
  EXPECT_THAT(sink.pieces, ElementsAre());
}

TEST(GatewayStream, WordsBeforeAFailureAreHandedOnAndMayEndTheAnswerBeforeIt) {
  ScriptedGateway server(events(chunk("One ") + chunk("two ") + "data: {\"error\":{\"code\":502}}\n\n" + chunk("no")));
  Caller caller(server);
  Joiner sink;
  EXPECT_FALSE(caller.ask({}, &sink).completion.has_value());
  EXPECT_THAT(sink.pieces, ElementsAre("One two "));
  Joiner content;
  content.go_on = false;
  const auto exchange = caller.ask({}, &content);
  ASSERT_TRUE(exchange.completion.has_value()) << exchange.completion.error().log_detail;
  EXPECT_EQ(exchange.completion->finish_reason, "cancelled");
  EXPECT_EQ(exchange.completion->content, "");
}

TEST(GatewayStream, EachWayOfServersToWriteAStreamIsUnderstood) {
  const std::string usage = R"("usage":{"prompt_tokens":7,"completion_tokens":2})";
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"no [DONE]", chunk("Hi") + R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}],)" + usage + "}\n\n"},
      {"no blank line at the end", chunk("Hi") + R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"},
      {"role alone", "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n" + chunk("Hi") + ending(1)},
      {"nothing but null", "data: {\"choices\":[{\"delta\":{\"content\":null}}]}\n\n" + chunk("Hi") + ending(1)},
      {"finish beside the words",
       "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"},
      {"finish before the words",
       "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" + chunk("Hi") + "data: [DONE] \n\n"},
      {"usage before the words", "data: {\"choices\":[]," + usage + "}\n\n" + chunk("Hi") + ending(1)},
      {"usage null", "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n" + ending(1)}};
  for (const auto& [name, text] : cases) {
    ScriptedGateway server(events(text));
    Caller caller(server);
    const auto exchange = caller.ask();
    ASSERT_TRUE(exchange.completion.has_value()) << name << ": " << exchange.completion.error().log_detail;
    EXPECT_EQ(exchange.completion->content, "Hi") << name;
    EXPECT_EQ(exchange.completion->finish_reason, "stop") << name;
    EXPECT_TRUE(exchange.spent.has_value()) << name;
  }
}

TEST(GatewayStream, TheLastOfSeveralUsagesCountsAndAMissingOneIsEstimated) {
  const auto usage = [](const char* counts) {
    return std::string("data: {\"choices\":[],\"usage\":{") + counts + "}}\n\n";
  };
  ScriptedGateway several(events(usage(R"("prompt_tokens":7,"completion_tokens":0)") + chunk("Hi") +
                                 usage(R"("prompt_tokens":7,"completion_tokens":1)") + chunk(" you") +
                                 usage(R"("prompt_tokens":0,"completion_tokens":2)") + "data: [DONE]\n\n"));
  const auto counted = Caller(several).ask();
  EXPECT_EQ(counted.spent->input_tokens, 7);
  EXPECT_EQ(counted.spent->output_tokens, 2);
  EXPECT_FALSE(counted.spent->estimated);
  ScriptedGateway half(events(usage(R"("completion_tokens":2)") + chunk("Hi you") + "data: [DONE]\n\n"));
  const auto guessed = Caller(half).ask();
  EXPECT_EQ(guessed.spent->output_tokens, 2);
  EXPECT_GT(guessed.spent->input_tokens, 5);
  EXPECT_TRUE(guessed.spent->estimated);
}

TEST(GatewayStream, BytesMayBeCutAnywhere) {
  const auto text = "\xEF\xBB\xBF: hm\r\n\r\n" + chunk("Gr\xC3\xBC\xC3\x9F") + chunk(" \xF0\x9F\xA6\x86") + ending(2);
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const auto& whole : {text, crlf}) {
    ScriptedGateway server([&](const Asked&, const Peer& peer) {
      peer.begin_events();
      for (const char c : whole) peer.send({&c, 1});
      peer.close();
    });
    EXPECT_EQ(Caller(server).ask().completion->content, "Gr\xC3\xBC\xC3\x9F \xF0\x9F\xA6\x86");
  }
}

TEST(GatewayStream, AWholeAnswerWhereAStreamWasAskedForIsTaken) {
  const std::string body =
      R"({"id":"gen-2","model":"m","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":3,"completion_tokens":1}})";
  for (const char* type : {"Content-Type: application/json\r\n", "Content-Type: text/event-stream\r\n", ""}) {
    ScriptedGateway server([&](const Asked&, const Peer& peer) { peer.answer(200, body, type); });
    const auto exchange = Caller(server).ask();
    ASSERT_TRUE(exchange.completion.has_value()) << type;
    EXPECT_EQ(exchange.completion->content, "Hi");
    EXPECT_EQ(exchange.spent->generation_id, "gen-2");
  }
}

TEST(GatewayStream, EventsUnderAWrongNameAreTaken) {
  ScriptedGateway server([](const Asked&, const Peer& peer) {
    peer.answer(200, chunk("Hi") + ending(1), "Content-Type: text/plain\r\n");
  });
  EXPECT_EQ(Caller(server).ask().completion->content, "Hi");
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(GatewayStream, CompressionNobodyAskedForIsUndone) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    EXPECT_EQ(asked.field("Accept-Encoding"), "identity");
    peer.answer(200, gzipped(chunk("Hi") + ending(1)), "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\n");
  });
  const auto exchange = Caller(server).ask();
  ASSERT_TRUE(exchange.completion.has_value()) << exchange.completion.error().log_detail;
  EXPECT_EQ(exchange.completion->content, "Hi");
}

TEST(GatewayStream, WhatCannotBeReadIsAnInvalidResponse) {
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"half JSON", chunk("Hi") + "data: {\"choices\": <html>\n\n"},
      {"not UTF-8", "data: {\"choices\":[{\"delta\":{\"content\":\"\xC3\x28\"}}]}\n\n"},
      {"a huge line", "data: " + std::string(300 * 1024, 'x')},
      {"a page", "<html><body>Welcome to the hotel's network</body></html>"},
      {"nothing said", ending(0)}};
  for (const auto& [name, text] : cases) {
    ScriptedGateway server(events(text));
    const auto code = Caller(server).code_of();
    EXPECT_TRUE(code == "AI_INVALID_RESPONSE" || (code == "AI_GATEWAY_ERROR" && text[0] == '<')) << name << code;
    EXPECT_EQ(server.asked().front().number, 0U);
  }
}

TEST(GatewayStream, AnAnswerThatBreaksOffIsNotAskedForAgainAndWasPaidFor) {
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"cut off", chunk("Hi there")},
      {"cut off in an event", chunk("Hi there") + "data: {\"choi"},
      {"a code as text", chunk("Hi there") + "data: {\"error\":{\"code\":\"502\",\"message\":\"gave up\"}}\n\n"},
      {"a code as number", chunk("Hi there") + "data: {\"error\":{\"code\":503}}\n\n"},
      {"by the event's name", chunk("Hi there") + "event: error\ndata: {\"message\":\"gave up\"}\n\n"}};
  for (const auto& [name, text] : cases) {
    ScriptedGateway server(events(text));
    Caller caller(server);
    const auto exchange = caller.ask({.fallback_models = {"second"}});
    ASSERT_FALSE(exchange.completion.has_value()) << name;
    EXPECT_EQ(exchange.completion.error().code, "AI_GATEWAY_ERROR") << name;
    ASSERT_TRUE(exchange.spent.has_value()) << name;
    EXPECT_TRUE(exchange.spent->estimated) << name;
    EXPECT_GT(exchange.spent->output_tokens, 0) << name;
    for (const auto& asked : server.asked())
      EXPECT_TRUE(asked.number == 0 || asked.target.starts_with("/v1/generation?id=gen-1")) << name;
  }
}

TEST(GatewayStream, TheBooksKnowWhatABrokenAnswerCost) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation") && asked.number == 1) return peer.answer(404, "{}");
    if (asked.target.starts_with("/v1/generation"))
      return peer.answer(200, R"({"data":{"id":"gen-1","model":"booked","tokens_prompt":1,"tokens_completion":1,)"
                              R"("native_tokens_prompt":11,"native_tokens_completion":5}})");
    peer.begin_events(chunk("Hi there"));
    peer.close();
  });
  const auto exchange = Caller(server).ask();
  ASSERT_TRUE(exchange.spent.has_value());
  EXPECT_EQ(exchange.spent->input_tokens, 11);
  EXPECT_EQ(exchange.spent->output_tokens, 5);
  EXPECT_EQ(exchange.spent->model, "booked");
  EXPECT_FALSE(exchange.spent->estimated);
}

TEST(GatewayStream, AReaderWhoHasEnoughEndsTheConnectionAtOnce) {
  std::promise<void> left;
  ScriptedGateway server([&](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.begin_events(chunk("Hi") + chunk(" there"));
    peer.wait_until_left();
    left.set_value();
  });
  Caller caller(server);
  Listener sink;
  sink.go_on = false;
  const auto exchange = caller.ask({}, &sink);
  EXPECT_EQ(left.get_future().wait_for(30s), std::future_status::ready);
  EXPECT_THAT(sink.pieces, ElementsAre("Hi"));
  EXPECT_EQ(exchange.completion->finish_reason, "cancelled");
  EXPECT_EQ(exchange.completion->content, "Hi");
}

TEST(GatewayStream, AConnectionIsUsedAgain) {
  ScriptedGateway server([](const Asked&, const Peer& peer) {
    const auto text = chunk("Hi") + ending(1);
    peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    // In one piece: who has read the last words has read the end as well, and may use the connection.
    peer.send(size + text + "\r\n0\r\n\r\n");
  });
  Caller caller(server);
  std::size_t connections = 0;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(caller.code_of(), "answered");
  for (const auto& asked : server.asked()) connections = std::max(connections, asked.connection + 1);
  EXPECT_EQ(connections, 1U);
}

}  // namespace
}  // namespace rapt::gateway
