// SPDX-License-Identifier: AGPL-3.0-or-later
// The words about what AI has used, on a real database.
#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class UsageWords : public ProgramTest {
 protected:
  UsageWords() {
    environment_["DATABASE_URL"] = scratch_->options().url;
    environment_["REDIS_URL"] = "redis://127.0.0.1:1/0";
    scratch_->script(
        "INSERT INTO ai_usage (model, request_type, input_tokens, output_tokens, cost, latency_ms, day,"
        " created_at) VALUES ('m/one', 'chat', 10, 4, 1.25, 300, '2026-11-02', now() - interval '1 hour'),"
        " ('m/two', 'product', 20, 8, NULL, 100, '2026-10-31', now() - interval '1 hour')");
  }
  const std::vector<std::string> november_{"--from", "2026-11-01", "--to", "2026-11-30"};
  int november(std::vector<std::string> words) {
    words.insert(words.end(), november_.begin(), november_.end());
    return rapt(words);
  }
  std::unique_ptr<store::ScratchDatabase> scratch_ = store::ScratchDatabase::migrated();
};

TEST_F(UsageWords, TellWhatWasUsedBesideThePeriodBefore) {
  ASSERT_EQ(november({"usage", "summary"}), kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("2026-11-01"), HasSubstr("1.25"), HasSubstr("2026-10-31")));
  ASSERT_EQ(november({"usage", "summary", "--json"}), kOk) << err_;
  const auto told = json::parse(out_);
  EXPECT_EQ(told["cost"], "1.25000000");
  EXPECT_EQ(told["before"]["unpriced"], 1);
  for (const auto* words : {"by-group", "by-user", "by-tool", "by-day", "by-model"}) {
    ASSERT_EQ(november({"usage", words, "--json"}), kOk) << words << err_;
    EXPECT_EQ(json::parse(out_)["usage"].size(), 1u) << words;
  }
  EXPECT_THAT(out_, HasSubstr("m/one"));
  ASSERT_EQ(rapt({"usage", "by-model", "--from", "2026-01-01", "--to", "2026-01-31"}), kOk);
  EXPECT_THAT(out_, HasSubstr("Nothing was used"));
}

TEST_F(UsageWords, RefuseWrongDays) {
  EXPECT_EQ(rapt({"usage", "summary", "--from", "soon"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("--from must be a day"));
  EXPECT_EQ(rapt({"usage", "by-user", "--limit", "0"}), kUsage);
}

TEST_F(UsageWords, CheckFindsWhatDiffersAndRepairsIt) {
  ASSERT_EQ(rapt({"usage", "rollup"}), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("2 sums"));
  EXPECT_EQ(november({"usage", "check"}), kOk) << out_ << err_;
  scratch_->script("UPDATE ai_usage_daily SET requests = 7 WHERE model = 'm/one'");
  EXPECT_EQ(november({"usage", "check"}), kFailed);
  EXPECT_THAT(out_, AllOf(HasSubstr("ai_usage_daily"), HasSubstr("requests"), HasSubstr("7"), HasSubstr("--repair")));
  EXPECT_EQ(november({"usage", "check", "--repair", "--json"}), kOk) << err_;
  const auto told = json::parse(out_);
  EXPECT_EQ(told["differences"][0]["stored"], "7");
  EXPECT_EQ(told["repaired"], true);
  EXPECT_EQ(november({"usage", "check"}), kOk) << out_;
}

}  // namespace
}  // namespace rapt::cli
