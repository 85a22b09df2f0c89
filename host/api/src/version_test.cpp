// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/api/version.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "rapt/base/semver.hpp"
#include "rapt/release/archive.hpp"

namespace rapt::api {
namespace {

namespace fs = std::filesystem;

class VersionOfAProgram : public ::testing::Test {
 protected:
  VersionOfAProgram() {
    auto name = (fs::temp_directory_path() / "rapt-version-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    fs::create_directory(folder_ / "bin");
  }
  ~VersionOfAProgram() override { fs::remove_all(folder_); }
  void say(const std::string& text) const { std::ofstream(folder_ / "release.json") << text; }
  [[nodiscard]] std::string told() const { return version_of(folder_ / "bin/rapt"); }

  release::Manifest manifest_ = [] {
    release::Manifest out;
    out.version = "7.8.9-rc.1";
    out.architecture = "x86_64-linux-gnu";
    return out;
  }();
  fs::path folder_;
};

TEST_F(VersionOfAProgram, IsThatOfTheReleaseAroundIt) {
  say(release::encode(manifest_));
  EXPECT_EQ(told(), "7.8.9-rc.1");
  EXPECT_EQ(version_of(folder_ / "elsewhere/rapt"), RAPT_VERSION);
}

TEST_F(VersionOfAProgram, IsTheCompiledOneElse) {
  EXPECT_EQ(told(), RAPT_VERSION);
  say("{");
  EXPECT_EQ(told(), RAPT_VERSION);
  manifest_.version = "latest";
  say(release::encode(manifest_));
  EXPECT_EQ(told(), RAPT_VERSION);
  EXPECT_TRUE(Version::parse(version()));
}

}  // namespace
}  // namespace rapt::api
