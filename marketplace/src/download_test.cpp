// SPDX-License-Identifier: AGPL-3.0-or-later
// Bundles on their way out: whole, in parts, and counted; from a folder and from an S3 store.
#include <gmock/gmock.h>

#include "byte_range.hpp"
#include "test_s3.hpp"
#include "test_site.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;
using Kind = ByteRange::Kind;

ByteRange range_of(const std::string& field, std::uint64_t size, const std::string& condition = "") {
  http::Request request;
  request.method = "GET";
  request.headers.set("Range", field);
  if (!condition.empty()) request.headers.set("If-Range", condition);
  return wanted_range(request, "\"tag\"", size);
}

TEST(ByteRanges, AreReadByTheSpecification) {
  const auto is = [](const ByteRange& range, Kind kind, std::uint64_t from, std::uint64_t count) {
    return range.kind == kind && range.from == from && range.count == count;
  };
  EXPECT_TRUE(is(range_of("bytes=0-9", 100), Kind::kPart, 0, 10));
  EXPECT_TRUE(is(range_of("bytes=90-", 100), Kind::kPart, 90, 10));
  EXPECT_TRUE(is(range_of("bytes=90-500", 100), Kind::kPart, 90, 10));
  EXPECT_TRUE(is(range_of("bytes=-10", 100), Kind::kPart, 90, 10));
  EXPECT_TRUE(is(range_of("bytes=-500", 100), Kind::kPart, 0, 100));
  EXPECT_TRUE(is(range_of("bytes=99-99", 100), Kind::kPart, 99, 1));
  EXPECT_EQ(range_of("bytes=100-", 100).kind, Kind::kNone);
  EXPECT_EQ(range_of("bytes=-0", 100).kind, Kind::kNone);
  for (const auto* whole : {"bytes=9-0", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=1",
                            "bytes=0-99999999999999999999", "bytes=+1-2"})
    EXPECT_TRUE(is(range_of(whole, 100), Kind::kWhole, 0, 100)) << whole;
  EXPECT_TRUE(is(range_of("bytes=0-9", 100, "\"tag\""), Kind::kPart, 0, 10));
  EXPECT_TRUE(is(range_of("bytes=0-9", 100, "\"other\""), Kind::kWhole, 0, 100));
  EXPECT_TRUE(is(range_of("bytes=0-9", 100, "W/\"tag\""), Kind::kWhole, 0, 100));
}

class Downloads : public ::testing::TestWithParam<const char*> {
 protected:
  Downloads() {
    for (int i = 0; i < 100000; ++i) bytes_ += std::to_string(i) + ",";
    site_.add_publisher("lake");
    site_.publish("sample", "1.0.0", {.bytes = bytes_});
    tag_ = "\"" + security::hex(security::sha256(bytes_)) + "\"";
  }
  std::string counted() {
    site_.flush_downloads();
    return site_.one("SELECT downloads::text AS value FROM module_versions");
  }
  bool on_disk() const { return GetParam() == std::string("folder"); }
  std::unique_ptr<Blobs> s3_blobs() {
    if (on_disk()) return nullptr;
    s3_.emplace();
    return s3_->make_blobs();
  }
  /// Takes the one blob away behind the registry's back.
  void lose_blob() {
    if (on_disk()) {
      std::filesystem::remove_all(site_.made.folder.path / "blobs");
    } else {
      s3_->tell("forget", {{"key", "registry/blobs/" + tag_.substr(1, 2) + "/" + tag_.substr(1, 64)}});
    }
  }
  std::optional<TestS3> s3_;
  TestSite site_{std::nullopt, nullptr, s3_blobs()};
  std::string bytes_, tag_;
  const std::string path_ = "/api/modules/sample/download/1.0.0";
};

TEST_P(Downloads, AreWholeAndNamedByTheirDigest) {
  const auto answer = site_.get(path_);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, bytes_);
  EXPECT_EQ(answer.headers.get("ETag"), tag_);
  EXPECT_EQ(answer.headers.get("Content-Length"), std::to_string(bytes_.size()));
  EXPECT_EQ(answer.headers.get("Content-Disposition"), "attachment; filename=\"sample-1.0.0.rapt\"");
  const auto unchanged = site_.get(path_, {{"If-None-Match", tag_}});
  EXPECT_EQ(unchanged.status, 304);
  const auto head = site_.ask("HEAD", path_);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.get("Content-Length"), std::to_string(bytes_.size()));
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(counted(), "1");
}

TEST_P(Downloads, GoOnWhereTheyWereCutOffAndCountOnce) {
  const auto first = site_.get(path_, {{"Range", "bytes=0-299999"}});
  ASSERT_EQ(first.status, 206);
  EXPECT_EQ(first.headers.get("Content-Range"), "bytes 0-299999/" + std::to_string(bytes_.size()));
  const auto rest = site_.get(path_, {{"Range", "bytes=300000-"}, {"If-Range", tag_}});
  ASSERT_EQ(rest.status, 206);
  EXPECT_EQ(first.body + rest.body, bytes_);
  EXPECT_EQ(counted(), "1");
  const auto beyond = site_.get(path_, {{"Range", "bytes=99999999-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.headers.get("Content-Range"), "bytes */" + std::to_string(bytes_.size()));
  EXPECT_EQ(site_.get(path_, {{"Range", "bytes=5-"}, {"If-Range", "\"another\""}}).body, bytes_);
}

TEST_P(Downloads, ComeByTheMetadatasPathsToo) {
  const auto digest = tag_.substr(1, 64);
  EXPECT_EQ(site_.get("/targets/modules/lake/sample/" + digest + ".sample-1.0.0.rapt").body, bytes_);
  for (const auto& path : {"/targets/modules/hill/sample/" + digest + ".sample-1.0.0.rapt",
                           "/targets/modules/lake/sample/" + digest + ".sample-1.0.1.rapt",
                           "/targets/modules/lake/sample/" + std::string(64, '0') + ".sample-1.0.0.rapt",
                           std::string("/targets/modules/lake/sample/sample-1.0.0.rapt")})
    EXPECT_EQ(site_.get(path).status, 404) << path;
  EXPECT_EQ(counted(), "1");
  EXPECT_EQ(site_.one("SELECT downloads::text AS value FROM modules"), "1");
}

TEST_P(Downloads, SayThatABlobIsGone) {
  lose_blob();
  const auto answer = site_.get(path_);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(json::parse(answer.body).at("code"), "NOT_FOUND");
  EXPECT_EQ(counted(), "0");
}

/// What a client does whose connection breaks again and again: each time it asks for the rest, under the tag it knows.
TEST_P(Downloads, AreWholeAfterManyPieces) {
  std::string got;
  while (got.size() < bytes_.size()) {
    const auto to = std::min(got.size() + 150000, bytes_.size()) - 1;
    const auto range = "bytes=" + std::to_string(got.size()) + "-" + std::to_string(to);
    const auto part = site_.get(path_, {{"Range", range}, {"If-Range", tag_}});
    ASSERT_EQ(part.status, 206);
    EXPECT_EQ(part.headers.get("ETag"), tag_);
    got += part.body;
  }
  EXPECT_EQ(got, bytes_);
  EXPECT_EQ(counted(), "1");
}

TEST_P(Downloads, AreKeptForTheNextTimeWhileTheDatabaseIsAway) {
  site_.get(path_);
  site_.settle();
  store::Database away({.url = "postgresql://nobody@127.0.0.1:1/none", .connections = 1});
  const auto failed = runtime::run_blocking(site_.downloads.flush(away));
  ASSERT_FALSE(failed);
  EXPECT_EQ(counted(), "1");
}

INSTANTIATE_TEST_SUITE_P(From, Downloads, ::testing::Values("folder", "s3"),
                         [](const auto& chosen) { return std::string(chosen.param); });

}  // namespace
}  // namespace rapt::marketplace
