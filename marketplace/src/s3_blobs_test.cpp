// SPDX-License-Identifier: AGPL-3.0-or-later
// The store behind s3://, against an S3 server that is not ours, and what it does when that server fails.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "open_blobs.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/security/crypto.hpp"
#include "test_s3.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using runtime::run_blocking;
using ::testing::HasSubstr;
using ::testing::Not;

std::string digest_of_text(const std::string& bytes) {
  return security::hex(security::sha256(bytes));
}

class S3BlobsTest : public ::testing::Test {
 protected:
  Result<std::string> read(const std::string& sha256, std::uint64_t from, std::uint64_t count) {
    std::string out;
    std::function<Task<bool>(std::string)> sink = [&out](std::string piece) -> Task<bool> {
      EXPECT_LE(piece.size(), 256U * 1024U);
      out += piece;
      co_return true;
    };
    auto done = run_blocking(blobs_.read(sha256, from, count, std::move(sink)));
    if (!done) return done.error();
    return out;
  }
  /// How open_blobs() answers with these keys.
  std::string refusal(const std::string& where, std::map<std::string, std::string> changed = {}) {
    const auto environment = [changed](std::string_view name) -> std::optional<std::string> {
      const auto found = changed.find(std::string(name));
      if (found != changed.end()) return found->second;
      if (name == "MARKETPLACE_S3_SESSION_TOKEN") return std::nullopt;
      return "S3RVER";
    };
    const auto opened = open_blobs(where, environment);
    return opened ? ""
                  : opened.error().message + (opened.error().fields.empty() ? "" : opened.error().fields[0].message);
  }
  TestS3 server_;
  const std::unique_ptr<S3Blobs> made_ = server_.make_blobs(300000);
  S3Blobs& blobs_ = *made_;
};

TEST_F(S3BlobsTest, KeepsBytesByTheirDigestOnce) {
  const std::string bytes(200000, 'x');
  const auto name = digest_of_text(bytes);
  ASSERT_TRUE(run_blocking(blobs_.put(name, bytes)));
  ASSERT_TRUE(run_blocking(blobs_.put(name, bytes)));
  EXPECT_EQ(server_.count("PUT"), 1U);
  EXPECT_EQ(run_blocking(blobs_.size(name)).value(), bytes.size());
  EXPECT_EQ(read(name, 0, bytes.size()).value(), bytes);
  EXPECT_EQ(read(name, 199999, 1).value(), "x");
  EXPECT_EQ(read(name, 7, 0).value(), "");
  ASSERT_TRUE(run_blocking(blobs_.put(digest_of_text(""), "")));
  EXPECT_EQ(run_blocking(blobs_.size(digest_of_text(""))).value(), 0U);
}

TEST_F(S3BlobsTest, KnowsNothingElse) {
  for (const std::string& name : {std::string(64, '0'), std::string("../../etc/passwd"), std::string()}) {
    EXPECT_EQ(run_blocking(blobs_.size(name)).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(read(name, 0, 1).error().kind, ErrorKind::kNotFound);
  }
  EXPECT_EQ(run_blocking(blobs_.put(std::string(64, '0'), "other")).error().kind, ErrorKind::kInternal);
  EXPECT_EQ(server_.count("PUT"), 0U);
}

TEST_F(S3BlobsTest, SendsLargeOnesInParts) {
  std::string bytes;
  for (int i = 0; bytes.size() < 1000000; ++i) bytes += std::to_string(i) + ",";
  const auto name = digest_of_text(bytes);
  ASSERT_TRUE(run_blocking(blobs_.put(name, bytes)));
  EXPECT_EQ(server_.count("PUT"), 4U);
  EXPECT_EQ(run_blocking(blobs_.size(name)).value(), bytes.size());
  EXPECT_EQ(read(name, 0, bytes.size()).value(), bytes);
}

TEST_F(S3BlobsTest, SendsAFileFromTheDisk) {
  const auto file = std::filesystem::temp_directory_path() / ("rapt-s3-" + new_uuid());
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, std::size_t{700001}}) {
    std::string bytes;
    for (int i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ";";
    bytes.resize(size);
    std::ofstream(file, std::ios::binary) << bytes;
    const auto name = digest_of_text(bytes);
    ASSERT_TRUE(run_blocking(blobs_.put_file(name, file))) << size;
    EXPECT_EQ(read(name, 0, bytes.size()).value(), bytes) << size;
  }
  EXPECT_EQ(server_.count("PUT"), 5U) << "one, one, and three parts";
  EXPECT_EQ(run_blocking(blobs_.put_file(std::string(64, '0'), file)).error().kind, ErrorKind::kInternal);
  std::filesystem::remove(file);
  EXPECT_EQ(run_blocking(blobs_.put_file(std::string(64, '0'), file)).error().kind, ErrorKind::kInternal);
}

TEST_F(S3BlobsTest, TriesAPartAgainAndTakesBackWhatItCannotEnd) {
  const std::string bytes(1000000, 'p');
  server_.tell("faults", json::array({{{"method", "PUT"}, {"status", 503}, {"code", "SlowDown"}}}));
  ASSERT_TRUE(run_blocking(blobs_.put(digest_of_text(bytes), bytes)));
  EXPECT_EQ(server_.count("PUT"), 5U);
  const std::string others(1000000, 'q');
  server_.tell("faults", json::array({{{"method", "PUT"}, {"status", 403}, {"code", "AccessDenied"}}}));
  EXPECT_EQ(run_blocking(blobs_.put(digest_of_text(others), others)).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(server_.count("DELETE"), 1U);
  EXPECT_EQ(run_blocking(blobs_.size(digest_of_text(others))).error().kind, ErrorKind::kNotFound);
}

TEST_F(S3BlobsTest, IsContentWhenAnUploadWasCompletedByAnAttemptThatSeemedToFail) {
  const std::string bytes(700000, 'c');
  // The answer to the completion is lost on its way; what the next attempt hears is that there is no such upload.
  server_.tell("faults", json::array({{{"method", "PUT"}, {"times", 3}, {"cut_after", 1 << 20}},
                                      {{"method", "POST"}, {"cut_after", 10}}}));
  const auto kept = run_blocking(blobs_.put(digest_of_text(bytes), bytes));
  EXPECT_TRUE(kept) << kept.error().log_detail;
  EXPECT_EQ(read(digest_of_text(bytes), 0, bytes.size()).value(), bytes);
}

TEST_F(S3BlobsTest, ComesBackToAStoreThatIsOverloadedOrDropsIt) {
  const std::string bytes(1000, 'r');
  server_.tell("faults", json::array({{{"method", "PUT"}, {"status", 500}, {"code", "InternalError"}},
                                      {{"method", "PUT"}, {"status", 503}, {"code", "SlowDown"}},
                                      {{"method", "PUT"}, {"drop", true}}}));
  ASSERT_TRUE(run_blocking(blobs_.put(digest_of_text(bytes), bytes)));
  EXPECT_EQ(server_.count("PUT"), 4U);
  server_.tell("faults", json::array({{{"status", 503}, {"code", "SlowDown"}, {"times", 100}}}));
  const auto refused = run_blocking(blobs_.size(digest_of_text(bytes)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(server_.count("HEAD"), 1U + 4U);
}

TEST_F(S3BlobsTest, GoesOnWhereADownloadBroke) {
  std::string bytes;
  for (int i = 0; bytes.size() < 290000; ++i) bytes += std::to_string(i) + ",";
  ASSERT_TRUE(run_blocking(blobs_.put(digest_of_text(bytes), bytes)));
  server_.tell("faults", json::array({{{"method", "GET"}, {"cut_after", 100000}},
                                      {{"method", "GET"}, {"drop", true}},
                                      {{"method", "GET"}, {"cut_after", 50000}}}));
  EXPECT_EQ(read(digest_of_text(bytes), 1000, bytes.size() - 1000).value(), bytes.substr(1000));
  std::vector<std::string> ranges;
  for (const auto& entry : server_.log()) {
    if (entry.at("method") == "GET") ranges.push_back(entry.at("range"));
  }
  ASSERT_EQ(ranges.size(), 4U);
  EXPECT_EQ(ranges[0], "bytes=1000-" + std::to_string(bytes.size() - 1));
  EXPECT_NE(ranges[1], ranges[0]);
  EXPECT_EQ(ranges[2], ranges[1]);
  server_.tell("faults", json::array({{{"method", "GET"}, {"drop", true}, {"times", 100}}}));
  EXPECT_EQ(read(digest_of_text(bytes), 0, 10).error().kind, ErrorKind::kUnavailable);
}

TEST_F(S3BlobsTest, StopsWhenNobodyWantsMore) {
  const std::string bytes(290000, 's');
  ASSERT_TRUE(run_blocking(blobs_.put(digest_of_text(bytes), bytes)));
  std::size_t came = 0;
  std::function<Task<bool>(std::string)> sink = [&came](std::string piece) -> Task<bool> {
    came += piece.size();
    co_return false;
  };
  ASSERT_TRUE(run_blocking(blobs_.read(digest_of_text(bytes), 0, bytes.size(), std::move(sink))));
  EXPECT_GT(came, 0U);
  EXPECT_LT(came, bytes.size());
}

TEST_F(S3BlobsTest, ReadersAreToldNothingOfTheStore) {
  server_.tell("faults", json::array({{{"status", 403}, {"code", "AccessDenied"}}}));
  const auto refused = run_blocking(blobs_.size(std::string(64, 'a')));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "The registry's store of bundles is away or full. Try again later.");
  EXPECT_THAT(refused.error().log_detail, HasSubstr("s3:ListBucket"));
}

TEST_F(S3BlobsTest, SaysAtTheStartWhatIsWrong) {
  EXPECT_EQ(refusal(server_.where()), "");
  EXPECT_EQ(refusal(server_.where("&region=eu-central-1&path-style=1")), "");
  EXPECT_THAT(refusal("s3://another-bucket?endpoint=" + server_.url()), HasSubstr("does not exist. Make it, or"));
  const auto secret = refusal(server_.where(), {{"MARKETPLACE_S3_SECRET_ACCESS_KEY", "hunter2hunter2"}});
  EXPECT_THAT(secret, HasSubstr("is not the secret of that access key"));
  EXPECT_THAT(secret, Not(HasSubstr("hunter2")));
  EXPECT_THAT(refusal(server_.where(), {{"MARKETPLACE_S3_ACCESS_KEY_ID", "SOMEBODY"}}), HasSubstr("does not know"));
  EXPECT_THAT(refusal(server_.where(), {{"MARKETPLACE_S3_SECRET_ACCESS_KEY", ""}}), HasSubstr("is needed"));
  EXPECT_THAT(refusal(server_.where(), {{"MARKETPLACE_S3_ACCESS_KEY_ID", "a b"}}), HasSubstr("no key has"));
  server_.tell("clock", {{"minutes", 20}});
  EXPECT_THAT(refusal(server_.where()), HasSubstr("more than 15 minutes apart. Set this machine's clock."));
}

TEST_F(S3BlobsTest, StartsWhileTheStoreIsAway) {
  EXPECT_EQ(refusal("s3://modules?endpoint=http://127.0.0.1:1"), "");
}

TEST(S3Token, GoesWithEachRequestAndIsSigned) {
  TestS3 server("a/session+token==");
  const auto address = parse_s3_address(server.where()).value();
  S3Blobs with(address, {"S3RVER", "S3RVER", "a/session+token=="}, {1, std::chrono::milliseconds(1)});
  EXPECT_TRUE(run_blocking(with.put(digest_of_text("x"), "x")));
  S3Blobs without(address, TestS3::credentials(), {1, std::chrono::milliseconds(1)});
  EXPECT_THAT(run_blocking(without.probe()).error().message, HasSubstr("MARKETPLACE_S3_SESSION_TOKEN"));
}

TEST(S3Addresses, AreRead) {
  const auto amazon = parse_s3_address("s3://my.bucket/a/b/?region=eu-central-1").value();
  EXPECT_EQ(amazon.base, "https://my.bucket.s3.eu-central-1.amazonaws.com/a/b");
  EXPECT_EQ(parse_s3_address("s3://bucket?path-style=1").value().base, "https://s3.us-east-1.amazonaws.com/bucket");
  const auto own = parse_s3_address("s3://bucket/x?endpoint=http://127.0.0.1:9000/&region=home").value();
  EXPECT_EQ(own.base, "http://127.0.0.1:9000/bucket/x");
  EXPECT_EQ(own.region, "home");
  EXPECT_EQ(parse_s3_address("s3://bucket?endpoint=https://store.example&path-style=0").value().base,
            "https://bucket.store.example");
}

TEST(S3Addresses, AreRefusedWithWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> all{
      {"gs://bucket", "must be a folder or s3://"},
      {"s3://", "needs a bucket"},
      {"s3://Bucket", "needs a bucket"},
      {"s3://ab", "needs a bucket"},
      {"s3://bucket/../other", "prefix"},
      {"s3://bucket/a//b", "prefix"},
      {"s3://bucket/a%20b", "prefix"},
      {"s3://bucket?endpoint=ftp://host", "endpoint"},
      {"s3://bucket?endpoint=http://user:word@host", "endpoint"},
      {"s3://bucket?endpoint=http://host/path", "endpoint"},
      {"s3://bucket?region=EU", "region"},
      {"s3://bucket?path-style=yes", "path-style"},
      {"s3://bucket?region=a&region=b", "twice"},
      {"s3://bucket?secret=x", "knows endpoint"},
      {"s3://" + std::string(2000, 'b'), "must be"},
  };
  for (const auto& [text, expected] : all) {
    const auto read = parse_s3_address(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::kInvalid);
    EXPECT_THAT(read.error().fields.at(0).message, HasSubstr(expected)) << text;
  }
}

TEST(S3Refusals, AreReadFromWhateverComes) {
  const S3Address address{"modules", "r", "http://s3", "http://s3/modules"};
  EXPECT_EQ(s3_refusal(404, "", address).kind, ErrorKind::kNotFound);
  EXPECT_EQ(s3_refusal(503, "<html>", address).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(s3_refusal(400, "<Error><Code>RequestTimeout</Code></Error>", address).kind, ErrorKind::kUnavailable);
  EXPECT_THAT(s3_refusal(418, "<Code>\x1b[2J</Code>", address).message, Not(HasSubstr("\x1b")));
  EXPECT_THAT(s3_refusal(301, "<Code>PermanentRedirect</Code>", address).message, HasSubstr("another region than r"));
  EXPECT_EQ(s3_element("<a><b>c</b></a>", "b"), "c");
  EXPECT_EQ(s3_element("<b>c", "b"), "");
  EXPECT_EQ(s3_element("</b><b>", "b"), "");
}

}  // namespace
}  // namespace rapt::marketplace
