// SPDX-License-Identifier: AGPL-3.0-or-later
#include "circuit_breaker.hpp"

#include <gmock/gmock.h>

namespace rapt::host {
namespace {

using namespace std::chrono_literals;
using hooks::Point;
using testing::HasSubstr;

class CircuitBreakerTest : public testing::Test {
 protected:
  bool fail(const std::string& what = "It answered that it could not decide.") {
    auto pass = breaker_.admit(now_, why_);
    if (pass) pass->failed(Point::kChatOnMessage, what, now_);
    return pass.has_value();
  }
  bool succeed() {
    auto pass = breaker_.admit(now_, why_);
    if (pass) pass->succeeded();
    return pass.has_value();
  }
  void open() {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(fail());
    ASSERT_EQ(breaker_.state(), Circuit::kOpen);
  }
  /// Until the next call is let through, at most.
  void pass_pause(int pauses = 1) { now_ += pauses * 1250ms; }

  CircuitBreaker breaker_{"glossary", {3, 1000ms}, 1};
  CircuitBreaker::Clock::time_point now_{1h};
  std::string why_;
};

TEST_F(CircuitBreakerTest, OpensAfterSoManyFailuresInARowAndSaysWhy) {
  fail();
  fail();
  succeed();
  fail();
  fail();
  EXPECT_EQ(breaker_.state(), Circuit::kClosed) << "not in a row";
  EXPECT_EQ(breaker_.reason(now_), "");
  fail("It fell over a\nnewline.");
  EXPECT_EQ(breaker_.state(), Circuit::kOpen);
  EXPECT_FALSE(succeed());
  for (const char* part : {"glossary", "chat:on_message", "last 3 calls", "fell over a\\x0anewline"})
    EXPECT_THAT(why_, HasSubstr(part));
  EXPECT_THAT(breaker_.reason(now_), HasSubstr(" ms."));
}

TEST_F(CircuitBreakerTest, LetsOneCallThroughAfterThePauseAndClosesWhenItIsAnswered) {
  open();
  now_ += 740ms;
  EXPECT_FALSE(succeed()) << "jitter is a quarter at most";
  pass_pause();
  auto trial = breaker_.admit(now_, why_);
  ASSERT_TRUE(trial);
  EXPECT_EQ(breaker_.state(), Circuit::kHalfOpen);
  EXPECT_FALSE(succeed()) << "the others go on being refused";
  trial->succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::kClosed);
  EXPECT_TRUE(succeed());
}

TEST_F(CircuitBreakerTest, AFailedTrialOpensItForTwiceAsLongUpToABound) {
  open();
  pass_pause();
  EXPECT_TRUE(fail());
  EXPECT_EQ(breaker_.state(), Circuit::kOpen);
  EXPECT_THAT(breaker_.reason(now_), HasSubstr("show whether it works"));
  now_ += 1490ms;
  EXPECT_FALSE(succeed());
  pass_pause(1);
  EXPECT_TRUE(fail());
  for (int i = 0; i < 20; ++i) {
    pass_pause(CircuitBreaker::kLongest);
    EXPECT_TRUE(fail()) << i;
  }
  pass_pause(CircuitBreaker::kLongest);
  EXPECT_TRUE(succeed());
  open();
  pass_pause();
  EXPECT_TRUE(succeed()) << "the first pause again";
}

TEST_F(CircuitBreakerTest, ATrialWhoseCallerWentAwayDecidesNothingAndTheNextCallIsTried) {
  open();
  pass_pause();
  ASSERT_TRUE(breaker_.admit(now_, why_)) << "dropped at once";
  EXPECT_EQ(breaker_.state(), Circuit::kHalfOpen);
  EXPECT_TRUE(succeed());
  EXPECT_EQ(breaker_.state(), Circuit::kClosed);
}

TEST_F(CircuitBreakerTest, AFailureThatIsCountedAlreadyAddsNothingAndDecidesAllTheSame) {
  for (int i = 0; i < 10; ++i) breaker_.admit(now_, why_)->failed_again(Point::kJob, "It fell over.", now_);
  EXPECT_EQ(breaker_.state(), Circuit::kClosed);
  open();
  pass_pause();
  breaker_.admit(now_, why_)->failed_again(Point::kJob, "It fell over.", now_);
  EXPECT_EQ(breaker_.state(), Circuit::kOpen);
  EXPECT_THAT(breaker_.reason(now_), HasSubstr("show whether it works"));
}

TEST_F(CircuitBreakerTest, CallsOfAnEarlierTimeDoNotCount) {
  std::vector<CircuitBreaker::Pass> early;
  for (int i = 0; i < 4; ++i) early.push_back(std::move(*breaker_.admit(now_, why_)));
  open();
  early[0].succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::kOpen);
  pass_pause();
  ASSERT_TRUE(succeed());
  for (auto& pass : early) pass.failed(Point::kChatOnMessage, "It was slow.", now_);
  EXPECT_EQ(breaker_.state(), Circuit::kClosed);
}

TEST_F(CircuitBreakerTest, AnEndOfTheProcessWaitsForTheNextOneAndTriesOneCall) {
  auto in_flight = breaker_.admit(now_, why_);
  breaker_.process_ended("it was killed (SIGKILL)");
  in_flight->failed(Point::kChatOnMessage, "It was killed (SIGKILL).", now_);
  now_ += 24h;
  EXPECT_FALSE(succeed()) << "there is no process";
  EXPECT_THAT(why_, HasSubstr("SIGKILL"));
  breaker_.process_runs();
  EXPECT_EQ(breaker_.state(), Circuit::kHalfOpen);
  auto trial = breaker_.admit(now_, why_);
  ASSERT_TRUE(trial);
  EXPECT_FALSE(succeed());
  breaker_.process_ended("it crashed");
  trial->succeeded();
  EXPECT_EQ(breaker_.state(), Circuit::kOpen) << "an answer of the process before";
  breaker_.process_runs();
  EXPECT_TRUE(succeed());
  EXPECT_EQ(breaker_.state(), Circuit::kClosed);
}

}  // namespace
}  // namespace rapt::host
