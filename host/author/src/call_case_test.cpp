// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/call_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rapt::author {
namespace {

using bundle::ManifestAccess;
using hooks::Point;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const TimePoint kNow = *parse_time("2026-02-01T08:00:00Z");

bundle::Manifest manifest() {
  bundle::Manifest out;
  out.routes = {{.method = "GET", .path = "/notes/:id", .access = ManifestAccess::kTeacher},
                {.method = "GET", .path = "/notes/all", .access = ManifestAccess::kPublic},
                {.method = "POST", .path = "/notes", .access = ManifestAccess::kUser, .body_bytes = 20, .timeout_ms = 70}};
  out.jobs = {{.name = "send-report", .cron = "", .timeout_ms = 300, .max_attempts = 3}};
  out.events.subscribe = {"session.completed"};
  out.panels = {{.id = "entries", .title = "Entries", .place = "class", .access = ManifestAccess::kTeacher}};
  bundle::ManifestExport file;
  file.id = "entries-csv";
  file.place = "class";
  out.exports = {file};
  return out;
}

json input(Point point, const std::string& request) {
  const auto read = read_call_case(request, point, manifest(), kNow);
  if (!read) {
    std::string faults = read.error().message;
    for (const auto& field : read.error().fields) faults += " | " + field.path + " " + field.message;
    return faults;
  }
  return json::parse(read->input_json);
}
std::string faults(Point point, const std::string& request) {
  const auto said = input(point, request);
  return said.is_string() ? said.get<std::string>() : "none";
}

TEST(CallCase, FindsTheRouteAndItsParameters) {
  const auto asked = input(Point::kRoute, R"({"path": "/notes/7", "query": {"q": "x"},
    "caller": {"user": "anna", "role": "teacher", "groups": ["g1"]}})");
  EXPECT_EQ(asked["route"], "/notes/:id");
  EXPECT_EQ(asked["parameters"], json({{"id", "7"}}));
  EXPECT_EQ(asked["query"]["q"], "x");
  EXPECT_EQ(asked["body"], "");
  EXPECT_EQ(asked["caller"]["role"], "teacher");
  EXPECT_EQ(input(Point::kRoute, R"({"path": "/notes/all"})")["route"], "/notes/all") << "words go before parameters";
  EXPECT_THAT(faults(Point::kRoute, R"({"path": "/notes/7/"})"), HasSubstr("GET /notes/:id, GET /notes/all, POST /notes"));
  EXPECT_THAT(faults(Point::kRoute, R"({"method": "PUT", "path": "/notes/7"})"), HasSubstr("none of its routes"));
}

TEST(CallCase, GivesABodyAsAValueAndAsText) {
  const auto asked = input(Point::kRoute, R"({"method": "POST", "path": "/notes", "json": {"a": 1},
    "caller": {"user": "anna", "role": "student"}})");
  EXPECT_EQ(asked["body"], "{\"a\":1}");
  EXPECT_EQ(asked["content_type"], "application/json");
  EXPECT_EQ(asked["caller"]["groups"], json::array());
  EXPECT_THAT(faults(Point::kRoute, R"({"method": "POST", "path": "/notes", "body": "012345678901234567890",
    "caller": {"user": "anna", "role": "student"}})"), HasSubstr("body is larger than the 20 bytes"));
}

TEST(CallCase, AsksInTheNameOfThoseAloneWhoMay) {
  EXPECT_THAT(faults(Point::kRoute, R"({"path": "/notes/7"})"), HasSubstr("caller must say who asks"));
  EXPECT_THAT(faults(Point::kRoute, R"({"path": "/notes/7", "caller": {"user": "a", "role": "student"}})"),
              HasSubstr("caller.role may not ask: it is for \"teacher\""));
  EXPECT_THAT(faults(Point::kPanel, R"({"panel": "entries", "caller": {"role": "boss", "groups": 1, "x": 1}})"),
              testing::AllOf(HasSubstr("caller.user is missing"), HasSubstr("caller.role must be one of"),
                             HasSubstr("caller.groups must be a list"), HasSubstr("caller.x")));
}

TEST(CallCase, FillsInWhatAHostWouldSay) {
  const auto job = input(Point::kJob, R"({"name": "send-report", "payload": {"n": 1}})");
  EXPECT_EQ(job["of"], 3);
  EXPECT_EQ(job["attempt"], 1);
  EXPECT_EQ(job["due_ms"], job["now_ms"]);
  EXPECT_THAT(faults(Point::kJob, R"({"name": "other", "attempt": 4})"), HasSubstr("name is none of its jobs"));
  EXPECT_THAT(faults(Point::kJob, R"({"name": "send-report", "attempt": 4})"), HasSubstr("attempt must be a whole number"));
  EXPECT_EQ(input(Point::kEvent, R"({"type": "session.completed"})")["payload"], json::object());
  EXPECT_THAT(faults(Point::kEvent, R"({"type": "session.begun"})"), HasSubstr("no event that it subscribes to"));
  EXPECT_EQ(input(Point::kExport, R"({"export": "entries-csv",
    "caller": {"user": "a", "role": "system_admin"}})")["piece"], 0);
  EXPECT_THAT(faults(Point::kExport, "[]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(faults(Point::kExport, "{"), HasSubstr("not JSON"));
}

TEST(CallCase, IsAboutTheCallerUnlessItSaysOtherwise) {
  const auto read = read_call_case(R"({"path": "/notes/7", "about": {"session": "s"},
    "caller": {"user": "anna", "role": "teacher", "groups": ["g1"]}})",
                                   Point::kRoute, manifest(), kNow);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->about.user.id, "anna");
  EXPECT_EQ(read->about.group.id, "g1");
  EXPECT_EQ(read->about.session.id, "s");
}

TEST(CallCase, KnowsOneOfEachThatAManifestDeclares) {
  std::vector<std::string> all;
  for (const auto& one : ordinary_calls(manifest(), kNow)) all.push_back(one.what);
  EXPECT_THAT(all, ElementsAre("GET /notes/:id", "GET /notes/all", "POST /notes", "send-report", "session.completed",
                               "entries", "entries-csv"));
  EXPECT_EQ(ordinary_calls(manifest(), kNow)[2].deadline, std::chrono::milliseconds(70));
}

}  // namespace
}  // namespace rapt::author
