// SPDX-License-Identifier: AGPL-3.0-or-later
#include "linking.hpp"

#include <thread>

#include "test_providers.hpp"

namespace rapt::providers {
namespace {

TEST_F(Providers, LinksTheProvenAddressOfItsDomainAndKnowsTheSubjectFromThenOn) {
  const auto first = log_in(claim("s1", "ada@School.Example"));
  ASSERT_TRUE(first) << first.error().log_detail;
  EXPECT_EQ(first->user.str(), kAda);
  const auto again = log_in(claim("s1", "other@elsewhere.example", false));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->user.str(), kAda);
  EXPECT_EQ(one("SELECT name AS x FROM users WHERE id = '" + kAda + "'"), "Ada");
}

TEST_F(Providers, DoesNotMergeAnAccountThatHasNotProvenItsAddress) {
  scratch->script("UPDATE users SET email_verified_at = NULL");
  make_users();
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example"))), "ACCOUNT_UNKNOWN");
  EXPECT_EQ(one("SELECT count(*)::text AS x FROM oauth_accounts"), "0");
}

TEST_F(Providers, BelievesOnlyVerifiedAddressesOfItsOwnDomains) {
  make_users();
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example", false))), "EMAIL_UNVERIFIED");
  EXPECT_EQ(code(log_in(claim("s1", "bea@elsewhere.example"))), "ACCOUNT_UNKNOWN");
  EXPECT_EQ(code(log_in(claim("s1", "bea@sub.school.example"))), "ACCOUNT_UNKNOWN");
  EXPECT_EQ(code(log_in(claim("s1", "bea@elsewhere.example@school.example"))), "ACCOUNT_UNKNOWN");
  EXPECT_EQ(code(log_in(claim("s1", ""))), "ACCOUNT_UNKNOWN");
  ProviderChange none;
  none.create_users = false;
  none.domains = std::vector<Domain>{};
  change(none);
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example"))), "ACCOUNT_UNKNOWN");
}

TEST_F(Providers, AnswersTheSameForAccountsThatAreNotThereOrNotActive) {
  EXPECT_EQ(code(log_in(claim("s1", "nobody@school.example"))), "ACCOUNT_UNKNOWN");
  scratch->script("UPDATE users SET status = 'suspended'");
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example"))), "ACCOUNT_UNKNOWN");
  scratch->script("UPDATE users SET status = 'active'");
  ASSERT_TRUE(log_in(claim("s1", "ada@school.example")));
  scratch->script("UPDATE users SET status = 'suspended'");
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example"))), "ACCOUNT_UNKNOWN");
}

TEST_F(Providers, DoesNotBringBackADeletedAccount) {
  make_users();
  scratch->script("UPDATE users SET deleted_at = now()");
  EXPECT_EQ(code(log_in(claim("s1", "ada@school.example"))), "ACCOUNT_UNKNOWN");
  EXPECT_EQ(one("SELECT count(*)::text AS x FROM users"), "1");
}

TEST_F(Providers, DoesNotHandARecycledAddressToAnotherSubject) {
  ASSERT_TRUE(log_in(claim("s1", "ada@school.example")));
  EXPECT_EQ(code(log_in(claim("s2", "ada@school.example"))), "ACCOUNT_UNKNOWN");
}

TEST_F(Providers, MakesAPersonWithAMembershipJustInTime) {
  make_users();
  const auto arrived = log_in(claim("s9", "bea@school.example"));
  ASSERT_TRUE(arrived) << arrived.error().log_detail;
  EXPECT_EQ(one("SELECT name || '/' || given_name || '/' || (email_verified_at IS NOT NULL) || '/' ||"
                " (password_hash IS NULL) AS x FROM users WHERE email = 'bea@school.example' AND status = 'active'"),
            "Bea Blum/Bea/true/true");
  EXPECT_EQ(one("SELECT role || '/' || group_id AS x FROM group_members"), "student/" + kGroup);
}

TEST_F(Providers, MakesNobodyWhenTheGroupIsGone) {
  make_users();
  scratch->script("UPDATE groups SET deleted_at = now()");
  EXPECT_EQ(code(log_in(claim("s9", "bea@school.example"))), "ACCOUNT_UNKNOWN");
  EXPECT_EQ(one("SELECT count(*)::text AS x FROM users"), "1");
}

TEST_F(Providers, TwoCallbacksAtOnceMakeOneAccount) {
  make_users();
  constexpr int kAtOnce = 8;
  std::vector<std::string> owners(kAtOnce);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kAtOnce; ++i) {
      threads.emplace_back([&, i] {
        const auto who = claim("s9", "bea@school.example");
        auto work = [who, now = clock.now()](store::Transaction& tx) { return owner_of(tx, "school", who, now); };
        const auto owner = runtime::run_blocking((**scratch).transaction(std::move(work)));
        owners[i] = owner ? owner->str() : owner.error().log_detail;
      });
    }
  }
  for (const auto& owner : owners) EXPECT_EQ(owner, owners.front());
  EXPECT_EQ(one("SELECT count(*)::text AS x FROM users WHERE email = 'bea@school.example'"), "1");
  EXPECT_EQ(one("SELECT count(*)::text AS x FROM oauth_accounts"), "1");
}

TEST_F(Providers, RefusesASubjectThatCannotBeStored) {
  EXPECT_EQ(code(log_in(claim("", "ada@school.example"))), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(code(log_in(claim(std::string(256, 'x'), "ada@school.example"))), "PROVIDER_UNAVAILABLE");
  EXPECT_EQ(code(log_in(claim(std::string("a\0b", 3), "ada@school.example"))), "PROVIDER_UNAVAILABLE");
}

TEST_F(Providers, KeepsTheOnlyWayIn) {
  ASSERT_TRUE(log_in(claim("s1", "ada@school.example")));
  const auto ada = UserId::trusted(kAda);
  const auto links = await(service.links(ada));
  ASSERT_TRUE(links);
  ASSERT_EQ(links->size(), 1U);
  EXPECT_EQ(links->front().title, "School");
  scratch->script("UPDATE users SET password_hash = NULL");
  const auto kept = await(service.unlink(ada, "school"));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind, ErrorKind::kConflict);
  scratch->script("UPDATE users SET password_hash = 'x'");
  EXPECT_TRUE(await(service.unlink(ada, "school")));
  const auto gone = await(service.unlink(ada, "school"));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::providers
