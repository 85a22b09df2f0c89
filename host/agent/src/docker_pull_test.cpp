// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_pull.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "rapt/security/crypto.hpp"

namespace rapt::agent::docker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDigest = "@sha256:" + std::string(64, 'a');

class DockerCredentials : public ::testing::Test {
 protected:
  DockerCredentials() {
    std::string name = (std::filesystem::temp_directory_path() / "rapt-pull-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
  }
  ~DockerCredentials() override { std::filesystem::remove_all(folder); }
  Result<std::string> of(const std::string& image, const std::string& config) const {
    std::ofstream(folder / "config.json") << config;
    return credentials_for(image, folder / "config.json");
  }
  /// What the engine would read.
  static nlohmann::json read(std::string field) {
    EXPECT_EQ(field.size() % 4, 0U);
    field.erase(std::min(field.find('='), field.size()));
    return nlohmann::json::parse(security::from_base64url(field).value());
  }
  std::filesystem::path folder;
};

TEST_F(DockerCredentials, AreThoseOfTheImagesRegistry) {
  // "user:pass?>word~" in base64 has letters that the other alphabet writes differently.
  const std::string config = R"({"auths":{"registry.example:5000":{"auth":"dXNlcjpwYXNzPz53b3Jkfg=="},
    "https://index.docker.io/v1/":{"identitytoken":"t"}}})";
  const auto own = of("registry.example:5000/a/b" + kDigest, config);
  ASSERT_TRUE(own);
  EXPECT_EQ(read(*own)["username"], "user");
  EXPECT_EQ(read(*own)["password"], "pass?>word~");
  EXPECT_EQ(read(*own)["serveraddress"], "registry.example:5000");
  const auto hub = of("school/raptscallions" + kDigest, config);
  ASSERT_TRUE(hub);
  EXPECT_EQ(read(*hub)["identitytoken"], "t");
  EXPECT_EQ(of("other.example/a" + kDigest, config).value(), "");
}

TEST_F(DockerCredentials, AreNotNeeded) {
  EXPECT_EQ(credentials_for("a/b" + kDigest, folder / "none.json").value(), "");
  EXPECT_EQ(credentials_for("a/b" + kDigest, {}).value(), "");
}

TEST_F(DockerCredentials, NameTheFileAndNotItsSecretsWhenItIsDamaged) {
  for (const char* config :
       {R"({"auths":{"a.example":{"auth":"secret")", R"({"auths":{"a.example":["secret"]}})", "[\"secret\"]"}) {
    const auto found = of("a.example/b" + kDigest, config);
    if (found) continue;  // a list names no registry
    EXPECT_THAT(found.error().message, AllOf(HasSubstr("config.json"), Not(HasSubstr("secret"))));
    EXPECT_THAT(found.error().log_detail, Not(HasSubstr("secret")));
  }
  const auto helper = of("a.example/b" + kDigest, R"({"auths":{"a.example":{}},"credsStore":"desktop"})");
  ASSERT_FALSE(helper);
  EXPECT_THAT(helper.error().message, AllOf(HasSubstr("a.example"), HasSubstr("credential helper")));
}

TEST(DockerReference, IsANameWithADigest) {
  for (const std::string good : {"a", "registry.example:5000/a/b", "127.0.0.1:1/x_y-z.0", "a/b:1.2.0"})
    EXPECT_TRUE(check_reference(good + kDigest)) << good;
  for (const std::string bad : {"", "/a", "a/", "a//b", "a/../b", "a b", "a?x=1", "a\n"})
    EXPECT_FALSE(check_reference(bad + kDigest)) << bad;
  EXPECT_FALSE(check_reference("a@sha256:" + std::string(63, 'a')));
  EXPECT_FALSE(check_reference("a@sha256:" + std::string(64, 'G')));
  EXPECT_FALSE(check_reference("a@md5:" + std::string(64, 'a')));
}

}  // namespace
}  // namespace rapt::agent::docker
