// SPDX-License-Identifier: AGPL-3.0-or-later
// A server that repeats the prompt and the key wherever it can: neither may come into the log or an error.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "rapt/base/log.hpp"
#include "test_caller.hpp"

namespace rapt::gateway {
namespace {

using testing::Asked;
using testing::Caller;
using testing::chunk;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Peer;
using testing::ScriptedGateway;

constexpr const char* kPrompt = "zebra-4711-prompt";

/// Everything that a server could say of a failure, full of what it must not say.
std::string gossip(const Asked& asked, const nlohmann::json& code) {
  const auto told = asked.field("Authorization") + " asked " + asked.body;
  const auto key = asked.field("Authorization").substr(7);
  return nlohmann::json{{"error",
                         {{"message", told},
                          {"code", code.is_null() ? nlohmann::json(kPrompt) : code},
                          {"type", key},
                          {"param", kPrompt},
                          {"metadata", {{"raw", told}, {"provider_name", kPrompt}, {"flagged_input", kPrompt}}}}}}
      .dump();
}

/// The log and all the words of the error of a call to this server, by way of every entrance.
std::string said_about(const ScriptedGateway::Script& script) {
  ScriptedGateway server(script);
  Caller caller(server);
  caller.options.max_retries = 1;
  ::testing::internal::CaptureStderr();
  const auto exchange = caller.ask({.fallback_models = {"second"}, .messages = {{"user", kPrompt}}});
  OpenAiGateway gateway(caller.client, caller.options);
  EmbeddingRequest embedding{.model = "m", .inputs = {kPrompt}};
  const auto embedded = runtime::run_blocking(gateway.embed(std::move(embedding)));
  const auto found = runtime::run_blocking(gateway.find_spent("id"));
  const auto checked = runtime::run_blocking(gateway.check());
  auto said = ::testing::internal::GetCapturedStderr();
  const auto add = [&said](const Error& error) {
    said += error.code + error.message + error.log_detail + error.part;
    for (const auto& field : error.fields) said += field.path + field.message;
  };
  EXPECT_FALSE(exchange.completion.has_value());
  if (!exchange.completion) add(exchange.completion.error());
  if (!embedded) add(embedded.error());
  if (!found) add(found.error());
  if (!checked) add(checked.error());
  return said;
}

TEST(GatewayDiscretion, NoFailureRepeatsThePromptOrTheKey) {
  log::set_level(log::Level::kDebug);
  std::vector<ScriptedGateway::Script> servers;
  for (const int status : {400, 401, 402, 403, 404, 408, 418, 422, 429, 500, 502, 503, 504, 529}) {
    servers.push_back([status](const Asked& asked, const Peer& peer) { peer.answer(status, gossip(asked, nullptr)); });
    servers.push_back([status](const Asked& asked, const Peer& peer) {
      peer.answer(status, asked.head + asked.body, "X-Note: " + asked.field("Authorization") + "\r\n");
    });
  }
  for (const nlohmann::json& code : {nlohmann::json(nullptr), nlohmann::json(502), nlohmann::json("429")}) {
    servers.push_back([code](const Asked& asked, const Peer& peer) { peer.answer(200, gossip(asked, code)); });
    servers.push_back([code](const Asked& asked, const Peer& peer) {
      peer.begin_events(chunk("Hi") + "data: " + gossip(asked, code) + "\n\n");
      peer.close();
    });
  }
  servers.push_back([](const Asked& asked, const Peer& peer) {
    peer.begin_events("data: " + asked.body + asked.field("Authorization") + "\n\n");
    peer.close();
  });
  servers.push_back([](const Asked& asked, const Peer& peer) {
    peer.begin_events("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" + asked.field("Authorization") +
                      kPrompt + "\"}]}\n\n");
    peer.close();
  });
  servers.push_back([](const Asked& asked, const Peer& peer) {
    peer.send(asked.head + asked.body + "\r\n\r\n");
    peer.close();
  });
  servers.push_back([](const Asked&, const Peer& peer) { peer.close(); });
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const auto said = said_about(servers[i]);
    EXPECT_THAT(said, HasSubstr("AI_")) << i;
    EXPECT_THAT(said, Not(HasSubstr("zebra-4711"))) << i;
    EXPECT_THAT(said, Not(HasSubstr("secret-4711"))) << i;
  }
}

}  // namespace
}  // namespace rapt::gateway
