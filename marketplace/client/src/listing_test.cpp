// SPDX-License-Identifier: AGPL-3.0-or-later
#include "listing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::marketplace {
namespace {

using ::testing::HasSubstr;

std::string version(const std::string& number, const std::string& abi = R"({"major":1,"minor":0})",
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
  EXPECT_EQ(chosen(version("1.9.0") + "," + version("1.10.0") + "," + version("1.2.0")), "1.10.0");
  EXPECT_EQ(chosen(version("1.0.0") + "," + version("2.0.0", R"({"major":2,"minor":0})")), "1.0.0");
  EXPECT_EQ(chosen(version("1.0.0") + "," + version("1.1.0", R"({"major":1,"minor":1})")), "1.0.0");
  EXPECT_EQ(chosen(version("1.0.0") + "," + version("1.1.0", R"({"major":1,"minor":0})", "riscv64-linux-gnu")),
            "1.0.0");
  EXPECT_EQ(chosen(version("1.0.0") + "," + version("2.0.0-rc.1")), "1.0.0");
  EXPECT_EQ(chosen(version("2.0.0-rc.1")), "2.0.0-rc.1");
  EXPECT_EQ(chosen(""), "none");
}

TEST(ParseListing, RefusesWhatIsNoListing) {
  for (const std::string& body :
       {std::string(), std::string("<html>"), std::string("[]"), std::string("{\"data\":[]}"), listing("", "../etc"),
        listing("7"), listing(version("one")), listing(version("1.0.0", "{}")), std::string(5000, '[')}) {
    const auto parsed = parse_listing(body);
    ASSERT_FALSE(parsed) << body.substr(0, 80);
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUpstream);
    EXPECT_THAT(parsed.error().message, HasSubstr("MARKETPLACE_URL"));
  }
}

}  // namespace
}  // namespace rapt::marketplace
