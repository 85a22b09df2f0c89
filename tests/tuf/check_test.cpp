// SPDX-License-Identifier: AGPL-3.0-or-later
// The cheap question whether anything has changed, and clients that share a folder.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "rapt/base/file.hpp"
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

using runtime::run_blocking;

class Check : public Scene {
 protected:
  void SetUp() override { ASSERT_TRUE(init()); }
  Result<bool> check(Client& client) { return run_blocking(client.check()); }
  /// What it says; empty when it fails.
  std::optional<bool> changed(Client& client) {
    const auto result = check(client);
    return result ? std::optional(*result) : std::nullopt;
  }
};

const std::vector<Asked> kOnlyTimestamp{{"timestamp", std::nullopt}};

TEST_F(Check, AsksOnceWhenNothingHasChanged) {
  const auto client = new_client();
  EXPECT_EQ(changed(*client), true);
  for (int i = 0; i < 2; ++i) {
    repository.forget_asked();
    EXPECT_EQ(changed(*client), false);
    EXPECT_EQ(repository.asked(), kOnlyTimestamp);
  }
  repository.forget_asked();
  const auto next = new_client();
  EXPECT_EQ(changed(*next), false);
  EXPECT_EQ(repository.asked(), kOnlyTimestamp);
  EXPECT_TRUE(run_blocking(next->role("targets")));
}

TEST_F(Check, LargeDocumentsAreVerifiedBeforeTheyAreUsed) {
  ASSERT_TRUE(refreshes());
  ASSERT_TRUE(write_file_atomically(folder / "targets.json", "{}"));
  const auto client = new_client();
  EXPECT_EQ(run_blocking(client->find("file")).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(changed(*client), false);
  EXPECT_EQ(run_blocking(client->find("file")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(bytes("targets"), repository.files("targets").back());
}

TEST_F(Check, KnowsInANewProcessWhenTheTargetsExpire) {
  repository["targets"]["expires"] = repository.in_days(2);
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_TRUE(refreshes());
  clock.advance(3 * kDay);
  const auto client = new_client();
  const auto result = check(*client);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("\"targets\" has expired"), std::string::npos);
}

TEST_F(Check, SaysWhenSomethingHasChanged) {
  const auto client = new_client();
  ASSERT_TRUE(check(*client));
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_EQ(changed(*client), true);
  EXPECT_EQ(version("targets"), 2);
}

TEST_F(Check, RefusesWhatARefreshRefuses) {
  const auto client = new_client();
  repository.publish({"timestamp"});
  ASSERT_TRUE(check(*client));
  repository.files("timestamp").pop_back();
  EXPECT_EQ(check(*client).error().kind, ErrorKind::kForbidden);
  repository.files("timestamp").clear();
  EXPECT_EQ(check(*client).error().kind, ErrorKind::kUnavailable);
}

TEST_F(Check, DoesNotTrustTheSameTimestampForever) {
  const auto client = new_client();
  ASSERT_TRUE(check(*client));
  clock.advance(31 * kDay);
  const auto result = check(*client);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kForbidden);
  EXPECT_EQ(run_blocking(client->find("file")).error().kind, ErrorKind::kForbidden);
}

TEST_F(Check, SeesWhatAnotherProcessHasSeen) {
  const auto client = new_client();
  ASSERT_TRUE(check(*client));
  repository.publish({"timestamp"});
  ASSERT_TRUE(refreshes());
  // Who played the old timestamp back would fool a client that looked only at its memory.
  repository.files("timestamp").pop_back();
  EXPECT_EQ(check(*client).error().kind, ErrorKind::kForbidden);
}

TEST_F(Check, ANewRootOfTrustForgetsTheOldOne) {
  const auto client = new_client();
  ASSERT_TRUE(check(*client));
  ASSERT_TRUE(client->init(repository.files("root").front()));
  EXPECT_EQ(run_blocking(client->find("file")).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(trusted().size(), 1U);
  EXPECT_FALSE(client->trusted_timestamp());
  EXPECT_EQ(client->trusted_root()->version, 1);
}

Task<int> refresh_often(Client& client, int times) {
  int good = 0;
  for (int i = 0; i < times; ++i) {
    const auto result = co_await client.refresh();
    if (result) ++good;
  }
  co_return good;
}

Task<int> together(Client& first, Client& second) {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto [a, b, c] = co_await (refresh_often(first, 10) && refresh_often(first, 10) && refresh_often(second, 10));
  co_return a + b + c;
}

TEST_F(Check, ClientsTakeTurns) {
  const auto first = new_client(), second = new_client();
  EXPECT_EQ(run_blocking(together(*first, *second)), 30);
  EXPECT_EQ(trusted().size(), 4U);
}

TEST_F(Check, SaysThatTheRegistryIsAway) {
  marketplace::HttpFetcherOptions options;
  options.metadata_url = options.targets_url = "http://127.0.0.1:1/metadata";
  Client client(folder, std::make_shared<marketplace::HttpFetcher>(http, options), clock);
  const auto result = run_blocking(client.refresh());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(result.error().message.find("did not answer"), std::string::npos);
}

}  // namespace
}  // namespace rapt::tuf::testing
