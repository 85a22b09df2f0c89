// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/sessions.hpp"

#include "people_world.hpp"
#include "rapt/host/pseudonym.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::SessionsMethod;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SessionsRead : public PeopleWorld {
 protected:
  SessionsRead() { scratch->script(kWork); }

  ServiceAnswer call(SessionsMethod method, int who, std::optional<std::string> text) {
    auto request = asking(sandbox::Service::kSessions, method, who, std::move(text));
    request.grants = grants;
    request.module = module;
    return runtime::run_blocking(sessions.call(std::move(request)));
  }
  json list(int who, const json& query = json::object()) {
    const auto answer = call(SessionsMethod::kList, who, query.dump());
    EXPECT_EQ(answer.status, RAPT_OK) << query.dump() << (answer.texts.empty() ? "" : *answer.texts[0]);
    return answer.status == RAPT_OK ? parsed(answer) : json{{"items", json::array()}};
  }
  /// The last three digits of the ids.
  std::vector<std::string> seen(int who, const json& query = json::object()) {
    const auto page = list(who, query);
    auto out = column(page.at("items"), "id");
    for (auto& one : out) one = one.substr(33);
    return out;
  }
  json transcript(int who, const json& query, rapt_status status = RAPT_OK) {
    const auto answer = call(SessionsMethod::kTranscript, who, query.dump());
    EXPECT_EQ(answer.status, status) << query.dump() << (answer.texts.empty() ? "" : *answer.texts[0]);
    return parsed(answer);
  }
  std::string fault(SessionsMethod method, const std::string& text) {
    const auto answer = call(method, 301, text);
    EXPECT_EQ(answer.status, RAPT_E_INVALID) << text;
    return parsed(answer).value("field", "");
  }
  static std::string known_as(int tool, int who, const char* of = "sample") {
    return pseudonym("key", tool == 0 ? "" : uuid(tool), of, uuid(who));
  }

  std::vector<std::string> grants{"sessions"};
  std::string module = "sample";
  SessionsCapability sessions{**scratch, [](const std::string& tool, const std::string& of, const std::string& user) {
                                return pseudonym("key", tool, of, user);
                              }};
};

TEST_F(SessionsRead, AreThoseOfToolsThatTheModuleWasAndIsAttachedTo) {
  EXPECT_THAT(seen(0), ElementsAre("522", "521", "512", "511", "501"));
  EXPECT_THAT(seen(301), ElementsAre("522", "521", "512", "511", "501"));
  module = "stranger";
  EXPECT_THAT(seen(0), IsEmpty());
  EXPECT_THAT(seen(301), IsEmpty());
  transcript(0, {{"id", uuid(501)}}, RAPT_E_INVALID);
  module = "other";
  EXPECT_EQ(seen(0).size(), 8u);
}

TEST_F(SessionsRead, ShowThePersonWhoCausedTheCallWhatThatPersonReads) {
  EXPECT_THAT(seen(303), ElementsAre("521", "501")) << "the students of the own class";
  EXPECT_THAT(seen(304), ElementsAre("522", "511"));
  EXPECT_THAT(seen(302), ElementsAre("522", "521", "511", "501")) << "who administers the school";
  EXPECT_THAT(seen(305), ElementsAre("521", "501")) << "the own ones";
  EXPECT_THAT(seen(308), ElementsAre("512"));
  EXPECT_THAT(seen(307), IsEmpty());
  for (const int far : {304, 306, 307, 308, 309}) {
    const auto refused = transcript(far, {{"id", uuid(501)}}, RAPT_E_INVALID);
    EXPECT_EQ(refused.at("field"), "id");
    EXPECT_EQ(refused, transcript(far, {{"id", uuid(999)}}, RAPT_E_INVALID)) << "as one that is not there";
    EXPECT_THAT(seen(far, {{"assignment_id", uuid(601)}}), IsEmpty());
  }
  for (const int near : {301, 302, 303, 305}) transcript(near, {{"id", uuid(501)}});
  transcript(303, {{"id", uuid(502)}}, RAPT_E_INVALID);
}

TEST_F(SessionsRead, NarrowAndPage) {
  EXPECT_THAT(seen(0, {{"kind", "run"}}), ElementsAre("522", "521"));
  EXPECT_THAT(seen(0, {{"kind", "chat"}, {"class_id", uuid(201)}}), ElementsAre("501"));
  EXPECT_THAT(seen(0, {{"class_id", uuid(202)}}), ElementsAre("522", "511"));
  EXPECT_THAT(seen(0, {{"tool_id", uuid(405)}, {"state", "complete"}}), ElementsAre("522", "521"));
  EXPECT_THAT(seen(0, {{"state", "active"}}), ElementsAre("512", "511", "501"));
  EXPECT_THAT(seen(0, {{"state", "failed"}}), IsEmpty());
  EXPECT_THAT(seen(0, {{"assignment_id", uuid(601)}}), ElementsAre("501"));
  const std::int64_t at = 1769932800000 + 511 * 60000;  // when 511 began
  EXPECT_THAT(seen(0, {{"kind", "chat"}, {"after_ms", at}}), ElementsAre("512", "511"));
  EXPECT_THAT(seen(0, {{"before_ms", at}}), ElementsAre("501"));
  std::vector<std::string> all;
  json query{{"limit", 2}};
  for (int pages = 0; pages < 5; ++pages) {
    const auto page = list(0, query);
    for (const auto& id : column(page.at("items"), "id")) all.push_back(id.substr(33));
    if (page.at("next_cursor").is_null()) break;
    query["cursor"] = page.at("next_cursor");
  }
  EXPECT_THAT(all, ElementsAre("522", "521", "512", "511", "501"));
}

TEST_F(SessionsRead, NameUsersAsTheHooksDoUnlessTheDirectoryIsGranted) {
  EXPECT_EQ(list(0, {{"assignment_id", uuid(601)}}).at("items")[0].at("user"), known_as(401, 305));
  EXPECT_EQ(transcript(303, {{"id", uuid(521)}}).at("session").at("user"), known_as(405, 305));
  EXPECT_THAT(seen(0, {{"tool_id", uuid(401)}, {"user_id", known_as(401, 309)}}), ElementsAre("511"));
  EXPECT_THAT(seen(0, {{"tool_id", uuid(401)}, {"user_id", known_as(0, 309)}}), ElementsAre("511"))
      << "as the module's pages know the person";
  EXPECT_THAT(seen(0, {{"tool_id", uuid(401)}, {"user_id", known_as(405, 309)}}), IsEmpty()) << "somebody else";
  EXPECT_THAT(seen(303, {{"tool_id", uuid(401)}, {"user_id", known_as(401, 309)}}), IsEmpty()) << "not to be read";
  EXPECT_EQ(fault(SessionsMethod::kList, json{{"user_id", known_as(401, 305)}}.dump()), "tool_id");
  EXPECT_EQ(fault(SessionsMethod::kList, json{{"user_id", uuid(305)}, {"tool_id", uuid(401)}}.dump()), "user_id");
  EXPECT_THAT(list(0).dump(), Not(HasSubstr(uuid(305))));
  grants = {"sessions", "directory"};
  EXPECT_EQ(list(0, {{"user_id", uuid(309)}}).at("items").size(), 2u);
  EXPECT_EQ(list(0, {{"assignment_id", uuid(601)}}).at("items")[0].at("user"), uuid(305));
}

TEST_F(SessionsRead, TranscriptsHaveTheMessagesAndTheModulesOwnFindings) {
  const auto whole = transcript(303, {{"id", uuid(501)}});
  EXPECT_EQ(whole.at("session").at("messages"), 3);
  EXPECT_EQ(whole.at("session").at("tool_version"), "2.0.0");
  EXPECT_EQ(whole.at("session").at("started_at_ms"), 1769932800000 + 501 * 60000);
  EXPECT_EQ(whole.at("session").at("ended_at_ms"), nullptr);
  EXPECT_THAT(column(whole.at("messages"), "content"), ElementsAre("Text 1", "Text 2", "Text 3"));
  EXPECT_THAT(column(whole.at("messages"), "role"), ElementsAre("user", "assistant", "user"));
  EXPECT_EQ(whole.at("findings").size(), 3u);
  EXPECT_THAT(whole.dump(), Not(HasSubstr("other")));
  EXPECT_FALSE(whole.contains("next_seq"));
  const auto first = transcript(303, {{"id", uuid(501)}, {"limit", 2}});
  EXPECT_EQ(first.at("next_seq"), 2);
  EXPECT_EQ(first.at("findings").size(), 2u) << "about the first message, and about none";
  const auto rest = transcript(303, {{"id", uuid(501)}, {"limit", 2}, {"after_seq", 2}});
  EXPECT_THAT(column(rest.at("messages"), "seq"), ElementsAre("3"));
  EXPECT_EQ(rest.at("findings").size(), 1u);
  const auto run = transcript(303, {{"id", uuid(521)}});
  EXPECT_EQ(run.at("input"), (json{{"a", 2}, {"b", 1}}));
  EXPECT_EQ(run.at("output").at("text"), "done");
  EXPECT_EQ(run.at("findings").size(), 1u);
  scratch->script(
      "UPDATE messages SET replaced_at = now() WHERE seq = 2; UPDATE users SET deleted_at = now() "
      "WHERE name = 'U305'");
  EXPECT_THAT(column(transcript(303, {{"id", uuid(501)}}).at("messages"), "seq"), ElementsAre("1", "3"));
}

TEST_F(SessionsRead, LongConversationsComeInParts) {
  scratch->script(
      "INSERT INTO messages (session_id, seq, role, content) SELECT '" + uuid(501) +
      "', n, 'user', repeat('x', 50000) FROM generate_series(4, 60) n; INSERT INTO extractions (session_id, "
      "module, type, data, message_seq) SELECT '" +
      uuid(501) + "', 'sample', 'big', jsonb_build_object('x', repeat('x', 60000)), 5 FROM generate_series(1, 10) n");
  std::int64_t after = 0, messages = 0;
  int parts = 0;
  for (;; ++parts) {
    const auto part = transcript(0, {{"id", uuid(501)}, {"after_seq", after}, {"limit", 500}});
    messages += static_cast<std::int64_t>(part.at("messages").size());
    if (parts == 0) {
      EXPECT_GT(part.at("findings_left_out"), 0);
    }
    if (!part.contains("next_seq")) break;
    ASSERT_GT(part.at("next_seq"), after);
    after = part.at("next_seq");
  }
  EXPECT_EQ(messages, 60);
  EXPECT_GT(parts, 2);
  scratch->script("UPDATE messages SET content = repeat('y', 1200000) WHERE seq = 10");
  EXPECT_EQ(call(SessionsMethod::kTranscript, 0, json{{"id", uuid(501)}, {"after_seq", 9}}.dump()).status,
            RAPT_E_TOO_LARGE);
  scratch->script("UPDATE runs SET output = to_json(repeat('y', 1200000))");
  EXPECT_EQ(call(SessionsMethod::kTranscript, 0, json{{"id", uuid(521)}}.dump()).status, RAPT_E_TOO_LARGE);
}

TEST_F(SessionsRead, RefuseWhatIsNotAsItMustBeWithTheField) {
  for (const auto method : {SessionsMethod::kList, SessionsMethod::kTranscript, static_cast<SessionsMethod>(9)}) {
    for (const auto& hostile : hostile_requests())
      EXPECT_EQ(call(method, 301, hostile).status, RAPT_E_INVALID) << hostile.value_or("nothing").substr(0, 100);
  }
  EXPECT_EQ(fault(SessionsMethod::kList, R"({"kind": "login"})"), "kind");
  EXPECT_EQ(fault(SessionsMethod::kList, R"({"kind": "chat", "state": "failed"})"), "state");
  EXPECT_EQ(fault(SessionsMethod::kList, R"({"tool_id": "1' OR true"})"), "tool_id");
  EXPECT_EQ(fault(SessionsMethod::kList, R"({"after_ms": -1})"), "after_ms");
  EXPECT_EQ(fault(SessionsMethod::kList, R"({"before_ms": 1e300})"), "before_ms");
  for (const char* forged : {"x", "1_x", "99999999999999999999_00000000-0000-7000-8000-000000000501", "'"})
    EXPECT_EQ(fault(SessionsMethod::kList, json{{"cursor", forged}}.dump()), "cursor") << forged;
  EXPECT_EQ(fault(SessionsMethod::kTranscript, "{}"), "id");
  EXPECT_EQ(fault(SessionsMethod::kTranscript, R"({"id": ")" + uuid(501) + R"(", "limit": 501})"), "limit");
  auto anonymous = asking(sandbox::Service::kSessions, SessionsMethod::kList, 0, "{}");
  anonymous.scope.point = hooks::Point::kRoute;
  EXPECT_EQ(runtime::run_blocking(sessions.call(anonymous)).status, RAPT_E_NOT_ALLOWED);
}

}  // namespace
}  // namespace rapt::host
