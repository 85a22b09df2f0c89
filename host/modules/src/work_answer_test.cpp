// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/work_answer.hpp"

#include <gmock/gmock.h>

namespace rapt::host {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using WorkKind = WorkAnswer::Kind;

TEST(WorkAnswer, IsDoneOnceMoreOrGivenUp) {
  EXPECT_EQ(read_work_answer("{}", true)->kind, WorkKind::kDone);
  EXPECT_EQ(read_work_answer(" { } ", false)->kind, WorkKind::kDone);
  const auto again = read_work_answer(R"({"again_in_s": 60, "reason": "The other\nside is away."})", true);
  EXPECT_EQ(again->kind, WorkKind::kAgain);
  EXPECT_EQ(again->wait, 60s);
  EXPECT_EQ(again->reason, "The other\\x0aside is away.");
  EXPECT_EQ(read_work_answer(R"({"again_in_s": 34560000})", true)->wait, 400 * 24h);
  const auto gave_up = read_work_answer(R"({"give_up": "There is no such address."})", true);
  EXPECT_EQ(gave_up->kind, WorkKind::kGaveUp);
  EXPECT_EQ(gave_up->reason, "There is no such address.");
}

TEST(WorkAnswer, OfAnotherShapeIsToldWhatIsWrong) {
  const std::pair<const char*, const char*> lies[] = {
      {"", "no JSON object"},
      {"[]", "no JSON object"},
      {"prose", "no JSON object"},
      {R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}})", "no JSON object"},
      {R"({"done": true})", "neither {}"},
      {R"({"reason": "why"})", "neither {}"},
      {R"({"again_in_s": 1, "more": 1})", "neither {}"},
      {R"({"again_in_s": -1})", "whole number"},
      {R"({"again_in_s": 1.5})", "whole number"},
      {R"({"again_in_s": "1"})", "whole number"},
      {R"({"again_in_s": 34560001})", "34560000"},
      {R"({"again_in_s": 1, "reason": 7})", "\"reason\" is no text"},
      {R"({"give_up": ""})", "\"give_up\""},
      {R"({"give_up": true})", "\"give_up\""},
      {R"({"give_up": "why", "again_in_s": 1})", "not alone"}};
  for (const auto& [answer, what] : lies) {
    const auto read = read_work_answer(answer, true);
    ASSERT_FALSE(read) << answer;
    EXPECT_THAT(read.error().message, HasSubstr(what)) << answer;
  }
  EXPECT_THAT(read_work_answer(R"({"again_in_s": 1})", false).error().message, HasSubstr("answered with {}"));
}

}  // namespace
}  // namespace rapt::host
