// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/providers/reach.hpp"

#include <gtest/gtest.h>

namespace rapt::providers {
namespace {

TEST(Reach, TakesTheHostOfAPlainAddress) {
  EXPECT_EQ(https_host("https://Accounts.Google.com/o/oauth2?a=b"), "accounts.google.com");
  EXPECT_EQ(https_host("https://localhost:8443/x"), "localhost");
  EXPECT_EQ(https_host("https://a.example?code={{secret:x}}"), "a.example");
}

TEST(Reach, RefusesEveryOtherAddress) {
  for (const char* url :
       {"http://a.example/", "https://", "https:///path", "https://user@a.example/", "https://a.example:0/",
        "https://a.example:70000/", "https://a.example:/", "https://a.example:8x/", "https://[::1]/",
        "https://a.example\\@b.example/", "https://a.example/a b", "https://a.example/\r\nHost: b",
        "https://{{secret:x}}.example/", "https://a.example./", "https://.example/", "javascript:alert(1)",
        "HTTPS://a.example/", "https://a.example/\x7f", "https://\xC3\xA4.example/"})
    EXPECT_FALSE(https_host(url)) << url;
  EXPECT_TRUE(https_host("https://a.example/" + std::string(kMaxUrlBytes - 18, 'a')));
  EXPECT_FALSE(https_host("https://a.example/" + std::string(kMaxUrlBytes - 17, 'a')));
}

TEST(Reach, GoesWhereItWasGrantedAndNowhereElse) {
  const std::vector<std::string> granted{"accounts.google.com", "*.clever.com"};
  EXPECT_TRUE(may_reach(granted, "{}", "https://accounts.google.com/x"));
  EXPECT_TRUE(may_reach(granted, "{}", "https://api.clever.com/x"));
  EXPECT_TRUE(may_reach(granted, "{}", "https://a.b.clever.com/x"));
  EXPECT_FALSE(may_reach(granted, "{}", "https://clever.com/x"));
  EXPECT_FALSE(may_reach(granted, "{}", "https://notclever.com/x"));
  EXPECT_FALSE(may_reach(granted, "{}", "https://accounts.google.com.evil.example/"));
  EXPECT_FALSE(may_reach(granted, R"({"a":"https://evil.example/"})", "https://evil.example/"));
  EXPECT_FALSE(may_reach({}, "{}", "https://accounts.google.com/x"));
}

TEST(Reach, GoesWhereTheSettingsSayWhenThatWasGranted) {
  const std::string settings =
      R"({"token_endpoint":"https://id.school.example/token","x":{"y":["https://b.example:8443/"]},"n":1})";
  EXPECT_TRUE(may_reach({"@settings"}, settings, "https://id.school.example/other"));
  EXPECT_TRUE(may_reach({"@settings"}, settings, "https://b.example/"));
  EXPECT_FALSE(may_reach({"@settings"}, settings, "https://school.example/"));
  EXPECT_FALSE(may_reach({"@settings"}, "no JSON", "https://id.school.example/"));
  EXPECT_EQ(addresses_in(settings),
            (std::vector<std::string>{"https://id.school.example/token", "https://b.example:8443/"}));
  EXPECT_FALSE(may_reach({"private"}, "{}", "https://private/")) << "a word, no host";
}

}  // namespace
}  // namespace rapt::providers
