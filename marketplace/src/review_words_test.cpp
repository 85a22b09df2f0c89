// SPDX-License-Identifier: AGPL-3.0-or-later
// What operators decide, by the program's words, and what publishers and readers then see.
#include <gmock/gmock.h>

#include <sstream>

#include "test_publishing.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using security::PrivateKey;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ReviewWords : public ::testing::Test {
 protected:
  /// The program's exit status; what it said is in out_ and err_.
  int say(const std::vector<std::string>& words) {
    std::istringstream in;
    std::ostringstream out, err;
    const auto url = made_.site.made.database->options().url;
    cli::Console console{in, out, err, [url](std::string_view name) {
                           return name == "MARKETPLACE_DATABASE_URL" ? std::optional(url) : std::nullopt;
                         }};
    const int status = run_marketplace(console, words);
    out_ = out.str();
    err_ = err.str();
    return status;
  }
  int say_with_keys(std::vector<std::string> words) {
    words.insert(words.end(), {"--keys", (made_.site.made.folder.path / "online").string()});
    return say(words);
  }
  json told(std::vector<std::string> words) {
    words.push_back("--json");
    EXPECT_EQ(say(words), 0) << err_;
    return json::parse(out_, nullptr, false);
  }
  /// A version by a publisher whom nobody knows: it waits for an operator.
  void hand_in() {
    ASSERT_EQ(made_.enroll("lake", key_).status, 201);
    ASSERT_EQ(made_.submit(facts_, key_).status, 201);
    made_.check();
    ASSERT_EQ(made_.submission(facts_, key_).data().at("state"), "review");
  }
  TestPublishing made_;
  const ModuleFacts facts_;
  const PrivateKey key_ = PrivateKey::generate();
  std::string out_, err_;
};

TEST_F(ReviewWords, ShowWhatWaitsAndApproveIt) {
  EXPECT_EQ(told({"review", "list"}), json::array());
  hand_in();
  const auto waiting = told({"review", "list"});
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].at("module"), "sample");
  EXPECT_EQ(say({"review", "show", "sample@1.0.0"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("sample 1.0.0 by lake, review"), HasSubstr("nobody has reviewed")));
  EXPECT_EQ(say({"review", "approve", "sample@1.0.0", "--note", "Welcome."}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("is approved"));
  const auto state = made_.submission(facts_, key_).data();
  EXPECT_EQ(state.at("state"), "approved");
  EXPECT_EQ(state.at("review_note"), "Welcome.");
  EXPECT_EQ(told({"review", "list"}), json::array());
  EXPECT_EQ(made_.vouch(facts_, key_).status, 200);
  EXPECT_EQ(made_.site.json("/api/modules/sample").at("data").at("publisher"), "lake");
  // What is published is no longer for an operator to decide.
  EXPECT_EQ(say({"review", "reject", "sample@1.0.0", "--because", "Too late."}), 1);
  EXPECT_THAT(err_, HasSubstr("sample"));
}

TEST_F(ReviewWords, RejectWithAReasonThatThePublisherReads) {
  hand_in();
  EXPECT_EQ(say({"review", "reject", "sample@1.0.0"}), 2);
  EXPECT_THAT(err_, HasSubstr("--because"));
  EXPECT_EQ(made_.submission(facts_, key_).data().at("state"), "review");
  EXPECT_EQ(say({"review", "reject", "sample@1.0.0", "--because", "It does nothing."}), 0) << err_;
  const auto state = made_.submission(facts_, key_).data();
  EXPECT_EQ(state.at("state"), "rejected");
  EXPECT_EQ(state.at("review_note"), "It does nothing.");
  EXPECT_NE(made_.vouch(facts_, key_).status, 200) << "what was rejected cannot be signed";
  EXPECT_EQ(made_.site.get("/api/modules/sample").status, 404);
}

TEST_F(ReviewWords, SayWhatIsMissing) {
  for (const auto* word : {"sample", "@1.0.0", "sample@"}) {
    EXPECT_EQ(say({"review", "show", word}), 2);
    EXPECT_THAT(err_, HasSubstr("NAME@VERSION"));
  }
  EXPECT_EQ(say({"review", "approve", "sample@1.0.0"}), 1);
  EXPECT_THAT(err_, HasSubstr("no such"));
  EXPECT_EQ(say({"publisher", "show", "nobody"}), 1);
  EXPECT_EQ(say({"publisher", "suspend", "lake", "--because", "x"}), 1);
  EXPECT_THAT(err_, HasSubstr("--keys"));
  EXPECT_EQ(say_with_keys({"publisher", "suspend", "lake"}), 2);
  EXPECT_THAT(err_, HasSubstr("--because"));
}

TEST_F(ReviewWords, KnowAndSuspendPublishers) {
  hand_in();
  EXPECT_EQ(say({"publisher", "review", "lake"}), 0) << err_;
  EXPECT_EQ(told({"publisher", "list"}).at(0).at("reviewed"), true);
  EXPECT_EQ(say({"publisher", "review", "lake", "--undo"}), 0);
  EXPECT_EQ(told({"publisher", "show", "lake"}).at("reviewed"), false);
  EXPECT_EQ(say_with_keys({"publisher", "suspend", "lake", "--because", "Spam."}), 0) << err_;
  EXPECT_EQ(made_.submit(facts_, key_).code(), "PUBLISHER_SUSPENDED");
  EXPECT_EQ(say_with_keys({"publisher", "resume", "lake"}), 0) << err_;
  EXPECT_NE(made_.submit(facts_, key_).code(), "PUBLISHER_SUSPENDED");
}

TEST_F(ReviewWords, AddPublishersOfTheOperatorsOwn) {
  const auto pub = made_.folder.path / "own.pub";
  ASSERT_TRUE(write_file_atomically(pub, key_.public_key().to_text() + "\n", 0600));
  const auto add = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"publisher", "add", "raptscallions", pub.string()});
    return say_with_keys(more);
  };
  ASSERT_EQ(add({"--title", "The makers"}), 0) << err_;
  EXPECT_EQ(told({"publisher", "show", "raptscallions"}).at("title"), "The makers");
  EXPECT_EQ(add({}), 1) << "a second time only with --again";
  EXPECT_EQ(add({"--again"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("is a publisher already"));
}

TEST_F(ReviewWords, TellOfFaultsAndTakeItBack) {
  hand_in();
  ASSERT_EQ(say({"review", "approve", "sample@1.0.0"}), 0);
  ASSERT_EQ(made_.vouch(facts_, key_).status, 200);
  EXPECT_EQ(say_with_keys({"advisory", "add", "sample", "--affected", "some", "--severity", "high", "--title", "T"}),
            1);
  EXPECT_THAT(err_, HasSubstr("range"));
  ASSERT_EQ(say_with_keys({"advisory", "add", "sample", "--affected", "<1.0.1", "--fixed", "1.0.1", "--severity",
                           "high", "--title", "It lets \x1b[31mwords through"}),
            1)
      << "a title is one line of text";
  ASSERT_EQ(say_with_keys({"advisory", "add", "sample", "--affected", "<1.0.1", "--fixed", "1.0.1", "--severity",
                           "high", "--title", "It lets words through"}),
            0)
      << err_;
  EXPECT_THAT(out_, HasSubstr("Told everybody: RA-"));
  const auto all = told({"advisory", "list"});
  ASSERT_EQ(all.size(), 1U);
  const auto id = all[0].at("id").get<std::string>();
  EXPECT_EQ(made_.site.json("/api/advisories?module=sample").at("data").at(0).at("id"), id);
  EXPECT_EQ(say_with_keys({"advisory", "withdraw", id}), 0) << err_;
  EXPECT_EQ(made_.site.json("/api/advisories?module=sample").at("data"), json::array());
}

}  // namespace
}  // namespace rapt::marketplace
