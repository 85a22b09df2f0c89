// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/classes/class_service.hpp"

#include <gtest/gtest.h>

#include <future>

#include "rapt/store/scratch_database.hpp"

namespace rapt::classes {
namespace {

using namespace std::chrono_literals;
using identity::GroupRole;
using runtime::run_blocking;

std::string uuid(int number) {
  return "00000000-0000-7000-8000-000000000" + std::to_string(number);
}
ClassId class_id(int number) {
  return ClassId::trusted(uuid(number));
}
UserId user_id(int number) {
  return UserId::trusted(uuid(number));
}

// District 100 with schools 101 and 102; another district 110. Class 200 in 101 has teacher 303 and student 304, class
// 201 in 102 is empty. 302 administers school 101, 305 teaches in it, 306 is in the far district, 307 is in school 102.
constexpr const char* kWorld = R"(
  INSERT INTO groups (id, parent_id, name, type) SELECT id::uuid, parent::uuid, name, 'custom' FROM (VALUES
    ('00000000-0000-7000-8000-000000000100', NULL, 'District'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'School'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000100', 'Other school'),
    ('00000000-0000-7000-8000-000000000110', NULL, 'Far district')) g (id, parent, name);
  INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, n || '@example.org', 'U' || n
    FROM generate_series(301, 309) n;
  INSERT INTO classes (id, group_id, name) VALUES
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000101', 'Algebra'),
    ('00000000-0000-7000-8000-000000000201', '00000000-0000-7000-8000-000000000102', 'Biology');
  INSERT INTO class_members (class_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000303', 'teacher'),
    ('00000000-0000-7000-8000-000000000200', '00000000-0000-7000-8000-000000000304', 'student');
  INSERT INTO group_members (group_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000301', 'system_admin'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000302', 'group_admin'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000305', 'teacher'),
    ('00000000-0000-7000-8000-000000000110', '00000000-0000-7000-8000-000000000306', 'student'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000307', 'student');)";

class MovableClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return at; }
  TimePoint at = *parse_time("2026-03-01T08:00:00Z");
};

class ClassServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { scratch->script(kWorld); }

  identity::Actor actor(int number) {
    identity::Actor out;
    out.id = user_id(number);
    const store::Statement groups{
        "test.groups",
        "SELECT g.id, g.path::text AS path, m.role::text AS role FROM group_members m JOIN groups g "
        "ON g.id = m.group_id WHERE m.user_id = $1::uuid"};
    const auto in_groups = run_blocking((**scratch).query(groups, store::params(out.id)));
    for (std::size_t i = 0; in_groups && i < in_groups->size(); ++i) {
      const auto row = (*in_groups)[i];
      out.groups.push_back(
          {row.id<GroupId>("id"), "", "", row.text("path"), *identity::parse_group_role(row.text("role"))});
    }
    const store::Statement classes_of{
        "test.classes",
        "SELECT c.id, c.group_id, g.path::text AS path, m.role = 'teacher' AS teaches FROM "
        "class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON g.id = c.group_id "
        "WHERE m.user_id = $1::uuid"};
    const auto in_classes = run_blocking((**scratch).query(classes_of, store::params(out.id)));
    for (std::size_t i = 0; in_classes && i < in_classes->size(); ++i) {
      const auto row = (*in_classes)[i];
      out.classes.push_back(
          {row.id<ClassId>("id"), row.id<GroupId>("group_id"), "", row.boolean("teaches"), row.text("path")});
    }
    return out;
  }
  Result<Member> put(int who, int id, int user, Role role) {
    return run_blocking(classes.put_member(actor(who), class_id(id), user_id(user), role));
  }
  Result<JoinCode> code(int who, std::chrono::hours lifetime = 1h, int uses = 2) {
    return run_blocking(classes.create_code(actor(who), class_id(200), lifetime, uses));
  }
  Result<Class> join(int who, const std::string& text) { return run_blocking(classes.join(actor(who), text)); }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  MovableClock clock;
  ClassService classes{**scratch, clock};
};

TEST_F(ClassServiceTest, EverybodySeesTheClassesOfTheirReach) {
  const auto seen = [&](int who) { return run_blocking(classes.list(actor(who), GroupId(), 50, ""))->items.size(); };
  EXPECT_EQ(seen(301), 2u);
  EXPECT_EQ(seen(302), 1u);
  EXPECT_EQ(seen(303), 1u);
  EXPECT_EQ(seen(304), 1u);
  EXPECT_EQ(seen(305), 1u);
  EXPECT_EQ(seen(306), 0u);
  const auto one = run_blocking(classes.get(actor(304), class_id(200)));
  ASSERT_TRUE(one) << one.error().log_detail;
  EXPECT_EQ(one->group_name, "School");
  EXPECT_EQ(one->teachers, 1);
  EXPECT_EQ(one->students, 1);
  EXPECT_EQ(run_blocking(classes.get(actor(304), class_id(201))).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(classes.list(actor(304), GroupId::trusted(uuid(102)), 50, "")).error().kind,
            ErrorKind::kNotFound);
}

TEST_F(ClassServiceTest, PagesByName) {
  const auto first = run_blocking(classes.list(actor(301), GroupId(), 1, ""));
  ASSERT_TRUE(first->next_cursor);
  EXPECT_EQ(first->items[0].name, "Algebra");
  const auto second = run_blocking(classes.list(actor(301), GroupId(), 1, *first->next_cursor));
  EXPECT_EQ(second->items[0].name, "Biology");
  EXPECT_FALSE(second->next_cursor);
  EXPECT_EQ(run_blocking(classes.list(actor(301), GroupId(), 1, "x")).error().kind, ErrorKind::kInvalid);
}

TEST_F(ClassServiceTest, AdministratorsMakeAndArchiveClassesAndTeachersRenameTheirOwn) {
  const auto make = [&](int who, int group) {
    return run_blocking(classes.create(actor(who), GroupId::trusted(uuid(group)), "Chemistry"));
  };
  EXPECT_TRUE(make(302, 101));
  EXPECT_EQ(make(305, 101).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(make(302, 102).error().kind, ErrorKind::kNotFound);
  const auto rename = [&](int who, std::optional<TimePoint> expected = {}) {
    return run_blocking(classes.rename(actor(who), class_id(200), "Algebra II", expected));
  };
  const auto before = run_blocking(classes.get(actor(303), class_id(200)))->updated_at;
  EXPECT_EQ(rename(303)->name, "Algebra II");
  EXPECT_EQ(rename(303, before).error().code, "PRECONDITION_FAILED");
  EXPECT_EQ(rename(304).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(rename(306).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(classes.archive(actor(303), class_id(200))).error().kind, ErrorKind::kForbidden);
  EXPECT_TRUE(run_blocking(classes.archive(actor(302), class_id(200))));
  EXPECT_EQ(run_blocking(classes.get(actor(301), class_id(200))).error().kind, ErrorKind::kNotFound);
}

TEST_F(ClassServiceTest, TheRosterShowsTeachersFirstAndAddressesOnlyToThoseWhoTeach) {
  const auto first = run_blocking(classes.roster(actor(303), class_id(200), 1, ""));
  ASSERT_TRUE(first && first->next_cursor);
  EXPECT_EQ(first->items[0].role, Role::kTeacher);
  const auto second = run_blocking(classes.roster(actor(303), class_id(200), 1, *first->next_cursor));
  EXPECT_EQ(second->items[0].email, "304@example.org");
  const auto seen = run_blocking(classes.roster(actor(304), class_id(200), 50, ""));
  for (const auto& member : seen->items) EXPECT_EQ(member.email, "");
}

TEST_F(ClassServiceTest, OnlyThoseOfTheSameTreeCanBeAdded) {
  EXPECT_EQ(put(303, 200, 307, Role::kStudent)->role, Role::kStudent);
  EXPECT_EQ(put(303, 200, 307, Role::kTeacher)->role, Role::kTeacher);
  EXPECT_EQ(put(303, 200, 306, Role::kStudent).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(put(303, 200, 399, Role::kStudent).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(put(301, 200, 306, Role::kStudent));
  EXPECT_EQ(put(301, 200, 399, Role::kStudent).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(put(304, 200, 307, Role::kStudent).error().kind, ErrorKind::kForbidden);
}

TEST_F(ClassServiceTest, AClassKeepsATeacher) {
  EXPECT_EQ(put(302, 200, 303, Role::kStudent).error().kind, ErrorKind::kConflict);
  const auto remove = [&](int user) {
    return run_blocking(classes.remove_member(actor(302), class_id(200), user_id(user)));
  };
  EXPECT_EQ(remove(303).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(remove(304));
  EXPECT_EQ(remove(304).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(put(302, 200, 305, Role::kTeacher));
  EXPECT_TRUE(remove(303));
}

TEST_F(ClassServiceTest, ACodeLetsStudentsInUntilItIsUsedUpExpiredOrRevoked) {
  const auto made = code(303);
  ASSERT_TRUE(made) << made.error().message;
  const std::string typed = made->code.substr(0, 4) + "-" + made->code.substr(4) + " ";
  EXPECT_EQ(join(307, typed)->id, class_id(200));
  EXPECT_TRUE(join(307, made->code)) << "again: nothing is used up";
  EXPECT_TRUE(join(303, made->code)) << "a teacher stays one";
  EXPECT_EQ(run_blocking(classes.get(actor(303), class_id(200)))->teachers, 1);
  EXPECT_TRUE(join(308, made->code));
  EXPECT_EQ(join(309, made->code).error().kind, ErrorKind::kNotFound) << "used up";
  const auto second = code(303);
  clock.at += 2h;
  EXPECT_EQ(join(309, second->code).error().kind, ErrorKind::kNotFound) << "expired";
  const auto third = code(303);
  EXPECT_EQ(run_blocking(classes.codes(actor(303), class_id(200)))->size(), 1u);
  EXPECT_TRUE(run_blocking(classes.revoke_code(actor(303), class_id(200), third->id)));
  EXPECT_EQ(run_blocking(classes.revoke_code(actor(303), class_id(200), third->id)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(join(309, third->code).error().kind, ErrorKind::kNotFound) << "revoked";
  EXPECT_EQ(join(309, "").error().kind, ErrorKind::kNotFound);
}

TEST_F(ClassServiceTest, CodesAreMadeByTeachersWithinLimits) {
  EXPECT_EQ(code(304).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(code(303, 0h).error().fields.at(0).path, "lifetime_hours");
  EXPECT_EQ(code(303, 1h, 1001).error().fields.at(0).path, "max_uses");
  for (int i = 0; i < kMaxCodes; ++i) ASSERT_TRUE(code(303));
  EXPECT_EQ(code(303).error().kind, ErrorKind::kConflict);
}

TEST_F(ClassServiceTest, TheLastUseOfACodeIsGivenToOneOfManyWhoComeAtOnce) {
  const auto made = code(303, 1h, 1);
  std::vector<std::future<bool>> tries;
  for (const int who : {305, 306, 307, 308, 309}) {
    const auto one = actor(who);
    tries.push_back(std::async(std::launch::async,
                               [this, one, &made] { return run_blocking(classes.join(one, made->code)).has_value(); }));
  }
  int joined = 0;
  for (auto& one : tries) joined += static_cast<int>(one.get());
  EXPECT_EQ(joined, 1);
}

}  // namespace
}  // namespace rapt::classes
