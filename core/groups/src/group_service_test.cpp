// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/groups/group_service.hpp"

#include <gtest/gtest.h>

#include <future>

#include "rapt/store/scratch_database.hpp"

namespace rapt::groups {
namespace {

using identity::GroupRole;
using runtime::run_blocking;

std::string uuid(int number) {
  return "00000000-0000-7000-8000-000000000" + std::to_string(number);
}
GroupId group_id(int number) {
  return GroupId::trusted(uuid(number));
}

// District 100 with schools 101 and 102; 101 has department 103. District 110 stands apart. 301 is the system's
// administrator, 302 administers school 101, 303 teaches in it, 304 studies in it, 305 administers district 110.
constexpr const char* kWorld = R"(
  INSERT INTO groups (id, parent_id, name, type, settings, theme) SELECT id::uuid, parent::uuid, name, 'custom', settings::jsonb, theme::jsonb FROM (VALUES
    ('00000000-0000-7000-8000-000000000100', NULL, 'District', '{"locale": "en", "ai": {"model": "a", "limit": 5}}', '{"color": "blue"}'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'School', '{"ai": {"limit": 9}}', '{}'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000100', 'Other school', '{}', '{}'),
    ('00000000-0000-7000-8000-000000000103', '00000000-0000-7000-8000-000000000101', 'Department', '{}', '{"logo": "owl"}'),
    ('00000000-0000-7000-8000-000000000110', NULL, 'Far district', '{}', '{}')) g (id, parent, name, settings, theme);
  INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, n || '@example.org', 'U' || n
    FROM generate_series(301, 306) n;
  INSERT INTO group_members (group_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000301', 'system_admin'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000302', 'group_admin'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000303', 'teacher'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000304', 'student'),
    ('00000000-0000-7000-8000-000000000110', '00000000-0000-7000-8000-000000000305', 'group_admin');)";

class GroupServiceTest : public ::testing::Test {
 protected:
  void SetUp() override { scratch->script(kWorld); }

  identity::Actor actor(int number) {
    identity::Actor out;
    out.id = UserId::trusted(uuid(number));
    const store::Statement memberships{"test.memberships",
                                       "SELECT g.id, g.path::text AS path, m.role::text AS role FROM group_members m "
                                       "JOIN groups g ON g.id = m.group_id WHERE "
                                       "m.user_id = $1::uuid"};
    const auto rows = run_blocking((**scratch).query(memberships, store::params(out.id)));
    for (std::size_t i = 0; rows && i < rows->size(); ++i) {
      const auto row = (*rows)[i];
      out.groups.push_back(
          {row.id<GroupId>("id"), "", "", row.text("path"), *identity::parse_group_role(row.text("role"))});
    }
    return out;
  }
  Result<Group> get(int who, int id) { return run_blocking(groups.get(actor(who), group_id(id))); }
  Result<Group> move(int who, int id, int parent) {
    return run_blocking(groups.move(actor(who), group_id(id), parent == 0 ? GroupId() : group_id(parent)));
  }
  Result<Group> rename(int who, int id, std::optional<TimePoint> expected = std::nullopt) {
    GroupChange change;
    change.name = "Renamed";
    return run_blocking(groups.update(actor(who), group_id(id), change, expected));
  }
  static std::vector<std::string> names(const std::vector<Group>& all) {
    std::vector<std::string> out;
    for (const auto& group : all) out.push_back(group.name);
    return out;
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  SystemClock clock;
  GroupService groups{**scratch, clock};
};

TEST_F(GroupServiceTest, ShowsTheOwnGroupsAndThoseAboveAndNothingElse) {
  const auto seen = run_blocking(groups.list(actor(304), 50, ""));
  ASSERT_TRUE(seen) << seen.error().log_detail;
  EXPECT_EQ(names(seen->items), (std::vector<std::string>{"District", "School"}));
  EXPECT_EQ(run_blocking(groups.list(actor(301), 50, ""))->items.size(), 5u);
  EXPECT_EQ(get(304, 102).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(get(304, 110).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(get(304, 999).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(get(304, 100));
}

TEST_F(GroupServiceTest, PagesByPathAndRefusesAForeignCursor) {
  const auto first = run_blocking(groups.list(actor(301), 2, ""));
  ASSERT_TRUE(first && first->next_cursor);
  const auto second = run_blocking(groups.list(actor(301), 2, *first->next_cursor));
  const auto third = run_blocking(groups.list(actor(301), 2, *second->next_cursor));
  EXPECT_EQ(third->items.size(), 1u);
  EXPECT_FALSE(third->next_cursor);
  for (const char* bad : {"'; DROP TABLE groups", "a..b", ".", "A", "a b"})
    EXPECT_EQ(run_blocking(groups.list(actor(301), 2, bad)).error().kind, ErrorKind::kInvalid) << bad;
}

TEST_F(GroupServiceTest, WalksTheTreeDownAndUp) {
  EXPECT_EQ(names(run_blocking(groups.children(actor(301), group_id(100), 50, ""))->items),
            (std::vector<std::string>{"School", "Other school"}));
  EXPECT_EQ(names(run_blocking(groups.descendants(actor(301), group_id(100), 50, ""))->items),
            (std::vector<std::string>{"School", "Department", "Other school"}));
  EXPECT_EQ(names(run_blocking(groups.children(actor(304), group_id(100), 50, ""))->items),
            (std::vector<std::string>{"School"}));
  EXPECT_EQ(names(*run_blocking(groups.ancestors(actor(302), group_id(103)))),
            (std::vector<std::string>{"District", "School"}));
}

TEST_F(GroupServiceTest, MergesSettingsAndThemeFromTheTopDown) {
  const auto resolved = run_blocking(groups.resolved(actor(302), group_id(103)));
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->settings_json, R"({"ai":{"limit":9,"model":"a"},"locale":"en"})");
  EXPECT_EQ(resolved->theme_json, R"({"color":"blue","logo":"owl"})");
}

TEST_F(GroupServiceTest, CreatesBelowWhatTheActorAdministersAndTreesForSystemAdministratorsOnly) {
  NewGroup wanted{group_id(103), "Grade 6", "custom", R"({"a": 1})"};
  const auto made = run_blocking(groups.create(actor(302), wanted));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->parent, group_id(103));
  EXPECT_EQ(made->settings_json, R"({"a": 1})");
  wanted.parent = group_id(100);
  EXPECT_EQ(run_blocking(groups.create(actor(302), wanted)).error().kind, ErrorKind::kForbidden);
  wanted.parent = group_id(110);
  EXPECT_EQ(run_blocking(groups.create(actor(302), wanted)).error().kind, ErrorKind::kNotFound);
  wanted.parent = GroupId();
  EXPECT_EQ(run_blocking(groups.create(actor(302), wanted)).error().kind, ErrorKind::kForbidden);
  EXPECT_TRUE(run_blocking(groups.create(actor(301), wanted)));
}

TEST_F(GroupServiceTest, RefusesBadNamesTypesAndDocuments) {
  const auto fault = [&](NewGroup wanted) {
    return run_blocking(groups.create(actor(301), std::move(wanted))).error();
  };
  EXPECT_EQ(fault({group_id(100), " ", "custom"}).kind, ErrorKind::kInvalid);
  EXPECT_EQ(fault({group_id(100), std::string(101, 'x'), "custom"}).kind, ErrorKind::kInvalid);
  EXPECT_EQ(fault({group_id(100), "A", "planet"}).fields.at(0).path, "type");
  EXPECT_EQ(fault({group_id(100), "A", "custom", "[1]"}).fields.at(0).path, "settings");
  EXPECT_EQ(fault({group_id(100), "A", "custom", R"({"a":")" + std::string(kMaxDocument, 'x') + R"("})"}).kind,
            ErrorKind::kInvalid);
}

TEST_F(GroupServiceTest, ChangesOnlyWhatWasNamedAndNotWhatSomebodyElseHasChanged) {
  GroupChange change;
  change.settings_patch_json = R"({"ai": null, "tone": "kind"})";
  const auto before = get(302, 101);
  const auto changed = run_blocking(groups.update(actor(302), group_id(101), change, before->updated_at));
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->name, "School");
  EXPECT_EQ(changed->settings_json, R"({"tone": "kind"})");
  EXPECT_EQ(rename(302, 101, before->updated_at).error().code, "PRECONDITION_FAILED");
  EXPECT_TRUE(rename(302, 101, changed->updated_at));
  EXPECT_EQ(rename(303, 101).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(rename(305, 101).error().kind, ErrorKind::kNotFound);
}

TEST_F(GroupServiceTest, MovesATreeWithEverythingBelowIt) {
  const auto moved = move(301, 101, 110);
  ASSERT_TRUE(moved) << moved.error().message;
  EXPECT_EQ(get(301, 103)->path, moved->path + "." + get(301, 103)->path.substr(moved->path.size() + 1));
  EXPECT_EQ(names(*run_blocking(groups.ancestors(actor(301), group_id(103)))),
            (std::vector<std::string>{"Far district", "School"}));
  EXPECT_EQ(move(301, 101, 103).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(move(301, 101, 101).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(move(301, 101, 0));
  EXPECT_EQ(move(302, 103, 102).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(move(302, 101, 0).error().kind, ErrorKind::kForbidden);
}

TEST_F(GroupServiceTest, KeepsTreesShallow) {
  GroupId at = group_id(103);
  for (int depth = 4; depth <= kMaxDepth; ++depth) {
    const auto made = run_blocking(groups.create(actor(301), {at, "Deeper", "custom"}));
    ASSERT_TRUE(made) << depth;
    at = made->id;
  }
  EXPECT_EQ(run_blocking(groups.create(actor(301), {at, "Too deep", "custom"})).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(groups.move(actor(301), group_id(110), at)).error().kind, ErrorKind::kConflict);
}

TEST_F(GroupServiceTest, ArchivesAGroupOnceNothingStandsInIt) {
  EXPECT_EQ(run_blocking(groups.archive(actor(301), group_id(101))).error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(run_blocking(groups.archive(actor(302), group_id(103))));
  EXPECT_EQ(get(301, 103).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(groups.archive(actor(303), group_id(101))).error().kind, ErrorKind::kForbidden);
}

TEST_F(GroupServiceTest, MembersAreSeenByTeachersAndChangedByAdministrators) {
  const auto members = run_blocking(groups.members(actor(303), group_id(101), 2, ""));
  ASSERT_TRUE(members) << members.error().log_detail;
  EXPECT_EQ(members->items.size(), 2u);
  EXPECT_EQ(run_blocking(groups.members(actor(303), group_id(101), 2, *members->next_cursor))->items.size(), 1u);
  EXPECT_EQ(run_blocking(groups.members(actor(304), group_id(101), 2, "")).error().kind, ErrorKind::kForbidden);
  const auto put = [&](int who, int user, GroupRole role) {
    return run_blocking(groups.put_member(actor(who), group_id(101), UserId::trusted(uuid(user)), role));
  };
  EXPECT_EQ(put(302, 306, GroupRole::kTeacher)->role, GroupRole::kTeacher);
  EXPECT_EQ(put(302, 306, GroupRole::kGroupAdmin)->role, GroupRole::kGroupAdmin);
  EXPECT_EQ(put(302, 306, GroupRole::kSystemAdmin).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(put(302, 399, GroupRole::kStudent).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(put(303, 306, GroupRole::kStudent).error().kind, ErrorKind::kForbidden);
  EXPECT_TRUE(run_blocking(groups.remove_member(actor(302), group_id(101), UserId::trusted(uuid(306)))));
  EXPECT_EQ(run_blocking(groups.remove_member(actor(302), group_id(101), UserId::trusted(uuid(306)))).error().kind,
            ErrorKind::kNotFound);
}

TEST_F(GroupServiceTest, AlwaysLeavesOneSystemAdministratorAlsoWhenTwoLeaveAtOnce) {
  const auto leave = [&](int user) {
    return run_blocking(groups.remove_member(actor(301), group_id(100), UserId::trusted(uuid(user))));
  };
  EXPECT_EQ(leave(301).error().kind, ErrorKind::kConflict);
  ASSERT_TRUE(
      run_blocking(groups.put_member(actor(301), group_id(100), UserId::trusted(uuid(306)), GroupRole::kSystemAdmin)));
  const auto admin = actor(301);
  std::vector<std::future<bool>> both;
  for (const int user : {301, 306}) {
    both.push_back(std::async(std::launch::async, [&, user] {
      return run_blocking(groups.remove_member(admin, group_id(100), UserId::trusted(uuid(user)))).has_value();
    }));
  }
  const int left = static_cast<int>(both[0].get()) + static_cast<int>(both[1].get());
  EXPECT_EQ(left, 1);
}

}  // namespace
}  // namespace rapt::groups
