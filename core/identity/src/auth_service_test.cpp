// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/identity/auth_service.hpp"

#include <argon2.h>
#include <gtest/gtest.h>

#include "rapt/identity/password_hasher.hpp"
#include "rapt/security/password.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::identity {
namespace {

class MovableClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  void move(std::chrono::hours by) { now_ += by; }

 private:
  TimePoint now_ = *parse_time("2026-03-01T08:00:00Z");
};

constexpr const char* kPeople = R"(
  INSERT INTO groups (id, name, type) VALUES ('00000000-0000-7000-8000-000000000001', 'District', 'district');
  INSERT INTO groups (id, parent_id, name, type) VALUES ('00000000-0000-7000-8000-000000000002',
    '00000000-0000-7000-8000-000000000001', 'School', 'school');
  INSERT INTO classes (id, group_id, name) VALUES ('00000000-0000-7000-8000-000000000010',
    '00000000-0000-7000-8000-000000000002', 'Algebra');
  INSERT INTO users (id, email, name, status, password_hash) VALUES
    ('00000000-0000-7000-8000-000000000100', 'Ada@Example.org', 'Ada', 'active', $h$HASH$h$),
    ('00000000-0000-7000-8000-000000000101', 'gone@example.org', 'Gone', 'suspended', $h$HASH$h$),
    ('00000000-0000-7000-8000-000000000102', 'sso@example.org', 'Sso', 'active', NULL);
  INSERT INTO group_members (user_id, group_id, role) VALUES
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000001', 'group_admin');
  INSERT INTO class_members (user_id, class_id, role) VALUES
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000010', 'teacher');)";

class AuthServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string sql = kPeople;
    const std::string hash = security::hash_password("right");
    for (auto at = sql.find("HASH"); at != std::string::npos; at = sql.find("HASH")) sql.replace(at, 4, hash);
    scratch->script(sql);
  }
  Result<Login> login(std::string email, std::string password) {
    return runtime::run_blocking(auth.login(std::move(email), std::move(password), LoginOrigin{}));
  }
  static std::string weak_hash(const std::string& password) {
    std::string out(argon2_encodedlen(1, 8192, 1, 16, 32, Argon2_id), '\0');
    argon2id_hash_encoded(1, 8192, 1, password.data(), password.size(), "a fixed salt, 16", 16, 32, out.data(),
                          out.size());
    return out.substr(0, out.find('\0'));
  }
  std::string stored_hash(const std::string& name) {
    return (*runtime::run_blocking(
        (**scratch).query({"stored_hash", "SELECT password_hash FROM users WHERE name = $1"}, store::params(name))))[0]
        .text("password_hash");
  }
  Result<Actor> who(std::string token) { return runtime::run_blocking(auth.authenticate(std::move(token))); }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  MovableClock clock;
  security::SecretBox box{"the key of a test of the room of identity"};
  PasswordHasher passwords;
  AuthService auth{**scratch, clock, box, passwords};
};

TEST_F(AuthServiceTest, LogsInWhateverTheCaseAndSpaceAroundTheEmail) {
  const auto done = login("  aDA@example.ORG\n", "right");
  ASSERT_TRUE(done) << done.error().log_detail;
  EXPECT_EQ(done->actor.name, "Ada");
  EXPECT_EQ(done->expires_at, clock.now() + kSessionLifetime);
  const auto actor = who(done->token);
  ASSERT_TRUE(actor) << actor.error().log_detail;
  EXPECT_EQ(actor->roles(), (std::vector<std::string>{"group_admin", "teacher"}));
  EXPECT_TRUE(actor->teaches(ClassId::trusted("00000000-0000-7000-8000-000000000010")));
  EXPECT_TRUE(actor->administers(actor->groups.at(0).path + ".anything"));
  EXPECT_FALSE(actor->administers(actor->groups.at(0).path + "0"));
  EXPECT_FALSE(actor->is_system_admin());
}

TEST_F(AuthServiceTest, AnswersTheSameToEveryWrongLogin) {
  for (const auto& [email, password] : {std::pair<std::string, std::string>{"ada@example.org", "wrong"},
                                        {"nobody@example.org", "right"},
                                        {"gone@example.org", "right"},
                                        {"sso@example.org", "right"},
                                        {"", ""},
                                        {std::string("ada\0@example.org", 16), "right"},
                                        {"\xff", "right"}}) {
    const auto refused = login(email, password);
    ASSERT_FALSE(refused) << email;
    EXPECT_EQ(refused.error().kind, ErrorKind::kUnauthorized);
    EXPECT_EQ(refused.error().code, "INVALID_CREDENTIALS");
    EXPECT_EQ(refused.error().message, "The email or the password is wrong.");
  }
}

TEST_F(AuthServiceTest, ExpectsALoginForAsLongAsItIsRemembered) {
  const auto done = login("ada@example.org", "right");
  ASSERT_TRUE(done);
  EXPECT_FALSE(auth.expected(done->token)) << "nobody was let in with it";
  auth.remember(done->token, done->actor.id);
  auth.remember("no token", done->actor.id);
  EXPECT_FALSE(auth.expected("no token"));
  EXPECT_FALSE(auth.expected(std::string(43, 'A')));
  auto check = auth.expected(done->token);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->user, done->actor.id);
  EXPECT_EQ(check->now, clock.now());
  auth.forget(done->token);
  EXPECT_FALSE(auth.expected(done->token));
}

TEST_F(AuthServiceTest, StoresNoToken) {
  const auto done = login("ada@example.org", "right");
  const auto rows = runtime::run_blocking((**scratch).query(
      {"stored", "SELECT count(*) AS n FROM auth_sessions s WHERE position($1 IN row_to_json(s)::text) > 0"},
      store::params(done->token)));
  EXPECT_EQ((*rows)[0].integer("n"), 0);
}

TEST_F(AuthServiceTest, ExtendsALoginWhenUnderHalfOfItsTimeIsLeft) {
  const std::string token = login("ada@example.org", "right")->token;
  clock.move(std::chrono::days(14));
  EXPECT_FALSE(who(token)->login_extended);
  clock.move(std::chrono::days(2));
  EXPECT_TRUE(who(token)->login_extended);
  EXPECT_FALSE(who(token)->login_extended);
  clock.move(std::chrono::days(29));
  EXPECT_TRUE(who(token));
  clock.move(std::chrono::days(31));
  EXPECT_EQ(who(token).error().kind, ErrorKind::kUnauthorized);
}

TEST_F(AuthServiceTest, EndsWithLogoutSuspensionAndDeletion) {
  const std::string first = login("ada@example.org", "right")->token;
  const std::string second = login("ada@example.org", "right")->token;
  ASSERT_TRUE(runtime::run_blocking(auth.logout(first)));
  ASSERT_TRUE(runtime::run_blocking(auth.logout(first)));
  EXPECT_EQ(who(first).error().kind, ErrorKind::kUnauthorized);
  EXPECT_TRUE(who(second));
  scratch->script("UPDATE users SET status = 'suspended'");
  EXPECT_EQ(who(second).error().kind, ErrorKind::kUnauthorized);
  scratch->script("UPDATE users SET status = 'active', deleted_at = now()");
  EXPECT_EQ(who(second).error().kind, ErrorKind::kUnauthorized);
}

TEST_F(AuthServiceTest, SeesEveryChangeOfAnActorAtTheNextRequest) {
  const std::string token = login("ada@example.org", "right")->token;
  const auto actor = [&] { return *who(token); };
  ASSERT_EQ(actor().groups.size(), 1u);
  ASSERT_EQ(actor().groups.size(), 1u);  // from memory
  scratch->script("UPDATE group_members SET role = 'student'");
  EXPECT_EQ(actor().groups.at(0).role, GroupRole::kStudent);
  scratch->script("UPDATE groups SET name = 'County' WHERE parent_id IS NULL");
  EXPECT_EQ(actor().groups.at(0).group_name, "County");
  scratch->script("UPDATE groups SET deleted_at = now() WHERE parent_id IS NULL");
  EXPECT_TRUE(actor().groups.empty());
  scratch->script("UPDATE groups SET deleted_at = NULL");
  EXPECT_EQ(actor().groups.size(), 1u);
  scratch->script("UPDATE groups SET parent_id = NULL WHERE parent_id IS NOT NULL");
  EXPECT_EQ(actor().classes.at(0).group_path.find('.'), std::string::npos);
  scratch->script("UPDATE class_members SET role = 'student'");
  EXPECT_FALSE(actor().classes.at(0).teaches);
  scratch->script("UPDATE classes SET name = 'Geometry'");
  EXPECT_EQ(actor().classes.at(0).name, "Geometry");
  scratch->script("UPDATE users SET name = 'Lady Ada' WHERE name = 'Ada'");
  EXPECT_EQ(actor().name, "Lady Ada");
  scratch->script("DELETE FROM class_members");
  EXPECT_TRUE(actor().classes.empty());
  scratch->script("UPDATE group_members SET user_id = '00000000-0000-7000-8000-000000000102'");
  EXPECT_TRUE(actor().groups.empty());
  scratch->script("DELETE FROM groups WHERE name = 'School'");
  scratch->script("DELETE FROM users WHERE name = 'Sso'");
  EXPECT_TRUE(actor().groups.empty());
}

TEST_F(AuthServiceTest, SeesWhatAnotherTransactionChangedWhileItWasOpen) {
  const std::string token = login("ada@example.org", "right")->token;
  ASSERT_EQ(who(token)->groups.at(0).role, GroupRole::kGroupAdmin);
  const auto done = (**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(tx.exec_script("UPDATE group_members SET role = 'student'; UPDATE groups SET name = 'County'"));
    EXPECT_EQ(who(token)->groups.at(0).role, GroupRole::kGroupAdmin);  // not committed: must not be remembered as new
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(who(token)->groups.at(0).role, GroupRole::kStudent);
  EXPECT_EQ(who(token)->groups.at(0).group_name, "County");
}

TEST_F(AuthServiceTest, SeesAtOneHostWhatWasRevokedAtAnother) {
  AuthService other(**scratch, clock, box, passwords);
  const std::string token = login("ada@example.org", "right")->token;
  ASSERT_TRUE(who(token));
  ASSERT_TRUE(who(token));
  ASSERT_TRUE(runtime::run_blocking(other.logout(token)));
  EXPECT_EQ(who(token).error().kind, ErrorKind::kUnauthorized);
}

TEST_F(AuthServiceTest, RefusesWhatIsNoToken) {
  for (const char* token : {"", "x", "'; DROP TABLE users; --", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(who(token).error().kind, ErrorKind::kUnauthorized) << token;
    EXPECT_TRUE(runtime::run_blocking(auth.logout(token)));
  }
}

TEST_F(AuthServiceTest, ChecksOnePasswordForEveryWrongLogin) {
  for (const auto& [email, password] : {std::pair<std::string, std::string>{"ada@example.org", "wrong"},
                                        {"nobody@example.org", "right"},
                                        {"gone@example.org", "right"},
                                        {"sso@example.org", "right"},
                                        {"", ""}}) {
    const auto before = passwords.work();
    EXPECT_FALSE(login(email, password));
    EXPECT_EQ(passwords.work().verifications, before.verifications + 1) << email;
    EXPECT_EQ(passwords.work().hashes, before.hashes) << email;
  }
}

TEST_F(AuthServiceTest, StoresAPasswordAnewThatWasHashedUnderOtherParameters) {
  scratch->script("UPDATE users SET password_hash = '" + weak_hash("right") + "' WHERE name = 'Ada'");
  EXPECT_FALSE(login("ada@example.org", "wrong"));
  EXPECT_EQ(stored_hash("Ada"), weak_hash("right")) << "not for a wrong password";
  EXPECT_TRUE(login("ada@example.org", "right"));
  const auto renewed = stored_hash("Ada");
  EXPECT_FALSE(security::is_outdated(renewed));
  EXPECT_TRUE(security::verify_password("right", renewed));
  EXPECT_TRUE(login("ada@example.org", "right"));
  EXPECT_EQ(stored_hash("Ada"), renewed) << "once";
}

TEST_F(AuthServiceTest, SaysWhenToComeAgainWhenTooManyPasswordsWait) {
  PasswordHasher full({.threads = 1, .max_queued = 0});
  AuthService busy(**scratch, clock, box, full);
  const auto refused = runtime::run_blocking(busy.login("ada@example.org", "right", LoginOrigin{}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_GT(refused.error().retry_after_seconds, 0);
}

TEST_F(AuthServiceTest, RemovesLoginsThatHaveEnded) {
  ASSERT_TRUE(login("ada@example.org", "right"));
  clock.move(std::chrono::days(31));
  ASSERT_TRUE(login("ada@example.org", "right"));
  const auto rows = runtime::run_blocking((**scratch).query({"left", "SELECT count(*) AS n FROM auth_sessions"}));
  EXPECT_EQ((*rows)[0].integer("n"), 1);
}

}  // namespace
}  // namespace rapt::identity
