// SPDX-License-Identifier: AGPL-3.0-or-later
#include "listing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::marketplace {
namespace {

using ::testing::HasSubstr;

std::string version_json(const std::string& number, const std::string& abi = R"({"major":1,"minor":0})",
                         const std::string& architecture = "x86_64-linux-gnu") {
  return R"({"version":")" + number + R"(","sha256":")" + std::string(64, 'a') + R"(","bytes":10,"abi":)" + abi +
         R"(,"architectures":[")" + architecture + R"("],"later":"unknown to this client"})";
}
std::string listing(const std::string& versions, const std::string& name = "sample") {
  return R"({"data":{"name":")" + name +
         R"(","title":"T","description":"D","publisher":"tester","license":"MIT","versions":[)" + versions + "]}}";
}
std::string chosen(const std::string& versions) {
  const auto parsed = parse_listing(listing(versions)).value();
  const auto* best = latest_compatible(parsed, {1, 0, "x86_64-linux-gnu"});
  return best == nullptr ? "none" : best->version;
}

TEST(LatestCompatible, IsTheNewestReleaseThatTheHostCanRun) {
  EXPECT_EQ(chosen(version_json("1.9.0") + "," + version_json("1.10.0") + "," + version_json("1.2.0")), "1.10.0");
  EXPECT_EQ(chosen(version_json("1.0.0") + "," + version_json("2.0.0", R"({"major":2,"minor":0})")), "1.0.0");
  EXPECT_EQ(chosen(version_json("1.0.0") + "," + version_json("1.1.0", R"({"major":1,"minor":1})")), "1.0.0");
  EXPECT_EQ(
      chosen(version_json("1.0.0") + "," + version_json("1.1.0", R"({"major":1,"minor":0})", "riscv64-linux-gnu")),
      "1.0.0");
  EXPECT_EQ(chosen(version_json("1.0.0") + "," + version_json("2.0.0-rc.1")), "1.0.0");
  EXPECT_EQ(chosen(version_json("2.0.0-rc.1")), "2.0.0-rc.1");
  EXPECT_EQ(chosen(""), "none");
}

TEST(LatestCompatible, PassesOverWhatWasWithdrawnAndPutsBetaBehind) {
  const auto with = [](const std::string& number, const std::string& more) {
    auto text = version_json(number);
    text.pop_back();
    return text + "," + more + "}";
  };
  const auto beta = with("1.2.0", R"("channel":"beta")");
  const auto yanked = with("1.1.0", R"("yanked":{"because":"It leaks.","at":"2026-01-01T00:00:00Z"})");
  EXPECT_EQ(chosen(version_json("1.0.0") + "," + yanked + "," + beta), "1.0.0");
  EXPECT_EQ(chosen(yanked + "," + beta), "1.2.0");
  EXPECT_EQ(chosen(yanked), "none");
}

TEST(ParsePage, ReadsWhatASearchTellsWithItsCursor) {
  const auto page = parse_page(R"({"data":[{"name":"sample","title":"T","description":"D","publisher":"tester",
      "publisher_title":"The Testers","category":"safety","license":"MIT","latest":{"stable":"1.0.0","beta":null},
      "hooks":["chat:before_ai"],"permissions":["log"],"downloads":7,"rating":{"average":4.5,"count":2},
      "updated_at":"2026-01-01T00:00:00Z","advisories":1}],"meta":{"next_cursor":"abc"}})");
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->next_cursor, "abc");
  const auto& module = page->modules.at(0);
  EXPECT_EQ(module.latest_stable, "1.0.0");
  EXPECT_EQ(module.latest_beta, "");
  EXPECT_EQ(module.ratings, 2U);
  EXPECT_DOUBLE_EQ(module.rating, 4.5);
  EXPECT_EQ(module.downloads, 7U);
  EXPECT_TRUE(module.versions.empty());
}

TEST(ParsePage, RefusesHostileValues) {
  for (const std::string more : {R"("downloads":"many")", R"("hooks":[7])", R"("hooks":{})", R"("category":[])"}) {
    const auto page =
        parse_page(R"({"data":[{"name":"sample","title":"T","description":"D","publisher":"tester",)" + more + "}]}");
    ASSERT_FALSE(page) << more;
    EXPECT_EQ(page.error().kind, ErrorKind::kUpstream);
  }
}

TEST(ParseListing, RefusesWhatIsNoListing) {
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("{\"data\":[]}"), listing("", "../etc"),
        listing("7"), listing(version_json("one")), listing(version_json("1.0.0", "{}")), std::string(5000, '[')}) {
    const auto parsed = parse_listing(body);
    ASSERT_FALSE(parsed) << body.substr(0, 80);
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUpstream);
    EXPECT_THAT(parsed.error().message, HasSubstr("MARKETPLACE_URL"));
  }
}

}  // namespace
}  // namespace rapt::marketplace
