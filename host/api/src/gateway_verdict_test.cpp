// SPDX-License-Identifier: AGPL-3.0-or-later
#include "gateway_verdict.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "rapt/gateway/gateway.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::api {
namespace {

class CountedGateway final : public gateway::Gateway {
 public:
  int asked = 0;
  bool away = false;
  bool throws = false;
  std::function<Task<void>()> while_asking;
  Task<gateway::Exchange> complete(gateway::ChatRequest, gateway::DeltaSink*) override {
    co_return gateway::Exchange{Error::internal("nobody asks this one"), std::nullopt};
  }
  Task<Result<void>> check() override {
    ++asked;
    if (while_asking) co_await while_asking();
    if (throws) throw std::runtime_error("broken");
    if (away) co_return Error::unavailable("gateway", "away");
    co_return Result<void>{};
  }
};

Task<bool> fails(GatewayVerdict& verdict) {
  try {
    static_cast<void>(co_await verdict.get());
  } catch (const std::runtime_error&) {
    co_return true;
  }
  co_return false;
}

class GatewayVerdictTest : public testing::Test {
 protected:
  Result<void> get() { return runtime::run_blocking(verdict_.get()); }
  CountedGateway gateway_;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
  GatewayVerdict verdict_{gateway_, [this] { return now_; }};
};

TEST_F(GatewayVerdictTest, IsKeptForItsLifetimeAndNoLonger) {
  EXPECT_TRUE(get());
  gateway_.away = true;
  now_ += GatewayVerdict::kLifetime - std::chrono::milliseconds(1);
  EXPECT_TRUE(get());
  EXPECT_EQ(gateway_.asked, 1);
  now_ += std::chrono::milliseconds(1);
  EXPECT_FALSE(get());
  EXPECT_FALSE(get());
  EXPECT_EQ(gateway_.asked, 2);
}

TEST_F(GatewayVerdictTest, IsAskedForByOneWhileTheOthersGetTheOneBefore) {
  std::optional<Result<void>> first;
  std::optional<Result<void>> second;
  std::optional<Result<void>>* slot = &first;
  gateway_.while_asking = [&]() -> Task<void> { return runtime::store_result(verdict_.get(), *slot); };
  EXPECT_TRUE(get());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->error().kind, ErrorKind::kUnavailable);
  slot = &second;
  gateway_.away = true;
  now_ += GatewayVerdict::kLifetime;
  EXPECT_FALSE(get());
  ASSERT_TRUE(second);
  EXPECT_TRUE(*second);
  EXPECT_EQ(gateway_.asked, 2);
}

TEST_F(GatewayVerdictTest, IsAskedForAgainAfterAnExceptionOnTheWay) {
  gateway_.throws = true;
  EXPECT_TRUE(runtime::run_blocking(fails(verdict_)));
  gateway_.throws = false;
  EXPECT_TRUE(get());
  EXPECT_EQ(gateway_.asked, 2);
}

}  // namespace
}  // namespace rapt::api
