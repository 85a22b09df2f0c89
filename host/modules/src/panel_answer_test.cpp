// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/panel_answer.hpp"

#include <gmock/gmock.h>
#include <rapt/panels.h>

#include <nlohmann/json.hpp>

namespace rapt::host {
namespace {

using nlohmann::json;

const char* const kWhole = R"json({"parts":[
  {"kind":"counters","title":"Today","items":[{"label":"Entries","value":12,"unit":"books","note":"n","tone":"good"},
    {"label":"Newest","value":"Momo"}]},
  {"kind":"table","columns":[{"label":"Who"},{"label":"Pages","align":"right"}],"rows":[["Ann",12.5],[null,true]],"more":3},
  {"kind":"chart","form":"bar","x":["Mon","Tue"],"series":[{"label":"Pages","values":[1,null]}],"unit":"pages"},
  {"kind":"text","text":"**Bold**, [here](/teaching)"}],"empty":"Nothing yet"})json";

std::string fault_of(const std::string& answer) {
  const auto checked = read_panel_answer(answer);
  if (checked) return "";
  return checked.error().fields.at(0).path + " " + checked.error().fields.at(0).message;
}

/// The answer with one part.
std::string fault_of_part(const std::string& part) {
  return fault_of(R"({"parts":[)" + part + "]}");
}

TEST(PanelAnswer, GivesEveryMemberOfWhatIsAllowed) {
  const auto checked = read_panel_answer(kWhole);
  ASSERT_TRUE(checked) << fault_of(kWhole);
  const auto drawn = json::parse(*checked);
  EXPECT_EQ(drawn["empty"], "Nothing yet");
  const auto& parts = drawn["parts"];
  EXPECT_EQ(parts[0]["items"][1],
            json({{"label", "Newest"}, {"value", "Momo"}, {"unit", nullptr}, {"note", nullptr}, {"tone", "neutral"}}));
  EXPECT_EQ(parts[1]["columns"][0]["align"], "left");
  EXPECT_EQ(parts[1]["rows"], json::parse(R"([["Ann",12.5],[null,true]])"));
  EXPECT_EQ(parts[1]["more"], 3);
  EXPECT_EQ(parts[2]["series"][0]["values"], json::parse("[1,null]"));
  EXPECT_EQ(parts[3]["title"], nullptr);
  EXPECT_EQ(*read_panel_answer(R"({"parts":[]})"), R"({"empty":null,"parts":[]})");
}

TEST(PanelAnswer, SaysWhereAnAnswerIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"kind":"video"})", "parts[0].kind must be one of"},
      {R"({"kind":"text"})", "parts[0].text must be text"},
      {R"({"kind":"text","text":"a","script":"b"})", "parts[0].script is not known"},
      {R"({"kind":"counters","items":[]})", "parts[0].items must be a list of 1 to 12"},
      {R"({"kind":"counters","items":[{"label":"","value":1}]})", "parts[0].items[0].label must not be empty"},
      {R"({"kind":"counters","items":[{"label":"a","value":null}]})", "parts[0].items[0].value must be a number"},
      {R"({"kind":"counters","items":[{"label":"a","value":1,"tone":"pink"}]})", "parts[0].items[0].tone"},
      {R"({"kind":"table","columns":[{"label":"a"}],"rows":[[1,2]]})", "parts[0].rows[0] must be a list of exactly 1"},
      {R"({"kind":"table","columns":[{"label":"a"}],"rows":[[{}]]})", "parts[0].rows[0][0] must be text"},
      {R"({"kind":"table","columns":[{"label":"a"}],"rows":[],"more":-1})", "parts[0].more"},
      {R"({"kind":"chart","form":"pie","x":["a"],"series":[{"label":"a","values":[1]}]})", "parts[0].form"},
      {R"({"kind":"chart","form":"bar","x":["a"],"series":[{"label":"a","values":[1,2]}]})",
       "parts[0].series[0].values"},
      {R"({"kind":"chart","form":"bar","x":["a"],"series":[{"label":"a","values":["1"]}]})",
       "parts[0].series[0].values[0]"},
      {R"({"kind":"text","text":"a\u0007"})", "parts[0].text must hold no control"},
      {R"({"kind":"text","title":"a\nb","text":"c"})", "parts[0].title must be one line"},
      {R"("text")", "parts[0] must be an object"},
  };
  for (const auto& [part, fault] : cases) EXPECT_THAT(fault_of_part(part), testing::StartsWith(fault)) << part;
  EXPECT_THAT(fault_of("{"), testing::StartsWith("answer must be JSON"));
  EXPECT_THAT(fault_of("[]"), testing::StartsWith("answer must be an object"));
  EXPECT_THAT(fault_of("{}"), testing::StartsWith("parts must be a list"));
  EXPECT_THAT(fault_of(R"({"parts":[],"html":"x"})"), testing::StartsWith("html is not known"));
  EXPECT_THAT(fault_of(R"({"parts":[{"kind":"counters","items":[{"label":"a","value":1e999}]}]})"),
              testing::StartsWith("answer must be JSON with finite"));
}

TEST(PanelAnswer, HoldsTheLimits) {
  const auto labels = [](std::size_t count) {
    json out = json::array();
    for (std::size_t i = 0; i < count; ++i) out.push_back("l");
    return out;
  };
  const auto chart = [&](std::size_t count) {
    json values = json::array();
    for (std::size_t i = 0; i < count; ++i) values.push_back(i);
    return json{
        {"kind", "chart"}, {"form", "line"}, {"x", labels(count)}, {"series", {{{"label", "a"}, {"values", values}}}}}
        .dump();
  };
  EXPECT_EQ(fault_of_part(chart(400)), "");
  EXPECT_THAT(fault_of_part(chart(401)), testing::StartsWith("parts[0].x"));
  const auto rows = [](std::size_t count) {
    json out = json::array();
    for (std::size_t i = 0; i < count; ++i) out.push_back(json::array({i}));
    return json{{"kind", "table"}, {"columns", {{{"label", "a"}}}}, {"rows", out}}.dump();
  };
  EXPECT_EQ(fault_of_part(rows(500)), "");
  EXPECT_THAT(fault_of_part(rows(501)), testing::StartsWith("parts[0].rows"));
  const auto text = [](std::size_t bytes) { return json{{"kind", "text"}, {"text", std::string(bytes, 'a')}}.dump(); };
  EXPECT_EQ(fault_of_part(text(RAPT_PANELS_MAX_MARKDOWN_BYTES)), "");
  EXPECT_THAT(fault_of_part(text(RAPT_PANELS_MAX_MARKDOWN_BYTES + 1)), testing::StartsWith("parts[0].text"));
  const auto titled = [](std::size_t bytes) {
    return json{{"kind", "text"}, {"text", ""}, {"title", std::string(bytes, 'a')}}.dump();
  };
  EXPECT_EQ(fault_of_part(titled(RAPT_PANELS_MAX_TEXT_BYTES)), "");
  EXPECT_THAT(fault_of_part(titled(RAPT_PANELS_MAX_TEXT_BYTES + 1)), testing::StartsWith("parts[0].title"));
  EXPECT_THAT(fault_of(std::string(RAPT_PANELS_MAX_BYTES + 1, ' ')), testing::StartsWith("answer must be at most"));
}

TEST(PanelAnswer, TakesNoMarkup) {
  for (const char* bad : {"<b>x</b>", "a <script>", "</p>", "<!-- -->", "`<i>`", "![x](/y)", "[x](http://a.example)",
                          "[x](//a.example)", "[x](/\\a.example)", "[x](javascript:alert(1))", "[x]: http://a.example",
                          "[x]( \n http://a.example)", "[x](mailto:a@b.example)"})
    EXPECT_NE(markdown_fault(bad), "") << bad;
  for (const char* good : {"", "1 < 2", "a <3", "\\<b>", "**x**", "[x](/teaching)", "[x](#y)", "| a | b |", "wow!"})
    EXPECT_EQ(markdown_fault(good), "") << good;
}

}  // namespace
}  // namespace rapt::host
