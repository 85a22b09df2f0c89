// SPDX-License-Identifier: AGPL-3.0-or-later
// What an author reads of a module whose answers a host refuses: real modules in real sandboxes.
#include "rapt/author/call_run.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "rapt/base/log.hpp"
#include "strangers.hpp"

namespace rapt::author {
namespace {

using hooks::Answer;
using hooks::Point;
using ::testing::HasSubstr;

constexpr const char* kNames = R"({"method": "POST", "path": "/names", "json": {"names": ["Ann", "Ben"]},
                                   "caller": {"user": "anna", "role": "student"}})";
constexpr const char* kNews = R"({"panel": "news", "caller": {"user": "anna", "role": "student"}})";

class CallRunOf : public testing::Test {
 protected:
  CallRunOf() { log::set_level(log::Level::kError); }
  static CallRun run(const std::string& fault, Point point, const char* request) {
    const auto subject = read_subject(std::string(RAPT_STAGES) + "/pager-" + fault);
    if (!subject) throw std::runtime_error(subject.error().message);
    const auto what = read_call_case(request, point, subject->bundle.manifest, SystemClock().now());
    if (!what) throw std::runtime_error(what.error().message);
    auto done = run_call(*subject, {RAPT_RUNNER_PATH}, *what);
    if (!done) throw std::runtime_error(done.error().message);
    return std::move(*done);
  }
};

TEST_F(CallRunOf, AnHonestModuleIsItsAnswer) {
  const auto route = run("honest", Point::kRoute, kNames);
  EXPECT_EQ(route.fault, "");
  EXPECT_THAT(route.asked.answer.text, HasSubstr("\"count\": 2"));
  EXPECT_EQ(run("honest", Point::kPanel, kNews).fault, "");
}

TEST_F(CallRunOf, APanelWithMarkupSaysWhereItStands) {
  EXPECT_THAT(run("markup", Point::kPanel, kNews).fault, HasSubstr("parts[0].text must hold no HTML"));
}

TEST_F(CallRunOf, ARouteThatNeverAnswersSaysItsLimit) {
  const auto late = run("hangs", Point::kRoute, kNames);
  EXPECT_EQ(late.asked.answer.kind, Answer::Kind::kLate);
  EXPECT_THAT(late.fault, HasSubstr("longer than its limit of 300 ms"));
}

TEST_F(CallRunOf, AnAnswerThatIsTooLargeIsNone) {
  EXPECT_NE(run("swells", Point::kRoute, kNames).fault, "");
}

TEST(Strangers, SendTheSameForTheSameSeedAndOtherThingsForAnother) {
  CallCase what;
  what.point = Point::kRoute;
  what.input_json = R"({"method":"POST","parameters":{},"query":{},"body":"","json":{"names":["Ann"],"more":{"a":1}}})";
  std::mt19937_64 one(7), other(7), third(8);
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const auto sent = at_random(what, 1000, one).input_json;
    EXPECT_EQ(sent, at_random(what, 1000, other).input_json);
    same += sent == at_random(what, 1000, third).input_json ? 1 : 0;
    EXPECT_LE(nlohmann::json::parse(sent)["body"].get<std::string>().size(), 1000U) << "no more than its route takes";
  }
  EXPECT_LT(same, 50);
}

}  // namespace
}  // namespace rapt::author
