// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/telemetry/tracing.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "collector.hpp"

namespace rapt::telemetry {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

Span span(std::string name) {
  Span out;
  out.name = std::move(name);
  out.began = std::chrono::system_clock::time_point(1s);
  out.ended = std::chrono::system_clock::time_point(1500ms);
  return out;
}

TEST(Traceparent, IsReadAsTheStandardSays) {
  const auto read = parse_traceparent(kParent);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->trace_id[0], 0x0a);
  EXPECT_EQ(read->span_id[7], 0x31);
  EXPECT_TRUE(read->sampled);
  EXPECT_FALSE(parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")->sampled);
  EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later"));
  for (const std::string& wrong :
       {std::string(), std::string("00"), std::string("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
        std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
        std::string("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"), std::string(kParent) + "-more",
        std::string("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"), std::string(5000, '-')})
    EXPECT_FALSE(parse_traceparent(wrong)) << wrong;
}

TEST(Tracing, SendsSpansToACollector) {
  Collector collector;
  {
    const Tracing tracing({.endpoint = collector.url() + "/",
                           .service_name = "a-school",
                           .service_version = "1.2.3",
                           .pause = 5ms,
                           .patience = 1min});
    ASSERT_TRUE(is_tracing());
    auto child = span("GET /tools/:id");
    child.parent = parse_traceparent(kParent);
    child.texts = {{"http.route", "/tools/:id"}};
    child.numbers = {{"http.response.status_code", 500}};
    child.failed = true;
    tell(std::move(child));
    tell(span("alone"));
    const auto spans = collector.wait_for(2);
    EXPECT_EQ(collector.path(), "/v1/traces");
    EXPECT_EQ(collector.resource()["attributes"][0]["value"]["stringValue"], "a-school");
    EXPECT_EQ(spans[0]["traceId"], "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(spans[0]["parentSpanId"], "b7ad6b7169203331");
    EXPECT_EQ(spans[0]["name"], "GET /tools/:id");
    EXPECT_EQ(spans[0]["startTimeUnixNano"], "1000000000");
    EXPECT_EQ(spans[0]["endTimeUnixNano"], "1500000000");
    EXPECT_EQ(spans[0]["status"]["code"], 2);
    EXPECT_EQ(spans[0]["attributes"][1]["value"]["intValue"], "500");
    EXPECT_FALSE(spans[1].contains("parentSpanId"));
    EXPECT_NE(spans[1]["traceId"], spans[0]["traceId"]);
    EXPECT_EQ(tracing.dropped(), 0U);
  }
  EXPECT_FALSE(is_tracing());
  tell(span("nobody collects it"));
}

TEST(Tracing, LeavesOutWhatItsParentDoesNotSampleAndSendsTheRestAtTheEnd) {
  Collector collector;
  {
    const Tracing tracing({.endpoint = collector.url(), .pause = 1h, .patience = 1min});
    auto unsampled = span("unsampled");
    unsampled.parent = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
    tell(std::move(unsampled));
    tell(span("waits"));
  }
  const auto spans = collector.wait_for(1);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0]["name"], "waits");
}

TEST(Tracing, NeverWaitsForACollectorThatIsAwayAndCountsWhatIsLost) {
  const Tracing tracing({.endpoint = "http://127.0.0.1:1", .queue = 10, .pause = 1h, .patience = 200ms});
  for (int i = 0; i < 100; ++i) tell(span("lost"));
  EXPECT_EQ(tracing.dropped(), 90U);
}

}  // namespace
}  // namespace rapt::telemetry
