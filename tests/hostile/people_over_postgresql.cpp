// SPDX-License-Identifier: AGPL-3.0-or-later
// A module in its sandbox asks about people, conversations and marks, on behalf of whoever caused the call: the wire,
// the host, PostgreSQL.
#include <gmock/gmock.h>

#include "people_world.hpp"
#include "rapt/host/directory.hpp"
#include "rapt/host/grades.hpp"
#include "rapt/host/pseudonym.hpp"
#include "rapt/host/sessions.hpp"
#include "workshop.hpp"

namespace rapt::hostile {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kGranted =
    R"([{"name":"directory","reason":"r"},{"name":"sessions","reason":"r"},{"name":"grades","reason":"r"}])";

class PeopleOverPostgresql : public host::PeopleWorld {
 protected:
  PeopleOverPostgresql() {
    std::string work = host::kWork;
    const std::string from = "sample", to = "hostile-ask";
    for (auto at = work.find(from); at != std::string::npos; at = work.find(from, at + to.size()))
      work.replace(at, from.size(), to);
    scratch->script(work + "INSERT INTO submissions (id, assignment_id, user_id, session_id, state) VALUES ('" +
                    uuid(701) + "', '" + uuid(601) + "', '" + uuid(305) + "', '" + uuid(501) + "', 'submitted')");
    const host::PseudonymOf pseudonym = [](const std::string& tool, const std::string& module,
                                           const std::string& user) {
      return host::pseudonym("key", tool, module, user);
    };
    capabilities_.add(sandbox::Service::kDirectory,
                      std::make_unique<host::DirectoryCapability>(**scratch, clock, accounts));
    capabilities_.add(sandbox::Service::kSessions, std::make_unique<host::SessionsCapability>(**scratch, pseudonym));
    capabilities_.add(sandbox::Service::kGrades, std::make_unique<host::GradesCapability>(**scratch, clock, pseudonym));
  }
  ~PeopleOverPostgresql() override { house_.stop(); }

  void start(const std::string& permissions) {
    house_.start({workshop_.pack("ask", {.permissions = permissions})});
    house_.wait_running("hostile-ask");
  }
  std::string ask(int who, const std::string& orders) {
    auto context = sample_context();
    context.user.id = uuid(who);
    context.current->content = orders;
    const auto answer = house_.ask("hostile-ask", context, hooks::Point::kChatOnMessage, "{}", 30s);
    EXPECT_EQ(answer.kind, hooks::Answer::Kind::kReplace) << answer.text;
    return answer.text;
  }

  Workshop workshop_;
  host::Capabilities capabilities_;
  House house_{workshop_, [this](host::Supervisor::Options& options) {
                 fearless(options);
                 options.services = &capabilities_;
               }};
};

TEST_F(PeopleOverPostgresql, TheTeacherOfAClassIsShownItsWorkAndAnotherOneIsNot) {
  start(kGranted);
  const std::string read = "directory|read|{\"kind\":\"classes\"}";
  const std::string transcript = "sessions|transcript|{\"id\":\"" + uuid(501) + "\"}";
  const std::string mark =
      "grades|write|{\"grades\":[{\"submission_id\":\"" + uuid(701) + "\",\"score\":7.5,\"score_of\":10}]}";
  EXPECT_THAT(ask(305, read), ::testing::AllOf(HasSubstr("Algebra"), Not(HasSubstr("Biology"))));
  EXPECT_THAT(ask(303, transcript), ::testing::AllOf(StartsWith("0 "), HasSubstr("Text 3"), HasSubstr(uuid(305))));
  EXPECT_THAT(ask(304, transcript), ::testing::AllOf(StartsWith("-1 "), Not(HasSubstr("Text"))));
  EXPECT_THAT(ask(304, mark), HasSubstr("failed"));
  EXPECT_THAT(ask(303, mark), HasSubstr("created"));
  EXPECT_THAT(ask(305, "grades|read|{\"assignment_id\":\"" + uuid(601) + "\"}"), HasSubstr("7.5"));
  EXPECT_THAT(ask(301, "directory|write|{\"source\":\"a\",\"operations\":[{}]}"), HasSubstr("directory:write"));
  EXPECT_EQ(value("SELECT by_module AS value FROM submission_grades"), "hostile-ask");
}

TEST_F(PeopleOverPostgresql, NothingIsToldWithoutTheGrant) {
  start(R"([{"name":"sessions","reason":"r"}])");
  EXPECT_THAT(ask(301, "directory|read|{\"kind\":\"users\"}\ngrades|read|{}"),
              ::testing::AllOf(HasSubstr("no service"), Not(HasSubstr("example.org"))));
  EXPECT_THAT(ask(303, "sessions|list|{}"),
              ::testing::AllOf(StartsWith("0 "), HasSubstr(uuid(501)), Not(HasSubstr(uuid(305)))));
}

}  // namespace
}  // namespace rapt::hostile
