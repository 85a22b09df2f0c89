// SPDX-License-Identifier: AGPL-3.0-or-later
#include "installer_fixture.hpp"

namespace rapt::install {
namespace {

class DependenciesTest : public InstallerTest {
 protected:
  static InstallOptions in_plan() {
    InstallOptions out;
    out.part_of_plan = true;
    return out;
  }
};

TEST_F(DependenciesTest, AreNeededBeforeAModuleIsInstalled) {
  const auto reader = archive_of("reader", "1.0.0", R"("filter": "^1.2")");
  EXPECT_THAT(refusal(reader, ErrorKind::kConflict),
              HasSubstr("reader 1.0.0 does not fit what is installed: It needs filter ^1.2, which is not installed."));
  ASSERT_TRUE(install(archive_of("filter", "1.1.9")));
  EXPECT_THAT(refusal(reader, ErrorKind::kConflict), HasSubstr("needs filter ^1.2, and 1.1.9 is installed."));
  EXPECT_EQ(list().size(), 1U);
  ASSERT_TRUE(install(archive_of("filter", "1.2.0")));
  const auto installed = install(reader);
  ASSERT_TRUE(installed) << installed.error().message;
}

TEST_F(DependenciesTest, HoldAVersionThatOthersCannotLiveWith) {
  ASSERT_TRUE(install(archive_of("filter", "1.1.0")));
  ASSERT_TRUE(install(archive_of("filter", "1.2.0")));
  ASSERT_TRUE(install(archive_of("reader", "1.0.0", R"("filter": "^1.2")")));
  EXPECT_THAT(refusal(archive_of("filter", "2.0.0"), ErrorKind::kConflict),
              HasSubstr("reader 1.0.0, which is installed, needs filter ^1.2."));
  const auto back = run_blocking(installer().rollback("filter"));
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().message, HasSubstr("filter 1.1.0 does not fit what is installed"));
  ASSERT_TRUE(install(archive_of("filter", "1.9.0")));
}

TEST_F(DependenciesTest, AreNotAskedAboutWithinAPlan) {
  ASSERT_TRUE(install(archive_of("reader", "1.0.0", R"("filter": "^1.2")"), in_plan()));
  ASSERT_TRUE(install(archive_of("filter", "1.2.0")));
}

TEST_F(DependenciesTest, OfTwoOnEachOtherComeTogether) {
  ASSERT_TRUE(install(archive_of("one", "1.0.0", R"("two": "1")"), in_plan()));
  ASSERT_TRUE(install(archive_of("two", "1.0.0", R"("one": "1")")));
  EXPECT_THAT(refusal(archive_of("two", "2.0.0", R"("one": "2")"), ErrorKind::kConflict),
              ::testing::AllOf(HasSubstr("It needs one 2, and 1.0.0 is installed"), HasSubstr("needs two 1.")));
}

}  // namespace
}  // namespace rapt::install
