// SPDX-License-Identifier: AGPL-3.0-or-later
#include "trial_work.hpp"

#include <gmock/gmock.h>

#include "test_scope.hpp"

namespace rapt::author {
namespace {

using host::service_request;
using sandbox::EventsMethod;
using sandbox::JobsMethod;
using sandbox::Service;
using testing::HasSubstr;

bundle::Manifest work_manifest() {
  bundle::Manifest out;
  out.name = "reading-log";
  out.jobs.emplace_back().name = "tidy";
  out.events.publish = {"entry-added"};
  return out;
}

std::string told(host::Capability& service, host::ServiceRequest request) {
  const auto answer = runtime::run_blocking(service.call(std::move(request)));
  return std::to_string(answer.status) + " " + (answer.texts.empty() ? "" : answer.texts[0].value_or(""));
}

TEST(TrialWork, KeepsOrdersByTheirKeysAndGivesThemBack) {
  const TrialWork work(work_manifest());
  const auto order = [&](const char* what) {
    return told(work.jobs(), service_request(Service::kJobs, JobsMethod::kEnqueue, {what}, {}));
  };
  const auto cancel = [&](const char* what) {
    return told(work.jobs(), service_request(Service::kJobs, JobsMethod::kCancel, {what}, {}));
  };
  EXPECT_EQ(order(R"({"name":"tidy","key":"a"})"), R"(0 {"ordered":true})");
  EXPECT_EQ(order(R"({"name":"tidy","key":"a"})"), R"(0 {"ordered":false})");
  EXPECT_EQ(cancel(R"({"name":"tidy","key":"a"})"), R"(0 {"cancelled":true})");
  EXPECT_EQ(cancel(R"({"name":"tidy","key":"a"})"), R"(0 {"cancelled":false})");
  EXPECT_THAT(order(R"({"name":"other"})"), HasSubstr("The manifest has no job")) << "checked as on a host";
}

TEST(TrialWork, TellsWhatWaits) {
  const TrialWork work(work_manifest());
  const auto ask = [&](JobsMethod method, const char* what) {
    return told(work.jobs(), service_request(Service::kJobs, method, {what}, {}));
  };
  for (const auto* order : {R"({"name":"tidy","key":"a"})", R"({"name":"tidy","key":"b","delay_s":60})"})
    ask(JobsMethod::kEnqueue, order);
  const auto first = ask(JobsMethod::kList, R"({"limit":1})");
  EXPECT_THAT(first, HasSubstr(R"("key":"a")"));
  EXPECT_THAT(first, HasSubstr(R"("next_cursor":"1")"));
  const auto rest = ask(JobsMethod::kList, R"({"name":"tidy","cursor":"1"})");
  EXPECT_THAT(rest, HasSubstr(R"("key":"b")"));
  EXPECT_THAT(rest, HasSubstr(R"("state":"waiting")"));
  EXPECT_THAT(rest, HasSubstr(R"("next_cursor":null)"));
  ask(JobsMethod::kCancel, R"({"name":"tidy","key":"a"})");
  EXPECT_THAT(ask(JobsMethod::kList, "{}"), testing::Not(HasSubstr(R"("key":"a")")));
  EXPECT_THAT(ask(JobsMethod::kList, R"({"limit":0})"), HasSubstr(R"("field":"limit")"));
}

TEST(TrialWork, TakesTheEventsThatTheManifestNames) {
  const TrialWork work(work_manifest());
  const auto publish = [&](const char* what) {
    return told(work.events(), service_request(Service::kEvents, EventsMethod::kPublish, {what}, {}));
  };
  EXPECT_EQ(publish(R"({"type":"entry-added","payload":{"id":7}})"), "0 {}");
  EXPECT_THAT(publish(R"({"type":"entry-gone"})"), HasSubstr("does not name"));
}

TEST(TrialWork, TakesTheEventsOfAJobAndOfAnEvent) {
  const TrialWork work(work_manifest());
  for (const auto point : {hooks::Point::kJob, hooks::Point::kEvent}) {
    auto request = service_request(Service::kEvents, EventsMethod::kPublish, {R"({"type":"entry-added"})"}, {});
    request.module = "reading-log";
    request.scope.point = point;
    EXPECT_EQ(told(work.events(), std::move(request)), "0 {}") << hooks::name(point);
  }
}

}  // namespace
}  // namespace rapt::author
