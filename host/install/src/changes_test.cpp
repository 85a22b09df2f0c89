// SPDX-License-Identifier: AGPL-3.0-or-later
#include <thread>

#include "installer_fixture.hpp"

namespace rapt::install {
namespace {

using namespace std::chrono_literals;

class ChangesTest : public InstallerTest {
 protected:
  fs::path archive_file(const std::string& version) { return var_ / "modules" / "sample" / (version + ".rapt"); }
  std::vector<std::string> archives() {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(var_ / "modules" / "sample"))
      out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }
  Result<InstalledRecord> rollback() { return run_blocking(installer().rollback("sample")); }
  std::string rollback_refusal(ErrorKind kind) {
    const auto back = rollback();
    if (back) return "went back to " + back->version;
    EXPECT_EQ(back.error().kind, kind) << back.error().message;
    return back.error().message;
  }
  Result<InstalledRecord> limit(const std::string& hook, std::optional<std::chrono::milliseconds> value) {
    return run_blocking(installer().set_time_limit("sample", hook, value));
  }
  std::string limit_refusal(const std::string& hook, std::optional<std::chrono::milliseconds> value) {
    const auto limited = limit(hook, value);
    if (limited) return "limited";
    EXPECT_EQ(limited.error().kind, ErrorKind::kInvalid);
    return limited.error().message;
  }
};

TEST_F(ChangesTest, GoesBackAndForthBetweenTwoVersions) {
  ASSERT_TRUE(install(archive("1.0.0", {"log"}), {.grant_permissions = true}));
  ASSERT_TRUE(install(archive("1.1.0", {"log", "http"}), {.grant_permissions = true}));
  EXPECT_EQ(list()[0].previous_version, "1.0.0");
  const auto back = rollback();
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->version, "1.0.0");
  const auto now = list()[0];
  EXPECT_EQ(now.version, "1.0.0");
  EXPECT_EQ(now.previous_version, "1.1.0");
  EXPECT_EQ(now.digest_hex, security::hex(security::sha256(read_file(now.path, 1u << 24).value())));
  EXPECT_THAT(now.permissions, ElementsAre("log")) << "as granted for that version";
  EXPECT_EQ(run_blocking(installer().manifests())->at("sample").version, "1.0.0");
  ASSERT_TRUE(rollback());
  EXPECT_EQ(list()[0].version, "1.1.0");
  EXPECT_THAT(list()[0].permissions, ElementsAre("log", "http"));
}

TEST_F(ChangesTest, KeepsTwoArchivesAndRemovesOthers) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(install(archive("1.1.0")));
  EXPECT_THAT(archives(), ElementsAre("1.0.0.rapt", "1.1.0.rapt"));
  ASSERT_TRUE(install(archive("1.2.0")));
  EXPECT_THAT(archives(), ElementsAre("1.1.0.rapt", "1.2.0.rapt"));
  ASSERT_TRUE(rollback());
  EXPECT_THAT(archives(), ElementsAre("1.1.0.rapt", "1.2.0.rapt"));
  ASSERT_TRUE(install(archive("1.3.0")));
  EXPECT_THAT(archives(), ElementsAre("1.1.0.rapt", "1.3.0.rapt"));
}

TEST_F(ChangesTest, RemovesWhatAnotherHostHasMadeSuperfluous) {
  const auto other = fs::path(var_.string() + "-other");
  Installer second(database_, other, trust_, bundle::SignaturePolicy::kRequired);
  const auto first_bytes = archive("1.0.0");
  ASSERT_TRUE(install(first_bytes));
  ASSERT_TRUE(run_blocking(second.install(first_bytes)));
  ASSERT_TRUE(install(archive("1.1.0")));
  ASSERT_TRUE(run_blocking(second.tidy()));
  EXPECT_TRUE(fs::exists(other / "modules/sample/1.0.0.rapt")) << "the version before";
  ASSERT_TRUE(install(archive("1.2.0")));
  ASSERT_TRUE(run_blocking(second.tidy()));
  EXPECT_FALSE(fs::exists(other / "modules/sample"));
  fs::remove_all(other);
}

TEST_F(ChangesTest, TouchesNothingInTheStoreThatIsNoArchive) {
  ASSERT_TRUE(install(archive("1.0.0")));
  fs::create_directories(var_ / "modules" / "gone");
  ASSERT_TRUE(write_file_atomically(var_ / "modules" / "gone" / "1.0.0.rapt", "x"));
  ASSERT_TRUE(write_file_atomically(var_ / "modules" / "sample" / "notes.txt", "x"));
  ASSERT_TRUE(write_file_atomically(var_ / "modules" / "README", "x"));
  ASSERT_TRUE(run_blocking(installer().tidy()));
  EXPECT_FALSE(fs::exists(var_ / "modules" / "gone"));
  EXPECT_THAT(archives(), ElementsAre("1.0.0.rapt", "notes.txt"));
  EXPECT_TRUE(fs::exists(var_ / "modules" / "README"));
}

TEST_F(ChangesTest, HasNothingToGoBackTo) {
  EXPECT_THAT(rollback_refusal(ErrorKind::kNotFound), HasSubstr("rapt module list"));
  EXPECT_EQ(run_blocking(installer().rollback("../..")).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(install(archive("1.0.0")));
  EXPECT_THAT(rollback_refusal(ErrorKind::kConflict), HasSubstr("the only version"));
  ASSERT_TRUE(install(archive("1.0.0", {"log"}), {.grant_permissions = true, .allow_replace = true}));
  EXPECT_THAT(rollback_refusal(ErrorKind::kConflict), HasSubstr("the only version"));
}

TEST_F(ChangesTest, OtherBytesUnderOneVersionLeaveTheVersionBeforeAlone) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(install(archive("1.1.0")));
  ASSERT_TRUE(install(archive("1.1.0", {"log"}), {.grant_permissions = true, .allow_replace = true}));
  ASSERT_TRUE(rollback());
  EXPECT_EQ(list()[0].version, "1.0.0");
}

TEST_F(ChangesTest, DoesNotGoBackToWhatIsNoLongerWholeThereOrBelieved) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(install(archive("1.1.0")));
  // Without the database's own, as after a restore of a backup that left it out.
  ASSERT_TRUE(database_.transaction_blocking(
      [](store::Transaction& tx) { return tx.exec_script("DELETE FROM module_archives"); }));
  const auto good = read_file(archive_file("1.0.0"), 1u << 24).value();
  auto bad = good;
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
  ASSERT_TRUE(write_file_atomically(archive_file("1.0.0"), bad));
  EXPECT_THAT(rollback_refusal(ErrorKind::kForbidden), HasSubstr("has been changed"));
  // A well-made bundle of the same version is not what was installed either.
  ASSERT_TRUE(write_file_atomically(archive_file("1.0.0"), archive("1.0.0", {"http"})));
  EXPECT_THAT(rollback_refusal(ErrorKind::kForbidden), HasSubstr("has been changed"));
  fs::remove(archive_file("1.0.0"));
  EXPECT_THAT(rollback_refusal(ErrorKind::kConflict),
              ::testing::AllOf(HasSubstr("not in this host's store"), HasSubstr("sample@1.0.0 --allow-downgrade")));
  ASSERT_TRUE(write_file_atomically(archive_file("1.0.0"), good));
  trust_ = bundle::TrustStore();
  EXPECT_THAT(rollback_refusal(ErrorKind::kForbidden), HasSubstr("rapt trust add tester.pub"));
  EXPECT_EQ(list()[0].version, "1.1.0") << "nothing was changed";
  trust_.add("tester", key_.public_key());
  EXPECT_TRUE(rollback());
}

TEST_F(ChangesTest, WaitsWhenTwoGoBackAtOnce) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(install(archive("1.1.0")));
  std::vector<std::string> outcomes(4);
  {
    std::vector<std::jthread> threads;
    for (auto& outcome : outcomes) {
      threads.emplace_back([&, this] {
        const auto back = rollback();
        outcome = back ? back->version : back.error().message;
      });
    }
  }
  EXPECT_THAT(outcomes, ::testing::UnorderedElementsAre("1.0.0", "1.0.0", "1.1.0", "1.1.0"));
  EXPECT_EQ(list()[0].version, "1.1.0");
  EXPECT_EQ(list()[0].previous_version, "1.0.0");
}

TEST_F(ChangesTest, DisablesAndEnablesAndKeepsThatOverVersions) {
  ASSERT_TRUE(install(archive("1.0.0")));
  EXPECT_FALSE(run_blocking(installer().set_enabled("sample", false))->enabled);
  ASSERT_TRUE(install(archive("1.1.0")));
  EXPECT_FALSE(list()[0].enabled);
  ASSERT_TRUE(rollback());
  EXPECT_FALSE(list()[0].enabled);
  EXPECT_TRUE(run_blocking(installer().set_enabled("sample", true))->enabled);
  EXPECT_TRUE(list()[0].enabled);
  EXPECT_EQ(run_blocking(installer().set_enabled("nobody", true)).error().kind, ErrorKind::kNotFound);
}

TEST_F(ChangesTest, NarrowsATimeLimitAndTakesThatBack) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(limit("chat:before_ai", 40ms));
  EXPECT_EQ(list()[0].time_limits_ms, (std::map<std::string, int>{{"chat:before_ai", 40}}));
  ASSERT_TRUE(install(archive("1.1.0")));
  EXPECT_EQ(list()[0].time_limits_ms.at("chat:before_ai"), 40) << "an admin's word outlives a version";
  EXPECT_THAT(limit_refusal("chat:before_ai", 501ms), HasSubstr("1 to 500 ms"));
  EXPECT_THAT(limit_refusal("chat:before_ai", 0ms), HasSubstr("1 to 500 ms"));
  EXPECT_THAT(limit_refusal("chat:before_ai", -1ms), HasSubstr("1 to 500 ms"));
  EXPECT_THAT(limit_refusal("chat:after_ai", 10ms), HasSubstr("only chat:before_ai"));
  EXPECT_THAT(limit_refusal("'; DROP TABLE modules; --", std::nullopt), HasSubstr("has no hook"));
  EXPECT_EQ(list()[0].time_limits_ms.at("chat:before_ai"), 40) << "a refusal changes nothing";
  ASSERT_TRUE(limit("chat:before_ai", std::nullopt));
  EXPECT_TRUE(list()[0].time_limits_ms.empty());
  EXPECT_TRUE(limit("chat:before_ai", std::nullopt)) << "there is none to take back, and that is fine";
  EXPECT_EQ(run_blocking(installer().set_time_limit("nobody", "chat:before_ai", 1ms)).error().kind,
            ErrorKind::kNotFound);
}

TEST_F(ChangesTest, RemovingForgetsEverything) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(install(archive("1.1.0")));
  ASSERT_TRUE(limit("chat:before_ai", 40ms));
  ASSERT_TRUE(run_blocking(installer().remove("sample")));
  EXPECT_FALSE(fs::exists(var_ / "modules" / "sample"));
  ASSERT_TRUE(install(archive("1.0.0")));
  EXPECT_TRUE(list()[0].time_limits_ms.empty());
  EXPECT_FALSE(list()[0].previous_version);
}

}  // namespace
}  // namespace rapt::install
