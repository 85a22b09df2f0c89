// SPDX-License-Identifier: AGPL-3.0-or-later
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "test_site.hpp"
#include "usage_csv.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class UsageRoutes : public Site {
 protected:
  void spend(int rows, const std::string& day = "2026-03-01") {
    scratch->script(
        "INSERT INTO ai_usage (user_id, group_id, model, request_type, input_tokens, output_tokens, cost,"
        " latency_ms, day, created_at) SELECT '" +
        id(3) + "', '" + id(1) + "', 'm/one', 'chat', 10, 4, 0.25, 300, '" + day + "', '" + day +
        "'::timestamptz + n * interval '1 ms' FROM generate_series(1, " + std::to_string(rows) + ") n");
  }
  json told(const std::string& target) {
    return json::parse(ask("GET", "/api/v1/admin/ai/usage" + target, cookie_).body);
  }
  /// The bytes of a chunked body; throws when its end is missing.
  static std::string joined(std::string body) {
    std::string out;
    for (;;) {
      const auto line = body.find("\r\n");
      if (line == std::string::npos) throw std::runtime_error("the body has no end");
      const auto size = std::stoul(body.substr(0, line), nullptr, 16);
      if (size == 0) return out;
      out += body.substr(line + 2, size);
      body.erase(0, line + 2 + size + 2);
    }
  }
  const std::string cookie_ = cookie_of(ada);
};

TEST_F(UsageRoutes, ThisMonthIsToldUnlessAnotherPeriodIsAskedFor) {
  spend(4);
  spend(2, "2026-02-03");
  const auto summary = told("/summary");
  EXPECT_EQ(summary["data"]["requests"], 4);
  EXPECT_EQ(summary["data"]["cost"], "1.00000000");
  EXPECT_EQ(summary["meta"]["from"], "2026-03-01");
  EXPECT_EQ(summary["meta"]["to"], "2026-03-01");
  EXPECT_EQ(told("/summary?from=2026-02-01&to=2026-02-28")["data"]["requests"], 2);
  EXPECT_EQ(told("/by-user")["data"][0]["name"], "Sam");
  EXPECT_EQ(told("/by-group")["data"][0]["name"], "District");
  EXPECT_EQ(told("/by-model?outcome=blocked")["data"], json::array());
  EXPECT_EQ(told("?limit=3")["data"].size(), 3u);
  EXPECT_EQ(told("/by-day?from=2026-02-01")["data"].size(), 2u);
}

TEST_F(UsageRoutes, WrongParametersAreNamed) {
  for (const auto* wrong : {"from=soon", "to=2026-02-30", "model=%00", "outcome=lost", "descendants=1", "group_id=x"}) {
    const std::string parameter = wrong;
    const auto heard = ask("GET", "/api/v1/admin/ai/usage/summary?" + parameter, cookie_);
    EXPECT_EQ(heard.status, 400) << wrong;
    EXPECT_EQ(json::parse(heard.body)["details"]["fields"][0]["path"], parameter.substr(0, parameter.find('=')))
        << wrong;
  }
}

TEST_F(UsageRoutes, TheExportHasEveryRowOnce) {
  spend(2345);
  const auto heard = ask("GET", "/api/v1/admin/ai/usage/export", cookie_);
  EXPECT_EQ(heard.status, 200);
  EXPECT_THAT(heard.head,
              AllOf(HasSubstr("Content-Disposition: attachment; filename=\"ai-usage-2026-03-01-2026-03-01.csv\""),
                    HasSubstr("Transfer-Encoding: chunked"), HasSubstr("X-Content-Type-Options")));
  const auto text = joined(heard.body);
  EXPECT_THAT(text, StartsWith("time,day,request_type,"));
  std::set<std::string> lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) lines.insert(line);
  EXPECT_EQ(lines.size(), 2346u);
}

TEST_F(UsageRoutes, AnExportOfNothingIsItsHeader) {
  EXPECT_EQ(joined(ask("GET", "/api/v1/admin/ai/usage/export", cookie_).body), usage_csv_header());
}

TEST(UsageCsv, QuotesAndLeavesNoFormula) {
  usage::Entry entry;
  entry.id = "1";
  entry.model = "=HYPERLINK(\"http://evil\")";
  entry.group_name = "A, \"B\"\r\nC";
  entry.class_name = "+1";
  entry.tool_name = "@x";
  const auto line = usage_csv({entry});
  EXPECT_THAT(line, AllOf(HasSubstr(",\"'=HYPERLINK(\"\"http://evil\"\")\","), HasSubstr(",\"A, \"\"B\"\"\r\nC\","),
                          HasSubstr(",'+1,"), HasSubstr(",'@x,"), EndsWith(",1,\r\n")));
}

}  // namespace
}  // namespace rapt::api
