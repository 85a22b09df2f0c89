// SPDX-License-Identifier: AGPL-3.0-or-later
// The whole way of a value: a module in its sandbox, the host, PostgreSQL. Two houses on one database are two hosts.
#include <gmock/gmock.h>
#include <signal.h>

#include <future>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "rapt/host/kv.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/scratch_schema.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using hooks::Answer;
namespace asio = boost::asio;

const std::string kModule = "hostile-ask", kConfig = "{}";  // outlive the calls
constexpr const char* kAnna = "11111111-1111-4111-8111-111111111111";
constexpr const char* kBen = "22222222-2222-4222-8222-222222222222";

constexpr store::Statement kPeople{"test.people", R"(
  INSERT INTO users (id, email, name) VALUES ($1, 'anna@example.org', 'Anna'), ($2, 'ben@example.org', 'Ben'))"};

class KvOverPostgresql : public ::testing::Test {
 protected:
  /// A host of its own on the database.
  struct Host {
    Host(const Workshop& workshop, const std::string& url)
        : database({.url = url, .connections = 2}), house(workshop, [this](host::Supervisor::Options& options) {
            fearless(options);
            options.services = &capabilities;
          }) {
      capabilities.add(sandbox::Service::kKv, std::make_unique<host::KvCapability>(database, clock));
    }
    ~Host() { house.stop(); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    SystemClock clock;
    store::Database database;
    host::Capabilities capabilities;
    House house;
  };

  void start(Host& host) {
    host.house.start({workshop_.pack("ask", {.permissions = R"([{"name":"kv","reason":"r"}])"})});
    host.house.wait_running(kModule);
  }
  std::future<Answer> ask(Host& host, const std::string& orders, const char* user = kAnna) {
    auto& context = contexts_.emplace_back(std::make_unique<hooks::Context>(sample_context()));
    context->user.id = user;
    context->current->content = orders;
    return asio::co_spawn(host.house.loop(),
                          host.house.supervisor().call(kModule, hooks::Point::kChatOnMessage, *context, kConfig, 30s),
                          asio::use_future);
  }

  Workshop workshop_;
  store::ScratchSchema schema_{RAPT_CORE_MIGRATIONS};
  std::vector<std::unique_ptr<hooks::Context>> contexts_;
};

TEST_F(KvOverPostgresql, ValuesBelongToSomebodyAndOutliveTheProcess) {
  Host host(workshop_, schema_.url());
  ASSERT_TRUE(runtime::run_blocking(host.database.query(kPeople, store::params(kAnna, kBen))));
  start(host);
  const int pid = host.house.status(kModule).pid;
  EXPECT_EQ(ask(host, "kv|put|4|color|green|0\nkv|put|1|color|gray|0\nkv|keys|4|c|-|10").get().text,
            "0 -\n0 -\n0 [\"color\"]\n");
  EXPECT_EQ(ask(host, "kv|get|4|color\nkv|get|1|color", kBen).get().text, "0 -\n0 gray\n");
  kill(pid, SIGKILL);
  host.house.wait_for(kModule, [&](const auto& now) {
    return now.state == host::ModuleState::kRunning && now.pid != 0 && now.pid != pid;
  });
  EXPECT_EQ(ask(host, "kv|get|4|color\nkv|swap|4|color|green|blue|0\nkv|get|4|color").get().text,
            "0 green\n0 1\n0 blue\n");
}

TEST_F(KvOverPostgresql, TwoHostsCountTogetherAndNothingIsLostOrCountedTwice) {
  Host one(workshop_, schema_.url()), two(workshop_, schema_.url());
  start(one);
  start(two);
  constexpr int kCalls = 100;
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < kCalls; ++i) {
    answers.push_back(ask(one, "kv|add|1|n|1|0\nkv|add|1|n|1|0"));
    answers.push_back(ask(two, "kv|add|1|n|1|0\nkv|add|1|n|1|0"));
  }
  std::set<std::string> sums;
  for (auto& one_answer : answers) {
    const auto answer = one_answer.get();
    ASSERT_EQ(answer.kind, Answer::Kind::kReplace) << answer.text;
    const auto line = answer.text.find('\n');
    sums.insert(answer.text.substr(0, line));
    sums.insert(answer.text.substr(line + 1, answer.text.size() - line - 2));
  }
  EXPECT_EQ(sums.size(), 4u * kCalls);
  EXPECT_TRUE(sums.contains("0 " + std::to_string(4 * kCalls)));
}

TEST_F(KvOverPostgresql, WithoutADatabaseTheModuleIsToldSoAndGoesOn) {
  Host host(workshop_, "postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=2");
  start(host);
  EXPECT_EQ(ask(host, "kv|get|1|k").get().text, "-4 -\n");
  const auto status = host.house.status(kModule);
  ASSERT_EQ(status.services.size(), 1u);
  EXPECT_EQ(status.services[0].failures, 1u);
  EXPECT_EQ(status.restarts, 0u);
}

}  // namespace
}  // namespace rapt::hostile
