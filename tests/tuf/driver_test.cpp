// SPDX-License-Identifier: AGPL-3.0-or-later
// The program that the conformance suite drives, as the suite drives it: exit codes, files, one process a call.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "rapt/base/file.hpp"
#include "rapt/security/crypto.hpp"
#include "scene.hpp"

namespace rapt::tuf::testing {
namespace {

using Words = std::vector<std::string>;

class Driver : public ::testing::Test {
 protected:
  Driver() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rapt-tuf-driver-XXXXXX").native();
    base = ::mkdtemp(pattern.data());
    std::filesystem::create_directory(base / "metadata");
    std::filesystem::create_directory(base / "targets");
  }
  ~Driver() override { std::filesystem::remove_all(base); }

  int run(Words words) {
    words.insert(words.begin(), {RAPT_TUF_CLIENT, "--metadata-dir", base / "metadata"});
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    if (::posix_spawn(&child, RAPT_TUF_CLIENT, nullptr, nullptr, arguments.data(), environ) != 0) return -1;
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int init() {
    EXPECT_TRUE(write_file_atomically(base / "initial_root.json", repository.files("root").front()));
    return run({"init", base / "initial_root.json"});
  }
  int refresh() { return run({"--metadata-url", server.url() + "/metadata/", "refresh"}); }
  int download(const Words& targets) {
    Words words{"--metadata-url",    server.url() + "/metadata/",
                "--target-base-url", server.url() + "/targets/",
                "--target-dir",      base / "targets"};
    for (const auto& target : targets) words.insert(words.end(), {"--target-name", target});
    words.emplace_back("download");
    return run(words);
  }
  std::set<std::string> downloaded() const {
    std::set<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(base / "targets"))
      out.insert(*read_file(entry.path(), 1 << 20));
    return out;
  }

  SystemClock clock;
  Simulator repository{clock};
  SimulatorServer server{repository};
  std::filesystem::path base;
};

TEST_F(Driver, InitsAsksAndDownloads) {
  repository.add_target("targets", "path/to/file", "content");
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_EQ(init(), 0);
  EXPECT_TRUE(repository.asked().empty());
  EXPECT_EQ(refresh(), 0);
  for (const auto* role : {"root", "timestamp", "snapshot", "targets"})
    EXPECT_TRUE(std::filesystem::exists(base / "metadata" / (std::string(role) + ".json"))) << role;
  EXPECT_EQ(download({"path/to/file"}), 0);
  EXPECT_EQ(downloaded(), std::set<std::string>{"content"});
  EXPECT_EQ(download({"nobody's"}), 1);
}

TEST_F(Driver, DoesNotFetchATargetAgainThatItHas) {
  repository.add_target("targets", "file", "content");
  repository.publish({"targets", "snapshot", "timestamp"});
  ASSERT_EQ(init(), 0);
  EXPECT_EQ(download({"file"}), 0);
  EXPECT_EQ(download({"file"}), 0);
  EXPECT_EQ(repository.targets_asked().size(), 1U);
  repository.add_target("targets", "file", "new content");
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_EQ(download({"file"}), 0);
  EXPECT_EQ(downloaded(), std::set<std::string>{"new content"});
  repository.artifacts()["file"] = "malicious";
  repository.add_target("targets", "other", "another");
  repository.artifacts()["other"] = "evil no.";
  repository.publish({"targets", "snapshot", "timestamp"});
  EXPECT_EQ(download({"other"}), 1);
  EXPECT_EQ(downloaded(), std::set<std::string>{"new content"});
}

TEST_F(Driver, LooksForSeveralTargetsWithOneClient) {
  repository.delegate({"targets", "A", {"a/*"}});
  repository.delegate({"targets", "B", {"b/*"}});
  repository.delegate({"A", "C", {"a/*"}});
  repository.delegate({"B", "C", {"b/*"}});
  repository.signers("C").pop_back();
  repository.add_target("C", "a/file", "for a");
  repository.add_target("C", "b/file", "for b");
  repository.publish({"A", "B", "C", "targets", "snapshot", "timestamp"});
  ASSERT_EQ(init(), 0);
  EXPECT_EQ(download({"a/file", "b/file"}), 1);
  EXPECT_EQ(downloaded(), std::set<std::string>{"for a"});
}

TEST_F(Driver, RefusesWithExitOne) {
  EXPECT_EQ(refresh(), 1);
  EXPECT_EQ(run({"init", base / "nothing.json"}), 1);
  EXPECT_EQ(run({"unknown"}), 1);
  EXPECT_EQ(run({"--target-name"}), 1);
  ASSERT_EQ(init(), 0);
  EXPECT_EQ(run({"refresh"}), 1);
  repository.signers("timestamp").clear();
  repository.publish({"timestamp"});
  EXPECT_EQ(refresh(), 1);
}

}  // namespace
}  // namespace rapt::tuf::testing
