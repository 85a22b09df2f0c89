// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::marketplace {
namespace {

using ::testing::HasSubstr;

ModuleRelease sample() {
  ModuleRelease out;
  out.name = "reading-log";
  out.version = "1.2.0-rc.1";
  out.publisher = "lake-district";
  out.channel = Channel::kBeta;
  out.abi_major = 1;
  out.abi_minor = 2;
  out.abi_built_minor = 4;
  out.architectures = {"x86_64-linux-gnu", "aarch64-linux-gnu"};
  out.dependencies = {{"safety-filter", "^1.4"}};
  out.grants = {"kv", "http:example.org"};
  out.hooks.emplace(2);
  out.hooks->at(0).point = "chat:before_ai";
  out.hooks->at(0).history = 4;
  out.hooks->at(0).fail_closed = true;
  out.hooks->at(1).point = "session:end";
  out.hooks->at(1).priority = 7;
  out.hooks->at(1).asynchronous = true;
  out.released_at = *parse_time("2026-11-22T10:11:12.345Z");
  return out;
}

/// The sample's custom with one piece of its text replaced by another.
std::string with(const std::string& from, const std::string& to) {
  auto text = encode_custom(sample());
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("the sample has no " + from);
  return text.replace(at, from.size(), to);
}

std::string fault(const std::string& custom) {
  const auto parsed = parse_custom(custom);
  if (parsed) return "none";
  EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid);
  return parsed.error().message;
}

TEST(Layout, NamesRolesTargetsAndFiles) {
  EXPECT_EQ(publisher_role("lake"), "publisher-lake");
  EXPECT_EQ(module_target("lake", "log", "1.0.0"), "modules/lake/log/log-1.0.0.rapt");
  EXPECT_EQ(release_target("2.1.0", "x86_64-linux-gnu"), "releases/2.1.0/raptscallions-2.1.0-x86_64-linux-gnu.tar.gz");
  EXPECT_EQ(hashed_path("modules/lake/log/log-1.0.0.rapt", "abc"), "modules/lake/log/abc.log-1.0.0.rapt");
  EXPECT_EQ(hashed_path("file", "abc"), "abc.file");
  EXPECT_EQ(parse_channel("beta"), Channel::kBeta);
  EXPECT_EQ(parse_channel("Beta"), std::nullopt);
}

TEST(Layout, AReleaseSurvivesTheWayThroughItsCustom) {
  auto before = sample();
  for (const std::string yanked : {"", "Loses entries.\nUse 1.2.1."}) {
    before.yanked = yanked;
    const auto after = parse_custom(encode_custom(before)).value();
    EXPECT_EQ(after.name, before.name);
    EXPECT_EQ(after.version, before.version);
    EXPECT_EQ(after.publisher, before.publisher);
    EXPECT_EQ(after.channel, before.channel);
    EXPECT_EQ(after.abi_major, 1U);
    EXPECT_EQ(after.abi_minor, 2U);
    EXPECT_EQ(after.abi_built_minor, 4U);
    EXPECT_EQ(after.architectures, before.architectures);
    EXPECT_EQ(after.dependencies, before.dependencies);
    EXPECT_EQ(after.grants, before.grants);
    ASSERT_TRUE(after.hooks && after.hooks->size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      const auto &one = after.hooks->at(i), &other = before.hooks->at(i);
      EXPECT_EQ(one.point, other.point);
      EXPECT_EQ(one.history, other.history);
      EXPECT_EQ(one.priority, other.priority);
      EXPECT_EQ(one.asynchronous, other.asynchronous);
      EXPECT_EQ(one.fail_closed, other.fail_closed);
    }
    EXPECT_EQ(after.released_at, before.released_at);
    EXPECT_EQ(after.yanked, yanked);
  }
}

TEST(Layout, HooksThatNobodySignedAreNotTakenForNone) {
  auto before = sample();
  before.hooks.reset();
  EXPECT_FALSE(parse_custom(encode_custom(before)).value().hooks);
  before.hooks.emplace();
  const auto after = parse_custom(encode_custom(before)).value();
  EXPECT_TRUE(after.hooks && after.hooks->empty());
}

TEST(Layout, ACustomIsReadStrictly) {
  EXPECT_EQ(fault(with(R"("name":)", R"("later":{"a":[1]},"name":)")), "none") << "unknown fields are passed over";
  EXPECT_THAT(fault(""), HasSubstr("custom is no JSON"));
  EXPECT_THAT(fault("[]"), HasSubstr("custom is no object"));
  EXPECT_THAT(fault("{}"), HasSubstr("custom.rapt is missing"));
  EXPECT_THAT(fault(with(R"("name":"reading-log")", R"("name":"../log")")), HasSubstr("custom.rapt.name is no name"));
  EXPECT_THAT(fault(with(R"("name":"reading-log")", R"("name":"a-b","name":"reading-log")")), HasSubstr("twice"));
  EXPECT_THAT(fault(with("1.2.0-rc.1", "1.2")), HasSubstr("custom.rapt.version is no semantic version"));
  EXPECT_THAT(fault(with(R"("lake-district")", "7")), HasSubstr("custom.rapt.publisher is no text"));
  EXPECT_THAT(fault(with(R"("beta")", R"("nightly")")), HasSubstr("custom.rapt.channel"));
  EXPECT_THAT(fault(with(R"("major":1)", R"("major":-1)")), HasSubstr("custom.rapt.abi.major is no whole number"));
  EXPECT_THAT(fault(with(R"("major":1)", R"("major":4294967296)")), HasSubstr("is too large"));
  EXPECT_THAT(fault(with("^1.4", "soon")), HasSubstr("custom.rapt.dependencies.safety-filter is no range"));
  EXPECT_THAT(fault(with("safety-filter", "Safety")), HasSubstr("no module's name"));
  EXPECT_THAT(fault(with("x86_64-linux-gnu", "x86/64")), HasSubstr("custom.rapt.architectures[0]"));
  EXPECT_THAT(fault(with(R"("kv")", R"("k\u001bv")")), HasSubstr("custom.rapt.grants[0] has control characters"));
  EXPECT_THAT(fault(with(R"("async":false)", R"("async":0)")), HasSubstr("custom.rapt.hooks[0].async is neither"));
  EXPECT_THAT(fault(with(R"("history":4)", R"("history":2147483648)")), HasSubstr("custom.rapt.hooks[0] has a number"));
  EXPECT_THAT(fault(with(R"("point":"chat:before_ai",)", "")), HasSubstr("custom.rapt.hooks[0].point is missing"));
  EXPECT_THAT(fault(with("2026-11-22T", "2026-13-22T")), HasSubstr("custom.rapt.released_at"));
  EXPECT_THAT(fault(with(R"("name":)", R"("yanked":"","name":)")), HasSubstr("custom.rapt.yanked gives no reason"));
  EXPECT_THAT(fault(with(R"("name":)", "\"later\":" + std::string(40, '[') + std::string(40, ']') + ",\"name\":")),
              HasSubstr("nested too deeply"));
  EXPECT_THAT(fault(std::string(100'000, '[')), HasSubstr("nested too deeply"));
}

PlatformRelease platform_sample() {
  PlatformRelease out;
  out.version = "1.2.0-rc.1";
  out.architecture = "x86_64-linux-gnu";
  out.channel = Channel::kBeta;
  out.min_from = "1.1.0";
  out.schema_from = "1.0.0";
  out.image = "images.example.org/raptscallions@sha256:" + std::string(64, 'a');
  out.notes = "# 1.2.0\n\nMore.";
  out.released_at = *parse_time("2026-11-22T10:11:12.345Z");
  return out;
}

TEST(Layout, AReleaseOfThePlatformSurvivesTheWayThroughItsCustom) {
  auto before = platform_sample();
  for (const std::string withdrawn : {"", "Forgets logins.\nUse 1.2.1."}) {
    before.withdrawn = withdrawn;
    const auto after = parse_release(encode_release(before)).value();
    EXPECT_EQ(after.version, before.version);
    EXPECT_EQ(after.architecture, before.architecture);
    EXPECT_EQ(after.channel, before.channel);
    EXPECT_EQ(after.min_from, before.min_from);
    EXPECT_EQ(after.schema_from, before.schema_from);
    EXPECT_EQ(after.image, before.image);
    EXPECT_EQ(after.notes, before.notes);
    EXPECT_EQ(after.released_at, before.released_at);
    EXPECT_EQ(after.withdrawn, withdrawn);
  }
  before.min_from = before.schema_from = before.image = before.notes = "";
  EXPECT_EQ(parse_release(encode_release(before)).value().min_from, "");
}

TEST(Layout, ACustomOfThePlatformIsReadStrictly) {
  const auto refused = [](const std::string& from, const std::string& to) {
    auto text = encode_release(platform_sample());
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("the sample has no " + from);
    const auto parsed = parse_release(text.replace(at, from.size(), to));
    return parsed ? std::string("none") : parsed.error().message;
  };
  EXPECT_EQ(refused(R"("version":)", R"("later":{"a":[1]},"version":)"), "none") << "unknown fields are passed over";
  EXPECT_THAT(refused(R"({"rapt")", R"({"other")"), HasSubstr("custom.rapt is missing"));
  EXPECT_THAT(refused("1.2.0-rc.1", "1.2"), HasSubstr("custom.rapt.version is no semantic version"));
  EXPECT_THAT(refused("x86_64-linux-gnu", "../x86"), HasSubstr("custom.rapt.architecture is no architecture"));
  EXPECT_THAT(refused(R"("beta")", R"("nightly")"), HasSubstr("custom.rapt.channel"));
  EXPECT_THAT(refused("1.1.0", "old"), HasSubstr("custom.rapt.min_from is no semantic version"));
  EXPECT_THAT(refused("1.0.0", "old"), HasSubstr("custom.rapt.schema_from is no semantic version"));
  EXPECT_THAT(refused(R"("schema_from":)", R"("x":)"), HasSubstr("custom.rapt.schema_from is missing"));
  EXPECT_THAT(refused("@sha256:", ":latest"), HasSubstr("custom.rapt.image is no image by its digest"));
  EXPECT_THAT(refused("images.example.org", "images example"), HasSubstr("custom.rapt.image"));
  EXPECT_THAT(refused("aaaaa", "AAAAA"), HasSubstr("custom.rapt.image"));
  EXPECT_THAT(refused("More.", "\\u001b[2J"), HasSubstr("custom.rapt.notes has control characters"));
  EXPECT_THAT(refused("More.", std::string(8000, 'x')), HasSubstr("custom.rapt.notes is longer than 8000 bytes"));
  EXPECT_THAT(refused("2026-11-22T", "2026-13-22T"), HasSubstr("custom.rapt.released_at"));
  EXPECT_THAT(refused(R"("version":)", R"("withdrawn":"","version":)"), HasSubstr("custom.rapt.withdrawn gives no"));
  EXPECT_THAT(refused(R"("version":)", R"("withdrawn":7,"version":)"), HasSubstr("custom.rapt.withdrawn is no text"));
}

Advisory advisory() {
  return {"RA-2026-0001",
          "reading-log",
          "<1.2.1",
          "1.2.1",
          "high",
          "Entries of others can be read",
          "Upgrade.",
          "https://example.org/ra",
          *parse_time("2026-11-22T00:00:00Z")};
}

TEST(Layout, AdvisoriesSurviveTheWayThroughTheirFile) {
  auto platform = advisory();
  platform.id = "RA-2026-0002";
  platform.module = platform.fixed = platform.url = "";
  const auto after = parse_advisories(encode_advisories({advisory(), platform})).value();
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0].id, "RA-2026-0001");
  EXPECT_EQ(after[0].affected, "<1.2.1");
  EXPECT_EQ(after[0].fixed, "1.2.1");
  EXPECT_EQ(after[0].severity, "high");
  EXPECT_EQ(after[0].published_at, advisory().published_at);
  EXPECT_EQ(after[1].module, "");
  EXPECT_EQ(after[1].fixed, "");
  EXPECT_TRUE(parse_advisories(encode_advisories({})).value().empty());
}

TEST(Layout, AdvisoriesAreReadStrictly) {
  const auto refused = [](auto change) {
    auto one = advisory();
    change(one);
    const auto parsed = parse_advisories(encode_advisories({one}));
    return parsed ? std::string("none") : parsed.error().message;
  };
  EXPECT_THAT(refused([](Advisory& a) { a.severity = "grave"; }), HasSubstr("advisories[0].severity"));
  EXPECT_THAT(refused([](Advisory& a) { a.affected = "all"; }), HasSubstr("advisories[0].affected"));
  EXPECT_THAT(refused([](Advisory& a) { a.url = "javascript:alert(1)"; }), HasSubstr("advisories[0].url"));
  EXPECT_THAT(refused([](Advisory& a) { a.module = "a/b"; }), HasSubstr("advisories[0].module"));
  EXPECT_THAT(refused([](Advisory& a) { a.id = "1"; }), HasSubstr("advisories[0].id"));
  EXPECT_THAT(refused([](Advisory& a) { a.fixed = "later"; }), HasSubstr("advisories[0].fixed"));
  EXPECT_EQ(parse_advisories(R"({"advisories":{}})").error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace rapt::marketplace
