// SPDX-License-Identifier: AGPL-3.0-or-later
// When a gateway is asked again, by which model, and when it is given up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <thread>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "test_caller.hpp"

namespace rapt::gateway {
namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
using testing::Asked;
using testing::Caller;
using testing::chunk;
using ::testing::ElementsAre;
using testing::ending;
using ::testing::HasSubstr;
using testing::Listener;
using testing::Peer;
using testing::ScriptedGateway;

std::string model_of(const Asked& asked) {
  return nlohmann::json::parse(asked.body)["model"].get<std::string>();
}

std::vector<std::string> models_asked(const ScriptedGateway& server) {
  std::vector<std::string> models;
  for (const auto& asked : server.asked()) {
    if (asked.target == "/v1/chat/completions") models.push_back(model_of(asked));
  }
  return models;
}

void answer_well(const Peer& peer) {
  peer.begin_events(chunk("Hi") + ending(1));
  peer.close();
}

/// Fails `times` times in one way, then answers.
ScriptedGateway::Script failing(std::size_t times, int status, std::string fields = {}, std::string body = "{}") {
  return [=](const Asked& asked, const Peer& peer) {
    if (asked.number < times) return peer.answer(status, body, fields);
    answer_well(peer);
  };
}

TEST(GatewayRetry, WhatPassesIsAskedForAgainUnderTheSameName) {
  for (const int status : {429, 500, 502, 503, 529}) {
    ScriptedGateway server(failing(2, status));
    EXPECT_EQ(Caller(server).code_of(), "answered") << status;
    const auto asked = server.asked();
    ASSERT_EQ(asked.size(), 3U) << status;
    for (const auto& one : asked) EXPECT_EQ(one.field("X-Request-Id"), testing::kCallId);
  }
}

TEST(GatewayRetry, NotMoreOftenThanConfigured) {
  ScriptedGateway server(failing(9, 500));
  Caller caller(server);
  caller.options.max_retries = 1;
  EXPECT_EQ(caller.code_of(), "AI_GATEWAY_ERROR");
  EXPECT_EQ(server.asked().size(), 2U);
}

TEST(GatewayRetry, WhatWillNotPassIsNotAskedForAgain) {
  for (const int status : {400, 401, 402, 403, 404, 408, 504}) {
    ScriptedGateway server(failing(1, status));
    EXPECT_NE(Caller(server).code_of(), "answered") << status;
    EXPECT_EQ(server.asked().size(), 1U) << status;
  }
}

TEST(GatewayRetry, AShortRetryAfterIsWaitedForAndALongOneIsToldToTheReader) {
  ScriptedGateway soon(failing(1, 429, "Retry-After: 1\r\n"));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Caller(soon).code_of(), "answered");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
  ScriptedGateway dated(
      failing(1, 429, "Date: Sat, 21 Nov 2026 09:00:00 GMT\r\nRetry-After: Sat, 21 Nov 2026 09:01:00 GMT\r\n"));
  const auto exchange = Caller(dated).ask();
  EXPECT_EQ(exchange.completion.error().code, "AI_RATE_LIMITED");
  EXPECT_EQ(exchange.completion.error().retry_after_seconds, 60);
  EXPECT_EQ(dated.asked().size(), 1U);
}

TEST(GatewayRetry, ALostConnectionBeforeTheHeadIsTriedAgain) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (asked.number == 0) return peer.close();
    answer_well(peer);
  });
  EXPECT_EQ(Caller(server).code_of(), "answered");
}

TEST(GatewayRetry, NothingIsAskedForTwiceOnceAHeadHasCome) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.begin_events();
    peer.close();
  });
  const auto exchange = Caller(server).ask({.fallback_models = {"second"}});
  EXPECT_EQ(exchange.completion.error().code, "AI_GATEWAY_ERROR");
  EXPECT_FALSE(exchange.spent.has_value());
  EXPECT_THAT(models_asked(server), ElementsAre("first"));
}

TEST(GatewayFallback, TheNextModelIsAskedWhenOneIsNotToBeHad) {
  const std::vector<std::pair<int, std::string>> cases = {
      {404, "{}"},
      {400, R"({"error":{"message":"first is not a valid model ID"}})"},
      {500, "{}"},
      {501, "{}"},
      {504, "{}"},
      {429, "{}"},
      {200, R"({"error":{"code":502,"message":"no provider"}})"}};
  for (const auto& [status, body] : cases) {
    ScriptedGateway server([&, status = status, body = body](const Asked& asked, const Peer& peer) {
      if (model_of(asked) != "third") return peer.answer(status, body);
      answer_well(peer);
    });
    Caller caller(server);
    caller.options.max_retries = 0;
    const auto exchange = caller.ask({.fallback_models = {"second", "first", "", "third"}});
    EXPECT_TRUE(exchange.completion.has_value()) << status;
    EXPECT_THAT(models_asked(server), ElementsAre("first", "second", "third")) << status;
    EXPECT_EQ(exchange.spent->model, "scripted");
  }
}

TEST(GatewayFallback, RetriesOfAModelComeBeforeTheNext) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (model_of(asked) == "first") return peer.answer(503, "{}");
    answer_well(peer);
  });
  Caller caller(server);
  caller.options.max_retries = 1;
  EXPECT_EQ(caller.code_of({.fallback_models = {"second"}}), "answered");
  EXPECT_THAT(models_asked(server), ElementsAre("first", "first", "second"));
}

TEST(GatewayFallback, AnotherModelIsNoHelpAgainstABadKeyOrQuestion) {
  for (const int status : {400, 401, 402}) {
    ScriptedGateway server(failing(1, status));
    EXPECT_NE(Caller(server).code_of({.fallback_models = {"second"}}), "answered") << status;
    EXPECT_EQ(server.asked().size(), 1U) << status;
  }
}

TEST(GatewayFallback, WhenAllFailTheReaderHearsOfTheFirst) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (model_of(asked) == "first") return peer.answer(429, "{}", "Retry-After: 40\r\n");
    peer.answer(404, "{}");
  });
  const auto exchange = Caller(server).ask({.fallback_models = {"second", "third"}});
  EXPECT_EQ(exchange.completion.error().code, "AI_RATE_LIMITED");
  EXPECT_EQ(exchange.completion.error().retry_after_seconds, 40);
}

/// What a silent server brings; it says `events` first.
Exchange against_silence(std::string_view events, bool with_head, void (*limit)(OpenAiGateway::Options&)) {
  ScriptedGateway server([&](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    if (with_head) peer.begin_events(events);
    peer.wait_until_left();
  });
  Caller caller(server);
  limit(caller.options);
  auto exchange = caller.ask({.fallback_models = {"second"}});
  // The client may give up before the server has read what it was sent.
  while (models_asked(server).empty()) std::this_thread::sleep_for(1ms);
  EXPECT_THAT(models_asked(server), ElementsAre("first"));
  return exchange;
}

TEST(GatewayTime, EachLimitEndsACallByItself) {
  const auto first = [](OpenAiGateway::Options& options) { options.first_token_timeout = 200ms; };
  const auto between = [](OpenAiGateway::Options& options) { options.token_timeout = 200ms; };
  const auto whole = [](OpenAiGateway::Options& options) { options.request_timeout = 2s; };
  EXPECT_EQ(against_silence("", false, first).completion.error().code, "AI_TIMEOUT");
  EXPECT_EQ(against_silence("", true, first).completion.error().code, "AI_TIMEOUT");
  EXPECT_EQ(against_silence(": wait\n\n", true, first).completion.error().code, "AI_TIMEOUT");
  EXPECT_EQ(against_silence("", false, whole).completion.error().code, "AI_TIMEOUT");
  const auto broken = against_silence(chunk("Hi"), true, between);
  EXPECT_EQ(broken.completion.error().code, "AI_TIMEOUT");
  EXPECT_TRUE(broken.spent.has_value());
  EXPECT_EQ(against_silence(chunk("Hi"), true, whole).completion.error().code, "AI_TIMEOUT");
}

TEST(GatewayTime, CommentsAreNoWords) {
  ScriptedGateway server([](const Asked& asked, const Peer& peer) {
    if (asked.target.starts_with("/v1/generation")) return peer.answer(404, "{}");
    peer.begin_events();
    std::atomic<bool> left = false;
    std::jthread comments([&] {
      while (!left) {
        peer.send(": OPENROUTER PROCESSING\n\n");
        std::this_thread::sleep_for(1ms);
      }
    });
    peer.wait_until_left();
    left = true;
  });
  Caller caller(server);
  caller.options.first_token_timeout = 100ms;
  EXPECT_EQ(caller.code_of(), "AI_TIMEOUT");
}

TEST(GatewayTime, AnAnswerThatSaidItsEndIsNotLostToASilenceAfterIt) {
  ScriptedGateway server([](const Asked&, const Peer& peer) {
    peer.begin_events(chunk("Hi") + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
    peer.wait_until_left();
  });
  Caller caller(server);
  caller.options.token_timeout = 50ms;
  const auto exchange = caller.ask();
  ASSERT_TRUE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion->content, "Hi");
  EXPECT_TRUE(exchange.spent->estimated);
}

/// A listener that accepts nobody, and whose queue is full: whoever comes now is left waiting.
class FullListener {
 public:
  FullListener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    sockets_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::bind(sockets_[0].get(), generic, size), 0);
    EXPECT_EQ(::listen(sockets_[0].get(), 0), 0);
    EXPECT_EQ(::getsockname(sockets_[0].get(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
      sockets_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)::connect(sockets_.back().get(), generic, size);
    }
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

 private:
  std::vector<UniqueFd> sockets_;
  std::uint16_t port_ = 0;
};

TEST(GatewayTime, WhoDoesNotLetOneConnectCannotBeReached) {
  const FullListener full;
  http::Client client;
  OpenAiGateway::Options options;
  options.base_url = full.url();
  options.connect_timeout = 50ms;
  options.max_retries = 0;
  OpenAiGateway gateway(client, options);
  ChatRequest request{.model = "m", .messages = {{"user", "hi"}}};
  const auto exchange = runtime::run_blocking(gateway.complete(std::move(request), nullptr));
  ASSERT_FALSE(exchange.completion.has_value());
  EXPECT_EQ(exchange.completion.error().code, "AI_GATEWAY_ERROR");
  EXPECT_THAT(exchange.completion.error().message, HasSubstr("cannot be reached"));
  EXPECT_FALSE(exchange.spent.has_value());
}

Task<void> until_set(const std::atomic<bool>& flag) {
  while (!flag) co_await runtime::sleep_for(1ms);
}

Task<bool> given_up(OpenAiGateway& gateway, ChatRequest request, const std::atomic<bool>& arrived) {
  const auto first = co_await (gateway.complete(std::move(request), nullptr) || until_set(arrived));
  co_return first.index() == 1;
}

TEST(GatewayTime, ACallThatIsDroppedEndsItsConnectionAndIsNotRepeated) {
  std::promise<void> left;
  std::atomic<bool> arrived = false;
  ScriptedGateway server([&](const Asked& asked, const Peer& peer) {
    if (asked.number > 0) return;
    peer.begin_events(chunk("Hi"));
    arrived = true;
    peer.wait_until_left();
    left.set_value();
  });
  Caller caller(server);
  OpenAiGateway gateway(caller.client, caller.options);
  ChatRequest request{.messages = {{"user", "hi"}}};
  EXPECT_TRUE(runtime::run_blocking(given_up(gateway, std::move(request), arrived)));
  EXPECT_EQ(left.get_future().wait_for(30s), std::future_status::ready);
  EXPECT_EQ(server.asked().size(), 1U);
}

}  // namespace
}  // namespace rapt::gateway
