// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/consent.hpp"

#include <gmock/gmock.h>

#include <set>

#include "manifest_parts.hpp"

namespace rapt::bundle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Consent, SaysSomethingOfItsOwnForEveryPermission) {
  std::set<std::string> said;
  for (const auto name : permission_names()) {
    const auto consent = consent_to({.name = std::string(name), .reason = "so"});
    EXPECT_EQ(consent.permission, name);
    EXPECT_THAT(consent.gives, ::testing::StartsWith("It ")) << name;
    EXPECT_TRUE(said.insert(consent.gives).second) << name;
  }
}

TEST(Consent, SaysWhatNoHostOffersYet) {
  for (const auto name : permission_names()) {
    const bool offered = name != "notify" && name != "realtime";
    const auto consent = consent_to({.name = std::string(name), .reason = "so"});
    EXPECT_EQ(consent.offered, offered) << name;
    EXPECT_EQ(consent.gives.find("not offered by this host yet") == std::string::npos, offered) << name;
  }
  EXPECT_FALSE(consent_to({.name = "mind-reading", .reason = "so"}).offered);
}

TEST(Consent, NamesWhatComesWithAPermission) {
  EXPECT_THAT(consent_to({.name = "http", .reason = {}, .hosts = {"a.example", "*.b.example", "c.example"}}).gives,
              HasSubstr("It reaches a.example, *.b.example and c.example."));
  EXPECT_THAT(consent_to({.name = "http", .reason = {}, .hosts = {"@settings"}}).gives,
              HasSubstr("the hosts that administrators enter in its settings"));
  EXPECT_THAT(consent_to({.name = "http", .reason = {}}).gives, HasSubstr("names no host"));
  EXPECT_THAT(consent_to({.name = "http", .reason = {}, .hosts = {"private", "a.example"}}).gives,
              HasSubstr("machines of your own network"));
  EXPECT_THAT(consent_to({.name = "routes", .reason = {}, .paths = {"/api/v1/admin/oneroster/"}}).gives,
              HasSubstr("everything below /api/v1/admin/oneroster/."));
  const auto reads = consent_to({.name = "directory", .reason = {}});
  const auto writes = consent_to({.name = "directory", .reason = {}, .write = true});
  EXPECT_THAT(reads.gives, Not(HasSubstr("changes")));
  EXPECT_THAT(writes.gives, HasSubstr("changes them"));
}

TEST(Consent, OfGrantsIsThatOfThePermissionsThatTheyCameFrom) {
  const std::vector<ManifestPermission> asked{{.name = "log", .reason = "a"},
                                              {.name = "http", .reason = "b", .hosts = {"a.example", "@settings"}},
                                              {.name = "routes", .reason = "c", .paths = {"/api/v1/admin/oneroster/"}},
                                              {.name = "directory", .reason = "d", .write = true}};
  std::vector<std::string> grants;
  for (const auto& one : asked)
    for (auto& grant : grants_of(one)) grants.push_back(std::move(grant));
  const auto consents = consents_of(grants);
  ASSERT_EQ(consents.size(), asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) EXPECT_EQ(consents[i].gives, consent_to(asked[i]).gives);
  EXPECT_TRUE(consents_of({}).empty());
}

std::string told(std::string_view point, std::optional<int> history = {}, bool asynchronous = false) {
  ManifestHook hook;
  hook.point = point;
  hook.history = history;
  hook.asynchronous = asynchronous;
  return told_at(hook);
}

TEST(Consent, TellsOfEveryHookWhatItReadsAndMayDo) {
  std::set<std::string> said;
  for (const auto point : hook_point_names()) {
    EXPECT_THAT(told(point), ::testing::StartsWith("It ")) << point;
    EXPECT_TRUE(said.insert(told(point)).second) << point;
  }
  EXPECT_EQ(told("chat:before_ai"),
            "It reads each message before the AI does, and may change or stop it. It is given the whole conversation.");
  EXPECT_EQ(told("chat:after_ai", 0, true),
            "It reads each answer of the AI, in the background. It is given nothing that was said before.");
  EXPECT_THAT(told("chat:on_message", 1), ::testing::EndsWith("It is given the message before."));
  EXPECT_THAT(told("chat:on_delta", 20), ::testing::EndsWith("It is given the last 20 messages before."));
  EXPECT_THAT(told("product:after_ai"), Not(HasSubstr("conversation")));
  EXPECT_EQ(told("mind:read"), "");
}

ManifestHook hook_at(std::string_view point, std::optional<int> history = {}) {
  ManifestHook out;
  out.point = point;
  out.history = history;
  return out;
}

TEST(Consent, AHookThatReadsMoreOfAConversationIsMore) {
  const auto change = [](std::optional<int> before, std::optional<int> now) {
    return change_of(hook_at("chat:before_ai", now), {hook_at("session:end"), hook_at("chat:before_ai", before)});
  };
  const auto added = change_of(hook_at("chat:after_ai", 0), {hook_at("chat:before_ai")});
  EXPECT_TRUE(added.more);
  EXPECT_EQ(added.words, "So far it was not asked here.");
  EXPECT_TRUE(change(0, 1).more);
  EXPECT_TRUE(change(20, 21).more);
  EXPECT_TRUE(change(20, {}).more);
  EXPECT_EQ(change(20, {}).words, "So far it was given the last 20 messages before.");
  EXPECT_FALSE(change({}, 1000).more);
  EXPECT_EQ(change({}, 1000).words, "So far it was given the whole conversation.");
  EXPECT_FALSE(change(20, 19).more);
  for (const auto same : {std::optional<int>{}, std::optional<int>{0}, std::optional<int>{7}}) {
    EXPECT_FALSE(change(same, same).more);
    EXPECT_EQ(change(same, same).words, "");
  }
  EXPECT_FALSE(change_of(hook_at("session:start"), {hook_at("session:start", 0)}).more)
      << "there is nothing yet that it could be given";
}

TEST(Consent, AHookThatMayChangeOrStopMoreIsMore) {
  const auto change = [](std::string_view point, auto before_set, auto now_set) {
    auto before = hook_at(point), now = hook_at(point);
    before_set(before);
    now_set(now);
    return change_of(now, {before});
  };
  const auto later = [](ManifestHook& hook) { hook.asynchronous = true; };
  const auto plain = [](ManifestHook&) {};
  const auto first = [](ManifestHook& hook) { hook.priority = 1; };
  const auto closed = [](ManifestHook& hook) { hook.fail_closed = true; };
  EXPECT_TRUE(change("chat:on_message", later, plain).more);
  EXPECT_THAT(change("chat:on_message", later, plain).words, HasSubstr("in the background"));
  EXPECT_FALSE(change("chat:on_message", plain, later).more);
  EXPECT_FALSE(change("session:end", later, plain).more) << "there is nothing to change there";
  EXPECT_TRUE(change("chat:before_ai", plain, first).more) << "it reads what others take out";
  EXPECT_THAT(change("chat:before_ai", plain, first).words, HasSubstr("earlier"));
  EXPECT_TRUE(change("chat:after_ai", first, plain).more) << "it has the last word";
  EXPECT_FALSE(change("run:complete", first, plain).more);
  EXPECT_FALSE(change("chat:before_ai", plain, closed).more);
  EXPECT_THAT(change("chat:before_ai", plain, closed).words, HasSubstr("nothing goes on"));
  EXPECT_FALSE(change("chat:before_ai", closed, plain).more);
  EXPECT_THAT(change("chat:before_ai", closed, plain).words, HasSubstr("so far they stopped"));
}

TEST(Consent, ShowsAReasonWithoutWhatATerminalWouldObey) {
  const auto words = asked_in_words({.name = "log", .reason = "harm\x1b[2Jless"}, "  ");
  EXPECT_THAT(words, ::testing::StartsWith("  log: harm"));
  EXPECT_EQ(words.find('\x1b'), std::string::npos);
  EXPECT_THAT(words, HasSubstr("\n      It writes lines into its own log"));
}

}  // namespace
}  // namespace rapt::bundle
