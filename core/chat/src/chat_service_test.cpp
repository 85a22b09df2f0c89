// SPDX-License-Identifier: AGPL-3.0-or-later
#include "test_world.hpp"

namespace rapt::chat {
namespace {

using hooks::Answer;
using hooks::Point;
using runtime::run_blocking;
using ::testing::IsEmpty;

using Sessions = World;

TEST_F(Sessions, StartWithTheCurrentVersionAndKeepIt) {
  const auto made = run_blocking(chat.create(student(), tool, {}));
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->tool.name, "Tutor");
  EXPECT_EQ(made->tool_version, "1.0.0");
  EXPECT_EQ(made->state, SessionState::kActive);
  const auto read = run_blocking(chat.get(student(), made->id));
  EXPECT_EQ(read->session.started_at, made->started_at);
  EXPECT_EQ(read->session.tool.type, "chat");
  EXPECT_THAT(read->messages, IsEmpty());
}

TEST_F(Sessions, AnUnknownToolAndAToolOfTheOtherTypeAreRefused) {
  EXPECT_EQ(run_blocking(chat.create(student(), ToolId::trusted(id(9)), {})).error().kind, ErrorKind::kNotFound);
  assign(
      "name: Planner\ntype: product\nversion: 1.0.0\nbehavior: Plan.\ninput_schema: {type: object}\noutput_schema: "
      "{type: object}\n");
  const auto refused = run_blocking(chat.create(student(), tool, {}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(refused.error().fields.at(0).path, "tool_id");
}

TEST_F(Sessions, AnAssignmentsSessionIsOpenWithinItsWindowOnly) {
  const auto assignment = AssignmentId::trusted(value("SELECT id::text AS value FROM assignments"));
  const auto made = run_blocking(chat.create(student(), tool, assignment));
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(made->assignment, assignment);
  run("UPDATE assignments SET closes_at = '2026-01-12T09:00:00Z'");
  EXPECT_EQ(run_blocking(chat.create(student(), tool, assignment)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(send(made->id, "too late").error().kind, ErrorKind::kConflict);
}

TEST_F(Sessions, AnAssignmentOfAnotherToolIsNamed) {
  const auto assignment = AssignmentId::trusted(value("SELECT id::text AS value FROM assignments"));
  assign("name: Other\ntype: chat\nversion: 1.0.0\nbehavior: Help.\n");
  const auto refused = run_blocking(chat.create(student(), tool, assignment));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fields.at(0).path, "assignment_id");
}

TEST_F(Sessions, PauseResumeAndCompleteForGood) {
  const auto session = start();
  EXPECT_EQ(run_blocking(chat.set_state(student(), session, SessionState::kPaused))->state, SessionState::kPaused);
  EXPECT_EQ(send(session, "hello").error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(chat.set_state(student(), session, SessionState::kActive))->state, SessionState::kActive);
  const auto done = run_blocking(chat.set_state(student(), session, SessionState::kCompleted));
  EXPECT_TRUE(done->ended_at.has_value());
  EXPECT_EQ(run_blocking(chat.set_state(student(), session, SessionState::kActive)).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(send(session, "hello").error().kind, ErrorKind::kConflict);
}

TEST_F(Sessions, StartAndEndAreShownToTheModules) {
  const Answer finds{.extractions = {{.type = "seen", .data_json = "{}"}}};
  for (auto point : {Point::kSessionStart, Point::kSessionEnd}) {
    caller.on("guard", point, [finds](const hooks::Context&) { return finds; });
  }
  const auto session = start();
  EXPECT_EQ(extractions(session).size(), 1U);
  ASSERT_TRUE(run_blocking(chat.set_state(student(), session, SessionState::kCompleted)).has_value());
  EXPECT_EQ(extractions(session).size(), 2U);
}

TEST_F(Sessions, AreReadByTheirOwnerTheTeacherAndAdministratorsAboveAndByNobodyElse) {
  const auto session = start();
  EXPECT_TRUE(run_blocking(chat.get(student(), session)).has_value());
  EXPECT_TRUE(run_blocking(chat.get(teacher(), session)).has_value());
  EXPECT_TRUE(run_blocking(chat.get(admin(), session)).has_value());
  EXPECT_TRUE(run_blocking(chat.get(admin(identity::GroupRole::kGroupAdmin), session)).has_value());
  for (const auto& stranger : {student(2), other_teacher()}) {
    EXPECT_EQ(run_blocking(chat.get(stranger, session)).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(run_blocking(chat.extractions(stranger, session)).error().kind, ErrorKind::kNotFound);
  }
  EXPECT_EQ(run_blocking(say(chat, teacher(), session, {"hi"})).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(chat.set_state(teacher(), session, SessionState::kCompleted)).error().kind,
            ErrorKind::kNotFound);
}

TEST_F(Sessions, ListsAreTheOwnOnesOrThoseInReach) {
  const auto mine = start(1);
  const auto kims = start(2);
  ASSERT_TRUE(send(mine, "hello").has_value());
  const auto own = run_blocking(chat.list(student(), {}));
  ASSERT_EQ(own->items.size(), 1U);
  EXPECT_EQ(own->items[0].message_count, 2);
  const auto teaching = run_blocking(chat.list(teacher(), {.teaching = true}));
  ASSERT_EQ(teaching->items.size(), 2U);
  EXPECT_EQ(run_blocking(chat.list(admin(identity::GroupRole::kGroupAdmin), {.teaching = true}))->items.size(), 2U);
  EXPECT_THAT(run_blocking(chat.list(other_teacher(), {.teaching = true}))->items, IsEmpty());
  EXPECT_EQ(run_blocking(chat.list(student(), {.teaching = true})).error().kind, ErrorKind::kForbidden);
  EXPECT_THAT(run_blocking(chat.list(teacher(), {.teaching = true, .state = SessionState::kPaused}))->items, IsEmpty());
  EXPECT_EQ(
      run_blocking(chat.list(teacher(), {.teaching = true, .class_id = ClassId::trusted(class_id)}))->items.size(), 2U);
  EXPECT_THAT(run_blocking(chat.list(teacher(), {.teaching = true, .tool_id = ToolId::trusted(id(9))}))->items,
              IsEmpty());
}

TEST_F(Sessions, PagesFollowEachOtherWithoutGapOrRepeat) {
  std::vector<SessionId> all;
  for (int i = 0; i < 5; ++i) {
    clock.time += std::chrono::microseconds(i % 2);
    all.push_back(start());
  }
  std::vector<SessionId> seen;
  SessionFilter filter{.limit = 2};
  for (int page = 0; page < 5; ++page) {
    const auto got = run_blocking(chat.list(student(), filter));
    ASSERT_TRUE(got.has_value());
    for (const auto& item : got->items) seen.push_back(item.session.id);
    if (!got->next_cursor) break;
    filter.cursor = *got->next_cursor;
  }
  EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(all));
  for (const char* cursor : {"x", "_", "12", "12_x", "-1_00000000-0000-4000-8000-000000000001",
                             "99999999999999999999_00000000-0000-4000-8000-000000000001"}) {
    filter.cursor = cursor;
    EXPECT_EQ(run_blocking(chat.list(student(), filter)).error().fields.at(0).path, "cursor") << cursor;
  }
}

}  // namespace
}  // namespace rapt::chat
