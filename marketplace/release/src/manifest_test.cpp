// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "archive_fixture.hpp"

namespace rapt::release {
namespace {

using ::testing::HasSubstr;

Manifest sample() {
  auto out = testing::sample_manifest();
  out.core_migrations = 3;
  out.files = {{"bin/rapt", 7, std::string(64, 'a'), true}, {"web/index.html", 9, std::string(64, 'b'), false}};
  return out;
}

/// What is wrong with the sample when a piece of its text is another.
std::string refused(const std::string& from, const std::string& to) {
  auto text = encode(sample());
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("the sample has no " + from);
  const auto parsed = parse(text.replace(at, from.size(), to));
  if (parsed) return "none";
  EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid);
  return parsed.error().message;
}

TEST(Manifest, SurvivesTheWayThroughItsFile) {
  const auto after = parse(encode(sample())).value();
  EXPECT_EQ(encode(after), encode(sample()));
  EXPECT_EQ(after.built_at, sample().built_at);
  EXPECT_EQ(after.core_migrations, 3);
  EXPECT_TRUE(after.files[0].executable);
}

TEST(Manifest, IsReadStrictly) {
  EXPECT_EQ(refused("\"commit\"", "\"later\": [1], \"commit\""), "none") << "unknown fields are passed over";
  EXPECT_THAT(parse("").error().message, HasSubstr("release.json is no JSON"));
  EXPECT_THAT(parse("[]").error().message, HasSubstr("release.json is no object"));
  EXPECT_THAT(parse(std::string(100'000, '[')).error().message, HasSubstr("nested too deeply"));
  EXPECT_THAT(parse(std::string(9 << 20, ' ')).error().message, HasSubstr("larger than"));
  EXPECT_THAT(refused("\"commit\"", "\"commit\": \"a\", \"commit\""), HasSubstr("has the field commit twice"));
  EXPECT_THAT(refused("\"1.2.0\"", "\"1.2\""), HasSubstr("version is no semantic version"));
  EXPECT_THAT(refused("\"1.2.0\"", "\"../1\""), HasSubstr("version is no semantic version"));
  EXPECT_THAT(refused("x86_64-linux-gnu", "x86/64"), HasSubstr("architecture is no architecture"));
  EXPECT_THAT(refused("2026-01", "2026-13"), HasSubstr("built_at is no time"));
  EXPECT_THAT(refused("73ffa52", "HEAD"), HasSubstr("commit is no commit's name"));
  EXPECT_THAT(refused("\"1.0.0\"", "\"one\""), HasSubstr("min_from is no semantic version"));
  EXPECT_THAT(refused("\"schema_from\": \"\"", "\"schema_from\": 1"), HasSubstr("schema_from is no text"));
  EXPECT_THAT(refused("\"core_migrations\": 3", "\"core_migrations\": -3"), HasSubstr("is no whole number"));
  EXPECT_THAT(refused("\"core_migrations\": 3", "\"core_migrations\": 10000"), HasSubstr("more than 9999"));
  EXPECT_THAT(refused("\"core_migrations\": 3,", ""), HasSubstr("core_migrations is missing"));
  EXPECT_THAT(refused("\"bytes\": 7", "\"bytes\": 7.5"), HasSubstr("files[0].bytes is no whole number"));
  EXPECT_THAT(refused("aaa", "AAA"), HasSubstr("files[0].sha256"));
  EXPECT_THAT(refused("aaa", "aa"), HasSubstr("files[0].sha256"));
  EXPECT_THAT(refused("\"executable\": true", "\"executable\": 1"), HasSubstr("files[0].executable"));
}

TEST(Manifest, RefusesPathsThatLeadAstray) {
  for (const std::string path : {"/bin/rapt", "../rapt", "bin/../rapt", "./rapt", "bin//rapt", "bin/", "",
                                 "release.json", "a\\\\b", "a\\u0000b", "a\\nb"})
    EXPECT_THAT(refused("bin/rapt", path), HasSubstr("files[0].path")) << path;
  EXPECT_THAT(refused("bin/rapt", std::string(91, 'a')), HasSubstr("more than 90 bytes"));
  EXPECT_THAT(refused("bin/rapt", std::string(90, 'a') + "/" + std::string(90, 'b')), HasSubstr("longer than 180"));
  EXPECT_THAT(refused("bin/rapt", "web/index.html"), HasSubstr("twice"));
  EXPECT_THAT(refused("bin/rapt", "zoo"), HasSubstr("not sorted"));
  EXPECT_THAT(refused("bin/rapt", "web"), HasSubstr("both as a file and as a folder"));
}

}  // namespace
}  // namespace rapt::release
