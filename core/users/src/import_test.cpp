// SPDX-License-Identifier: AGPL-3.0-or-later
#include <gmock/gmock.h>

#include "csv_file.hpp"
#include "import_batch.hpp"
#include "rapt/users/import_service.hpp"
#include "user_world.hpp"

namespace rapt::users {
namespace {

using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImportTest : public UserWorld {
 protected:
  Result<Import> order(int who, std::string csv, bool dry_run = false, bool invite = false) {
    return run_blocking(imports.order(actor(who), {std::move(csv), dry_run, invite}));
  }
  Import import(int who, std::string csv, bool dry_run = false, bool invite = false) {
    const auto ordered = order(who, std::move(csv), dry_run, invite);
    if (!ordered) throw std::runtime_error(ordered.error().message + ordered.error().log_detail);
    const auto ran = run_blocking(run_import(**scratch, clock, accounts, ordered->id));
    if (!ran) throw std::runtime_error(ran.error().message + ran.error().log_detail);
    return *run_blocking(imports.get(actor(who), ordered->id));
  }
  /// "LINE OUTCOME COLUMN" of each line.
  std::vector<std::string> report(const Import& of) {
    const auto page = run_blocking(imports.lines(machine_administrator(), of.id, "", 100, ""));
    std::vector<std::string> out;
    for (const auto& line : page->items)
      out.push_back(std::to_string(line.line) + " " + line.outcome +
                    (line.faults.empty() ? "" : " " + line.faults[0].path));
    return out;
  }
  std::string fault(const std::string& csv) {
    const auto ordered = order(301, csv);
    return ordered ? "" : ordered.error().fields.empty() ? ordered.error().message : ordered.error().fields[0].message;
  }
  std::string user_value(const std::string& email, const std::string& what) {
    return value("SELECT " + what + " AS value FROM users WHERE email = '" + email + "' AND deleted_at IS NULL");
  }

  ImportService imports{**scratch, clock};
};

TEST_F(ImportTest, ReportsWhatCameOfEachLine) {
  const auto done = import(301,
                           "role;group;email;family_name;given_name;status\r\n"
                           "teacher;District/School;kim@example.org;\"O;Neill\";Kim;\r\n"
                           ";" +
                               uuid(102) +
                               ";304@example.org;Lee;Ann;suspended\r\n"
                               "\r\n"
                               "nonsense;District/School;x@example.org;X;Y;\r\n"
                               ";District/Nowhere;y@example.org;X;Y;\r\n"
                               ";;KIM@example.org;Twice;Kim;\r\n"
                               ";;no address;X;Y;\r\n"
                               ";;z@example.org;X\r\n"
                               ";;303@example.org;;U303;",
                           false, true);
  EXPECT_EQ(done.state, "complete");
  EXPECT_EQ(done.total, 8);
  EXPECT_EQ(done.done, 8);
  EXPECT_EQ(done.faulty, 5);
  EXPECT_THAT(report(done), ElementsAre("2 created", "3 updated", "5 faulty role", "6 faulty group", "7 faulty email",
                                        "8 faulty email", "9 faulty ", "10 updated"));
  EXPECT_EQ(user_value("kim@example.org", "name"), "Kim O;Neill");
  EXPECT_EQ(user_value("304@example.org", "status::text"), "suspended");
  EXPECT_EQ(value("SELECT role::text AS value FROM group_members WHERE user_id = (SELECT id FROM users WHERE email = "
                  "'kim@example.org')"),
            "teacher");
  EXPECT_EQ(value("SELECT string_agg(recipient, ',') AS value FROM outgoing_mails"), "kim@example.org");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM user_import_parts"), "0") << "the file is forgotten";
}

TEST_F(ImportTest, ATrialWritesTheReportAndNothingElse) {
  const std::string csv = "email,name,group\nkim@example.org,Kim,District/School\n304@example.org,Ann,\n";
  const auto trial = import(301, csv, true, true);
  EXPECT_THAT(report(trial), ElementsAre("2 created", "3 updated"));
  EXPECT_EQ(user_value("kim@example.org", "name"), "");
  EXPECT_EQ(user_value("304@example.org", "name"), "U304");
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM outgoing_mails"), "0");
  EXPECT_THAT(report(import(301, csv)), ElementsAre("2 created", "3 updated"));
  EXPECT_THAT(report(import(301, csv)), ElementsAre("2 unchanged", "3 unchanged"));
}

TEST_F(ImportTest, ReachesNoFurtherThanWhoOrderedIt) {
  const auto done = import(302,
                           "email,name,group,role,status\n"
                           "a@example.org,A,District/School,group_admin,\n"
                           "b@example.org,B,District/Other school,,\n"
                           "c@example.org,C,,,\n"
                           "d@example.org,D,District/School,system_admin,\n"
                           "307@example.org,Taken,District/School,,\n"
                           "305@example.org,Taken,District/School,,\n"
                           "306@example.org,Named,,,\n"
                           "306@example.org,Named,,,suspended\n"
                           "308@example.org,Named,District/School,,\n");
  EXPECT_THAT(report(done),
              ElementsAre("2 created", "3 faulty group", "4 faulty group", "5 faulty role", "6 faulty email",
                          "7 faulty email", "8 updated", "9 faulty email", "10 updated"));
  EXPECT_EQ(user_value("307@example.org", "name"), "U307");
  const auto second =
      import(302, "email,name,status\n306@example.org,Named,suspended\n304@example.org,U304,suspended\n");
  EXPECT_THAT(report(second), ElementsAre("2 faulty status", "3 updated"));
  const auto admins = import(301,
                             "email,name,group,role,status\n301@example.org,U301,District,student,\n"
                             "301@example.org,U301,,,suspended\n");
  EXPECT_THAT(report(admins), ElementsAre("2 faulty role", "3 faulty status"));
}

TEST_F(ImportTest, TellsAtOnceWhatIsWrongWithAFile) {
  EXPECT_THAT(fault(""), HasSubstr("empty"));
  EXPECT_THAT(fault("\xEF\xBB\xBF\r\n"), HasSubstr("empty"));
  EXPECT_THAT(fault("email,name\n"), HasSubstr("no line below"));
  EXPECT_THAT(fault("email,name,shoe\na@b,c,d\n"), HasSubstr("unknown column \"shoe\""));
  EXPECT_THAT(fault("email,name,email\n"), HasSubstr("twice"));
  EXPECT_THAT(fault("name\nx\n"), HasSubstr("no column \"email\""));
  EXPECT_THAT(fault("email,given_name\nx,y\n"), HasSubstr("nor both"));
  EXPECT_THAT(fault("email,name\na@b.example,\"Kim\nx,\"y\n"), HasSubstr("line 3, column 4"));
  EXPECT_THAT(fault("email,name\na@b.example,Kim\nx@b.example,\"never\nclosed\n"), HasSubstr("line 3, column 13"));
  EXPECT_THAT(fault("email,name\nx,\xFF\n"), HasSubstr("line 2, column 3"));
  EXPECT_THAT(fault(std::string("email,name\nx,a\0b\n", 17)), HasSubstr("line 2, column 4"));
  EXPECT_THAT(fault("email,name\nx,\"" + std::string(kMaxRow, 'x') + "\n\"\n"), HasSubstr("beginning in line 2"));
  EXPECT_EQ(value("SELECT count(*)::text AS value FROM user_imports"), "0");
}

TEST_F(ImportTest, GoesOnWhereAKilledWorkerStoppedAndDoesNoLineTwice) {
  std::string csv = "email,name,group\n";
  for (int i = 0; i < 2500; ++i) csv += "p" + std::to_string(i) + "@example.org,\"Long name\n\",District/School\n";
  csv += "P7@example.org,Twice,\n";
  csv += std::string(300 * 1024, '\n') + "last@example.org,Last,";
  const auto ordered = order(301, csv);
  ASSERT_TRUE(ordered) << ordered.error().message;
  const std::optional<identity::Actor> ada = actor(301);
  const auto batch = [&](store::Transaction& tx) { return import_batch(tx, ordered->id, ada, accounts, clock.now()); };
  EXPECT_FALSE(*run_blocking((**scratch).transaction(batch)));
  // A worker that dies has committed nothing of its batch.
  const auto dies = [&](store::Transaction& tx) -> Result<bool> {
    auto done = import_batch(tx, ordered->id, ada, accounts, clock.now());
    return done ? Result<bool>(Error::internal("killed")) : done;
  };
  EXPECT_FALSE(run_blocking((**scratch).transaction(dies)));
  EXPECT_EQ(run_blocking(imports.get(actor(301), ordered->id))->done, 1000);
  ASSERT_TRUE(run_blocking(run_import(**scratch, clock, accounts, ordered->id)));
  const auto done = run_blocking(imports.get(actor(301), ordered->id));
  EXPECT_EQ(done->done, 2502);
  EXPECT_EQ(done->created, 2501);
  EXPECT_EQ(done->faulty, 1);
  EXPECT_EQ(value("SELECT max(line)::text AS value FROM user_import_lines"), std::to_string(2 + 5001 + 300 * 1024));
}

TEST_F(ImportTest, IsSeenByWhoOrderedItAndFailsWhenTheyMayNoLonger) {
  const auto ordered = order(302, "email,name,group\na@example.org,A,District/School\n");
  EXPECT_EQ(run_blocking(imports.get(actor(305), ordered->id)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(imports.lines(actor(305), ordered->id, "", 10, "")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(run_blocking(imports.list(actor(305), 10, ""))->items.size(), 0u);
  EXPECT_EQ(run_blocking(imports.list(actor(301), 10, ""))->items.size(), 1u);
  ASSERT_TRUE(run_blocking(users.set_active(actor(301), user(302), false)));
  ASSERT_TRUE(run_blocking(run_import(**scratch, clock, accounts, ordered->id)));
  const auto failed = run_blocking(imports.get(actor(301), ordered->id));
  EXPECT_EQ(failed->state, "failed");
  EXPECT_EQ(user_value("a@example.org", "name"), "");
}

}  // namespace
}  // namespace rapt::users
