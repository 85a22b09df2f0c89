// SPDX-License-Identifier: AGPL-3.0-or-later
// The words about the platform's releases, on a real database.
#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class UpdateWords : public ProgramTest {
 protected:
  UpdateWords() {
    environment_["DATABASE_URL"] = scratch_->options().url;
    environment_["REDIS_URL"] = "redis://127.0.0.1:1/0";
  }
  void agent(const std::string& version, const std::string& previous) {
    scratch_->script(
        "INSERT INTO platform_agents (name, deployment, version, previous_version) VALUES ('one', 'bare', '" + version +
        "', '" + previous + "')");
  }
  std::unique_ptr<store::ScratchDatabase> scratch_ = store::ScratchDatabase::migrated();
};

TEST_F(UpdateWords, StatusSaysThatNobodyUpdates) {
  ASSERT_EQ(rapt({"update", "status"}), kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("No `rapt agent`"), HasSubstr("never")));
}

TEST_F(UpdateWords, StatusShowsAgentsHistoryAndHolds) {
  agent("1.1.0", "1.0.0");
  scratch_->script(
      "INSERT INTO platform_updates (id, agent, kind, from_version, to_version, state, because, started_at, ended_at) "
      "VALUES ('00000000-0000-7000-8000-000000001001', 'one', 'update', '1.1.0', '1.2.0', 'rolled_back', "
      "E'It did not \\x1b[31m become ready.', now(), now());"
      "INSERT INTO platform_holds (version, because) VALUES ('1.2.0', 'It did not become ready.')");
  ASSERT_EQ(rapt({"update", "status"}), kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("1.1.0"), HasSubstr("rolled_back"), HasSubstr("rapt update release")));
  EXPECT_EQ(out_.find('\x1b'), std::string::npos);
  ASSERT_EQ(rapt({"update", "status", "--json"}), kOk) << err_;
  const auto told = json::parse(out_);
  EXPECT_EQ(told["agents"][0]["version"], "1.1.0");
  EXPECT_EQ(told["history"][0]["state"], "rolled_back");
  ASSERT_EQ(rapt({"update", "release", "1.2.0"}), kOk) << err_;
  EXPECT_EQ(rapt({"update", "release", "1.2.0"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("no such version that is held"));
}

TEST_F(UpdateWords, SayWhatIsMissing) {
  EXPECT_EQ(rapt({"update", "check"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("MARKETPLACE_URL"));
  EXPECT_EQ(rapt({"update", "apply", "--from", path("nowhere")}), kFailed);
  EXPECT_THAT(err_, HasSubstr("no folder that can be read"));
  EXPECT_EQ(rapt({"update", "rollback"}), kUsage) << "nobody is there to be asked";
  EXPECT_EQ(rapt({"update", "rollback", "--yes"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("No `rapt agent` has been seen"));
  EXPECT_EQ(rapt({"agent"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("DEPLOYMENT_TYPE"));
  EXPECT_EQ(rapt({"agent", "--check-takeover"}), kOk);
}

TEST_F(UpdateWords, RollbackAsksTheAgent) {
  agent("1.1.0", "1.0.0");
  ASSERT_EQ(rapt({"update", "rollback", "--yes", "--no-wait", "--json"}), kOk) << err_;
  const auto id = json::parse(out_)["id"].get<std::string>();
  ASSERT_EQ(rapt({"update", "status", "--json"}), kOk);
  const auto update = json::parse(out_)["update"];
  EXPECT_EQ(update["id"], id);
  EXPECT_EQ(update["to_version"], "1.0.0");
  EXPECT_EQ(update["state"], "requested");
  EXPECT_EQ(rapt({"update", "rollback", "--yes"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("asked for or under way"));
}

}  // namespace
}  // namespace rapt::cli
