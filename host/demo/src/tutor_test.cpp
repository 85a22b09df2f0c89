// SPDX-License-Identifier: AGPL-3.0-or-later
#include "tutor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "equation.hpp"
#include "protocol.hpp"
#include "structured.hpp"

namespace rapt::demo {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

std::string answer(std::vector<std::string> student) {
  std::vector<gateway::Message> messages;
  for (auto& text : student) {
    if (!messages.empty()) messages.push_back({"assistant", "What next?"});
    messages.push_back({"user", std::move(text)});
  }
  return tutor_answer(messages);
}

TEST(FindEquation, ReadsWhatStudentsWrite) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"How do I solve 3x + 5 = 20?", "3x + 5 = 20"},
      {"i dont get it, how do i solve 3x+5=20??", "3x + 5 = 20"},
      {"What should I do first with 2x - 4 = 10?", "2x - 4 = 10"},
      {"so i think x = 5", "x = 5"},
      {"5 = 2y − 1 maybe", "5 = 2y - 1"},
      {"solve x² + 5x + 6 = 0 pls", "x^2 + 5x + 6 = 0"},
      {"is $2.5a = 10$ easy", "2.5a = 10"},
      {"3x + 5 = x - 7.", "3x + 5 = x - 7"}};
  for (const auto& [text, expected] : cases) {
    const auto found = find_equation(text);
    ASSERT_TRUE(found.has_value()) << text;
    EXPECT_EQ(found->text, expected) << text;
  }
}

TEST(FindEquation, FindsNoneWhereThereIsNone) {
  for (const char* text :
       {"", "=", "hello", "2 + 2 = 4", "a = b = ", "x + y = 3", "x ^ 3 = 8", "==== x", "1e999999 = x^"}) {
    EXPECT_FALSE(find_equation(text).has_value()) << text;
  }
}

TEST(TutorAnswer, AsksForTheNextStepAndQuotesTheEquation) {
  const auto text = answer({"How do I solve 3x + 5 = 20?"});
  EXPECT_THAT(text, HasSubstr("$3x + 5 = 20$"));
  EXPECT_THAT(text, HasSubstr("?"));
  EXPECT_THAT(text, Not(HasSubstr("x = 5")));
}

TEST(TutorAnswer, FollowsTheAlgebra) {
  EXPECT_THAT(answer({"solve 3x + 5 = x + 9"}), HasSubstr("*both* sides"));
  EXPECT_THAT(answer({"now i have 3x = 15"}), HasSubstr("multiplied by $3$"));
  EXPECT_THAT(answer({"x^2 = 9 ?"}), HasSubstr("square"));
}

TEST(TutorAnswer, TestsAProposedValueInsteadOfTellingTheRightOne) {
  EXPECT_THAT(answer({"3x + 5 = 20", "x = 5"}), HasSubstr("both sides agree"));
  const auto wrong = answer({"3x + 5 = 20", "is it 4?"});
  EXPECT_THAT(wrong, HasSubstr("$x = 4$"));
  EXPECT_THAT(wrong, Not(HasSubstr("x = 5")));
}

TEST(TutorAnswer, KeepsTheAnswerAlsoWhenAskedForItAndComfortsWhoeverIsStuck) {
  EXPECT_THAT(answer({"3x + 5 = 20", "just tell me the answer!!"}), Not(HasSubstr("x = 5")));
  EXPECT_THAT(answer({"3x + 5 = 20", "ugh this is so stupid i dont understand ANYTHING"}), HasSubstr("$3x + 5 = 20$"));
}

TEST(TutorAnswer, IsTheSameForTheSameConversationAndVariesAlongIt) {
  EXPECT_EQ(answer({"3x + 5 = 20"}), answer({"3x + 5 = 20"}));
  EXPECT_NE(answer({"3x + 5 = 20"}), answer({"7x + 2 = 9"}));
}

TEST(StructuredAnswer, FitsTheSchemaAndSpeaksOfTheInput) {
  const auto made = json::parse(structured_answer(
      R"({"type":"object","properties":{"title":{"type":"string"},"objectives":{"type":"array","minItems":4,"items":{"type":"string"}},
          "level":{"enum":["a","b"]},"grade":{"type":"integer"},"note":{"type":"string","maxLength":5},"next":{"$ref":"#/definitions/n"}},
          "definitions":{"n":{"type":"boolean"}}})",
      R"({"topic":"Linear equations","grade":8})"));
  EXPECT_THAT(made["title"].get<std::string>(), HasSubstr("Linear equations"));
  EXPECT_EQ(made["objectives"].size(), 4U);
  EXPECT_EQ(made["grade"], 8);
  EXPECT_THAT(made["level"].get<std::string>(), AnyOf("a", "b"));
  EXPECT_LE(made["note"].get<std::string>().size(), 5U);
  EXPECT_EQ(made["next"], true);
}

TEST(StructuredAnswer, SurvivesSchemasThatAreNone) {
  for (const char* schema : {"", "[]", "{", R"({"$ref":"#"})", R"({"$ref":"#/nowhere"})", R"({"type":7})",
                             R"({"type":["string","null"]})", R"({"type":"array","items":{"$ref":"#"}})",
                             R"({"properties":{"a":{"$ref":"#"}}})", R"({"type":"object","properties":[]})"}) {
    EXPECT_TRUE(json::accept(structured_answer(schema, "not json"))) << schema;
  }
}

TEST(DemoProtocol, NamesWhatIsWrongWithARequest) {
  for (const auto& [body, path] : std::vector<std::pair<std::string, std::string>>{
           {"", "body"},
           {"[]", "body"},
           {"{}", "messages"},
           {R"({"messages":[]})", "messages"},
           {R"({"messages":[7]})", "messages[0]"},
           {R"({"messages":[{"role":"user"}]})", "messages[0].content"},
           {R"({"messages":[{"role":"tool","content":""}]})", "messages[0].role"}}) {
    const auto parsed = parse_demo_request(body);
    ASSERT_FALSE(parsed.has_value()) << body;
    EXPECT_EQ(parsed.error().fields.at(0).path, path) << body;
  }
}

}  // namespace
}  // namespace rapt::demo
