// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include <rapt/json.hpp>
#include <rapt/testkit.hpp>

namespace {

using rapt::json::Value;
using rapt::testkit::Services;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTeacher =
    R"({"user":"u1","role":"teacher","groups":[],"classes":[{"id":"c1","role":"teacher"}]})";
constexpr const char* kStudent =
    R"({"user":"u2","role":"student","groups":[],"classes":[{"id":"c1","role":"student"}]})";

class ReadingLogTest : public testing::Test {
 protected:
  ReadingLogTest() : module_({.permissions = {"sql", "routes", "panels", "exports"}}) {
    module_.services().sql = [this](const std::string& sql, const std::string& params) {
      asked.push_back(params);
      statements.push_back(sql);
      return says;
    };
  }
  Value call(const std::string& extension, const std::string& input) {
    const auto answer = module_.call(extension, input, {});
    EXPECT_EQ(answer.fault, "");
    return rapt::json::parse(answer.replacement.value_or("")).value_or(Value());
  }
  Value route(const std::string& method, const std::string& caller, const std::string& more = "") {
    return call("route", R"({"method":")" + method +
                             R"(","parameters":{"class":"c1","entry":"7"},"query":{},"caller":)" + caller + more + "}");
  }

  Services::Said says{RAPT_OK, R"({"columns":["id"],"rows":[[7]],"count":1})"};
  std::vector<std::string> asked, statements;
  rapt::testkit::Module module_;
};

TEST_F(ReadingLogTest, WhoIsNotInTheClassLearnsNothingOfIt) {
  const std::string stranger = R"({"user":"u3","role":"teacher","groups":[],"classes":[{"id":"c2","role":"teacher"}]})";
  for (const char* method : {"GET", "POST", "DELETE"})
    EXPECT_EQ(route(method, stranger).get("status").integer(), 404) << method;
  EXPECT_TRUE(asked.empty()) << "the table is not even asked";
}

TEST_F(ReadingLogTest, StudentsSeeTheirOwnEntriesAndTeachersAll) {
  says.json = R"({"columns":[],"rows":[[7,"u2","Momo",40,"2026-01-01T00:00:00Z"]],"count":1})";
  EXPECT_EQ(route("GET", kStudent).get("json").list().at(0).get("title").text(), "Momo");
  route("GET", kTeacher);
  EXPECT_THAT(asked, ElementsAre(R"(["c1","u2","0"])", R"(["c1","","0"])"));
}

TEST_F(ReadingLogTest, AnEntryIsCheckedBeforeItIsWritten) {
  for (const char* wrong :
       {R"({})", R"({"title":"","pages":5})", R"({"title":"M","pages":0})", R"({"title":"M","pages":10001})",
        R"({"title":"M","pages":"5"})", R"({"title":5,"pages":5})", R"([])"}) {
    const Value answer = route("POST", kStudent, std::string(R"(,"json":)") + wrong);
    EXPECT_EQ(answer.get("status").integer(), 400) << wrong;
    EXPECT_NE(answer.get("json").get("error").text(), "") << wrong;
  }
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(route("POST", kStudent, R"(,"json":{"title":"M\"o","pages":5})").get("status").integer(), 201);
  EXPECT_THAT(asked, ElementsAre(R"(["c1","u2","M\"o",5])"));
}

TEST_F(ReadingLogTest, RemovesOnlyWhatIsTheCallers) {
  EXPECT_EQ(route("DELETE", kStudent).get("status").integer(), 204);
  says.json = R"({"columns":[],"rows":[],"count":0})";
  EXPECT_EQ(route("DELETE", kTeacher).get("status").integer(), 404);
  EXPECT_THAT(asked, ElementsAre(R"(["c1","7","u2"])", R"(["c1","7",""])"));
}

TEST_F(ReadingLogTest, AWrongStatementIsToldToTheAuthor) {
  says = {RAPT_E_INVALID, R"({"sqlstate":"42P01","message":"relation \"entries\" does not exist","position":12})"};
  const auto answer = module_.call(
      "route", R"({"method":"GET","parameters":{"class":"c1"},"caller":)" + std::string(kTeacher) + "}", {});
  EXPECT_EQ(answer.verdict, RAPT_ERROR);
  std::string log;
  for (const auto& [level, line] : module_.log()) log += line + "\n";
  EXPECT_THAT(log, HasSubstr("42P01"));
  EXPECT_THAT(log, HasSubstr("does not exist"));
}

TEST_F(ReadingLogTest, APanelOfAnEmptyClassSaysSo) {
  says.json = R"({"columns":[],"rows":[[0,0,0]],"count":1})";
  const Value panel = call("panel", R"({"panel":"entries","place":"class","place_id":"c1"})");
  EXPECT_TRUE(panel.get("parts").list().empty());
  EXPECT_NE(panel.get("empty").text(), "");
}

TEST_F(ReadingLogTest, AnExportGoesOnWhereItsMemoSays) {
  std::string rows;
  for (int i = 1; i <= 100; ++i)
    rows += std::string(i == 1 ? "" : ",") + "[" + std::to_string(i) + R"x(,"u2","=SUM(A1)",40,"t"])x";
  says.json = R"({"columns":[],"rows":[)" + rows + R"(],"count":100})";
  const Value first = call("export", R"({"export":"entries-csv","place":"class","place_id":"c1","piece":0,"memo":""})");
  EXPECT_THAT(std::string(first.get("text").text()),
              HasSubstr("noted_at,reader,title,pages\r\n\"t\",\"u2\",\"'=SUM(A1)\",40\r\n"));
  EXPECT_EQ(first.get("memo").text(), "100");
  says.json = R"({"columns":[],"rows":[],"count":0})";
  const Value last =
      call("export", R"({"export":"entries-csv","place":"class","place_id":"c1","piece":1,"memo":"100"})");
  EXPECT_TRUE(last.get("done").truth());
  EXPECT_EQ(asked.back(), R"(["c1","","100"])");
}

}  // namespace
