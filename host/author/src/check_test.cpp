// SPDX-License-Identifier: AGPL-3.0-or-later
// An honest module holds every promise; each faulty one breaks the one that it is made to break.
#include "rapt/author/check.hpp"

#include <gmock/gmock.h>
#include <rapt/abi.h>

#include "contexts.hpp"
#include "rapt/author/trial_host.hpp"
#include "rapt/base/log.hpp"
#include "rapt/sandbox/check.hpp"

namespace rapt::author {
namespace {

using Kind = CheckResult::Kind;
using hooks::Point;
using ::testing::HasSubstr;

const std::filesystem::path kRunner = RAPT_RUNNER_PATH;

CheckOrder order() {
  CheckOrder out{.settings = {kRunner}};
  for (std::uint32_t minor = 0; minor < RAPT_ABI_MINOR; ++minor)
    out.older_hosts[minor] = kRunner.parent_path() / ("rapt-runner-1-" + std::to_string(minor));
  out.calls = 2000;
  out.patience = std::chrono::minutes(10);
  return out;
}

CheckReport check(const std::string& fault, const CheckOrder& how = order()) {
  log::set_level(log::Level::kError);
  const auto subject = read_subject(std::string(RAPT_STAGES) + "/probe-" + fault);
  if (!subject) throw std::runtime_error(subject.error().message);
  auto report = check_module(*subject, how, {});
  if (!report) throw std::runtime_error(report.error().message);
  return std::move(*report);
}

/// The promises that are broken, by name and hook.
std::vector<std::string> broken(const CheckReport& report) {
  std::vector<std::string> out;
  for (const auto& one : report.results) {
    if (one.kind == Kind::kBroken) out.push_back(one.promise + (one.hook.empty() ? "" : " " + one.hook));
  }
  return out;
}

const CheckResult& result(const CheckReport& report, const std::string& promise, const std::string& hook) {
  for (const auto& one : report.results) {
    if (one.promise == promise && one.hook == hook) return one;
  }
  throw std::runtime_error("no such result: " + promise);
}

TEST(Check, NamesAPermissionThatNoHostOffersYet) {
  log::set_level(log::Level::kError);
  auto subject = read_subject(std::string(RAPT_STAGES) + "/probe-honest");
  ASSERT_TRUE(subject) << subject.error().message;
  subject->bundle.manifest.permissions.push_back({.name = "realtime", .reason = "It would be quick."});
  auto how = order();
  how.calls = 20;
  const auto report = check_module(*subject, how, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(broken(*report), ::testing::ElementsAre("permissions"));
  EXPECT_THAT(result(*report, "permissions", "").detail, HasSubstr("\"realtime\", which this host does not offer yet"));
}

TEST(Check, FindsNothingWrongWithAnHonestModule) {
  const auto report = check("honest");
  EXPECT_THAT(broken(report), ::testing::IsEmpty());
  EXPECT_GT(report.results.size(), 20U);
  EXPECT_EQ(report.count(Kind::kSkipped), 1U) << "streams on a host of ABI 1.0";
  EXPECT_THAT(result(report, "keeps its memory", "chat:before_ai").detail, HasSubstr("2,000 calls"));
  EXPECT_EQ(result(report, "a host of ABI 1.1", "chat:on_delta").kind, Kind::kHolds);
}

TEST(Check, FindsMemoryThatIsNotFreed) {
  EXPECT_THAT(broken(check("leaks")),
              ::testing::ElementsAre("keeps its memory chat:before_ai", "keeps its memory chat:on_delta"));
}

TEST(Check, FindsAnswersThatDependOnEarlierCalls) {
  auto how = order();
  EXPECT_EQ(result(check("varies", how), "same answer", "chat:before_ai").kind, Kind::kSkipped);
  how.same_answer = true;
  EXPECT_THAT(broken(check("varies", how)), ::testing::ElementsAre("same answer chat:before_ai"));
}

TEST(Check, FindsFindingsThatAreNotAsTheManifestSays) {
  const auto report = check("misspeaks");
  EXPECT_THAT(broken(report), ::testing::ElementsAre("findings chat:before_ai"));
  EXPECT_THAT(result(report, "findings", "chat:before_ai").detail,
              ::testing::AllOf(HasSubstr("20 were left out"), HasSubstr("bytes")));
  EXPECT_EQ(result(report, "findings", "chat:on_delta").kind, Kind::kHolds);
}

TEST(Check, FindsAModuleThatDiesOfAContextWithNothingInIt) {
  const auto report = check("trips");
  EXPECT_THAT(broken(report), ::testing::ElementsAre("nothing in it chat:before_ai"));
}

TEST(Check, FindsAFilterThatTheCutOfAnAnswerDeceives) {
  auto how = order();
  const auto what =
      read_hook_case(R"({"current":{"role":"assistant","content":"the secret is out"}})", Point::kChatOnDelta);
  how.cases.emplace(Point::kChatOnDelta, *what);
  const auto report = check("cuts", how);
  EXPECT_THAT(broken(report), ::testing::ElementsAre("every cutting chat:on_delta"));
  EXPECT_THAT(result(report, "every cutting", "chat:on_delta").detail, HasSubstr("Hold back"));
  EXPECT_THAT(broken(check("honest", how)), ::testing::IsEmpty());
}

TEST(Check, FindsAModuleThatIsLateWithHugeTexts) {
  EXPECT_THAT(broken(check("slow")), ::testing::ElementsAre("huge texts chat:before_ai", "huge texts chat:on_delta"));
}

TEST(Check, FindsAModuleThatClaimsToLiveWithAnOlderHost) {
  const auto report = check("modern");
  EXPECT_THAT(broken(report), ::testing::ElementsAre("a host of ABI 1.0 chat:before_ai"));
}

TEST(Check, FindsDraftsThatBecamePartOfTheAbiAndNamesTheirHeaders) {
  const auto report = check("drafts");
  EXPECT_THAT(broken(report), ::testing::ElementsAre("drafts"));
  EXPECT_THAT(result(report, "drafts", "").detail,
              HasSubstr("rapt.kv/draft-1, which became rapt.kv/1 (rapt/kv.h) with ABI 1.3"));
}

TEST(Check, FindsAShutdownThatDoesNotReturn) {
  EXPECT_THAT(broken(check("lingers")), ::testing::Contains("ends"));
}

/// What is broken of a module that asks its host for that, or of `word`.
std::vector<std::string> broken_asker(const std::string& fault, const std::string& word = "kv") {
  log::set_level(log::Level::kError);
  auto how = order();
  how.calls = 100;
  const auto what = read_hook_case(
      R"({"user":{"id":"anna"},"current":{"role":"user","content":")" + word + R"("},"deadline_ms":2000})",
      Point::kChatBeforeAi);
  how.cases.emplace(Point::kChatBeforeAi, *what);
  const auto subject = read_subject(std::string(RAPT_STAGES) + "/asker-" + fault);
  if (!subject) throw std::runtime_error(subject.error().message);
  TrialOptions options;
  const auto host = TrialHost::open(subject->bundle, options);
  how.settings.services = host->get();
  const auto report = check_module(*subject, how, {});
  if (!report) throw std::runtime_error(report.error().message);
  for (const auto way : {"services withheld", "services late"}) result(*report, way, "chat:before_ai");
  return broken(*report);
}

TEST(Check, TriesAModuleWithAHostThatDoesNotServeIt) {
  EXPECT_THAT(broken_asker("honest"), ::testing::IsEmpty());
  EXPECT_THAT(broken_asker("honest", "sql"), ::testing::IsEmpty());
  EXPECT_THAT(broken_asker("needs"), ::testing::IsEmpty()) << "it says so, and is not started";
}

TEST(Check, FindsAModuleThatLooksAtNoStatus) {
  EXPECT_THAT(broken_asker("trusts"),
              ::testing::ElementsAre("services withheld chat:before_ai", "services refused chat:before_ai",
                                     "services away chat:before_ai", "services late chat:before_ai"));
}

TEST(Check, FindsAModuleWithoutRoomForTheLargestValue) {
  EXPECT_THAT(broken_asker("small"), ::testing::ElementsAre("largest answers chat:before_ai"));
}

/// What is broken of a module with a route, by somebody who has a sample of what it is asked.
CheckReport check_pager(const std::string& fault, std::uint64_t seed) {
  log::set_level(log::Level::kError);
  const auto subject = read_subject(std::string(RAPT_STAGES) + "/pager-" + fault);
  if (!subject) throw std::runtime_error(subject.error().message);
  auto how = order();
  how.seed = seed;
  const auto sample = read_call_case(R"({"method": "POST", "path": "/names", "json": {"names": ["Ann", "Ben"]},
                                         "caller": {"user": "anna", "role": "student"}})",
                                     Point::kRoute, subject->bundle.manifest, SystemClock().now());
  if (!sample) throw std::runtime_error(sample.error().message);
  how.calls_to_ask.push_back(*sample);
  auto report = check_module(*subject, how, {});
  if (!report) throw std::runtime_error(report.error().message);
  return std::move(*report);
}

TEST(Check, FindsARouteThatBelievesWhatStrangersSendAndASeedFindsItAgain) {
  EXPECT_THAT(broken(check_pager("honest", 3)), ::testing::IsEmpty());
  const auto first = check_pager("trusts", 3), second = check_pager("trusts", 3);
  EXPECT_THAT(broken(first), ::testing::ElementsAre("random calls route POST /names"));
  const auto of = [](const CheckReport& report) { return result(report, "random calls", "route POST /names").detail; };
  EXPECT_THAT(of(first), HasSubstr("call "));
  EXPECT_EQ(of(first).substr(0, of(first).find(':')), of(second).substr(0, of(second).find(':')));
}

TEST(Check, FindsAnswersThatNoHostShows) {
  EXPECT_THAT(broken(check_pager("markup", 3)), ::testing::ElementsAre("answers panel news"));
  EXPECT_THAT(broken(check_pager("hangs", 3)), ::testing::ElementsAre("answers route POST /names"));
  EXPECT_THAT(broken(check_pager("swells", 3)), ::testing::ElementsAre("answers route POST /names"));
}

TEST(Check, SaysWhenThereIsNoOlderHostToTry) {
  auto how = order();
  how.older_hosts.clear();
  const auto report = check("honest", how);
  EXPECT_EQ(result(report, "a host of ABI 1.1", "chat:before_ai").kind, Kind::kSkipped);
}

TEST(Check, AsksNothingWithAConfigurationThatDoesNotFit) {
  auto how = order();
  how.config_json = R"({"level": 0})";
  const auto subject = read_subject(std::string(RAPT_STAGES) + "/probe-honest");
  const auto report = check_module(*subject, how, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().fields.at(0).path, "config.level");
}

TEST(Contexts, AreTheSameForTheSameSeedAndAllowed) {
  for (const auto point : {Point::kChatBeforeAi, Point::kProductAfterAi, Point::kChatOnDelta}) {
    std::mt19937_64 one(7), other(7), third(8);
    std::size_t same = 0;
    for (int i = 0; i < 50; ++i) {
      const auto context = random_context(point, one);
      EXPECT_EQ(context.tool.name, random_context(point, other).tool.name);
      same += context.messages.size() == random_context(point, third).messages.size() ? 1 : 0;
      for (const auto& message : context.messages) EXPECT_TRUE(sandbox::is_plain_text(message.content));
      EXPECT_TRUE(!context.current || sandbox::is_plain_text(context.current->content));
      EXPECT_TRUE(sandbox::is_plain_json(context.input_json.value_or("1"), 64));
    }
    EXPECT_LT(same, 50U);
    for (const auto& [name, context] : hostile_contexts(point)) {
      EXPECT_TRUE(!context.current || sandbox::is_plain_text(context.current->content)) << name;
      EXPECT_TRUE(sandbox::is_plain_json(context.output_json.value_or("1"), 64)) << name;
    }
  }
}

}  // namespace
}  // namespace rapt::author
