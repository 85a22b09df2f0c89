// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/ability.hpp"

#include <gtest/gtest.h>

namespace rapt::identity {
namespace {

Actor member(const char* path, GroupRole role) {
  Actor actor;
  actor.id = UserId::trusted("me");
  actor.groups.push_back({GroupId::trusted(path), path, "school", path, role});
  return actor;
}

Actor in_class(bool teaches) {
  Actor actor;
  actor.id = UserId::trusted("me");
  actor.classes.push_back({ClassId::trusted("c1"), GroupId::trusted("d.s"), "Algebra", teaches, "d.s"});
  return actor;
}

Place group(const char* path) {
  return {.group_path = path};
}
Place class_at(const char* path, const char* id) {
  return {.group_path = path, .class_id = ClassId::trusted(id)};
}

TEST(Ability, SystemAdministratorsMayDoEverything) {
  const auto actor = member("d", GroupRole::kSystemAdmin);
  EXPECT_TRUE(can(actor, Action::kDelete, Subject::kGroup, group("other.school")));
  EXPECT_TRUE(can(actor, Action::kCreate, Subject::kUser, {}));
}

TEST(Ability, GroupAdministratorsReachTheirTreeAndSeeTheGroupsAbove) {
  const auto actor = member("d.s", GroupRole::kGroupAdmin);
  EXPECT_TRUE(can(actor, Action::kUpdate, Subject::kGroup, group("d.s")));
  EXPECT_TRUE(can(actor, Action::kUpdate, Subject::kGroup, group("d.s.x.y")));
  EXPECT_FALSE(can(actor, Action::kUpdate, Subject::kGroup, group("d")));
  EXPECT_TRUE(can(actor, Action::kRead, Subject::kGroup, group("d")));
  EXPECT_FALSE(can(actor, Action::kRead, Subject::kGroup, group("d.sx")));
  EXPECT_FALSE(can(actor, Action::kRead, Subject::kGroup, group("d.t")));
  EXPECT_TRUE(can(actor, Action::kCreate, Subject::kClass, group("d.s.x")));
  EXPECT_FALSE(can(actor, Action::kCreate, Subject::kClass, group("d.t")));
}

TEST(Ability, TeachersOfAGroupReadItsClassesAndStudentsDoNot) {
  EXPECT_TRUE(can(member("d.s", GroupRole::kTeacher), Action::kRead, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_FALSE(can(member("d.s", GroupRole::kTeacher), Action::kUpdate, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_FALSE(can(member("d.s", GroupRole::kTeacher), Action::kRead, Subject::kClass, class_at("d.s.x", "c1")));
  EXPECT_FALSE(can(member("d.s", GroupRole::kStudent), Action::kRead, Subject::kClass, class_at("d.s", "c1")));
}

TEST(Ability, ThoseOfAClassSeeItAndItsGroupsAndOnlyItsTeachersChangeIt) {
  EXPECT_TRUE(can(in_class(true), Action::kManageMembers, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_TRUE(can(in_class(true), Action::kViewUsage, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_FALSE(can(in_class(true), Action::kViewUsage, Subject::kClass, class_at("d.s", "c2")));
  EXPECT_FALSE(can(in_class(false), Action::kViewUsage, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_FALSE(can(in_class(true), Action::kDelete, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_FALSE(can(in_class(true), Action::kUpdate, Subject::kClass, class_at("d.s", "c2")));
  EXPECT_TRUE(can(in_class(false), Action::kRead, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_FALSE(can(in_class(false), Action::kUpdate, Subject::kClass, class_at("d.s", "c1")));
  EXPECT_TRUE(can(in_class(false), Action::kRead, Subject::kGroup, group("d")));
  EXPECT_FALSE(can(in_class(false), Action::kRead, Subject::kGroup, group("d.s.x")));
}

TEST(Ability, EverybodyMayReadAndChangeTheirOwnAccountAndNobodyElsesByThat) {
  EXPECT_TRUE(can(in_class(false), Action::kUpdate, Subject::kUser, {.owner = UserId::trusted("me")}));
  EXPECT_FALSE(can(in_class(false), Action::kRead, Subject::kUser, {.owner = UserId::trusted("you")}));
  EXPECT_FALSE(can(Actor{}, Action::kRead, Subject::kUser, {}));
}

TEST(Ability, AnAccountIsManagedOnlyByThoseWhoReachAllItsPlaces) {
  const auto admin = member("d.s", GroupRole::kGroupAdmin);
  const auto check = [&](std::vector<Place> places) {
    return check_can_at_all(admin, Action::kManageAccount, Subject::kUser, places);
  };
  EXPECT_TRUE(check({group("d.s"), group("d.s.x")}));
  EXPECT_EQ(check({group("d.s"), group("d")}).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(check({group("d.t")}).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(check({}).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(check_can_at_all(member("d", GroupRole::kSystemAdmin), Action::kManageAccount, Subject::kUser, {}));
  EXPECT_FALSE(can(admin, Action::kManageAccount, Subject::kUser, {.owner = UserId::trusted("me")}))
      << "the own account has ways of its own";
}

TEST(Ability, WhatMayNotBeReadDoesNotExistAndWhatMayBeReadIsForbidden) {
  const auto actor = member("d.s", GroupRole::kStudent);
  EXPECT_EQ(check_can(actor, Action::kUpdate, Subject::kGroup, group("d.t")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(check_can(actor, Action::kUpdate, Subject::kGroup, group("d.s")).error().kind, ErrorKind::kForbidden);
}

}  // namespace
}  // namespace rapt::identity
