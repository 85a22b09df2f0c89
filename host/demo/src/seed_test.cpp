// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/demo/seed.hpp"

#include <gtest/gtest.h>

#include <set>

#include <nlohmann/json.hpp>

#include "demo_tools.hpp"
#include "people.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::demo {
namespace {

TEST(DemoPeople, AreAClassWithItsTeachersAndAdministrators) {
  std::multiset<std::string> roles;
  std::set<std::string> ids, emails;
  for (const auto& one : demo_people()) {
    roles.insert(one.role);
    ids.insert(one.id);
    emails.insert(one.email);
  }
  EXPECT_EQ(roles.count("student"), 30u);
  EXPECT_EQ(roles.count("teacher"), 2u);
  EXPECT_EQ(roles.count("group_admin"), 1u);
  EXPECT_EQ(roles.count("system_admin"), 1u);
  EXPECT_EQ(ids.size(), 34u);
  EXPECT_EQ(emails.size(), 34u);
}

TEST(DemoTools, AreValidDefinitions) {
  const auto tutor = tools::parse_definition(kTutorYaml);
  ASSERT_TRUE(tutor) << tutor.error().message;
  EXPECT_EQ(tutor->name, "Socratic Algebra Tutor");
  EXPECT_EQ(tutor->modules.size(), 2u);
  const auto lesson = tools::parse_definition(kLessonYaml);
  ASSERT_TRUE(lesson) << lesson.error().message;
  EXPECT_TRUE(lesson->input_schema->validate(R"({"topic":"Fractions","grade":5})"));
}

}  // namespace
}  // namespace rapt::demo
