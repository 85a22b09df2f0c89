// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/runtime/lane_parts.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include <boost/asio/post.hpp>

#include "rapt/runtime/runtime.hpp"

namespace rapt::runtime {
namespace {

namespace asio = boost::asio;

/// Notes what becomes of it.
struct Fate {
  std::atomic<int> made{0}, ended{0}, abandoned{0}, gone{0};
  std::thread::id ended_on{};
};

class Part final : public LanePart {
 public:
  explicit Part(Fate& fate) : fate_(fate), made_on_(std::this_thread::get_id()) { ++fate_.made; }
  ~Part() override { ++fate_.gone; }
  void end() override {
    fate_.ended_on = std::this_thread::get_id();
    ++fate_.ended;
  }
  void abandon() override { ++fate_.abandoned; }
  [[nodiscard]] std::thread::id made_on() const { return made_on_; }

 private:
  Fate& fate_;
  const std::thread::id made_on_;
};

LaneParts parts_of(Fate& fate) {
  return LaneParts("test", [&fate](const Executor&) { return std::make_shared<Part>(fate); });
}

/// What `ask` gives on the executor's own thread.
template <class Ask>
auto on(const Executor& executor, Ask ask) {
  std::promise<decltype(ask())> told;
  asio::post(executor, [&] { told.set_value(ask()); });
  return told.get_future().get();
}

TEST(LaneParts, HaveOneForEachLaneAndOneForEverybodyElse) {
  Fate fate;
  Runtime loop(2);
  const Executor one = loop.lane(), other = loop.lane();
  std::thread thread([&] { loop.run(); });
  {
    LaneParts parts = parts_of(fate);
    const auto here = [&](const Executor& executor) { return on(executor, [&] { return parts.here(executor); }); };
    EXPECT_NE(here(one), nullptr);
    EXPECT_EQ(here(one), here(one));
    EXPECT_NE(here(one), here(other));
    EXPECT_EQ(here(loop.executor()), nullptr) << "the loop of all threads is no lane";
    std::promise<std::pair<LanePart*, std::thread::id>> first, second;
    parts.elsewhere([&](LanePart& part) { first.set_value({&part, std::this_thread::get_id()}); });
    parts.elsewhere([&](LanePart& part) { second.set_value({&part, static_cast<Part&>(part).made_on()}); });
    EXPECT_EQ(first.get_future().get(), second.get_future().get());
    EXPECT_EQ(fate.made, 3);
  }
  on(one, [] { return 0; });
  on(other, [] { return 0; });
  EXPECT_EQ(fate.ended, 3);
  EXPECT_EQ(fate.abandoned, 0);
  EXPECT_EQ(fate.gone, 3);
  loop.stop();
  thread.join();
}

TEST(LaneParts, AbandonThePartOfALaneThatGoesAndMakeAnotherForTheNext) {
  Fate fate;
  LaneParts parts = parts_of(fate);
  for (int round = 1; round <= 3; ++round) {
    Runtime loop(1);
    const Executor lane = loop.lane();
    std::thread thread([&] { loop.run(); });
    EXPECT_NE(on(lane, [&] { return parts.here(lane); }), nullptr);
    loop.stop();
    thread.join();
    EXPECT_EQ(fate.made, round);
    EXPECT_EQ(fate.abandoned, round - 1);
  }
  EXPECT_EQ(fate.abandoned, 3);
  EXPECT_EQ(fate.gone, 3);
  EXPECT_EQ(fate.ended, 0);
}

TEST(LaneParts, MayGoWhenTheirLaneRunsNoMore) {
  Fate fate;
  {
    Runtime loop(1);
    const Executor lane = loop.lane();
    LaneParts parts = parts_of(fate);
    std::thread thread([&] { loop.run(); });
    on(lane, [&] { return parts.here(lane); });
    loop.stop();
    thread.join();
  }
  EXPECT_EQ(fate.gone, 1);
}

}  // namespace
}  // namespace rapt::runtime
