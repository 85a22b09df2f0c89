// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "rapt/demo/seed.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/tools/tool_service.hpp"

namespace rapt::demo {
namespace {

TEST(SeedDemo, LetsEverybodyInAndChangesNothingButThePasswordTheSecondTime) {
  auto scratch = store::ScratchDatabase::migrated();
  const SystemClock clock;
  const auto first = seed_demo(**scratch, clock, "first password", false);
  ASSERT_TRUE(first) << first.error().message << first.error().log_detail;
  const auto second = seed_demo(**scratch, clock, "second password", true);
  ASSERT_TRUE(second) << second.error().log_detail;
  const auto told = nlohmann::json::parse(*second);
  EXPECT_EQ(told.at("tools"), nlohmann::json::parse(*first).at("tools"));
  ASSERT_EQ(told.at("accounts").size(), 34U);
  std::size_t models = 0;
  ASSERT_TRUE((**scratch).transaction_blocking([&models](store::Transaction& tx) -> Result<void> {
    const auto rows = tx.exec({"test.models", "select id from ai_models where active"});
    if (!rows) return rows.error();
    models = rows->size();
    return {};
  }));
  EXPECT_EQ(models, 1U);

  const security::SecretBox box("the key of a test of the demonstration");
  identity::PasswordHasher passwords;
  identity::AuthService auth(**scratch, clock, box, passwords);
  tools::ToolService tools(**scratch, clock, {});
  EXPECT_FALSE(runtime::run_blocking(auth.login("student01@example.org", "first password", identity::LoginOrigin{})));
  for (const char* email :
       {"student01@example.org", "student30@example.org", "teacher@example.org", "admin@example.org"}) {
    const auto login = runtime::run_blocking(auth.login(email, "second password", identity::LoginOrigin{}));
    ASSERT_TRUE(login) << email;
    EXPECT_EQ(runtime::run_blocking(tools.list(login->actor, 50, ""))->items.size(), 2U) << email;
  }
}

}  // namespace
}  // namespace rapt::demo
