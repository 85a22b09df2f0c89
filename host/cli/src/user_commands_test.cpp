// SPDX-License-Identifier: AGPL-3.0-or-later
// The words about people, on a real database.
#include <nlohmann/json.hpp>

#include "cli_fixture.hpp"
#include "rapt/identity/auth_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::cli {
namespace {

using nlohmann::json;
using runtime::run_blocking;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Two schools in the only district; Kim is a student in one, Ada administers the system.
constexpr const char* kWorld = R"(
  INSERT INTO groups (id, parent_id, name, type) VALUES
    ('00000000-0000-7000-8000-000000000100', NULL, 'District', 'district'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'Harbor', 'school'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000100', 'Hill', 'school');
  INSERT INTO users (id, email, name, email_verified_at) VALUES
    ('00000000-0000-7000-8000-000000000301', 'ada@example.org', 'Ada', now()),
    ('00000000-0000-7000-8000-000000000302', 'kim@example.org', 'Kim', now());
  INSERT INTO group_members (group_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000301', 'system_admin'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000302', 'student');)";

class UserWords : public ProgramTest {
 protected:
  UserWords() {
    environment_["DATABASE_URL"] = scratch_->options().url;
    environment_["REDIS_URL"] = "redis://127.0.0.1:1/0";
    environment_["MAIL_URL"] = "file:" + path("mail");
  }
  std::string value(const std::string& sql) {
    const auto name = "test.value_" + std::to_string(std::hash<std::string>{}(sql));
    const auto rows = run_blocking((**scratch_).query({name.c_str(), sql.c_str()}));
    if (!rows) return rows.error().message + rows.error().log_detail;
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  std::string mails() { return value("SELECT count(*)::text AS value FROM outgoing_mails"); }
  std::string people() { return value("SELECT count(*)::text AS value FROM users"); }
  std::string roles(const std::string& email) {
    return value(
        "SELECT coalesce(string_agg(m.role || ' in ' || g.name, ', ' ORDER BY g.name), '-') AS value FROM "
        "group_members m JOIN groups g ON g.id = m.group_id JOIN users u ON u.id = m.user_id WHERE u.email = '" +
        email + "'");
  }
  std::string file(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file_atomically(path(name), text));
    return path(name);
  }
  json document() { return json::parse(out_); }
  void make_world() { scratch_->script(kWorld); }

  std::unique_ptr<store::ScratchDatabase> scratch_ = store::ScratchDatabase::migrated();
};

TEST_F(UserWords, TheFirstAdministratorOfAnEmptyInstanceCanLogIn) {
  const auto password = file("password", "violet tractor 19 owl\n");
  EXPECT_EQ(rapt({"user", "add", "ada@example.org", "--name", "Ada", "--role", "system_admin"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("--new-district"));
  EXPECT_EQ(people(), "0");
  EXPECT_EQ(rapt({"user", "add", "ada@example.org", "--name", "Ada", "--role", "system_admin", "--new-district",
                  "Our district", "--password-file", password, "--json"}),
            kOk)
      << err_;
  EXPECT_EQ(document().at("memberships").at(0).at("role"), "system_admin");
  EXPECT_EQ(document().at("memberships").at(0).at("group_name"), "Our district");
  EXPECT_EQ(mails(), "0") << "who has a password needs no link";
  SystemClock clock;
  security::SecretBox box("any key: this account has no second factor");
  identity::PasswordHasher passwords;
  identity::AuthService auth(**scratch_, clock, box, passwords);
  EXPECT_TRUE(run_blocking(auth.login("ada@example.org", "violet tractor 19 owl", {}, {})));
}

TEST_F(UserWords, AddingInvitesOrShowsALinkOnATerminalAlone) {
  make_world();
  EXPECT_EQ(rapt({"user", "add", " Lu@example.org ", "--name", "Lu", "--role", "teacher", "--group", "Harbor"}), kOk)
      << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Lu@example.org is made: teacher in Harbor"), HasSubstr("letter")));
  EXPECT_EQ(mails(), "1");
  const std::vector<std::string> shown{"user", "add", "mo@example.org", "--name", "Mo", "--print-link"};
  EXPECT_EQ(rapt(shown), kUsage) << "no terminal";
  EXPECT_THAT(err_, HasSubstr("terminal"));
  shows_to_person_ = true;
  EXPECT_EQ(rapt(shown), kOk) << err_;
  EXPECT_THAT(out_, HasSubstr("/reset-password#token="));
  EXPECT_EQ(mails(), "1");
  EXPECT_EQ(rapt({"user", "add", "no@example.org", "--name", "No", "--print-link", "--json"}), kUsage);
  EXPECT_EQ(people(), "4");
}

TEST_F(UserWords, WhatCannotBeAddedLeavesNothing) {
  make_world();
  const auto add = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"user", "add"});
    return rapt(more);
  };
  EXPECT_EQ(add({"new@example.org"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("--name"));
  EXPECT_EQ(add({"new@example.org", "--name", "N", "--role", "boss"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("\"boss\" is no role"));
  EXPECT_EQ(add({"new@example.org", "--name", "N", "--group", "Harbor", "--new-district", "X"}), kUsage);
  EXPECT_EQ(add({"nobody", "--name", "N"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("email"));
  EXPECT_EQ(add({"new@example.org", "--name", " \t"}), kFailed);
  EXPECT_EQ(add({"new@example.org", "--name", "\xff\xfe"}), kFailed);
  EXPECT_EQ(add({"KIM@example.org", "--name", "Kim", "--new-district", "Other"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("address already"));
  EXPECT_EQ(add({"new@example.org", "--name", "N", "--group", "Nowhere"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("no group \"Nowhere\""));
  EXPECT_EQ(add({"new@example.org", "--name", "N", "--password-file", path("none")}), kFailed);
  EXPECT_EQ(add({"new@example.org", "--name", "N", "--password-file", file("poor", "password")}), kFailed);
  EXPECT_EQ(people(), "2");
  EXPECT_EQ(mails(), "0");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM groups"), "3");
}

TEST_F(UserWords, ListsAndShows) {
  make_world();
  EXPECT_EQ(rapt({"user", "list"}), kOk) << err_;
  EXPECT_THAT(out_, AllOf(StartsWith("ADDRESS"), HasSubstr("system_admin in District"), HasSubstr("never")));
  EXPECT_EQ(rapt({"user", "list", "--q", "KIM", "--role", "student", "--status", "active", "--json"}), kOk) << err_;
  ASSERT_EQ(document().at("users").size(), 1U);
  EXPECT_EQ(document().at("users").at(0).at("email"), "kim@example.org");
  EXPECT_EQ(document().at("more"), false);
  EXPECT_EQ(rapt({"user", "list", "--limit", "1"}), kOk);
  EXPECT_THAT(out_, AllOf(HasSubstr("ada@"), Not(HasSubstr("kim@")), HasSubstr("There are more")));
  for (const char* bad : {"0", "10001", "-1", "x", "", "1.5"})
    EXPECT_EQ(rapt({"user", "list", "--limit", bad}), kUsage);
  EXPECT_EQ(rapt({"user", "list", "--status", "gone"}), kUsage);
  EXPECT_EQ(rapt({"user", "list", "--role", ""}), kUsage);
  EXPECT_EQ(rapt({"user", "list", "--q", "\xff"}), kUsage);
  EXPECT_EQ(rapt({"user", "list", "--q", "nobody at all"}), kOk);
  EXPECT_EQ(out_, "There are none.\n");
  EXPECT_EQ(rapt({"user", "show", "KIM@example.org"}), kOk) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("status      active"), HasSubstr("student in Harbor")));
  EXPECT_EQ(rapt({"user", "show", "00000000-0000-7000-8000-000000000302", "--json"}), kOk);
  EXPECT_EQ(document().at("name"), "Kim");
}

TEST_F(UserWords, EveryPageOfALongListIsShown) {
  scratch_->script(
      "INSERT INTO users (email, name) SELECT n || '@example.org', 'U' || n FROM generate_series(1, 205) n");
  EXPECT_EQ(rapt({"user", "list", "--limit", "205", "--json"}), kOk) << err_;
  EXPECT_EQ(document().at("users").size(), 205U);
  EXPECT_EQ(document().at("more"), false);
}

TEST_F(UserWords, NobodyIsNobodyForEveryWord) {
  make_world();
  for (const std::string who : {"nobody@example.org", "Kim", "", "\xff@x", "00000000-0000-7000-8000-000000000999"}) {
    for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
             {"show", who}, {"deactivate", who}, {"reactivate", who}, {"reset-password", who}, {"revoke", who}}) {
      EXPECT_EQ(rapt({"user", line[0], line[1]}), kFailed) << line[0] << " " << who;
      EXPECT_THAT(err_, HasSubstr("There is no user")) << line[0] << " " << who;
    }
    EXPECT_EQ(rapt({"user", "grant", who, "teacher", "--json"}), kFailed);
    EXPECT_THAT(document().at("error").get<std::string>(), HasSubstr("There is no user"));
  }
}

TEST_F(UserWords, WhoIsDeactivatedGetsNoLinkUntilReactivated) {
  make_world();
  EXPECT_EQ(rapt({"user", "deactivate", "kim@example.org", "--json"}), kOk) << err_;
  EXPECT_EQ(document().at("status"), "inactive");
  EXPECT_EQ(rapt({"user", "reset-password", "kim@example.org"}), kFailed);
  EXPECT_THAT(err_, HasSubstr("not active"));
  EXPECT_EQ(rapt({"user", "reactivate", "kim@example.org"}), kOk);
  EXPECT_EQ(rapt({"user", "reset-password", "kim@example.org"}), kOk);
  EXPECT_EQ(value("SELECT recipient AS value FROM outgoing_mails"), "kim@example.org");
  EXPECT_THAT(out_, Not(HasSubstr("token"))) << "the secret is in the letter alone";
  EXPECT_EQ(rapt({"user", "deactivate", "ada@example.org"}), kFailed) << "the last system administrator";
  EXPECT_THAT(err_, HasSubstr("last system administrator"));
}

TEST_F(UserWords, ALetterThatCannotGoOutIsSaid) {
  make_world();
  environment_.erase("MAIL_URL");
  EXPECT_EQ(rapt({"user", "reset-password", "kim@example.org"}), kOk);
  EXPECT_THAT(err_, HasSubstr("MAIL_URL is not set"));
}

TEST_F(UserWords, RolesAreGivenAndTakenWhereItIsSaidOrPlain) {
  make_world();
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "teacher"}), kOk) << "the only group: " << err_;
  EXPECT_EQ(roles("kim@example.org"), "teacher in Harbor");
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "student", "--group", "Hill"}), kOk) << err_;
  EXPECT_EQ(roles("kim@example.org"), "teacher in Harbor, student in Hill");
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "group_admin"}), kFailed) << "in which of them?";
  EXPECT_THAT(err_, AllOf(HasSubstr("several groups"), HasSubstr("(District/Harbor)"), HasSubstr("(District/Hill)")));
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "king"}), kUsage);
  EXPECT_EQ(rapt({"user", "revoke", "kim@example.org", "--group", "00000000-0000-7000-8000-000000000101", "--json"}),
            kOk)
      << err_;
  EXPECT_EQ(document().at("memberships").size(), 1U);
  EXPECT_EQ(rapt({"user", "revoke", "kim@example.org", "--group", "Harbor"}), kFailed);
  EXPECT_EQ(rapt({"user", "revoke", "kim@example.org"}), kOk);
  EXPECT_THAT(out_, HasSubstr("in no group now"));
  EXPECT_EQ(rapt({"user", "revoke", "ada@example.org"}), kFailed) << "the last system administrator";
  EXPECT_EQ(roles("ada@example.org"), "system_admin in District");
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "system_admin"}), kOk) << "the top of the only tree: " << err_;
  EXPECT_EQ(rapt({"user", "revoke", "ada@example.org"}), kOk) << "no longer the last one";
}

TEST_F(UserWords, ANameOfSeveralGroupsIsAskedFor) {
  make_world();
  scratch_->script(
      "INSERT INTO groups (parent_id, name, type) VALUES ('00000000-0000-7000-8000-000000000101', 'Hill', 'custom')");
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "teacher", "--group", "Hill"}), kFailed);
  EXPECT_THAT(err_, AllOf(HasSubstr("Several groups"), HasSubstr("--group ")));
  EXPECT_EQ(rapt({"user", "grant", "kim@example.org", "teacher", "--group", "District/Hill"}), kOk) << err_;
  EXPECT_EQ(roles("kim@example.org"), "student in Harbor, teacher in Hill");
}

TEST_F(UserWords, AnImportTellsHowFarItIsAndWhatIsWrongWhere) {
  make_world();
  std::string csv = "email,name,group,role\n";
  for (int i = 1; i <= 1500; ++i)
    csv += "p" + std::to_string(i) + (i == 7 ? "" : "@example.org") + ",P" + std::to_string(i) +
           ",District/Harbor,student\n";
  const auto people_csv = file("people.csv", csv);
  EXPECT_EQ(rapt({"user", "import", people_csv, "--dry-run"}), kFailed) << "one line is faulty";
  EXPECT_THAT(out_, AllOf(HasSubstr("8     faulty"), HasSubstr("1500 lines: 1499 created"), HasSubstr("was a trial")));
  EXPECT_THAT(err_, HasSubstr("1500 of 1500 lines done"));
  EXPECT_EQ(people(), "2");
  EXPECT_EQ(rapt({"user", "import", people_csv, "--json"}), kFailed);
  EXPECT_EQ(document().at("lines").size(), 1500U);
  EXPECT_EQ(document().at("import").at("created"), 1499);
  EXPECT_EQ(people(), "1501");
  EXPECT_EQ(mails(), "0");
  const auto two = file("two.csv", "email,name\np1@example.org,P1\nlast@example.org,Last\n");
  EXPECT_EQ(rapt({"user", "import", two, "--invite", "--all"}), kOk) << out_ << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("2     unchanged"), HasSubstr("3     created")));
  EXPECT_EQ(mails(), "1");
}

TEST_F(UserWords, AFileThatIsNoListOfPeopleImportsNobody) {
  make_world();
  EXPECT_EQ(rapt({"user", "import", path("none.csv")}), kFailed);
  EXPECT_EQ(rapt({"user", "import", folder_.string()}), kFailed) << "a folder";
  for (const std::string text : {"", "email;name\n", "email,nickname\n", "email,name\n\"a", "\xff\xfe\x01"}) {
    EXPECT_EQ(rapt({"user", "import", file("bad.csv", text), "--json"}), kFailed) << text;
    EXPECT_FALSE(document().at("error").get<std::string>().empty());
  }
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM user_imports"), "0");
}

}  // namespace
}  // namespace rapt::cli
