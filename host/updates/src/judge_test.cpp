// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probation.hpp"

namespace rapt::updates {
namespace {

using ::testing::HasSubstr;
using Kind = Judgement::Kind;

/// Version 1.0.1 has been running for five minutes, and nobody has said anything.
Watched watched() {
  Watched out;
  out.module = "filter";
  out.from = "1.0.0";
  out.to = out.installed = "1.0.1";
  out.digest_hex = "d1";
  out.health_json = "{}";
  out.reports_json = "[]";
  out.started_at = parse_time("2026-03-01T10:00:00Z").value();
  out.now = out.started_at + std::chrono::minutes(5);
  return out;
}

std::string report(const std::string& version, int calls, int failures, const std::string& state = "running") {
  return R"({"version":")" + version + R"(","state":")" + state +
         R"(","reason":"It says so.","upgrade":null,"hooks":[{"calls":)" + std::to_string(calls) + R"(,"failures":)" +
         std::to_string(failures) + "}]}";
}

std::string ends(int count, const std::string& at = "2026-03-01T10:01:00Z", const std::string& digest = "d1") {
  std::string times;
  for (int i = 0; i < count; ++i) times += (i == 0 ? "\"" : ",\"") + at + "\"";
  return R"({"digest":")" + digest + R"(","failures":[)" + times + "],\"last_failure\":\"it was killed (SIGSEGV)\"}";
}

TEST(Judge, WaitsForTimeAndCalls) {
  auto one = watched();
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching);
  one.reports_json = "[" + report("1.0.1", 500, 0) + "]";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "five minutes are too few";
  one.now = one.started_at + std::chrono::minutes(16);
  EXPECT_EQ(judge(one, {}).kind, Kind::kKept);
  one.reports_json = "[" + report("1.0.1", 100, 0) + "," + report("1.0.1", 99, 0) + "]";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "199 calls are too few";
  one.now = one.started_at + std::chrono::days(8);
  EXPECT_EQ(judge(one, {}).kind, Kind::kKept) << "hardly anybody asks it";
}

TEST(Judge, CountsTheEndsOfItsProcesses) {
  auto one = watched();
  one.health_json = ends(4);
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching);
  one.health_json = ends(5);
  EXPECT_EQ(judge(one, {}).kind, Kind::kFailed);
  EXPECT_EQ(judge(one, {}).because, "filter 1.0.1 failed 5 times after its update (it was killed (SIGSEGV))");
  one.health_json = ends(5, "2026-03-01T09:00:00Z");
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "that was before";
  one.health_json = ends(5, "2026-03-01T10:01:00Z", "d0");
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "that was another bundle";
}

TEST(Judge, CountsWhatItsFurtherProcessesSay) {
  auto one = watched();
  const auto rooms = [](int count) {
    return ends(2).insert(1, "\"rooms\":{\"work\":" + ends(count) + ",\"pages\":7},");
  };
  one.health_json = rooms(2);
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching);
  one.health_json = rooms(3);
  EXPECT_THAT(judge(one, {}).because, HasSubstr("failed 5 times"));
  one = watched();
  one.reports_json =
      R"([{"version":"1.0.1","state":"running","rooms":[7,{"name":"work","state":"quarantined","reason":"It fell."}]}])";
  EXPECT_THAT(judge(one, {}).because, HasSubstr("was quarantined after its update (It fell.)"));
}

TEST(Judge, ComparesFailedCallsWithTheVersionBefore) {
  auto one = watched();
  one.reports_json = "[" + report("1.0.1", 30, 4) + "," + report("1.0.0", 100, 100) + "]";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "four are too few, and the old version's do not count";
  one.reports_json = "[" + report("1.0.1", 20, 3) + "," + report("1.0.1", 10, 3) + "]";
  EXPECT_EQ(judge(one, {}).because, "filter 1.0.1 failed in 6 of 30 calls after its update");
  one.calls_before = 100;
  one.failures_before = 10;
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "twenty of a hundred, and ten before";
  one.reports_json = "[" + report("1.0.1", 30, 20) + "]";
  EXPECT_EQ(judge(one, {}).kind, Kind::kFailed);
}

TEST(Judge, SeesThatItIsQuarantinedOrCannotBeStarted) {
  auto one = watched();
  one.reports_json = "[" + report("1.0.1", 0, 0, "quarantined") + "]";
  EXPECT_THAT(judge(one, {}).because, HasSubstr("was quarantined after its update (It says so.)"));
  one.reports_json = "[" + report("1.0.1", 0, 0, "refused") + "," + report("1.0.1", 0, 0) + "]";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "one host of two may lack the bundle";
  one.reports_json =
      R"([{"version":"1.0.0","state":"running","upgrade":{"version":"1.0.1","failed":true,"reason":"Its init failed."}}])";
  EXPECT_THAT(judge(one, {}).because, HasSubstr("could not be started after its update (Its init failed.)"));
  one.now = one.started_at + std::chrono::seconds(10);
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching);
}

TEST(Judge, LetsGoOfWhatIsNotThereAnyMore) {
  auto one = watched();
  one.installed = "1.0.0";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching) << "it is being installed";
  one.now = one.started_at + std::chrono::minutes(20);
  EXPECT_EQ(judge(one, {}).kind, Kind::kGone);
  one = watched();
  one.installed = "2.0.0";
  EXPECT_EQ(judge(one, {}).kind, Kind::kGone) << "an administrator has installed another one";
}

TEST(Judge, IsNotUpsetByWhatItCannotRead) {
  auto one = watched();
  one.health_json = R"({"digest":"d1","failures":7})";
  one.reports_json = R"([7, null, {"version":"1.0.1","hooks":[1,{"calls":-3,"failures":"many"}],"upgrade":[]}])";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching);
  one.reports_json = "{";
  EXPECT_EQ(judge(one, {}).kind, Kind::kWatching);
}

}  // namespace
}  // namespace rapt::updates
