// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runs/run_keeper.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "test_runs.hpp"

namespace rapt::runs {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCall = "00000000-0000-4000-8000-00000000000c";

class Keeper : public Runs {
 protected:
  /// Keeps until `ends`, or fails the test after a generous while.
  void keep(const std::function<bool()>& ends) { runtime::run_blocking_void(keep_until(ends)); }
  Task<void> keep_until(std::function<bool()> ends) {
    const auto executor = co_await boost::asio::this_coro::executor;
    RunKeeper keeper(service, {.pause = std::chrono::milliseconds(20)});
    boost::asio::co_spawn(executor, keeper.run(), boost::asio::detached);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!ends() && std::chrono::steady_clock::now() < until)
      co_await runtime::sleep_for(std::chrono::milliseconds(20));
    EXPECT_TRUE(ends());
    co_await keeper.stop(std::chrono::seconds(30));
  }
  /// A run that another host had begun when it died, while a call was on its way.
  RunId lost(const std::string& call, int attempts = 1) {
    const auto run = run_blocking(service.start(actor(), tool, R"({"topic":"Fractions"})", {}));
    execute("UPDATE runs SET state = 'processing', host = 'dead', attempts = " + std::to_string(attempts) +
            ", leased_until = now() - interval '1 second', call_id = " + (call.empty() ? "NULL" : "'" + call + "'"));
    return run->id;
  }
  RunState state(const RunId& id) { return run_blocking(service.get(actor(), id))->state; }
  bool ended(const RunId& id) {
    const auto now = state(id);
    return now == RunState::kComplete || now == RunState::kFailed;
  }
};

TEST_F(Keeper, WorksOnWhatWasStartedWithoutWaiting) {
  const auto run = run_blocking(service.start(actor(), tool, R"({"topic":"Fractions"})", {}));
  ASSERT_TRUE(run.has_value()) << run.error().message << run.error().log_detail;
  EXPECT_EQ(run->state, RunState::kPending);
  EXPECT_TRUE(gateway.requests.empty());
  keep([&] { return ended(run->id); });
  const auto done = run_blocking(service.get(actor(), run->id));
  EXPECT_EQ(done->state, RunState::kComplete);
  EXPECT_THAT(*done->output_json, HasSubstr("Fractions"));
  EXPECT_EQ(gateway.requests.size(), 1U);
}

TEST_F(Keeper, TakesUpARunWhoseHostDiedAndSettlesItsCallByTheGatewaysBooks) {
  const auto id = lost(kCall);
  gateway.books[kCall] = {"test-model", 70, 9, false, std::chrono::milliseconds(3)};
  keep([&] { return ended(id); });
  EXPECT_EQ(state(id), RunState::kComplete);
  EXPECT_EQ(
      value(
          "SELECT concat_ws(' ', input_tokens, output_tokens, outcome, estimated) AS value FROM ai_usage WHERE id = '" +
          std::string(kCall) + "'"),
      "70 9 abandoned f");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM ai_usage"), "2") << "the lost call and the new one";
}

TEST_F(Keeper, EstimatesALostCallThatNobodyKnowsAndSaysSo) {
  const auto id = lost(kCall);
  keep([&] { return ended(id); });
  EXPECT_EQ(
      value("SELECT concat_ws(' ', estimated, output_tokens, input_tokens > 0) AS value FROM ai_usage WHERE id = '" +
            std::string(kCall) + "'"),
      "t 0 t");
}

TEST_F(Keeper, GivesUpARunThatHasCostTooManyHosts) {
  const auto id = lost("", 3);
  keep([&] { return ended(id); });
  const auto run = run_blocking(service.get(actor(), id));
  EXPECT_EQ(run->state, RunState::kFailed);
  EXPECT_THAT(*run->error_json, HasSubstr("restarted several times"));
  EXPECT_TRUE(gateway.requests.empty());
}

TEST_F(Keeper, LeavesAloneWhatAnotherHostWorksOn) {
  const auto theirs = lost("");
  execute("UPDATE runs SET leased_until = now() + interval '1 hour'");
  const auto ours = run_blocking(service.start(actor(), tool, R"({"topic":"Decimals"})", {}));
  keep([&] { return ended(ours->id); });
  EXPECT_EQ(state(theirs), RunState::kProcessing);
}

TEST_F(Keeper, TakesUpAtOnceWhatItsOwnHostLeftBeforeItWasStartedAgain) {
  const auto id = lost("");
  execute("UPDATE runs SET host = 'host', leased_until = now() + interval '1 hour'");
  keep([&] { return ended(id); });
  EXPECT_EQ(state(id), RunState::kComplete);
}

TEST_F(Keeper, AnEndThatComesAfterAnotherHostTookOverChangesNothing) {
  bool taken = false;
  caller.on("guard", {.point = Point::kProductAfterAi, .on_failure = hooks::FailPolicy::kClosed},
            [&](const hooks::Context&) {
              if (!taken) execute("UPDATE runs SET attempts = attempts + 1, host = 'other'");
              taken = true;
              return Answer{};
            });
  const auto run = create();
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(all().at(0).state, RunState::kProcessing);
  EXPECT_EQ(value("SELECT output_tokens::text AS value FROM ai_usage"), "5") << "what was paid stays paid";
}

}  // namespace
}  // namespace rapt::runs
