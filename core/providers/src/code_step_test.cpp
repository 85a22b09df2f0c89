// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/providers/code_step.hpp"

#include "rapt/identity/second_factor.hpp"
#include "rapt/security/totp.hpp"
#include "test_providers.hpp"

namespace rapt::providers {
namespace {

/// Somebody new in each test, because Redis remembers, with a second factor.
class CodeSteps : public Providers {
 protected:
  CodeSteps() {
    scratch->script("INSERT INTO users (id, email, name) VALUES ('" + user + "', 'bea@school.example', 'Bea')");
    scratch->script("INSERT INTO totp_secrets (user_id, sealed_secret, confirmed_at) VALUES ('" + user + "', '" +
                    box.seal(secret, identity::totp_seal(UserId::trusted(user))) + "', now())");
  }
  std::string wait() {
    const Arrived arrived{UserId::trusted(user), "/tools", identity::DeviceContext::kShared};
    const auto sealed = await(step.waiting("school", arrived));
    return sealed && *sealed ? **sealed : "(nobody waits)";
  }
  std::string finish(const std::string& sealed, const std::string& code_of_app,
                     const std::string& provider = "school") {
    return code(await(step.finish(provider, sealed, code_of_app)));
  }
  std::string now() { return security::totp_code(secret, clock.now()); }

  const std::string user = new_uuid(), secret = security::new_totp_secret();
  CodeStep step{{**scratch, redis, clock, box}};
};

TEST_F(CodeSteps, NobodyWaitsWithoutASecondFactor) {
  const Arrived ada{UserId::trusted(kAda), "/", {}};
  EXPECT_EQ(*await(step.waiting("school", ada)), std::nullopt);
  scratch->script("UPDATE totp_secrets SET confirmed_at = NULL");
  EXPECT_EQ(wait(), "(nobody waits)") << "set up and never confirmed";
}

TEST_F(CodeSteps, ACodeOpensTheLoginThatWaitsOnce) {
  const auto sealed = wait();
  EXPECT_EQ(finish(sealed, "000000x"), "INVALID_TOTP");
  const auto arrived = await(step.finish("school", sealed, now()));
  ASSERT_TRUE(arrived);
  EXPECT_EQ(arrived->user.str(), user);
  EXPECT_EQ(arrived->return_to, "/tools");
  EXPECT_EQ(arrived->device, identity::DeviceContext::kShared);
  EXPECT_EQ(finish(sealed, now()), "INVALID_TOTP") << "used";
}

TEST_F(CodeSteps, ALoginThatWaitsIsOneProvidersUnchangedAndForTenMinutes) {
  const auto sealed = wait();
  EXPECT_EQ(finish(sealed, now(), "other"), "STATE_MISMATCH");
  EXPECT_EQ(finish("", now()), "STATE_MISMATCH");
  EXPECT_EQ(finish(sealed + "x", now()), "STATE_MISMATCH");
  const auto begun = await(service.begin("school", "/", {}));
  ASSERT_TRUE(begun);
  EXPECT_EQ(finish(begun->sealed_flow, now()), "STATE_MISMATCH") << "one that has not come back yet";
  clock.move(std::chrono::minutes(10));
  EXPECT_EQ(finish(sealed, now()), "STATE_MISMATCH");
}

TEST_F(CodeSteps, NobodyTriesManyCodes) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(finish(wait(), "000000x"), "INVALID_TOTP");
  const auto refused = await(step.finish("school", wait(), now()));
  ASSERT_FALSE(refused) << "the right one counts no more, also in another login";
  EXPECT_EQ(refused.error().kind, ErrorKind::kRateLimited);
}

TEST_F(CodeSteps, AProviderThatIsDisabledMeanwhileLetsNobodyIn) {
  const auto sealed = wait();
  ProviderChange off;
  off.enabled = false;
  change(off);
  const auto refused = await(step.finish("school", sealed, now()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::providers
