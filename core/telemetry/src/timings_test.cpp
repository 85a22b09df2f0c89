// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/telemetry/timings.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "rapt/telemetry/exposition.hpp"

namespace rapt::telemetry {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(const Timings& timings) {
  Exposition page;
  timings.write(page);
  return page.take();
}

TEST(Timings, CountEachCombinationInItsBuckets) {
  Timings timings("rapt_x_seconds", "What x took.", {"route", "status"});
  timings.record({"/tools/:id", "200"}, 1ms);
  timings.record({"/tools/:id", "200"}, 3ms);
  timings.record({"/tools/:id", "200"}, 60s);
  timings.record({"/tools/:id", "404"}, 10us);
  const auto page = page_of(timings);
  EXPECT_THAT(page, HasSubstr("# HELP rapt_x_seconds What x took.\n# TYPE rapt_x_seconds histogram\n"));
  const auto line = [&](const std::string& text) { EXPECT_THAT(page, HasSubstr("\n" + text + "\n")); };
  line(R"(rapt_x_seconds_bucket{route="/tools/:id",status="200",le="0.0005"} 0)");
  line(R"(rapt_x_seconds_bucket{route="/tools/:id",status="200",le="0.001"} 1)");
  line(R"(rapt_x_seconds_bucket{route="/tools/:id",status="200",le="0.005"} 2)");
  line(R"(rapt_x_seconds_bucket{route="/tools/:id",status="200",le="10"} 2)");
  line(R"(rapt_x_seconds_bucket{route="/tools/:id",status="200",le="+Inf"} 3)");
  line(R"(rapt_x_seconds_sum{route="/tools/:id",status="200"} 60.004)");
  line(R"(rapt_x_seconds_count{route="/tools/:id",status="404"} 1)");
}

TEST(Timings, TooManyCombinationsAreOthers) {
  Timings timings("x", "x", {"a"});
  for (int i = 0; i < 5000; ++i) timings.record({std::to_string(i)}, 1ms);
  const auto page = page_of(timings);
  EXPECT_THAT(page, HasSubstr("x_count{a=\"other\"} 3000\n"));
  EXPECT_THAT(page, Not(HasSubstr("a=\"4999\"")));
}

TEST(Timings, LoseNothingBetweenThreads) {
  Timings timings("x", "x", {"a"});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) timings.record({"same"}, 1us);
      });
  }
  EXPECT_THAT(page_of(timings), HasSubstr("x_count{a=\"same\"} 4000\n"));
}

TEST(Exposition, EscapesWhatAStrangerChose) {
  Exposition page;
  page.sample("x", {{"name", "a\"b\\c\nd"}}, 1.5);
  page.count("y", {}, 18446744073709551615ULL);
  EXPECT_EQ(page.take(), "x{name=\"a\\\"b\\\\c\\nd\"} 1.5\ny 18446744073709551615\n");
}

}  // namespace
}  // namespace rapt::telemetry
