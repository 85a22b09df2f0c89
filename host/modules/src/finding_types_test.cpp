// SPDX-License-Identifier: AGPL-3.0-or-later
#include "finding_types.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace rapt::host {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

bundle::ManifestExtraction declared(const std::string& type, const std::string& schema) {
  return {.type = type, .title = "T", .description = "", .schema_json = schema, .schema_path = ""};
}

FindingTypes types() {
  auto compiled = FindingTypes::compile(
      {declared("links", R"({"type":"object","required":["count"],"properties":{"count":{"type":"integer"}},
                            "additionalProperties":false})"),
       declared("note", R"({"type":"string"})")});
  if (!compiled) throw std::runtime_error(compiled.error().message);
  return *compiled;
}

TEST(FindingTypes, WhatIsDeclaredPasses) {
  std::vector<hooks::Extraction> found{{.type = "links", .data_json = R"({"count":2})"},
                                       {.type = "note", .data_json = R"("x")"}};
  EXPECT_EQ(types().refuse(found), "");
  EXPECT_EQ(found.size(), 2U);
}

TEST(FindingTypes, AnotherTypeAndOtherDataAreTakenOut) {
  std::vector<hooks::Extraction> found{{.type = "links", .data_json = R"({"count":"two","who":"secret text"})"},
                                       {.type = "note", .data_json = R"("kept")"},
                                       {.type = "surprise", .data_json = "{}"},
                                       {.type = "links", .data_json = "{"}};
  const auto line = types().refuse(found);
  EXPECT_THAT(line, AllOf(HasSubstr("3 findings were left out"), HasSubstr("\"links\", against its schema at data."),
                          Not(HasSubstr("secret text"))));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].data_json, R"("kept")");
  found = {{.type = "surprise", .data_json = "{}"}};
  EXPECT_EQ(types().refuse(found),
            "1 finding was left out by the host: \"surprise\", its manifest does not declare that type.");
}

TEST(FindingTypes, WhoDeclaresNothingEmitsWhatItLikes) {
  std::vector<hooks::Extraction> found{{.type = "anything", .data_json = "[1]"}};
  EXPECT_EQ(FindingTypes().refuse(found), "");
  EXPECT_EQ(found.size(), 1U);
}

TEST(FindingTypes, ASchemaThatCouldHurtIsRefusedByItsType) {
  for (const auto* schema : {"{", R"({"type":"string","pattern":"(a+)+$"})",
                             R"({"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#"}}})"}) {
    const auto compiled = FindingTypes::compile({declared("links", schema)});
    ASSERT_FALSE(compiled) << schema;
    EXPECT_THAT(compiled.error().message, HasSubstr("The schema of its findings \"links\" is not usable: "));
  }
}

}  // namespace
}  // namespace rapt::host
