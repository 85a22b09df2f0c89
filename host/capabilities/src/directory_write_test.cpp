// SPDX-License-Identifier: AGPL-3.0-or-later
#include <future>

#include "people_world.hpp"
#include "rapt/host/directory.hpp"
#include "rapt/host/module_schema.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::DirectoryMethod;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DirectoryWrite : public PeopleWorld {
 protected:
  ServiceAnswer call(int who, std::optional<std::string> text) {
    auto request = asking(sandbox::Service::kDirectory, DirectoryMethod::kWrite, who, std::move(text));
    request.module = module;
    request.grants = grants;
    return runtime::run_blocking(directory.call(std::move(request)));
  }
  json write(int who, const json& operations, bool dry_run = false) {
    const auto answer =
        call(who, json{{"source", "oneroster"}, {"operations", operations}, {"dry_run", dry_run}}.dump());
    EXPECT_EQ(answer.status, RAPT_OK) << (answer.texts.empty() ? "" : *answer.texts[0]);
    return answer.status == RAPT_OK ? parsed(answer) : json{{"results", json::array()}};
  }
  std::vector<std::string> statuses(int who, const json& operations) {
    return column(write(who, operations).at("results"), "status");
  }
  /// What came of one operation: its status, or "failed" with the field.
  std::string one(int who, const json& operation) {
    const auto results = write(who, json::array({operation})).at("results");
    if (results.size() != 1) return "";
    const std::string status = results[0].at("status");
    return status == "failed" ? "failed " + results[0].value("field", "-") : status;
  }
  static json person(const std::string& external_id, const std::string& email, json more = json::object()) {
    json out{{"op", "put_user"}, {"external_id", external_id}, {"email", email}, {"name", "N " + external_id}};
    out.update(more);
    return out;
  }
  std::string count(const std::string& what) { return value("SELECT count(*)::text AS value FROM " + what); }

  std::string module = "sample";
  std::vector<std::string> grants{"directory", "directory:write"};
  DirectoryCapability directory{**scratch, clock, accounts};
};

json a_school() {
  return json::array({{{"op", "put_group"}, {"external_id", "d"}, {"name", "New district"}, {"type", "district"}},
                      {{"op", "put_group"}, {"external_id", "s"}, {"name", "New school"}, {"parent_external_id", "d"}},
                      {{"op", "put_class"}, {"external_id", "c"}, {"name", "Drama"}, {"group_external_id", "s"}},
                      {{"op", "put_user"},
                       {"external_id", "t"},
                       {"email", "t@new.example"},
                       {"name", "Tess"},
                       {"group_external_id", "s"},
                       {"role", "teacher"}},
                      {{"op", "put_user"}, {"external_id", "k"}, {"email", "k@new.example"}, {"name", "Kim"}},
                      {{"op", "add_member"}, {"user_external_id", "k"}, {"group_external_id", "s"}},
                      {{"op", "enroll"}, {"user_external_id", "t"}, {"class_external_id", "c"}, {"role", "teacher"}},
                      {{"op", "enroll"}, {"user_external_id", "k"}, {"class_external_id", "c"}}});
}

TEST_F(DirectoryWrite, MakesAWholeSchoolAtOnceAndPuttingItAgainChangesNothing) {
  const auto made = write(0, a_school());
  EXPECT_THAT(column(made.at("results"), "status"), ::testing::Each("created"));
  EXPECT_EQ(made.at("counts").at("created"), 8);
  EXPECT_EQ(
      value("SELECT g.path::text = replace(p.id::text, '-', '_') || '.' || replace(g.id::text, '-', '_') AS value "
            "FROM groups g JOIN groups p ON p.id = g.parent_id WHERE g.name = 'New school'"),
      "t");
  EXPECT_EQ(value("SELECT string_agg(u.name || ' ' || m.role, ', ' ORDER BY u.name) AS value FROM class_members m "
                  "JOIN users u ON u.id = m.user_id JOIN classes c ON c.id = m.class_id WHERE c.name = 'Drama'"),
            "Kim student, Tess teacher");
  EXPECT_EQ(count("users WHERE email LIKE '%@new.example' AND password_hash IS NULL AND status = 'active'"), "2");
  EXPECT_EQ(count("module_external_ids WHERE made AND module = 'sample' AND source = 'oneroster'"), "5");
  const std::string before = value("SELECT max(updated_at)::text AS value FROM users");
  const auto again = write(0, a_school());
  EXPECT_EQ(again.at("counts").at("unchanged"), 8) << again.dump();
  EXPECT_EQ(value("SELECT max(updated_at)::text AS value FROM users"), before);
  EXPECT_EQ(made.at("results")[3].at("id"), again.at("results")[3].at("id"));
}

TEST_F(DirectoryWrite, UpdatesWhatItHasPut) {
  write(0, a_school());
  EXPECT_EQ(one(0, person("k", "new@new.example", {{"given_name", "Kim"}})), "updated");
  EXPECT_EQ(value("SELECT name || ' ' || given_name || ' ' || email AS value FROM users WHERE given_name = 'Kim'"),
            "N k Kim new@new.example");
  EXPECT_EQ(value("SELECT recipient AS value FROM outgoing_mails"), "k@new.example") << "the old address is told";
  EXPECT_EQ(one(0, {{"op", "put_group"}, {"external_id", "s"}, {"name", "Renamed"}, {"type", "school"}}), "updated");
  EXPECT_EQ(one(0, {{"op", "put_class"}, {"external_id", "c"}, {"name", "Theater"}}), "updated");
  EXPECT_EQ(count("groups WHERE name = 'Renamed' AND type = 'school'"), "1");
  EXPECT_EQ(count("classes WHERE name = 'Theater'"), "1");
  EXPECT_EQ(one(0, {{"op", "put_group"}, {"external_id", "s"}, {"name", "Renamed"}, {"parent_id", uuid(110)}}),
            "failed parent_id");
  EXPECT_EQ(one(0, {{"op", "put_class"}, {"external_id", "c"}, {"name", "Theater"}, {"group_id", uuid(101)}}),
            "failed group_id");
  scratch->script(
      "INSERT INTO auth_sessions (token_hash, user_id, expires_at) SELECT sha256('x'), id, now() + interval "
      "'1 day' FROM users WHERE email = 'new@new.example'");
  EXPECT_EQ(one(0, {{"op", "deactivate_user"}, {"external_id", "k"}}), "updated");
  EXPECT_EQ(count("users WHERE email = 'new@new.example' AND status = 'inactive'"), "1");
  EXPECT_EQ(count("auth_sessions"), "0");
  EXPECT_EQ(one(0, {{"op", "deactivate_user"}, {"external_id", "k"}}), "unchanged");
  EXPECT_EQ(one(0, {{"op", "unenroll"}, {"user_external_id", "t"}, {"class_external_id", "c"}}),
            "failed user_external_id")
      << "the last teacher";
  EXPECT_EQ(one(0, {{"op", "unenroll"}, {"user_external_id", "k"}, {"class_external_id", "c"}}), "updated");
  EXPECT_EQ(one(0, {{"op", "unenroll"}, {"user_external_id", "k"}, {"class_external_id", "c"}}), "unchanged");
  EXPECT_EQ(one(0, {{"op", "remove_member"}, {"user_external_id", "k"}, {"group_external_id", "s"}}), "updated");
  EXPECT_EQ(one(0, {{"op", "archive_class"}, {"external_id", "c"}}), "updated");
  EXPECT_EQ(one(0, {{"op", "archive_class"}, {"external_id", "c"}}), "unchanged");
  EXPECT_EQ(one(0, {{"op", "put_class"}, {"external_id", "c"}, {"name", "Drama"}, {"group_external_id", "s"}}),
            "created")
      << "anew, after the old one was archived";
}

TEST_F(DirectoryWrite, TakesNoAccountByItsAddressUnlessItIsSaidAndNeverItsAddress) {
  EXPECT_EQ(one(0, person("x", "U305@example.org")), "failed link");
  EXPECT_EQ(one(0, person("x", "u302@example.org", {{"link", true}})), "failed email") << "an administrator";
  EXPECT_EQ(one(0, person("x", "u301@example.org", {{"link", true}})), "failed email");
  scratch->script("UPDATE users SET email_verified_at = NULL WHERE name = 'U306'");
  EXPECT_EQ(one(0, person("x", "u306@example.org", {{"link", true}})), "failed email") << "not proven";
  EXPECT_EQ(one(0, person("x", "u305@example.org", {{"link", true}})), "updated");
  EXPECT_EQ(value("SELECT name AS value FROM users WHERE email = 'u305@example.org'"), "N x");
  EXPECT_EQ(count("module_external_ids WHERE NOT made"), "1");
  EXPECT_EQ(one(0, person("x", "mine@evil.example")), "failed email") << "it was there before";
  EXPECT_EQ(one(0, person("y", "u305@example.org", {{"link", true}})), "failed external_id") << "two ids of one source";
  write(0, json::array({person("a", "a@new.example"), person("b", "b@new.example")}));
  EXPECT_EQ(one(0, person("a", "b@new.example")), "failed email") << "taken";
  EXPECT_THAT(statuses(0, json::array({person("b", "c@new.example"), person("a", "b@new.example")})),
              ElementsAre("updated", "failed"))
      << "free after this batch";
  EXPECT_EQ(one(0, person("a", "b@new.example")), "updated");
  module = "other";
  EXPECT_EQ(one(0, {{"op", "deactivate_user"}, {"external_id", "a"}}), "failed external_id") << "another module's";
}

TEST_F(DirectoryWrite, MakesAndTouchesNoAdministratorsByItself) {
  EXPECT_EQ(one(0, {{"op", "add_member"}, {"user_id", uuid(305)}, {"group_id", uuid(101)}, {"role", "group_admin"}}),
            "failed role");
  EXPECT_EQ(one(301, {{"op", "add_member"}, {"user_id", uuid(305)}, {"group_id", uuid(101)}, {"role", "system_admin"}}),
            "failed role")
      << "not even for one";
  EXPECT_EQ(one(0, {{"op", "add_member"}, {"user_id", uuid(302)}, {"group_id", uuid(101)}, {"role", "student"}}),
            "failed user_id");
  EXPECT_EQ(one(0, {{"op", "remove_member"}, {"user_id", uuid(302)}, {"group_id", uuid(101)}}), "failed user_id");
  EXPECT_EQ(one(0, {{"op", "remove_member"}, {"user_id", uuid(301)}, {"group_id", uuid(100)}}), "failed user_id");
  EXPECT_EQ(one(301, {{"op", "remove_member"}, {"user_id", uuid(301)}, {"group_id", uuid(100)}}), "failed user_id");
  EXPECT_EQ(one(0, {{"op", "enroll"}, {"user_id", uuid(301)}, {"class_id", uuid(201)}}), "failed user_id");
  EXPECT_EQ(one(0, person("z", "z@new.example", {{"group_id", uuid(101)}, {"role", "group_admin"}})), "failed role");
  scratch->script(
      "INSERT INTO module_external_ids (module, source, external_id, user_id, made, created_at) VALUES"
      " ('sample', 'oneroster', 'g', '" +
      uuid(302) + "', true, now()), ('sample', 'oneroster', 'r', '" + uuid(301) + "', true, now())");
  for (const char* id : {"g", "r"}) {
    EXPECT_EQ(one(0, {{"op", "deactivate_user"}, {"external_id", id}}), "failed external_id");
    EXPECT_EQ(one(0, person(id, "mine@evil.example")), "failed external_id");
  }
  EXPECT_EQ(count("group_members WHERE role IN ('system_admin', 'group_admin')"), "2");
}

TEST_F(DirectoryWrite, DoesForAPersonWhatThatPersonMay) {
  const json into_school = {{"group_id", uuid(101)}}, into_other = {{"group_id", uuid(102)}};
  EXPECT_EQ(one(302, person("1", "1@new.example", into_school)), "created");
  EXPECT_EQ(one(302, person("2", "2@new.example", into_other)), "failed group_id") << "another school";
  EXPECT_EQ(one(302, person("3", "3@new.example")), "failed group_id") << "in no group";
  EXPECT_EQ(one(303, person("4", "4@new.example", into_school)), "failed -") << "teachers make no accounts";
  EXPECT_EQ(one(305, person("5", "5@new.example", into_school)), "failed -");
  EXPECT_EQ(one(302, person("6", "u307@example.org", {{"link", true}})), "failed email") << "of another school";
  EXPECT_EQ(one(302, {{"op", "put_group"}, {"external_id", "g"}, {"name", "G"}}), "failed parent_id");
  EXPECT_EQ(one(302, {{"op", "put_group"}, {"external_id", "g"}, {"name", "G"}, {"parent_id", uuid(100)}}), "failed -");
  EXPECT_EQ(one(302, {{"op", "put_group"}, {"external_id", "g"}, {"name", "G"}, {"parent_id", uuid(110)}}),
            "failed parent_id");
  EXPECT_EQ(one(302, {{"op", "put_group"}, {"external_id", "g"}, {"name", "G"}, {"parent_id", uuid(101)}}), "created");
  EXPECT_EQ(one(303, {{"op", "put_class"}, {"external_id", "c"}, {"name", "C"}, {"group_id", uuid(101)}}), "failed -");
  EXPECT_EQ(one(303, {{"op", "put_class"}, {"external_id", "c"}, {"name", "Mine"}, {"id", uuid(201)}}), "updated");
  EXPECT_EQ(one(303, {{"op", "archive_class"}, {"external_id", "c"}}), "failed -") << "not a teacher's";
  EXPECT_EQ(one(304, {{"op", "put_class"}, {"external_id", "c"}, {"name", "Theirs"}}), "failed -");
  EXPECT_EQ(one(308, {{"op", "put_class"}, {"external_id", "c"}, {"name", "Theirs"}}), "failed external_id");
  EXPECT_EQ(one(303, {{"op", "enroll"}, {"user_id", uuid(307)}, {"class_id", uuid(201)}}), "created") << "of the tree";
  EXPECT_EQ(one(303, {{"op", "enroll"}, {"user_id", uuid(308)}, {"class_id", uuid(201)}}), "failed user_id");
  EXPECT_EQ(one(303, {{"op", "enroll"}, {"user_id", uuid(305)}, {"class_id", uuid(203)}}), "failed class_id");
  EXPECT_EQ(one(304, {{"op", "unenroll"}, {"user_id", uuid(305)}, {"class_id", uuid(201)}}), "failed -");
  EXPECT_EQ(one(302, {{"op", "add_member"}, {"user_id", uuid(305)}, {"group_id", uuid(101)}, {"role", "group_admin"}}),
            "updated")
      << "an administrator makes another";
  EXPECT_EQ(one(306, {{"op", "add_member"}, {"user_id", uuid(306)}, {"group_id", uuid(101)}, {"role", "teacher"}}),
            "failed -");
}

TEST_F(DirectoryWrite, ABadOperationSpoilsNothingAndATrialChangesNothing) {
  const json mixed =
      json::array({person("1", "1@new.example"),
                   7,
                   {{"op", "explode"}},
                   person("2", "no address"),
                   person("3", "3@new.example", {{"password", "x"}}),
                   {{"op", "put_user"}},
                   {{"op", "enroll"}, {"user_id", uuid(305)}},
                   person("1", "1@new.example"),
                   {{"op", "enroll"}, {"user_id", "x"}, {"class_id", uuid(201)}},
                   {{"op", "enroll"}, {"user_external_id", "'; DROP TABLE users; --"}, {"class_id", uuid(201)}},
                   person("4", "4@new.example", {{"name", std::string(101, 'x')}})});
  const auto trial = write(0, mixed, true);
  EXPECT_FALSE(trial.at("results")[0].contains("id"));
  EXPECT_EQ(count("users"), "9");
  EXPECT_EQ(count("module_external_ids"), "0");
  const auto done = write(0, mixed);
  EXPECT_THAT(column(done.at("results"), "status"),
              ElementsAre("created", "failed", "failed", "failed", "failed", "failed", "failed", "unchanged", "failed",
                          "failed", "failed"));
  EXPECT_EQ(done.at("counts"), trial.at("counts"));
  std::vector<std::string> fields;
  for (const auto& result : done.at("results")) fields.push_back(result.value("field", ""));
  EXPECT_THAT(fields, ElementsAre("", "", "op", "email", "password", "external_id", "class_id", "", "user_id",
                                  "user_external_id", "name"));
  EXPECT_EQ(count("users"), "10");
}

TEST_F(DirectoryWrite, RefusesWhatIsNotAsItMustBe) {
  for (const auto& hostile : hostile_requests())
    EXPECT_EQ(call(301, hostile).status, RAPT_E_INVALID) << hostile.value_or("nothing").substr(0, 100);
  const auto field = [&](const json& batch) {
    const auto answer = call(0, batch.dump());
    EXPECT_EQ(answer.status, RAPT_E_INVALID);
    return parsed(answer).value("field", "");
  };
  EXPECT_EQ(field({{"operations", json::array({1})}}), "source");
  EXPECT_EQ(field({{"source", "A'; --"}, {"operations", json::array({1})}}), "source");
  EXPECT_EQ(field({{"source", "a"}}), "operations");
  EXPECT_EQ(field({{"source", "a"}, {"operations", json::array()}}), "operations");
  EXPECT_EQ(field({{"source", "a"}, {"operations", std::vector<int>(501, 1)}}), "operations");
  EXPECT_EQ(field({{"source", "a"}, {"operations", json::array({1})}, {"dry_run", "yes"}}), "dry_run");
  grants = {"directory"};
  const auto refused = call(301, json{{"source", "a"}, {"operations", json::array({1})}}.dump());
  EXPECT_EQ(refused.status, RAPT_E_NOT_ALLOWED);
  EXPECT_THAT(refused.complaint, HasSubstr("directory:write"));
}

TEST_F(DirectoryWrite, ExternalIdsGoWithThePurgeOfTheModuleAndWithTheRow) {
  write(0, a_school());
  scratch->script("DELETE FROM users WHERE name = 'Kim'");
  EXPECT_EQ(count("module_external_ids"), "4");
  module = "other";
  write(0, json::array({person("1", "1@new.example")}));
  const ModuleSchemas schemas{scratch->options().url, box};
  const auto purged = (**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    const auto gone = schemas.purge(tx, "sample");
    if (!gone) return gone.error();
    EXPECT_TRUE(*gone);
    return {};
  });
  EXPECT_TRUE(purged);
  EXPECT_EQ(value("SELECT string_agg(module, ',') AS value FROM module_external_ids"), "other");
}

TEST_F(DirectoryWrite, TwoWhoPutTheSameAtOncePutItOnce) {
  json many = json::array();
  for (int i = 0; i < 100; ++i) many.push_back(person(std::to_string(i), std::to_string(i) + "@new.example"));
  std::vector<std::future<json>> both;
  for (int i = 0; i < 2; ++i) both.push_back(std::async(std::launch::async, [&] { return write(0, many); }));
  int created = 0, unchanged = 0;
  for (auto& one_of_them : both) {
    const auto counts = one_of_them.get().at("counts");
    SCOPED_TRACE(counts.dump());
    created += counts.at("created").get<int>();
    unchanged += counts.at("unchanged").get<int>();
  }
  EXPECT_EQ(created, 100);
  EXPECT_EQ(unchanged, 100);
}

TEST_F(DirectoryWrite, FiveHundredUnchangedOnesWriteNothing) {
  json many = json::array();
  for (int i = 0; i < 250; ++i) {
    many.push_back(person(std::to_string(i), std::to_string(i) + "@new.example", {{"group_id", uuid(101)}}));
    many.push_back({{"op", "enroll"}, {"user_external_id", std::to_string(i)}, {"class_id", uuid(201)}});
  }
  EXPECT_EQ(write(0, many).at("counts").at("created"), 500);
  // Where each row stands and who wrote it: to lock a row changes neither.
  const std::string rows =
      "SELECT md5(string_agg(t, ',' ORDER BY t)) AS value FROM (SELECT id::text || xmin || ctid AS t FROM users UNION "
      "ALL "
      "SELECT id::text || xmin || ctid FROM group_members UNION ALL SELECT id::text || xmin || ctid FROM class_members "
      "UNION ALL SELECT external_id || xmin || ctid FROM module_external_ids) AS all_rows";
  const std::string before = value(rows);
  EXPECT_EQ(write(0, many).at("counts").at("unchanged"), 500);
  EXPECT_EQ(value(rows), before);
}

}  // namespace
}  // namespace rapt::host
