// SPDX-License-Identifier: AGPL-3.0-or-later
// A module in its sandbox asks the AI and signs with a secret: the wire, the host, PostgreSQL, Redis, a gateway.
#include <gmock/gmock.h>
#include <signal.h>

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/gateway/openai_gateway.hpp"
#include "rapt/host/ai.hpp"
#include "rapt/host/secrets.hpp"
#include "rapt/quota/quota_service.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/store/scratch_schema.hpp"
#include "rapt/store/test_redis.hpp"
#include "scripted_gateway.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using gateway::testing::Asked;
using gateway::testing::chunk;
using gateway::testing::ending;
using gateway::testing::Peer;
using hooks::Answer;
using ::testing::HasSubstr;
namespace asio = boost::asio;

const std::string kAiModule = "hostile-ask", kAiConfig = "{}";  // outlive the calls
constexpr const char* kQuestion = R"(ai|chat|{"messages":[{"role":"user","content":"What is 3x?"}],"model":"v/model"})";
constexpr store::Statement kModel{"test.model",
                                  "INSERT INTO ai_models (id, name, active) VALUES ('v/model', 'Model', true)"};
constexpr store::Statement kBooked{"test.booked", R"(
  SELECT coalesce(string_agg(concat_ws(' ', m.module, u.request_type, u.outcome, u.input_tokens, u.output_tokens), '; '), '')
         AS text FROM ai_usage u JOIN ai_module_calls m USING (id))"};

class AiOverPostgresql : public ::testing::Test {
 protected:
  AiOverPostgresql() {
    capabilities_.add(sandbox::Service::kAi,
                      std::make_unique<host::AiCapability>(host::AiCapability::Parts{
                          .database = database_, .admission = quota_, .gateway = [this](host::AiBounds bounds) {
                            gateway::OpenAiGateway::Options options;
                            options.base_url = server_.url();
                            options.request_timeout = bounds.time_limit;
                            return std::make_unique<gateway::OpenAiGateway>(client_, options);
                          }}));
    host::SecretNames names = [](std::string, host::ServiceScope) -> Task<Result<std::map<std::string, bool>>> {
      co_return std::map<std::string, bool>{{"key", true}};
    };
    host::SecretSource secrets = [](std::string, std::string,
                                    host::ServiceScope) -> Task<Result<std::optional<std::string>>> {
      co_return std::optional<std::string>("Jefe");
    };
    capabilities_.add(sandbox::Service::kSecrets, std::make_unique<host::SecretsCapability>(names, secrets));
    if (!runtime::run_blocking(database_.query(kModel))) throw std::runtime_error("no model");
  }
  ~AiOverPostgresql() override { house_.stop(); }

  void start(const std::string& permissions) {
    house_.start({workshop_.pack("ask", {.permissions = permissions})});
    house_.wait_running(kAiModule);
  }
  std::future<Answer> ask(const std::string& orders) {
    context_ = std::make_unique<hooks::Context>(sample_context());
    context_->current->content = orders;
    return asio::co_spawn(house_.loop(),
                          house_.supervisor().call(kAiModule, hooks::Point::kChatOnMessage, *context_, kAiConfig, 30s),
                          asio::use_future);
  }
  std::string booked() { return (*runtime::run_blocking(database_.query(kBooked)))[0].text("text"); }

  std::function<void(const Asked&, const Peer&)> script_ = [](const Asked&, const Peer& peer) {
    peer.begin_events(chunk("Three times x.") + ending(5));
  };
  Workshop workshop_;
  store::ScratchSchema schema_{RAPT_CORE_MIGRATIONS};
  std::unique_ptr<hooks::Context> context_;
  gateway::testing::ScriptedGateway server_{[this](const Asked& asked, const Peer& peer) { script_(asked, peer); }};
  SystemClock clock_;
  http::Client client_;
  store::Database database_{{.url = schema_.url(), .connections = 2}};
  store::Redis redis_{store::test_redis_url()};
  quota::QuotaService quota_{{database_, redis_, clock_, ""}};
  host::Capabilities capabilities_;
  House house_{workshop_, [this](host::Supervisor::Options& options) {
                 fearless(options);
                 options.services = &capabilities_;
               }};
};

TEST_F(AiOverPostgresql, AnswersAndSignsAndKeepsTheBooks) {
  start(R"([{"name":"ai","reason":"r"},{"name":"secrets","reason":"r"}])");
  const auto answer =
      ask(std::string(kQuestion) + "\nai|chat|{}\nsecrets|list|{}\n" +
          R"(secrets|sign|{"name":"key","algorithm":"hmac-sha1","data":"what do ya want for nothing?"})")
          .get();
  EXPECT_THAT(answer.text, HasSubstr("0 {\"finish\":\"stop\",\"input_tokens\":7,\"model\":\"scripted\""));
  EXPECT_THAT(answer.text, HasSubstr("\"text\":\"Three times x.\""));
  EXPECT_THAT(answer.text, HasSubstr("\n-1 {\"field\":\"messages\""));
  EXPECT_THAT(answer.text, HasSubstr("\n0 {\"names\":{\"key\":true}}"));
  EXPECT_THAT(answer.text, HasSubstr("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
  EXPECT_EQ(booked(), "hostile-ask module answered 7 5");
}

TEST_F(AiOverPostgresql, NothingIsAskedWithoutTheGrant) {
  start(R"([{"name":"secrets","reason":"r"}])");
  EXPECT_THAT(ask(kQuestion).get().text, HasSubstr("no service"));
  EXPECT_TRUE(server_.asked().empty());
}

TEST_F(AiOverPostgresql, AQuestionWhoseModuleIsKilledIsPaidForAllTheSame) {
  start(R"([{"name":"ai","reason":"r"}])");
  std::promise<void> killed;
  script_ = [this, &killed](const Asked&, const Peer& peer) {
    peer.begin_events(chunk("Three "));
    kill(house_.status(kAiModule).pid, SIGKILL);
    killed.get_future().wait();
    peer.send(chunk("times x.") + ending(5));
  };
  auto asked = ask(kQuestion);
  EXPECT_NE(asked.get().kind, Answer::Kind::kReplace);
  killed.set_value();
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (booked().empty() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
  EXPECT_EQ(booked(), "hostile-ask module answered 7 5");
}

}  // namespace
}  // namespace rapt::hostile
