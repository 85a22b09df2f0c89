// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "finding_csv.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// Sam is a student of class 4, and has conversation 7 in its assignment 6 with tool 5.
class FindingRoutes : public Site {
 protected:
  FindingRoutes() {
    scratch->script("INSERT INTO classes (id, group_id, name) VALUES ('" + id(4) + "', '" + id(1) +
                    "', 'Algebra'); INSERT INTO class_members (class_id, user_id, role) VALUES ('" + id(4) + "', '" +
                    id(3) + "', 'student'); INSERT INTO tools (id, type, name, current_version_id) VALUES ('" + id(5) +
                    "', 'chat', 'Tutor', '" + id(5) +
                    "'); INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES ('" + id(5) +
                    "', '" + id(5) + "', '1.0.0', '', '{}'); INSERT INTO assignments (id, class_id, tool_id, " +
                    "tool_version_id, name) VALUES ('" + id(6) + "', '" + id(4) + "', '" + id(5) + "', '" + id(5) +
                    "', 'Fractions'); INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id) "
                    "VALUES ('" +
                    id(7) + "', '" + id(5) + "', '" + id(5) + "', '" + id(3) + "', '" + id(6) + "');");
  }
  void found(int count, const std::string& type) {
    scratch->script("INSERT INTO extractions (session_id, module, type, data, message_seq, created_at) SELECT '" +
                    id(7) + "', 'watch', '" + type +
                    "', '{\"level\": \"high\"}', 1, '2026-02-01T10:00:00Z'::timestamptz + n * interval '1 second' FROM "
                    "generate_series(1, " +
                    std::to_string(count) + ") n");
  }
  json told(const std::string& target) { return json::parse(ask("GET", "/api/v1" + target, cookie_).body); }

  const std::string cookie_ = cookie_of(ada);
};

TEST_F(FindingRoutes, AClassIsToldWhoseWorkItIsAndWhereToLook) {
  found(3, "struggle");
  const auto page = told("/classes/" + id(4) + "/extractions?limit=2");
  ASSERT_EQ(page["data"].size(), 2U);
  const auto& one = page["data"][0];
  EXPECT_EQ(one["user"]["name"], "Sam");
  EXPECT_EQ(one["tool"]["name"], "Tutor");
  EXPECT_EQ(one["assignment"]["name"], "Fractions");
  EXPECT_EQ(one["session_id"], id(7));
  EXPECT_EQ(one["data"]["level"], "high");
  EXPECT_EQ(one["created_at"], "2026-02-01T10:00:03.000Z");
  const auto cursor = page["meta"]["next_cursor"].get<std::string>();
  EXPECT_EQ(told("/classes/" + id(4) + "/extractions?limit=2&cursor=" + cursor)["data"].size(), 1U);
  EXPECT_EQ(told("/assignments/" + id(6) + "/extractions?type=none")["data"], json::array());
  EXPECT_EQ(told("/assignments/" + id(6) + "/extractions/summary")["data"][0]["count"], 3);
}

TEST_F(FindingRoutes, AConversationIsReadInPagesAndByType) {
  found(3, "struggle"), found(2, "links");
  const auto page = told("/sessions/" + id(7) + "/extractions?limit=4");
  EXPECT_EQ(page["data"].size(), 4U);
  const auto rest =
      told("/sessions/" + id(7) + "/extractions?limit=4&cursor=" + page["meta"]["next_cursor"].get<std::string>());
  EXPECT_EQ(rest["data"].size(), 1U);
  EXPECT_TRUE(rest["meta"]["next_cursor"].is_null());
  EXPECT_EQ(told("/sessions/" + id(7) + "/extractions?type=links")["data"].size(), 2U);
}

TEST_F(FindingRoutes, WrongParametersAreNamed) {
  for (const std::string wrong : {"from=soon", "to=2026-02-30", "type=%00", "type=", "module=%00",
                                  "from=0000-01-01T00:00:00Z", "to=9999-12-31T23:59:59-14:00", "user_id=x", "limit=0",
                                  "cursor=x", "from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z"}) {
    const auto heard = ask("GET", "/api/v1/classes/" + id(4) + "/extractions?" + wrong, cookie_);
    EXPECT_EQ(heard.status, 400) << wrong;
    const auto named = wrong.find('&') == std::string::npos ? wrong.substr(0, wrong.find('=')) : "to";
    EXPECT_EQ(json::parse(heard.body)["details"]["fields"][0]["path"], named) << wrong;
  }
}

TEST_F(FindingRoutes, TheExportHasEveryFindingAndNoFormula) {
  found(1201, "struggle");
  scratch->script("UPDATE users SET name = '=Sam' WHERE id = '" + id(3) + "'");
  const auto heard = ask("GET", "/api/v1/classes/" + id(4) + "/extractions/export", cookie_);
  EXPECT_EQ(heard.status, 200);
  EXPECT_THAT(heard.body, AllOf(HasSubstr(finding_csv_header()), HasSubstr(",'=Sam,"),
                                HasSubstr("\"{\"\"level\"\": \"\"high\"\"}\"")));
  std::size_t lines = 0;
  for (auto at = heard.body.find(",watch,"); at != std::string::npos; at = heard.body.find(",watch,", at + 1)) ++lines;
  EXPECT_EQ(lines, 1201U);
}

}  // namespace
}  // namespace rapt::api
