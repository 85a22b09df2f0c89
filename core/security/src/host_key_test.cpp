// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/security/host_key.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "rapt/base/ids.hpp"

namespace rapt::security {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class HostKey : public ::testing::Test {
 protected:
  ~HostKey() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / ("rapt-key-" + new_uuid());
  fs::path path_ = folder_ / "keys" / "pseudonym.key";
};

TEST_F(HostKey, IsMadeOnceAndReadAfterwards) {
  const auto made = host_key(path_);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->size(), kHostKeyBytes);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto again = host_key(path_);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *made);
  EXPECT_EQ(std::distance(fs::directory_iterator(path_.parent_path()), fs::directory_iterator()), 1);
}

TEST_F(HostKey, IsOneForAllWhoStartAtOnce) {
  std::vector<std::string> keys(8);
  std::vector<std::thread> hosts;
  hosts.reserve(keys.size());
  for (auto& key : keys) hosts.emplace_back([this, &key] { key = host_key(path_).value(); });
  for (auto& host : hosts) host.join();
  for (const auto& key : keys) EXPECT_EQ(key, keys.front());
}

TEST_F(HostKey, ThatIsTooShortIsRefusedAndLeftAsItIs) {
  fs::create_directories(path_.parent_path());
  std::ofstream(path_) << "short";
  const auto refused = host_key(path_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(path_.native()));
  EXPECT_THAT(refused.error().message, HasSubstr("holds 5 bytes instead of at least 32"));
  EXPECT_EQ(fs::file_size(path_), 5u);
}

TEST_F(HostKey, ThatCannotBeReadOrMadeIsRefusedByName) {
  fs::create_directories(path_);
  const auto unreadable = host_key(path_);
  ASSERT_FALSE(unreadable);
  EXPECT_THAT(unreadable.error().message, HasSubstr(path_.native()));
  std::ofstream(folder_ / "file") << "x";
  const auto unmakable = host_key(folder_ / "file" / "pseudonym.key");
  ASSERT_FALSE(unmakable);
  EXPECT_THAT(unmakable.error().message, HasSubstr("file/pseudonym.key cannot be used"));
}

}  // namespace
}  // namespace rapt::security
