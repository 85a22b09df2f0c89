// SPDX-License-Identifier: AGPL-3.0-or-later
#include "health_record.hpp"

#include <gmock/gmock.h>

namespace rapt::host {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint kNoon{1'700'000'000s};
const HealthRecord::Limits kLimits{.failures = 3, .window = 10min};

InstalledModule installed(const std::string& digest = "ab", ModuleHealth health = {}) {
  return {"glossary", "1.0.0", {}, digest, {}, std::move(health)};
}

/// As the module's status tells it.
ModuleHealth kept(const HealthRecord& record, const std::string& digest = "ab", const std::string& room = {}) {
  ModuleHealth health;
  health.digest_hex = digest;
  if (room.empty()) {
    static_cast<ProcessHealth&>(health) = record.health();
  } else {
    health.rooms[room] = record.health();
  }
  health.released_at = record.released_at();
  return health;
}

TEST(HealthRecord, QuarantinesAfterSoManyEndsWithinTheWindowAndSaysHowToMendIt) {
  HealthRecord record(installed(), kLimits);
  EXPECT_FALSE(record.failed(kNoon, "it was killed (SIGKILL)"));
  EXPECT_FALSE(record.failed(kNoon + 11min, "it was killed (SIGKILL)"));
  EXPECT_FALSE(record.failed(kNoon + 12min, "it was killed (SIGKILL)")) << "the first is long ago";
  EXPECT_TRUE(record.failed(kNoon + 13min, "it crashed"));
  EXPECT_TRUE(record.quarantined());
  for (const char* part : {"glossary", "3 times since 2023-11-14T22:24:20", "it crashed",
                           "`rapt module release glossary`", "another version"})
    EXPECT_THAT(record.health().quarantine_reason, HasSubstr(part));
  EXPECT_FALSE(record.failed(kNoon + 14min, "it crashed")) << "it is already";
}

TEST(HealthRecord, EndsBeforeARestartOfTheHostCount) {
  HealthRecord before(installed(), kLimits);
  before.failed(kNoon, "it crashed");
  before.failed(kNoon + 1s, "it crashed");
  before.restarted();
  HealthRecord after(installed("ab", kept(before)), kLimits);
  EXPECT_EQ(after.health().restarts, 1u);
  EXPECT_TRUE(after.failed(kNoon + 2s, "it crashed"));
  HealthRecord still(installed("ab", kept(after)), kLimits);
  EXPECT_TRUE(still.quarantined());
  EXPECT_EQ(still.health(), after.health());
}

TEST(HealthRecord, AFurtherProcessHasItsOwnAndComesBackToIt) {
  HealthRecord before(installed(), kLimits, "work");
  for (auto at : {0s, 1s}) before.failed(kNoon + at, "it crashed");
  before.failed_again("it crashed once more");
  EXPECT_FALSE(before.quarantined());
  EXPECT_EQ(before.health().last_failure, "it crashed once more");
  const auto both = kept(before, "ab", "work");
  EXPECT_EQ(HealthRecord(installed("ab", both), kLimits).health(), ProcessHealth{});
  EXPECT_EQ(HealthRecord(installed("ab", both), kLimits, "pages").health(), ProcessHealth{});
  HealthRecord after(installed("ab", both), kLimits, "work");
  EXPECT_TRUE(after.failed(kNoon + 2s, "it crashed"));
  EXPECT_THAT(after.health().quarantine_reason, HasSubstr("The process for its work of the module glossary is in"));
  auto released = kept(after, "ab", "work");
  released.released_at = kNoon + 3s;
  EXPECT_FALSE(HealthRecord(installed("ab", released), kLimits, "work").quarantined());
}

TEST(HealthRecord, AnotherBundleBeginsAfresh) {
  HealthRecord before(installed(), {.failures = 1, .window = 1min});
  before.failed(kNoon, "it crashed");
  HealthRecord other(installed("cd", kept(before)), kLimits);
  EXPECT_FALSE(other.quarantined());
  EXPECT_EQ(other.health(), ProcessHealth{});
}

TEST(HealthRecord, AReleaseAfterTheQuarantineEndsItAndForgetsWhatWasBefore) {
  HealthRecord record(installed(), kLimits);
  for (auto at : {0s, 1s, 2s}) record.failed(kNoon + at, "it crashed");
  EXPECT_FALSE(record.release(kNoon)) << "of an earlier quarantine";
  EXPECT_TRUE(record.quarantined());
  EXPECT_TRUE(record.release(kNoon + 3s));
  EXPECT_FALSE(record.quarantined());
  EXPECT_EQ(record.health().quarantine_reason, "");
  EXPECT_FALSE(record.release(kNoon + 3s)) << "known already";
  EXPECT_FALSE(record.failed(kNoon + 4s, "it crashed"));
  EXPECT_FALSE(record.failed(kNoon + 5s, "it crashed"));
  EXPECT_TRUE(record.failed(kNoon + 6s, "it crashed"));
  auto health = kept(record);
  health.released_at = kNoon + 7s;
  EXPECT_FALSE(HealthRecord(installed("ab", health), kLimits).quarantined()) << "released while the host was down";
}

TEST(HealthRecord, KeepsTheLatestAndIsNotFooledByAClockThatWasSetBack) {
  HealthRecord record(installed(), {.failures = 100, .window = 10min});
  for (int i = 0; i < 50; ++i) record.failed(kNoon + i * 1s, "it crashed");
  EXPECT_EQ(record.health().failures.size(), HealthRecord::kKept);
  EXPECT_EQ(record.health().failures.back(), kNoon + 49s);
  HealthRecord early(installed("ab", kept(record)), kLimits);
  EXPECT_FALSE(early.failed(kNoon - 1h, "it crashed"));
}

}  // namespace
}  // namespace rapt::host
