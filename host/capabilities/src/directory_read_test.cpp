// SPDX-License-Identifier: AGPL-3.0-or-later
#include <set>

#include "people_world.hpp"
#include "rapt/host/directory.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::DirectoryMethod;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DirectoryRead : public PeopleWorld {
 protected:
  ServiceAnswer call(int who, std::optional<std::string> text) {
    return runtime::run_blocking(
        directory.call(asking(sandbox::Service::kDirectory, DirectoryMethod::kRead, who, std::move(text))));
  }
  json read(int who, const json& query) {
    const auto answer = call(who, query.dump());
    EXPECT_EQ(answer.status, RAPT_OK) << query.dump() << " " << answer.texts[0].value_or("");
    return answer.status == RAPT_OK ? parsed(answer) : json{{"items", json::array()}};
  }
  std::vector<std::string> names(int who, json query) { return column(read(who, query).at("items"), "name"); }
  std::vector<std::string> users(int who, const json& where = json::object()) {
    return names(who, {{"kind", "users"}, {"where", where}});
  }
  std::string fault(const std::string& text) {
    const auto answer = call(301, text);
    EXPECT_EQ(answer.status, RAPT_E_INVALID) << text;
    return parsed(answer).value("field", "");
  }

  DirectoryCapability directory{**scratch, clock, accounts};
};

TEST_F(DirectoryRead, ShowsThePersonWhoCausedTheCallWhatThatPersonSees) {
  EXPECT_THAT(users(303), ElementsAre("U302", "U303", "U304", "U305", "U306", "U309"));
  EXPECT_THAT(users(302), ElementsAre("U302", "U303", "U304", "U305", "U306", "U309"));
  EXPECT_THAT(users(305), ElementsAre("U305"));
  EXPECT_THAT(users(308), ElementsAre("U308"));
  EXPECT_EQ(users(301).size(), 9u);
  EXPECT_EQ(users(0).size(), 9u) << "a job by itself";
  EXPECT_THAT(names(305, {{"kind", "groups"}}), ElementsAre("District", "School"));
  EXPECT_THAT(names(308, {{"kind", "groups"}}), ElementsAre("Far district"));
  EXPECT_EQ(names(0, {{"kind", "groups"}}).size(), 4u);
  EXPECT_THAT(names(305, {{"kind", "classes"}}), ElementsAre("Algebra"));
  EXPECT_THAT(names(302, {{"kind", "classes"}}), ElementsAre("Algebra", "Biology"));
  EXPECT_EQ(names(0, {{"kind", "classes"}}).size(), 3u);
}

TEST_F(DirectoryRead, AFilterTellsNothingThatTheListDoesNot) {
  scratch->script("INSERT INTO class_members (class_id, user_id, role) VALUES ('" + uuid(203) + "', '" + uuid(305) +
                  "', 'student'); INSERT INTO group_members (group_id, user_id, role) VALUES ('" + uuid(110) + "', '" +
                  uuid(305) + "', 'student')");
  EXPECT_THAT(users(303, {{"class_id", uuid(203)}}), IsEmpty()) << "that a student of theirs is in a far class";
  EXPECT_THAT(users(303, {{"group_id", uuid(110)}}), IsEmpty());
  EXPECT_THAT(users(303, {{"emails", json::array({"u307@example.org"})}}), IsEmpty());
  EXPECT_THAT(users(303, {{"ids", ids({307, 308})}}), IsEmpty());
  EXPECT_THAT(users(305, {{"class_id", uuid(203)}}), ElementsAre("U305")) << "the own one";
  EXPECT_THAT(users(0, {{"class_id", uuid(203)}}), ElementsAre("U305", "U308"));
  const auto enrolled = read(303, {{"kind", "enrollments"}, {"where", {{"user_id", uuid(305)}}}});
  EXPECT_THAT(column(enrolled.at("items"), "class_id"), ElementsAre(uuid(201)));
  const auto members = read(303, {{"kind", "members"}, {"where", {{"user_id", uuid(305)}}}});
  EXPECT_THAT(column(members.at("items"), "group_id"), ElementsAre(uuid(101)));
  EXPECT_THAT(read(303, {{"kind", "members"}, {"where", {{"group_id", uuid(102)}}}}).at("items"), IsEmpty());
  EXPECT_THAT(read(305, {{"kind", "members"}}).at("items").size(), 2u) << "the own ones";
}

TEST_F(DirectoryRead, NarrowsByWhatIsAskedFor) {
  scratch->script(
      "UPDATE users SET status = 'suspended' WHERE name = 'U306'; UPDATE users SET deleted_at = now() "
      "WHERE name = 'U308'; UPDATE classes SET deleted_at = now() WHERE name = 'Biology'");
  EXPECT_THAT(users(0, {{"ids", ids({305, 307, 308})}}), ElementsAre("U305", "U307"));
  EXPECT_THAT(users(0, {{"emails", json::array({"U305@EXAMPLE.org", "x@example.org"})}}), ElementsAre("U305"));
  EXPECT_THAT(users(0, {{"status", "suspended"}}), ElementsAre("U306"));
  EXPECT_THAT(users(0, {{"group_id", uuid(101)}, {"status", "active"}, {"class_id", uuid(201)}}),
              ElementsAre("U303", "U305"));
  EXPECT_EQ(users(0, {{"group_id", uuid(100)}}).size(), 7u) << "and below it";
  EXPECT_THAT(names(0, {{"kind", "groups"}, {"where", {{"parent_id", uuid(100)}}}}),
              ElementsAre("School", "Other school"));
  EXPECT_THAT(names(0, {{"kind", "classes"}, {"where", {{"group_id", uuid(101)}}}}), ElementsAre("Algebra"));
  EXPECT_THAT(read(0, {{"kind", "enrollments"}, {"where", {{"class_id", uuid(202)}}}}).at("items"), IsEmpty());
  EXPECT_THAT(read(0, {{"kind", "enrollments"}, {"where", {{"class_id", uuid(203)}}}}).at("items"), IsEmpty());
}

TEST_F(DirectoryRead, GivesTheFieldsOfTheDocumentationAndNoOthers) {
  scratch->script(
      "INSERT INTO module_external_ids (module, source, external_id, user_id, made, created_at) VALUES"
      " ('sample', 'oneroster', 'k-1', '" +
      uuid(305) + "', true, now()), ('other', 'secret', 'k-2', '" + uuid(305) + "', true, now())");
  const auto page = read(0, {{"kind", "users"}, {"where", {{"external_ids", json::array({"k-1", "k-2"})}}}});
  ASSERT_EQ(page.at("items").size(), 1u);
  const json& one = page.at("items")[0];
  std::set<std::string> members;
  for (const auto& [name, unused] : one.items()) members.insert(name);
  EXPECT_EQ(members, (std::set<std::string>{"id", "email", "name", "given_name", "family_name", "status",
                                            "email_verified", "external_ids", "created_at_ms", "updated_at_ms"}));
  EXPECT_EQ(one.at("external_ids"), (json{{"oneroster", "k-1"}})) << "not those of another module";
  EXPECT_THAT(page.dump(), Not(HasSubstr("hash")));
  EXPECT_THAT(users(0, {{"external_ids", json::array({"k-1"})}, {"source", "elsewhere"}}), IsEmpty());
  const auto group = read(0, {{"kind", "groups"}, {"where", {{"ids", ids({101})}}}}).at("items")[0];
  EXPECT_EQ(group.at("parent_id"), uuid(100));
  EXPECT_EQ(group.size(), 7u);
  const auto enrolled = read(0, {{"kind", "enrollments"}, {"where", {{"user_id", uuid(303)}}}}).at("items")[0];
  EXPECT_EQ(enrolled.at("role"), "teacher");
  EXPECT_EQ(enrolled.size(), 4u);
}

TEST_F(DirectoryRead, PagesWithoutLossOrRepetition) {
  for (const auto& [kind, all] : std::map<std::string, std::size_t>{
           {"users", 9}, {"groups", 4}, {"classes", 3}, {"enrollments", 6}, {"members", 8}}) {
    json query{{"kind", kind}, {"limit", 2}};
    std::set<std::string> seen;
    std::size_t items = 0;
    for (int pages = 0; pages < 10; ++pages) {
      const auto page = read(0, query);
      for (const auto& one : page.at("items")) ++items, seen.insert(one.dump());
      if (page.at("next_cursor").is_null()) break;
      query["cursor"] = page.at("next_cursor");
    }
    EXPECT_EQ(items, all) << kind;
    EXPECT_EQ(seen.size(), all) << kind;
  }
}

TEST_F(DirectoryRead, EndsAPageBeforeItIsTooLarge) {
  scratch->script(
      "INSERT INTO module_external_ids (module, source, external_id, user_id, made, created_at)"
      " SELECT 'sample', 's' || n, repeat('x', 250), '" +
      uuid(301) +
      "', true, now() FROM generate_series(1, 3000) n;"
      "INSERT INTO module_external_ids (module, source, external_id, user_id, made, created_at)"
      " SELECT 'sample', 's' || n, repeat('y', 250), '" +
      uuid(302) + "', true, now() FROM generate_series(1, 3000) n");
  const auto first = read(0, {{"kind", "users"}});
  EXPECT_EQ(first.at("items").size(), 1u);
  EXPECT_EQ(first.at("next_cursor"), uuid(301));
  EXPECT_EQ(read(0, {{"kind", "users"}, {"cursor", first.at("next_cursor")}}).at("items").size(), 8u);
  scratch->script(
      "INSERT INTO module_external_ids (module, source, external_id, user_id, made, created_at)"
      " SELECT 'sample', 't' || n, repeat('x', 250), '" +
      uuid(301) + "', true, now() FROM generate_series(1, 3000) n");
  EXPECT_EQ(call(0, R"({"kind": "users"})").status, RAPT_E_TOO_LARGE);
}

TEST_F(DirectoryRead, RefusesWhatIsNotAsItMustBeWithTheField) {
  for (const auto& hostile : hostile_requests())
    EXPECT_EQ(call(301, hostile).status, RAPT_E_INVALID) << hostile.value_or("nothing").substr(0, 100);
  EXPECT_EQ(fault("{}"), "kind");
  EXPECT_EQ(fault(R"({"kind": "secrets"})"), "kind");
  EXPECT_EQ(fault(R"({"kind": "users", "limit": 501})"), "limit");
  EXPECT_EQ(fault(R"({"kind": "users", "limit": 18446744073709551615})"), "limit");
  EXPECT_EQ(fault(R"({"kind": "users", "limit": 1.5})"), "limit");
  EXPECT_EQ(fault(R"({"kind": "users", "where": []})"), "where");
  EXPECT_EQ(fault(R"({"kind": "users", "where": {"password_hash": "x"}})"), "where.password_hash");
  EXPECT_EQ(fault(R"({"kind": "users", "where": {"ids": ["' OR true --"]}})"), "where.ids[0]");
  EXPECT_EQ(fault(R"({"kind": "users", "where": {"ids": []}})"), "where.ids");
  EXPECT_EQ(fault(R"({"kind": "users", "where": {"emails": ["a@example.org", 7]}})"), "where.emails[1]");
  EXPECT_EQ(fault(R"({"kind": "users", "where": {"status": "active'; DROP TABLE users"}})"), "where.status");
  EXPECT_EQ(fault(R"({"kind": "users", "where": {"source": "oneroster"}})"), "where.source");
  EXPECT_EQ(fault(R"({"kind": "groups", "where": {"class_id": ")" + uuid(201) + R"("}})"), "where.class_id");
  for (const char* forged :
       {"x", "'", "00000000-0000-7000-8000-000000000301_", "00000000-0000-7000-8000-000000000301x"})
    EXPECT_EQ(fault(json{{"kind", "users"}, {"cursor", forged}}.dump()), "cursor") << forged;
  for (const std::string& forged : {uuid(201), uuid(201) + "_", uuid(201) + "x" + uuid(301), uuid(201) + "_x"})
    EXPECT_EQ(fault(json{{"kind", "enrollments"}, {"cursor", forged}}.dump()), "cursor") << forged;
  EXPECT_EQ(users(0, {{"emails", json::array({"'; DELETE FROM users; --", "%", "\\"})}}).size(), 0u);
}

TEST_F(DirectoryRead, NobodyAndWhoMayNotLogInSeesNothing) {
  auto request = asking(sandbox::Service::kDirectory, DirectoryMethod::kRead, 0, R"({"kind": "users"})");
  for (const auto point : {hooks::Point::kRoute, hooks::Point::kPanel, hooks::Point::kExport, hooks::Point::kAuthStep,
                           hooks::Point::kChatOnMessage, hooks::Point{}}) {
    request.scope.point = point;
    EXPECT_EQ(runtime::run_blocking(directory.call(request)).status, RAPT_E_NOT_ALLOWED) << hooks::name(point);
  }
  scratch->script("UPDATE users SET status = 'suspended' WHERE name = 'U301'");
  EXPECT_EQ(call(301, R"({"kind": "users"})").status, RAPT_E_NOT_ALLOWED);
  request.scope.user_id = "not an id";
  EXPECT_EQ(runtime::run_blocking(directory.call(request)).status, RAPT_E_NOT_ALLOWED);
  request.scope = {.point = hooks::Point::kEvent};
  EXPECT_EQ(runtime::run_blocking(directory.call(request)).status, RAPT_OK);
  request.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(runtime::run_blocking(directory.call(request)).status, RAPT_E_UNAVAILABLE);
}

}  // namespace
}  // namespace rapt::host
