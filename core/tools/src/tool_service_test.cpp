// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/tools/tool_service.hpp"

#include <gtest/gtest.h>

#include <set>

#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::tools {
namespace {

std::string uuid(int number) {
  return "00000000-0000-7000-8000-000000000" + std::to_string(number);
}

// A district (100) with two schools (101, 102); school 101 has a department (103), whose class (200) has a teacher
// (301) and a student (302). 303 administers the district, 304 teaches in school 102, 305 is the system's
// administrator.
constexpr const char* kWorld = R"(
  INSERT INTO groups (id, parent_id, name, type) SELECT id::uuid, parent::uuid, name, 'custom' FROM (VALUES
    ('00000000-0000-7000-8000-000000000100', NULL, 'District'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'School'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000100', 'Other school'),
    ('00000000-0000-7000-8000-000000000103', '00000000-0000-7000-8000-000000000101', 'Department')) g (id, parent, name);
  INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, n || '@example.org', 'U' || n
    FROM generate_series(301, 306) n;
  INSERT INTO classes (id, group_id, name) VALUES
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000103', 'Class');
  INSERT INTO class_members (class_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000301', 'teacher'),
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000302', 'student');
  INSERT INTO group_members (group_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000303', 'group_admin'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000304', 'teacher'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000302', 'student'),
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000305', 'system_admin');)";

std::string yaml(const std::string& name, const std::string& version = "1.0.0") {
  return "name: " + name + "\ntype: chat\nversion: " + version + "\nbehavior: Ask.\nmodules: [safety-filter]\n";
}

class ToolServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    scratch->script(kWorld);
    modules.on("safety-filter", hooks::Point::kChatBeforeAi, [](const auto&) { return hooks::Answer{}; });
  }
  identity::Actor actor(int number) {
    return *runtime::run_blocking(identity::load_actor(**scratch, UserId::trusted(uuid(number))));
  }
  Result<ToolDetails> create(int who, const std::string& text, int group) {
    return runtime::run_blocking(
        tools.create(actor(who), text, group == 0 ? GroupId() : GroupId::trusted(uuid(group))));
  }
  std::set<std::string> seen_by(int who) {
    std::set<std::string> names;
    const auto page = runtime::run_blocking(tools.list(actor(who), 50, ""));
    EXPECT_TRUE(page) << page.error().log_detail;
    for (const auto& tool : page->items) names.insert(tool.definition->name);
    return names;
  }
  void assign(const Tool& tool, const std::string& window) {
    scratch->script(
        "INSERT INTO assignments (class_id, tool_id, tool_version_id, name, available_at, closes_at) VALUES ('" +
        uuid(200) + "', '" + tool.id.str() + "', '" + tool.version.str() + "', 'A', " + window + ")");
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  SystemClock clock;
  hooks::ScriptedCaller modules;
  security::SecretBox box{"the key of tools that live for one test"};
  module_settings::LiveSettings settings{**scratch, box, modules};
  ToolService tools{**scratch, clock, {&modules, &settings}};
};

using Names = std::set<std::string>;

TEST_F(ToolServiceTest, TeachersAndAdministratorsSeeTheirBranchAndStudentsNothing) {
  ASSERT_TRUE(create(301, yaml("Department"), 103));
  ASSERT_TRUE(create(303, yaml("District"), 100));
  ASSERT_TRUE(create(304, yaml("Other"), 102));
  ASSERT_TRUE(create(305, yaml("System"), 0));
  EXPECT_EQ(seen_by(301), (Names{"Department", "District", "System"}));
  EXPECT_EQ(seen_by(303), (Names{"Department", "District", "Other", "System"}));
  EXPECT_EQ(seen_by(304), (Names{"District", "Other", "System"}));
  EXPECT_EQ(seen_by(305), (Names{"Department", "District", "Other", "System"}));
  EXPECT_EQ(seen_by(302), Names{});
  EXPECT_EQ(seen_by(306), Names{});
}

TEST_F(ToolServiceTest, StudentsSeeWhatIsAssignedWhileItIsOpen) {
  assign(create(301, yaml("Open"), 103)->tool, "now() - interval '1 day', now() + interval '1 day'");
  assign(create(301, yaml("Unbounded"), 103)->tool, "NULL, NULL");
  const auto upcoming = create(301, yaml("Upcoming"), 103);
  assign(upcoming->tool, "now() + interval '1 day', NULL");
  assign(create(301, yaml("Closed"), 103)->tool, "NULL, now() - interval '1 minute'");
  EXPECT_EQ(seen_by(302), (Names{"Open", "Unbounded"}));
  EXPECT_EQ(runtime::run_blocking(tools.find(actor(302), upcoming->tool.id)).error().kind, ErrorKind::kNotFound);
}

TEST_F(ToolServiceTest, ShowsTheDefinitionOnlyToThoseWhoMayEditIt) {
  const auto made = create(301, yaml("Tutor"), 103);
  assign(made->tool, "NULL, NULL");
  const auto get = [&](int who) { return runtime::run_blocking(tools.get(actor(who), made->tool.id)); };
  EXPECT_EQ(get(301)->definition_yaml, yaml("Tutor"));
  EXPECT_TRUE(get(303)->definition_yaml);
  EXPECT_FALSE(get(302)->definition_yaml);
  EXPECT_EQ(get(302)->tool.group_name, "Department");
}

TEST_F(ToolServiceTest, RefusesCreationOutsideOnesReach) {
  EXPECT_EQ(create(302, yaml("X"), 101).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(create(304, yaml("X"), 101).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(create(303, yaml("X"), 0).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(create(305, yaml("X"), 999).error().kind, ErrorKind::kNotFound);
}

TEST_F(ToolServiceTest, RefusesModulesThatAreNotInstalled) {
  const auto refused =
      create(301, "name: T\ntype: chat\nversion: 1.0.0\nbehavior: b\nmodules: [safety-filter, missing]\n", 103);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.at(0).path, "definition.modules[1]");
}

TEST_F(ToolServiceTest, KeepsEveryVersionAndServesTheNewest) {
  const auto made = create(301, yaml("Tutor"), 103);
  const auto add = [&](int who, const std::string& text) {
    return runtime::run_blocking(tools.add_version(actor(who), made->tool.id, text));
  };
  EXPECT_EQ(add(301, yaml("Tutor", "1.0.0")).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(add(304, yaml("Tutor", "2.0.0")).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(add(301, yaml("Better tutor", "1.1.0")));
  EXPECT_EQ(seen_by(301), Names{"Better tutor"});
  ToolService fresh(**scratch, clock, {});
  EXPECT_EQ((*runtime::run_blocking(fresh.definition(made->tool.version)))->version, "1.0.0");
  EXPECT_EQ(runtime::run_blocking(fresh.definition(ToolVersionId::trusted(uuid(999)))).error().kind,
            ErrorKind::kNotFound);
  EXPECT_THROW(scratch->script("UPDATE tool_versions SET version = '9.9.9'"), std::runtime_error);
}

TEST_F(ToolServiceTest, PagesThroughTheList) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(create(301, yaml("Tool " + std::to_string(i)), 103));
  std::vector<std::string> names;
  std::string cursor;
  do {
    const auto page = runtime::run_blocking(tools.list(actor(301), 2, cursor));
    ASSERT_TRUE(page);
    for (const auto& tool : page->items) names.push_back(tool.definition->name);
    cursor = page->next_cursor.value_or("");
  } while (!cursor.empty());
  EXPECT_EQ(names, (std::vector<std::string>{"Tool 4", "Tool 3", "Tool 2", "Tool 1", "Tool 0"}));
  EXPECT_EQ(runtime::run_blocking(tools.list(actor(301), 2, "no cursor")).error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace rapt::tools
