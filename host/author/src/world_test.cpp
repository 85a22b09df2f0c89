// SPDX-License-Identifier: AGPL-3.0-or-later
#include "world.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "json_places.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"

namespace rapt::author {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Being = World::Kind;

TimePoint now() {
  return *parse_time("2026-03-02T12:00:00Z");
}

/// "PATH MESSAGE" of each fault.
std::vector<std::string> faults(const std::string& text) {
  const auto world = World::read(text, now());
  std::vector<std::string> out;
  if (world) return out;
  for (const auto& one : world.error().fields) out.push_back(one.path + " " + one.message);
  if (out.empty()) out.push_back(world.error().message);
  return out;
}

/// The built-in world with something else at one place.
std::string changed(const char* pointer, const json& value) {
  static const auto school = json::parse(*read_file(std::string(RAPT_WORLD) + "/school.json", 1U << 20));
  auto out = school;
  out[json::json_pointer(pointer)] = value;
  return out.dump(2);
}

TEST(JsonPlaces, TellWhereEachMemberStands) {
  const std::string text = "{\n  \"a\": [1, {\"\\u00e9\": \"]}\\\"\"}],\n  \"\xC3\xA9\": {\"b\" : -1e3}, \"a\": null}";
  const JsonPlaces places(text);
  const auto place = [&](const char* path) {
    const auto at = places.of(path);
    return std::to_string(at.line) + ":" + std::to_string(at.column);
  };
  EXPECT_EQ(place("a[0]"), "2:9");
  EXPECT_EQ(place("a[1].\xC3\xA9"), "2:13");
  EXPECT_EQ(place("\xC3\xA9"), "3:3");
  EXPECT_EQ(place("\xC3\xA9.b"), "3:9");
  EXPECT_EQ(place("a"), "3:22") << "the one that counts";
  EXPECT_EQ(place("\xC3\xA9.b.c[7]"), "3:9") << "where it is missing";
  EXPECT_EQ(place("nothing"), "1:1");
  EXPECT_THAT(places.repeated(), ElementsAre("a"));
}

TEST(World, TheBuiltInOneIsOne) {
  const auto world = World::built_in(now());
  ASSERT_TRUE(world) << world.error().message;
  EXPECT_THAT(world->names(Being::kUser), Contains("anna"));
  const auto anna = world->id(Being::kUser, "anna");
  ASSERT_TRUE(anna);
  EXPECT_EQ(canonical_uuid(*anna), anna) << "a UUID as any other";
  EXPECT_EQ(world->name_of(*anna), "anna");
  EXPECT_EQ(world->id(Being::kUser, "anna"), World::built_in(now())->id(Being::kUser, "anna"))
      << "the same in every run";
  EXPECT_FALSE(world->id(Being::kGroup, "anna"));
  EXPECT_EQ(world->belongings(*anna).groups.size(), 1U);
  EXPECT_EQ(world->belongings(*anna).classes.at(*world->id(Being::kClass, "class-1")), "teacher");
}

TEST(World, NothingHasToBeThere) {
  EXPECT_THAT(faults("{}"), IsEmpty());
}

TEST(World, WhatIsLeftOutIsFilledIn) {
  const auto world = World::built_in(now());
  const auto document = json::parse(world->document());
  const auto& session = document.at("sessions").at(1);
  EXPECT_EQ(session.at("tool"), *world->id(Being::kTool, "tool-1")) << "that of the assignment";
  EXPECT_EQ(session.at("group"), *world->id(Being::kGroup, "group-1"));
  EXPECT_EQ(session.at("started_at"), "2026-03-02T09:00:00.000Z");
  EXPECT_EQ(session.at("messages").at(2).at("at"), "2026-03-02T09:03:00.000Z");
  EXPECT_EQ(session.at("ended_at"), "2026-03-02T09:04:00.000Z");
  EXPECT_EQ(document.at("submissions").at(0).at("user"), *world->id(Being::kUser, "user-1"));
}

TEST(World, AnIdMayBeAUuid) {
  constexpr const char* kId = "6F1C2B1E-7A54-4A3F-9D0E-2B8F5D1C9A77";
  const auto world = World::read(changed("/tools/0/id", kId), now());
  ASSERT_FALSE(world) << "the assignment names tool-1";
  auto text = changed("/users/3/id", kId);
  text.replace(text.find("\"user-4\""), 8, "\"6f1c2b1e-7a54-4a3f-9d0e-2b8f5d1c9a77\"");
  const auto other = World::read(text, now());
  ASSERT_TRUE(other) << other.error().fields.at(0).message;
  EXPECT_EQ(other->id(Being::kUser, kId), "6f1c2b1e-7a54-4a3f-9d0e-2b8f5d1c9a77");
}

TEST(World, EachFaultHasItsPlace) {
  EXPECT_THAT(faults("{\n  \"users\": [\n    {\"id\": \"a\", \"email\": \"a@b.example\", \"nmae\": \"A\"}\n  ]\n}"),
              ElementsAre(AllOf(StartsWith("users[0].nmae"), HasSubstr("line 3, column 41"), HasSubstr("not known")),
                          AllOf(StartsWith("users[0].name"), HasSubstr("line 3, column 5"), HasSubstr("required"))));
  EXPECT_THAT(faults("{\n  \"users\": 7, \"users\": []\n}"),
              Contains(AllOf(StartsWith("users"), HasSubstr("line 2, column 15"), HasSubstr("twice"))));
  EXPECT_THAT(faults("{\n \"users\": [}"), Contains(HasSubstr("line 2, column 12 cannot be read")));
  EXPECT_THAT(faults("[]"), ElementsAre("world line 1, column 1: has the wrong type"));
  EXPECT_THAT(faults(R"({"sessions": [{"id": "s", "user": "u", "messages": [{"role": "robot", "content": "x"}]}]})"),
              ElementsAre(AllOf(StartsWith("sessions[0].messages[0].role"), HasSubstr("user, assistant, system"))));
  EXPECT_THAT(faults(R"({"users": [{"id": "a\u0000", "email": "a@b.example", "name": "A"}]})"),
              Contains(HasSubstr("no host stores")));
  EXPECT_THAT(faults("{\"users\": [" + std::string(6000, ' ') + "{}" + "]}"), Contains(HasSubstr("required")));
  EXPECT_THAT(faults(std::string(100, '[') + std::string(100, ']')), Contains(HasSubstr("64 levels")));
}

TEST(World, WhatNamesNothingIsAFault) {
  EXPECT_THAT(faults(changed("/groups/1/parent", "nowhere")),
              ElementsAre(AllOf(StartsWith("groups[1].parent"), HasSubstr("names no group"), HasSubstr("school-1"))));
  EXPECT_THAT(faults(changed("/classes/0/enrollments/1/user", "zoe")), ElementsAre(HasSubstr("names no user")));
  EXPECT_THAT(faults(changed("/assignments/0/tool", "zoe")), ElementsAre(HasSubstr("names no tool")));
  EXPECT_THAT(faults(changed("/submissions/0/session", "zoe")), ElementsAre(HasSubstr("names no conversation")));
}

TEST(World, WhatNoHostWouldHaveIsAFault) {
  const std::vector<std::tuple<const char*, json, const char*>> all{
      {"/users/1/email", "KIM@school.example", "users[1].email"},
      {"/users/1/email", "nobody", "users[1].email"},
      {"/users/1/name", " x", "users[1].name"},
      {"/groups/0/name", "a\x1b[31m", "groups[0].name"},
      {"/tools/2/name", "\x07", "tools[2].name"},
      {"/users/1/id", "user-1", "users[1].id"},
      {"/groups/0/parent", "group-1", "groups[0].parent"},
      {"/groups/0/parent", "school-1", "groups[0].parent"},
      {"/classes/0/enrollments/1/user", "anna", "classes[0].enrollments[1].user"},
      {"/users/0/external_ids", {{"Our SIS", "7"}}, "users[0].external_ids.Our SIS"},
      {"/sessions/0/assignment", "assignment-1", "sessions[0].assignment"},
      {"/sessions/0/tool", "tool-2", "sessions[0].tool"},
      {"/sessions/0/started_at", "yesterday", "sessions[0].started_at"},
      {"/sessions/0/ended_at", "2026-03-02T08:00:00Z", "sessions[0].ended_at"},
      {"/sessions/1/findings/0/message_seq", 4, "sessions[1].findings[0].message_seq"},
      {"/runs/0/state", "failed", "runs[0].output"},
      {"/runs/0/output", nullptr, ""},
      {"/submissions/0/session", "session-1", "submissions[0].session"},
      {"/submissions/0/run", "run-1", "submissions[0]"},
      {"/submissions/0/session", "session-3", "submissions[1].attempt"},
      {"/submissions/0/state", "in_progress", ""},
      {"/submissions/1/grade/score", 11, "submissions[1].grade.score"}};
  for (const auto& [pointer, value, path] : all) {
    const auto found = faults(changed(pointer, value));
    if (*path == '\0') {
      EXPECT_THAT(found, IsEmpty()) << pointer;
    } else {
      EXPECT_THAT(found, Contains(StartsWith(std::string(path) + " line "))) << pointer << " " << value;
    }
  }
}

}  // namespace
}  // namespace rapt::author
