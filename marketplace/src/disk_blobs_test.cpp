// SPDX-License-Identifier: AGPL-3.0-or-later
#include "disk_blobs.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "rapt/runtime/runtime.hpp"
#include "rapt/security/crypto.hpp"
#include "test_repository.hpp"

namespace rapt::marketplace {
namespace {

using runtime::run_blocking;

std::string digest(const std::string& bytes) {
  return security::hex(security::sha256(bytes));
}

class DiskBlobsTest : public ::testing::Test {
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
  std::size_t files() const {
    std::size_t out = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path, none))
      out += entry.is_regular_file() ? 1 : 0;
    return out;
  }
  TestFolder folder_;
  DiskBlobs blobs_{folder_.path / "blobs"};
};

TEST_F(DiskBlobsTest, KeepsBytesByTheirDigestOnce) {
  const std::string bytes(700000, 'x');
  const auto name = digest(bytes);
  ASSERT_TRUE(run_blocking(blobs_.put(name, bytes)));
  ASSERT_TRUE(run_blocking(blobs_.put(name, bytes)));
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(run_blocking(blobs_.size(name)).value(), bytes.size());
  EXPECT_EQ(read(name, 0, bytes.size()).value(), bytes);
  EXPECT_EQ(read(name, 699999, 1).value(), "x");
}

TEST_F(DiskBlobsTest, KnowsNothingElse) {
  for (const std::string& name : {std::string(64, '0'), std::string("../../etc/passwd"), std::string()}) {
    EXPECT_EQ(run_blocking(blobs_.size(name)).error().kind, ErrorKind::kNotFound);
    EXPECT_EQ(read(name, 0, 1).error().kind, ErrorKind::kNotFound);
  }
  EXPECT_EQ(run_blocking(blobs_.put(std::string(64, '0'), "other")).error().kind, ErrorKind::kInternal);
  EXPECT_EQ(files(), 0U);
}

TEST_F(DiskBlobsTest, LeavesNothingWhenTheDiskTakesNoMore) {
  const std::string bytes(200000, 'y');
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 100000, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto full = run_blocking(blobs_.put(digest(bytes), bytes));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(run_blocking(blobs_.put(digest(bytes), bytes)));
}

}  // namespace
}  // namespace rapt::marketplace
