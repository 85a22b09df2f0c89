// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/assignments/assignment_service.hpp"

#include <gtest/gtest.h>

#include "rapt/store/scratch_database.hpp"

namespace rapt::assignments {
namespace {

constexpr const char* kNow = "2026-03-01T08:00:00Z";

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return *parse_time(kNow); }
};

constexpr const char* kWorld = R"(
  INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000100', 'School', 'school');
  INSERT INTO classes (id, group_id, name) VALUES
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000100', 'Algebra');
  INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, n || '@example.org', 'U'
    FROM generate_series(301, 303) n;
  INSERT INTO class_members (class_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000301', 'teacher'),
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000302', 'student');
  INSERT INTO tools (id, type, name, current_version_id) VALUES ('00000000-0000-7000-8000-000000000400', 'chat', 'Tutor',
    '00000000-0000-7000-8000-000000000401');
  INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES ('00000000-0000-7000-8000-000000000401',
    '00000000-0000-7000-8000-000000000400', '1.0.0', '', '{}');
  INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name, available_at, closes_at, created_at)
  SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, '00000000-0000-7000-8000-000000000200',
         '00000000-0000-7000-8000-000000000400', '00000000-0000-7000-8000-000000000401', name, opens::timestamptz,
         closes::timestamptz, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 s'
    FROM (VALUES (501, 'Upcoming', '2026-03-01T08:00:01Z', NULL), (502, 'Open', '2026-03-01T08:00:00Z', '2026-03-02T00:00:00Z'),
                 (503, 'Closed', NULL, '2026-03-01T08:00:00Z')) w (n, name, opens, closes);)";

class AssignmentServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { scratch->script(kWorld); }
  static std::string uuid(int number) { return "00000000-0000-7000-8000-000000000" + std::to_string(number); }
  static identity::Actor actor(int number) {
    identity::Actor out;
    out.id = UserId::trusted(uuid(number));
    if (number != 303) out.classes.push_back({ClassId::trusted(uuid(200)), GroupId(), "Algebra", number == 301});
    return out;
  }
  Result<Assignment> start(int who, int id) {
    return runtime::run_blocking(service.get_for_start(actor(who), AssignmentId::trusted(uuid(id))));
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  FixedClock clock;
  AssignmentService service{**scratch, clock};
};

TEST_F(AssignmentServiceTest, ListsThoseOfTheClassWithTheirStateNewestFirst) {
  const auto first = runtime::run_blocking(service.list(actor(302), 2, ""));
  ASSERT_TRUE(first) << first.error().log_detail;
  ASSERT_EQ(first->items.size(), 2U);
  EXPECT_EQ(first->items[0].name, "Closed");
  EXPECT_EQ(first->items[0].state, AssignmentState::kClosed);
  EXPECT_EQ(first->items[1].state, AssignmentState::kOpen);
  EXPECT_EQ(first->items[1].class_name, "Algebra");
  EXPECT_EQ(first->items[1].tool_name, "Tutor");
  const auto second = runtime::run_blocking(service.list(actor(302), 2, first->next_cursor.value_or("")));
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].state, AssignmentState::kUpcoming);
  EXPECT_EQ(second->next_cursor, std::nullopt);
  EXPECT_TRUE(runtime::run_blocking(service.list(actor(303), 50, ""))->items.empty());
}

TEST_F(AssignmentServiceTest, LetsStudentsStartInsideTheWindowAndTeachersAnyTime) {
  EXPECT_EQ(start(302, 501).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(start(302, 502));
  EXPECT_EQ(start(302, 503).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(start(301, 501));
  EXPECT_TRUE(start(301, 503));
  EXPECT_EQ(start(303, 502).error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::assignments
