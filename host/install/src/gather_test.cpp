// SPDX-License-Identifier: AGPL-3.0-or-later
// Two hosts on one database, each with a store of its own.
#include "installer_fixture.hpp"

namespace rapt::install {
namespace {

class TwoHosts : public InstallerTest {
 protected:
  TwoHosts() : other_var_(fs::path(::testing::TempDir()) / ("install-" + new_uuid())) {}
  ~TwoHosts() override { fs::remove_all(other_var_); }

  Installer other() { return {database_, other_var_, trust_, bundle::SignaturePolicy::kRequired}; }
  [[nodiscard]] fs::path at_other(const std::string& version) const {
    return other_var_ / "modules" / "sample" / (version + ".rapt");
  }
  void gather() {
    const auto gathered = run_blocking(other().gather());
    ASSERT_TRUE(gathered) << gathered.error().message << gathered.error().log_detail;
  }
  std::int64_t count(const char* sql) {
    const auto rows = run_blocking(database_.query({"gather_test_count", sql}));
    return rows.value()[0].integer("n");
  }
  std::int64_t archives() { return count("SELECT count(*) AS n FROM module_archives"); }
  void run_sql(const std::string& sql) {
    const auto done = database_.transaction_blocking([&](store::Transaction& tx) { return tx.exec_script(sql); });
    ASSERT_TRUE(done) << done.error().message << done.error().log_detail;
  }

  fs::path other_var_;
};

TEST_F(TwoHosts, GetsWhatTheOtherHasInstalled) {
  const auto bytes = archive("1.0.0");
  ASSERT_TRUE(install(bytes));
  gather();
  EXPECT_EQ(read_file(at_other("1.0.0"), 1u << 24).value(), bytes);
  gather();
  EXPECT_EQ(archives(), 1);
}

TEST_F(TwoHosts, ReplacesOtherBytesByThoseThatWereInstalled) {
  const auto bytes = archive("1.0.0");
  ASSERT_TRUE(install(bytes));
  fs::create_directories(at_other("1.0.0").parent_path());
  ASSERT_TRUE(write_file_atomically(at_other("1.0.0"), "something else"));
  gather();
  EXPECT_EQ(read_file(at_other("1.0.0"), 1u << 24).value(), bytes);
}

TEST_F(TwoHosts, RollsBackWhereTheVersionBeforeHasNeverBeen) {
  ASSERT_TRUE(install(archive("1.0.0")));
  ASSERT_TRUE(install(archive("1.1.0")));
  const auto back = run_blocking(other().rollback("sample"));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->version, "1.0.0");
  EXPECT_TRUE(fs::exists(at_other("1.0.0")));
}

TEST_F(TwoHosts, KeepsInTheDatabaseWhatIsNeededAndNothingElse) {
  for (const auto* version : {"1.0.0", "1.1.0", "1.2.0"}) ASSERT_TRUE(install(archive(version)));
  EXPECT_EQ(archives(), 2);
  ASSERT_TRUE(run_blocking(installer().remove("sample")));
  EXPECT_EQ(archives(), 0);
}

TEST_F(TwoHosts, HandsInWhatWasInstalledBeforeArchivesWereKept) {
  ASSERT_TRUE(install(archive("1.0.0")));
  run_sql("DELETE FROM module_archives");
  ASSERT_TRUE(run_blocking(installer().gather()));
  gather();
  EXPECT_TRUE(fs::exists(at_other("1.0.0")));
}

TEST_F(TwoHosts, NamesTheModuleWhoseArchiveIsNowhereOrWasChanged) {
  ASSERT_TRUE(install(archive("1.0.0")));
  run_sql("UPDATE module_archive_chunks SET piece = 'abc'");
  auto gathered = run_blocking(other().gather());
  ASSERT_FALSE(gathered);
  EXPECT_THAT(gathered.error().message, HasSubstr("it has been changed"));
  run_sql("DELETE FROM module_archives");
  gathered = run_blocking(other().gather());
  ASSERT_FALSE(gathered);
  EXPECT_EQ(gathered.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(gathered.error().message, HasSubstr("rapt module install sample@1.0.0"));
  EXPECT_FALSE(fs::exists(at_other("1.0.0")));
}

/// A publisher that the folder of trusted keys does not name.
class Consent : public InstallerTest {
 protected:
  Consent() { trust_ = {}; }
  Result<InstalledRecord> install_with_consent(const std::string& bytes) {
    InstallOptions options;
    options.grant_permissions = true;
    options.trust.push_back({"tester", key_.public_key(), "https://registry.example", "Ada"});
    return install(bytes, options);
  }
};

TEST_F(Consent, ToAPublisherOutlivesTheInstallation) {
  EXPECT_THAT(refusal(archive("1.0.0"), ErrorKind::kForbidden), HasSubstr("tester"));
  ASSERT_TRUE(install_with_consent(archive("1.0.0")));
  EXPECT_TRUE(install(archive("1.1.0")));
  const auto trust = run_blocking(installer().with_trusted_keys({}));
  ASSERT_NE(trust.value().keys_of("tester"), nullptr);
}

TEST_F(Consent, IsTakenBackWithTheKey) {
  ASSERT_TRUE(install_with_consent(archive("1.0.0")));
  auto work = [](store::Transaction& tx) { return distrust_keys(tx, "tester"); };
  const auto removed = run_blocking(database_.transaction(work));
  EXPECT_THAT(removed.value(), ElementsAre(key_.public_key().key_id()));
  EXPECT_THAT(refusal(archive("1.1.0"), ErrorKind::kForbidden), HasSubstr("tester"));
  EXPECT_TRUE(install_with_consent(archive("1.1.0")));
}

TEST_F(Consent, IsWorthNothingWhenTheInstallationFails) {
  InstallOptions options;
  options.trust.push_back({"tester", key_.public_key(), "https://registry.example", "Ada"});
  EXPECT_EQ(install(archive("1.0.0", {"log"}), options).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(run_blocking(installer().with_trusted_keys({})).value().keys_of("tester"), nullptr);
}

}  // namespace
}  // namespace rapt::install
