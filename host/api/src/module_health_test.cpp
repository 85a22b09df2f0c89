// SPDX-License-Identifier: AGPL-3.0-or-later
#include "module_health.hpp"

#include <gtest/gtest.h>

namespace rapt::api {
namespace {

host::ModuleHealth sick() {
  host::ModuleHealth health;
  health.digest_hex = std::string(64, 'a');
  health.failures = {*parse_time("2026-03-01T08:00:00.125Z"), *parse_time("2026-03-01T08:00:01Z")};
  health.last_failure = "it was killed (SIGKILL), \"twice\"";
  health.restarts = 9;
  health.quarantined_at = *parse_time("2026-03-01T08:00:02Z");
  health.quarantine_reason = "It ended ten times in ten minutes.";
  return health;
}

TEST(ModuleHealth, ComesBackAsItWasKept) {
  const auto health = sick();
  EXPECT_EQ(read_health(health_text(health)), health);
  host::ModuleHealth fresh;
  fresh.digest_hex = "b";
  EXPECT_EQ(read_health(health_text(fresh)), fresh);
}

TEST(ModuleHealth, OfFurtherProcessesComesBackAndIsNotSpokenOfWhereThereIsNone) {
  auto health = sick();
  EXPECT_EQ(health_text(health).find("rooms"), std::string::npos) << "for hosts that know no rooms";
  health.rooms["work"] = sick();
  health.rooms["pages"].restarts = 1;
  EXPECT_EQ(read_health(health_text(health)), health);
}

TEST(ModuleHealth, LeavesTheReleaseToItsColumn) {
  auto health = sick();
  const auto before = health_text(health);
  health.released_at = *parse_time("2026-03-01T09:00:00Z");
  EXPECT_EQ(health_text(health), before);
}

TEST(ModuleHealth, ReadsNothingThatItHasNotWritten) {
  const std::string good = health_text(sick());
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("no " + from + " in " + good);
    return text.replace(at, from.size(), to);
  };
  std::string many = "[";
  for (int i = 0; i < 33; ++i) many += (i > 0 ? "," : "") + std::string("\"2026-03-01T08:00:00Z\"");
  const auto with_rooms = [&with](const std::string& rooms) {
    return with("\"restarts\":9", "\"restarts\":9,\"rooms\":" + rooms);
  };
  for (const auto& wrong : {with_rooms("null"),
                            with_rooms("[]"),
                            with_rooms(R"({"work":{}})"),
                            with_rooms(R"({"cellar":)" + good + "}"),
                            with_rooms(R"({"work":)" + good + "}"),
                            std::string(),
                            std::string("{}"),
                            std::string("[]"),
                            std::string("null"),
                            good + "x",
                            "[" + good + "]",
                            with("\"restarts\":9", "\"restarts\":-9"),
                            with("\"restarts\":9", "\"restarts\":9.5"),
                            with("\"restarts\":9", "\"restarts\":99999999999"),
                            with("\"restarts\":9", "\"restarts\":9,\"more\":1"),
                            with("\"restarts\"", "\"restart\""),
                            with("\"2026-03-01T08:00:02.000Z\"", "17"),
                            with("2026-03-01T08:00:01.000Z", "yesterday"),
                            with("\"failures\":[", "\"failures\":[["),
                            with(std::string(64, 'a'), std::string(5000, 'a')),
                            with("[\"2026-03-01T08:00:00.125Z\",\"2026-03-01T08:00:01.000Z\"]", many + "]")}) {
    EXPECT_EQ(read_health(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace rapt::api
