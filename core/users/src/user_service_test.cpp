// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include "user_world.hpp"

namespace rapt::users {
namespace {

using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class UserServiceTest : public UserWorld {
 protected:
  std::vector<std::string> names(int who, UserFilter filter = {}) {
    const auto page = run_blocking(users.list(actor(who), std::move(filter)));
    if (!page) throw std::runtime_error(page.error().message + page.error().log_detail);
    std::vector<std::string> out;
    for (const auto& one : page->items) out.push_back(one.name);
    return out;
  }
  Result<User> change(int who, int whom, UserChange wanted, std::optional<TimePoint> expected = std::nullopt) {
    return run_blocking(users.update(actor(who), user(whom), std::move(wanted), expected));
  }
  ErrorKind refusal(const Result<User>& result) {
    EXPECT_FALSE(result);
    return result ? ErrorKind::kInternal : result.error().kind;
  }
  void log_in(int who) {
    scratch->script("INSERT INTO auth_sessions (token_hash, user_id, expires_at) VALUES (sha256('" + uuid(who) +
                    "'), '" + uuid(who) + "', now() + interval '1 day')");
  }
  std::string logins() { return value("SELECT count(*)::text AS value FROM auth_sessions"); }
};

TEST_F(UserServiceTest, ListsThoseWithinReachAndNobodyElse) {
  EXPECT_THAT(names(301), ElementsAre("U301", "U302", "U303", "U304", "U305", "U306", "U307", "U308"));
  EXPECT_THAT(names(302), ElementsAre("U302", "U303", "U304", "U306", "U308"));
  EXPECT_THAT(names(305), ElementsAre("U301", "U302", "U303", "U304", "U305", "U306", "U308"));
  EXPECT_THAT(names(304), ElementsAre("U304"));
  EXPECT_THAT(names(307), ElementsAre("U307"));
}

TEST_F(UserServiceTest, ShowsOnlyTheMembershipsWithinReach) {
  const auto seen = run_blocking(users.get(actor(302), user(306)));
  ASSERT_TRUE(seen) << seen.error().message;
  ASSERT_EQ(seen->memberships.size(), 1u);
  EXPECT_EQ(seen->memberships[0].group_name, "School");
  EXPECT_EQ(run_blocking(users.get(actor(306), user(306)))->memberships.size(), 2u) << "the own ones";
  EXPECT_EQ(run_blocking(users.get(actor(302), user(307))).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(users.get(actor(304), user(303))).error().kind, ErrorKind::kNotFound);
}

TEST_F(UserServiceTest, NarrowsByTextStatusRoleAndGroup) {
  scratch->script(
      "UPDATE users SET name = 'Ann_100% \\ Ö' WHERE name = 'U304'; UPDATE users SET status = 'suspended' "
      "WHERE name = 'U303'");
  EXPECT_THAT(names(301, {.text = "_100%"}), ElementsAre("Ann_100% \\ Ö"));
  EXPECT_THAT(names(301, {.text = "\\ ö"}), ElementsAre("Ann_100% \\ Ö"));
  EXPECT_THAT(names(301, {.text = "_"}), ElementsAre("Ann_100% \\ Ö"));
  EXPECT_THAT(names(301, {.text = "305@EXAMPLE"}), ElementsAre("U305"));
  EXPECT_THAT(names(301, {.status = "suspended"}), ElementsAre("U303"));
  EXPECT_THAT(names(301, {.role = identity::GroupRole::kGroupAdmin}), ElementsAre("U302", "U305"));
  EXPECT_THAT(names(301, {.group = group(102)}), ElementsAre("U306"));
  EXPECT_THAT(names(302, {.group = group(102)}), IsEmpty()) << "a filter tells nothing that the list does not";
  EXPECT_THAT(names(302, {.role = identity::GroupRole::kSystemAdmin}), IsEmpty());
}

TEST_F(UserServiceTest, PagesInEveryOrderWithoutLossOrRepetition) {
  scratch->script(
      "UPDATE users SET last_login_at = now() - interval '1 hour' WHERE name = 'U303';"
      "UPDATE users SET name = 'u302' WHERE name = 'U301'; UPDATE users SET created_at = now()");
  for (const auto sort : {Sort::kName, Sort::kNewest, Sort::kLastLogin}) {
    for (const char* text : {"", "example"}) {
      UserFilter filter{.text = text, .sort = sort, .limit = 3};
      std::vector<std::string> ids;
      for (int pages = 0; pages < 5; ++pages) {
        const auto page = run_blocking(users.list(actor(301), filter));
        ASSERT_TRUE(page) << page.error().message << page.error().log_detail;
        for (const auto& one : page->items) ids.push_back(one.id.str());
        if (!page->next_cursor) break;
        filter.cursor = *page->next_cursor;
      }
      EXPECT_EQ(ids.size(), 8u);
      if (sort == Sort::kLastLogin) {
        EXPECT_EQ(ids.front(), uuid(303));
      }
      std::sort(ids.begin(), ids.end());
      EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
    }
    for (const char* bad : {"x", "_", "'", "!!_00000000-0000-7000-8000-000000000301", "-1_x"})
      EXPECT_EQ(run_blocking(users.list(actor(301), {.sort = sort, .cursor = bad})).error().kind, ErrorKind::kInvalid);
  }
}

TEST_F(UserServiceTest, NamesAreChangedWithOneMembershipInReachAddressesWithAllOfThem) {
  EXPECT_EQ(change(302, 306, {.name = "New"})->name, "New");
  EXPECT_EQ(refusal(change(302, 306, {.email = "mine@example.org"})), ErrorKind::kForbidden);
  EXPECT_EQ(refusal(change(302, 306, {.status = "suspended"})), ErrorKind::kForbidden);
  EXPECT_EQ(change(305, 306, {.email = "new@example.org"})->email, "new@example.org");
  EXPECT_EQ(change(302, 304, {.email = "next@example.org"})->email, "next@example.org");
  EXPECT_EQ(refusal(change(302, 305, {.email = "mine@example.org"})), ErrorKind::kNotFound) << "the district's admin";
  EXPECT_EQ(refusal(change(305, 301, {.name = "Mine"})), ErrorKind::kForbidden) << "a system administrator";
  EXPECT_EQ(refusal(change(303, 304, {.name = "Mine"})), ErrorKind::kForbidden) << "teachers only read";
  EXPECT_EQ(refusal(change(304, 303, {.name = "Mine"})), ErrorKind::kNotFound);
}

TEST_F(UserServiceTest, OneselfChangesTheNamesOnly) {
  EXPECT_EQ(change(304, 304, {.given_name = "Kim"})->given_name, "Kim");
  EXPECT_EQ(change(304, 304, {.email = "304@example.org", .name = "Kim"})->name, "Kim") << "the present address";
  EXPECT_EQ(refusal(change(304, 304, {.email = "x@example.org"})), ErrorKind::kForbidden);
  EXPECT_EQ(refusal(change(301, 301, {.status = "suspended"})), ErrorKind::kForbidden);
}

TEST_F(UserServiceTest, AnAdministratorMakesAnAccountInTheOwnTreeAndInvitesThePerson) {
  const auto create = [&](int who, NewUser wanted) {
    return run_blocking(users.create(actor(who), std::move(wanted)));
  };
  const auto made = create(302, {.email = " new@example.org ", .name = "New", .group = group(101)});
  ASSERT_TRUE(made) << made.error().message << made.error().log_detail;
  EXPECT_EQ(made->email, "new@example.org");
  EXPECT_EQ(made->status, "active");
  EXPECT_EQ(made->memberships.size(), 1u);
  EXPECT_EQ(value("SELECT recipient AS value FROM outgoing_mails"), "new@example.org");
  EXPECT_EQ(refusal(create(302, {.email = "NEW@example.org", .name = "Two", .group = group(101)})),
            ErrorKind::kConflict);
  EXPECT_EQ(refusal(create(302, {.email = "a@example.org", .name = "A"})), ErrorKind::kInvalid);
  EXPECT_EQ(refusal(create(302, {.email = "a@example.org", .name = "A", .group = group(100)})), ErrorKind::kForbidden);
  EXPECT_EQ(refusal(create(302, {.email = "a@example.org", .name = "A", .group = group(110)})), ErrorKind::kNotFound);
  EXPECT_EQ(
      refusal(create(
          302,
          {.email = "a@example.org", .name = "A", .group = group(101), .role = identity::GroupRole::kSystemAdmin})),
      ErrorKind::kForbidden);
  EXPECT_EQ(refusal(create(301, {.email = "a@example.org", .name = "A", .password = "password"})), ErrorKind::kInvalid);
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM users WHERE email = 'a@example.org'"), "0");
  ASSERT_TRUE(
      create(301, {.email = "a@example.org", .name = "A", .password = "violet tractor 19 owl", .invite = false}));
  EXPECT_EQ(value("SELECT (password_hash LIKE '$argon2id$%')::text AS value FROM users WHERE email = 'a@example.org'"),
            "true");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM outgoing_mails"), "1");
}

TEST_F(UserServiceTest, AResetIsMailedToThePersonByThoseWhoReachAllOfIt) {
  const auto reset = [&](int who, int whom) { return run_blocking(users.reset_password(actor(who), user(whom))); };
  ASSERT_TRUE(reset(302, 304));
  EXPECT_EQ(value("SELECT recipient AS value FROM outgoing_mails"), "304@example.org");
  EXPECT_EQ(value("SELECT requested_by::text AS value FROM password_resets"), uuid(302));
  EXPECT_EQ(reset(302, 306).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(reset(305, 301).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(reset(302, 307).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(run_blocking(users.set_active(actor(302), user(304), false)));
  EXPECT_EQ(reset(302, 304).error().kind, ErrorKind::kConflict);
}

TEST_F(UserServiceTest, ALinkIsHandedToWhoeverMightHaveItMailedAndNotMailed) {
  const auto link = [&](const identity::Actor& who, int whom) {
    return run_blocking(users.make_reset_link(who, user(whom)));
  };
  const auto made = link(machine_administrator(), 304);
  ASSERT_TRUE(made) << made.error().message << made.error().log_detail;
  EXPECT_THAT(*made, ::testing::MatchesRegex("http://site.example/reset-password#token=[A-Za-z0-9_-]+"));
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM outgoing_mails"), "0");
  EXPECT_EQ(value("SELECT (requested_by IS NULL)::text AS value FROM password_resets"), "true");
  EXPECT_EQ(link(actor(302), 306).error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(link(actor(302), 307).error().kind, ErrorKind::kNotFound);
}

TEST_F(UserServiceTest, FoundByAddressByThoseWhoMaySeeThePerson) {
  const auto find = [&](int who, const std::string& email) { return run_blocking(users.find(actor(who), email)); };
  EXPECT_EQ(find(302, "304@EXAMPLE.org")->id, user(304));
  EXPECT_EQ(refusal(find(302, "307@example.org")), ErrorKind::kNotFound);
  EXPECT_EQ(refusal(find(301, "nobody@example.org")), ErrorKind::kNotFound);
}

TEST_F(UserServiceTest, RefusesWhatIsNoAddressNoNameOrTaken) {
  for (const char* bad : {"", "x", "@x", "x@", "a@b@c", "a b@c", "a\x01@b", "a@.b", "\"a\"@b"})
    EXPECT_EQ(refusal(change(301, 304, {.email = bad})), ErrorKind::kInvalid) << bad;
  EXPECT_EQ(refusal(change(301, 304, {.name = " "})), ErrorKind::kInvalid);
  EXPECT_EQ(refusal(change(301, 304, {.name = std::string(101, 'x')})), ErrorKind::kInvalid);
  EXPECT_EQ(refusal(change(301, 304, {.status = "inactive"})), ErrorKind::kInvalid);
  const auto taken = change(301, 304, {.email = "303@EXAMPLE.org"});
  EXPECT_EQ(refusal(taken), ErrorKind::kConflict);
  EXPECT_THAT(taken.error().message, ::testing::HasSubstr("address already"));
}

TEST_F(UserServiceTest, AStaleVersionChangesNothingAndALoginIsNoChange) {
  const auto seen = run_blocking(users.get(actor(301), user(304)));
  scratch->script("UPDATE users SET last_login_at = now(), password_hash = 'x' WHERE name = 'U304'");
  ASSERT_TRUE(change(301, 304, {.name = "First"}, seen->updated_at));
  const auto second = change(301, 304, {.name = "Second"}, seen->updated_at);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "PRECONDITION_FAILED");
  EXPECT_EQ(run_blocking(users.get(actor(301), user(304)))->name, "First");
}

TEST_F(UserServiceTest, WhoIsDeactivatedIsLoggedOutAndMayComeBack) {
  log_in(304);
  const auto gone = run_blocking(users.set_active(actor(302), user(304), false));
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(gone->status, "inactive");
  EXPECT_EQ(logins(), "0");
  EXPECT_EQ(run_blocking(users.set_active(actor(302), user(304), true))->status, "active");
  EXPECT_EQ(refusal(run_blocking(users.set_active(actor(302), user(306), false))), ErrorKind::kForbidden);
  EXPECT_EQ(refusal(run_blocking(users.set_active(actor(302), user(302), false))), ErrorKind::kForbidden) << "oneself";
}

TEST_F(UserServiceTest, ANewAddressVoidsTheLinksThatTheOldOneGotAndTellsIt) {
  scratch->script("INSERT INTO password_resets (token_hash, user_id, email, expires_at) VALUES (sha256('x'), '" +
                  uuid(304) + "', 'old@example.org', now() + interval '1 hour')");
  ASSERT_TRUE(change(302, 304, {.name = "Other"}));
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM password_resets"), "1");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM outgoing_mails"), "0");
  ASSERT_TRUE(change(302, 304, {.email = "other@example.org"}));
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM password_resets"), "0");
  EXPECT_EQ(value("SELECT recipient || ': ' || subject AS value FROM outgoing_mails"),
            "304@example.org: Your address has changed");
}

TEST_F(UserServiceTest, TheLastSystemAdministratorStays) {
  const auto machine = machine_administrator();
  EXPECT_EQ(refusal(run_blocking(users.set_active(machine, user(301), false))), ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(users.remove(machine, user(301))).error().kind, ErrorKind::kConflict);
  scratch->script("INSERT INTO group_members (group_id, user_id, role) VALUES ('" + uuid(110) + "', '" + uuid(301) +
                  "', 'system_admin')");
  EXPECT_EQ(refusal(run_blocking(users.set_active(machine, user(301), false))), ErrorKind::kConflict)
      << "one person in two groups is one";
  scratch->script("UPDATE group_members SET role = 'system_admin' WHERE user_id = '" + uuid(305) + "'");
  EXPECT_TRUE(run_blocking(users.set_active(actor(305), user(301), false)));
  EXPECT_EQ(refusal(run_blocking(users.set_active(machine, user(305), false))), ErrorKind::kConflict);
}

TEST_F(UserServiceTest, ADeletedAccountIsGoneAndItsAddressFree) {
  log_in(304);
  EXPECT_EQ(run_blocking(users.remove(actor(303), user(304))).error().kind, ErrorKind::kForbidden);
  ASSERT_TRUE(run_blocking(users.remove(actor(302), user(304))));
  EXPECT_EQ(logins(), "0");
  EXPECT_EQ(run_blocking(users.get(actor(301), user(304))).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(change(301, 303, {.email = "304@example.org"}));
  EXPECT_EQ(run_blocking(users.remove(actor(301), user(304))).error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::users
