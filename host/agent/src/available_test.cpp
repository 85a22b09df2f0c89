// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/agent/available.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

marketplace::VouchedRelease release(const std::string& version) {
  marketplace::VouchedRelease out;
  out.release.version = version;
  out.release.architecture = "x86_64-linux-gnu";
  out.release.image = "registry.example/rapt@sha256:00";
  return out;
}

Circumstances here(const std::string& running = "1.0.0") {
  Circumstances out;
  out.running = running;
  out.deployment = "bare";
  out.architecture = "x86_64-linux-gnu";
  out.rollout_id = "00000000-0000-7000-8000-000000000001";
  return out;
}

struct Case {
  const char* name;
  void (*change)(marketplace::VouchedRelease&, Circumstances&);
  Obstacle obstacle;
  const char* because;
  bool askable, askable_with_pause;
};

class AvailableTest : public ::testing::TestWithParam<Case> {};

TEST_P(AvailableTest, SaysWhatStandsInTheWay) {
  const auto& one = GetParam();
  auto newer = release("1.1.0");
  auto circumstances = here();
  one.change(newer, circumstances);
  const auto all = available({newer}, circumstances);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].obstacle, one.obstacle);
  EXPECT_THAT(all[0].held_because, HasSubstr(one.because));
  EXPECT_EQ(all[0].held_because.empty(), one.obstacle == Obstacle::kNone);
  EXPECT_EQ(to_take(all) != nullptr, one.obstacle == Obstacle::kNone);
  EXPECT_EQ(may_be_asked_for(all[0], false), one.askable);
  EXPECT_EQ(may_be_asked_for(all[0], true), one.askable_with_pause);
}

void word(Circumstances& at, std::int64_t percent, const std::string& halted = "") {
  at.words = marketplace::ReleaseWords{{"1.1.0", {percent, halted}}};
}

INSTANTIATE_TEST_SUITE_P(
    Table, AvailableTest,
    ::testing::Values(
        Case{"free", [](auto&, auto&) {}, Obstacle::kNone, "", true, true},
        Case{"word", [](auto&, auto& at) { word(at, 100); }, Obstacle::kNone, "", true, true},
        Case{"withdrawn", [](auto& r, auto&) { r.release.withdrawn = "It loses chats."; }, Obstacle::kWithdrawn,
             "withdrawn: It loses chats.", false, false},
        Case{"halted", [](auto&, auto& at) { word(at, 100, "3 of 5 failed."); }, Obstacle::kHalted, "3 of 5 failed.",
             false, false},
        Case{"not_offered", [](auto&, auto& at) { at.words.emplace(); }, Obstacle::kNotOffered, "does not offer it",
             false, false},
        Case{"held", [](auto&, auto& at) { at.holds["1.1.0"] = "It did not become ready."; }, Obstacle::kHeld,
             "held here: It did not become ready.", false, false},
        Case{"no_archive", [](auto& r, auto&) { r.release.architecture = "aarch64-linux-gnu"; }, Obstacle::kNoArchive,
             "no archive of it for x86_64-linux-gnu", false, false},
        Case{"no_archive_is_no_matter_with_an_image",
             [](auto& r, auto& at) {
               r.release.architecture = "aarch64-linux-gnu";
               at.deployment = "docker";
             },
             Obstacle::kNone, "", true, true},
        Case{"no_image",
             [](auto& r, auto& at) {
               r.release.image.clear();
               at.deployment = "kubernetes";
             },
             Obstacle::kNoImage, "no image of it for kubernetes", false, false},
        Case{"too_old", [](auto& r, auto&) { r.release.min_from = "1.0.5"; }, Obstacle::kTooOld, "from 1.0.5 on", false,
             false},
        Case{"min_from_reached", [](auto& r, auto&) { r.release.min_from = "1.0.0"; }, Obstacle::kNone, "", true, true},
        Case{"pinned", [](auto&, auto& at) { at.pin = "~1.0"; }, Obstacle::kPinned, "UPDATE_PIN allows only ~1.0",
             false, false},
        Case{"within_the_pin", [](auto&, auto& at) { at.pin = "~1.1"; }, Obstacle::kNone, "", true, true},
        Case{"a_pin_that_is_none_allows_nothing", [](auto&, auto& at) { at.pin = "??"; }, Obstacle::kPinned, "??", false,
             false},
        Case{"beta", [](auto& r, auto&) { r.release.channel = marketplace::Channel::kBeta; }, Obstacle::kBeta,
             "UPDATE_CHANNEL is stable", true, true},
        Case{"beta_is_wanted",
             [](auto& r, auto& at) { r.release.channel = at.channel = marketplace::Channel::kBeta; }, Obstacle::kNone,
             "", true, true},
        Case{"roll_out", [](auto&, auto& at) { word(at, 0); }, Obstacle::kNotYet, "not come to this instance (0 %)",
             true, true},
        Case{"pause", [](auto& r, auto&) { r.release.schema_from = "1.0.1"; }, Obstacle::kNeedsPause, "--with-downtime",
             false, true},
        Case{"pause_behind_a_beta",
             [](auto& r, auto&) {
               r.release.channel = marketplace::Channel::kBeta;
               r.release.schema_from = "1.1.0";
             },
             Obstacle::kBeta, "beta", false, true},
        Case{"same_schema", [](auto& r, auto&) { r.release.schema_from = "1.0.0"; }, Obstacle::kNone, "", true, true}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(Available, NewestFirstAndOnlyNewer) {
  const auto all = available({release("1.0.0"), release("1.0.1"), release("1.10.0"), release("0.9.0"),
                              release("1.2.0-rc.1"), release("nonsense"), release("1.2.0")},
                             here());
  std::vector<std::string> versions;
  for (const auto& one : all) versions.push_back(one.release.release.version);
  EXPECT_THAT(versions, ::testing::ElementsAre("1.10.0", "1.2.0", "1.2.0-rc.1", "1.0.1"));
  EXPECT_THAT(available({release("1.0.1")}, here("no version")), IsEmpty());
}

TEST(Available, TakesTheNewestThatItMay) {
  auto too_new = release("2.0.0");
  too_new.release.min_from = "1.2.0";
  const auto all = available({too_new, release("1.2.0"), release("1.1.0")}, here());
  ASSERT_NE(to_take(all), nullptr);
  EXPECT_EQ(to_take(all)->release.release.version, "1.2.0");
  EXPECT_EQ(to_offer(all), to_take(all));
}

TEST(Available, TellsOfWhatIsHeldButNotOfBetas) {
  auto beta = release("1.2.0"), gone = release("1.3.0"), paused = release("1.1.0");
  beta.release.channel = marketplace::Channel::kBeta;
  gone.release.withdrawn = "It loses chats.";
  paused.release.schema_from = "1.1.0";
  const auto all = available({beta, gone, paused}, here());
  EXPECT_EQ(to_take(all), nullptr);
  ASSERT_NE(to_offer(all), nullptr);
  EXPECT_EQ(to_offer(all)->release.release.version, "1.1.0");
  EXPECT_EQ(to_offer(available({beta, gone}, here())), nullptr);
}

TEST(Available, ARollOutComesToEveryoneOnce) {
  auto at = here();
  bool reached = false;
  for (std::int64_t percent = 0; percent <= 100; ++percent) {
    word(at, percent);
    const bool now = to_take(available({release("1.1.0")}, at)) != nullptr;
    EXPECT_TRUE(now || !reached) << "It went back at " << percent;
    reached = now;
  }
  EXPECT_TRUE(reached);
}

}  // namespace
}  // namespace rapt::agent
