// SPDX-License-Identifier: AGPL-3.0-or-later
// The cases of the framework's conformance suite in test_file_download.py, but for those about the driver's files.
#include "rapt/security/crypto.hpp"
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

class Download : public Scene {
 protected:
  void SetUp() override { ASSERT_TRUE(init()); }
  void publish() { repository.publish({"targets", "snapshot", "timestamp"}); }
};

TEST_F(Download, BringsTheBytes) {
  repository.add_target("targets", "target_file.txt", "target file contents");
  repository.add_target("targets", "path/to/a/target_file.txt", "others");
  repository.add_target("targets", "empty", "");
  publish();
  EXPECT_TRUE(refreshes());
  EXPECT_TRUE(repository.targets_asked().empty());
  EXPECT_TRUE(downloads("target_file.txt"));
  EXPECT_TRUE(downloads("path/to/a/target_file.txt"));
  EXPECT_TRUE(downloads("empty"));
  EXPECT_EQ(downloaded["target_file.txt"], "target file contents");
  EXPECT_EQ(downloaded["path/to/a/target_file.txt"], "others");
  const auto hash = security::hex(security::sha256("others"));
  EXPECT_EQ(repository.targets_asked()[1], "path/to/a/" + hash + ".target_file.txt");
}

TEST_F(Download, RefusesOtherBytes) {
  repository.add_target("targets", "one", "target file contents");
  repository.add_target("targets", "two", "content");
  publish();
  EXPECT_TRUE(downloads("one"));
  repository.artifacts()["one"] = "malicious data - should not download";
  repository.artifacts()["two"] = "CONTENT";
  EXPECT_NE(download("one").error().message.find("more than the 20 bytes that \"one\" has"), std::string::npos);
  EXPECT_NE(download("two").error().message.find("other bytes for \"two\" than its publisher has signed"),
            std::string::npos);
  repository.artifacts()["two"] = "short";
  EXPECT_NE(download("two").error().message.find("other bytes"), std::string::npos);
  repository.artifacts().erase("two");
  EXPECT_EQ(download("two").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(downloaded.size(), 1U);
}

TEST_F(Download, FollowsManyChanges) {
  for (int i = 0; i < 11; ++i) {
    const auto number = std::to_string(i);
    repository.add_target("targets", "target_file.txt", "modified file contents " + number);
    repository.add_target("targets", "new-target-" + number, "new file contents " + number);
    publish();
    if (i % 5 != 0) continue;
    EXPECT_TRUE(downloads("target_file.txt"));
    EXPECT_EQ(downloaded["target_file.txt"], "modified file contents " + number);
    EXPECT_TRUE(downloads("new-target-" + number));
    repository.artifacts()["target_file.txt"] = "malicious contents";
    publish();
    EXPECT_FALSE(downloads("target_file.txt"));
  }
}

TEST_F(Download, ChecksEveryHashThatItKnows) {
  const std::vector<std::vector<std::string>> all{{"sha256"}, {"sha512"}, {"sha256", "sha512"}};
  for (const auto& algorithms : all) {
    const auto path = "file-" + std::to_string(algorithms.size()) + algorithms.front();
    repository.add_target("targets", path, "content", algorithms);
    publish();
    EXPECT_TRUE(downloads(path)) << path;
    repository["targets"]["targets"][path]["hashes"][algorithms.back()] =
        std::string(algorithms.back() == "sha256" ? 64 : 128, '0');
    publish();
    EXPECT_FALSE(downloads(path)) << path;
  }
}

TEST_F(Download, RefusesATargetWithoutAKnownHash) {
  repository.add_target("targets", "file", "content");
  repository["targets"]["targets"]["file"]["hashes"] = {{"unknown-hash", std::string(64, '0')}};
  publish();
  EXPECT_FALSE(downloads("file"));
  EXPECT_TRUE(downloaded.empty());
}

TEST_F(Download, AsksForNoPathThatLeadsOut) {
  for (const auto* path : {"../../etc/passwd", "a/../b", "/a", "a//b", "a/./b", "a\\b", "", "a/"}) {
    repository.add_target("targets", path, "content");
    publish();
    const auto result = download(path);
    ASSERT_FALSE(result) << path;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalid) << path;
  }
  EXPECT_TRUE(repository.targets_asked().empty());
}

TEST_F(Download, HandsOnWhatTheSinkSays) {
  repository.add_target("targets", "file", "content");
  publish();
  const auto client = new_client();
  ASSERT_TRUE(runtime::run_blocking(client->refresh()));
  auto found = runtime::run_blocking(client->find("file"));
  ASSERT_TRUE(found);
  std::function<Result<void>(std::string_view)> sink = [](std::string_view) -> Result<void> {
    return Error::not_found("place on the disk");
  };
  const auto result = runtime::run_blocking(client->download(*found, sink));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace rapt::tuf::testing
