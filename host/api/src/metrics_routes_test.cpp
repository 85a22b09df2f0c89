// SPDX-License-Identifier: AGPL-3.0-or-later
#include <cstdlib>

#include "metered_gateway.hpp"
#include "rapt/telemetry/exposition.hpp"
#include "rapt/telemetry/timings.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

class Metrics : public Site {
 protected:
  ~Metrics() override { ::unsetenv("METRICS_TOKEN"); }
  Heard read(const std::string& headers = "") { return ask("GET", "/metrics", headers); }
};

TEST_F(Metrics, AreReadOnThisMachineAlone) {
  ask("GET", "/health");
  const auto page = read();
  EXPECT_EQ(page.status, 200) << page.body;
  EXPECT_NE(page.head.find("text/plain; version=0.0.4"), std::string::npos);
  EXPECT_NE(page.body.find("\nrapt_build_info{version=\""), std::string::npos);
  EXPECT_NE(
      page.body.find("rapt_http_request_duration_seconds_count{method=\"GET\",route=\"/health\",status=\"200\"} "),
      std::string::npos);
  for (const char* header :
       {"X-Forwarded-For: 203.0.113.7\r\n", "Forwarded: for=203.0.113.7\r\n", "Via: 1.1 proxy\r\n"}) {
    const auto passed_on = read(header);
    EXPECT_EQ(passed_on.status, 403) << header;
    EXPECT_EQ(passed_on.body.find("rapt_build_info"), std::string::npos);
  }
}

TEST_F(Metrics, AreForWhoSendsTheTokenWhereThereIsOne) {
  ::setenv("METRICS_TOKEN", "a-token-of-a-test-0123", 1);
  EXPECT_EQ(read().status, 403) << "also on this machine";
  EXPECT_EQ(read("Authorization: Bearer a-token-of-a-test-0124\r\n").status, 403);
  EXPECT_EQ(read("Authorization: Bearer \r\n").status, 403);
  EXPECT_EQ(read("Authorization: Bearer a-token-of-a-test-0123\r\nX-Forwarded-For: 203.0.113.7\r\n").status, 200);
  ::setenv("METRICS_TOKEN", "short", 1);
  EXPECT_EQ(read("Authorization: Bearer short\r\n").status, 500) << "a token that can be guessed opens nothing";
}

TEST_F(Metrics, NameNoPathThatAStrangerChose) {
  ask("GET", "/api/v1/a-path-of-a-stranger");
  const auto page = read();
  EXPECT_EQ(page.body.find("a-path-of-a-stranger"), std::string::npos);
  EXPECT_NE(page.body.find("route=\"(unknown)\",status=\"404\""), std::string::npos);
}

TEST_F(Metrics, CountWhatWasAskedOfTheGateway) {
  const auto count = [] {
    telemetry::Exposition page;
    telemetry::gateway_calls().write(page);
    const auto text = page.take();
    const std::string line = "rapt_gateway_call_duration_seconds_count{kind=\"chat\",outcome=\"ok\"} ";
    const auto at = text.find(line);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + line.size()));
  };
  const auto before = count();
  TestGateway inner;
  MeteredGateway metered(inner);
  const auto exchange = runtime::run_blocking(metered.complete({}, nullptr));
  ASSERT_TRUE(exchange.completion);
  EXPECT_EQ(count(), before + 1);
}

}  // namespace
}  // namespace rapt::api
