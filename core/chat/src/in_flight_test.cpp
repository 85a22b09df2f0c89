// SPDX-License-Identifier: AGPL-3.0-or-later
#include "in_flight.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace rapt::chat {
namespace {

const auto kSession = SessionId::trusted(new_uuid());
const InFlight::Key kOwner{UserId::trusted(new_uuid()), kSession};
const InFlight::Key kOther{UserId::trusted(new_uuid()), kSession};

TEST(InFlight, AKeyIsTakenOnceUntilItsLeaseEnds) {
  const auto set = std::make_shared<InFlight>();
  {
    auto first = set->take(kOwner);
    ASSERT_TRUE(first.has_value());
    const auto moved = std::move(*first);
    EXPECT_FALSE(set->take(kOwner).has_value());
  }
  EXPECT_TRUE(set->take(kOwner).has_value());
}

TEST(InFlight, SomebodyElsesTryHindersNobody) {
  const auto set = std::make_shared<InFlight>();
  const auto stranger = set->take(kOther);
  EXPECT_TRUE(set->take(kOwner).has_value());
}

TEST(InFlight, OfManyThreadsOneHoldsTheKeyAtATime) {
  const auto set = std::make_shared<InFlight>();
  std::atomic<int> holders{0};
  std::atomic<bool> together{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 500; ++turn) {
        const auto lease = set->take(kOwner);
        if (!lease) continue;
        if (++holders > 1) together = true;
        --holders;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(together);
  EXPECT_TRUE(set->take(kOwner).has_value());
}

}  // namespace
}  // namespace rapt::chat
