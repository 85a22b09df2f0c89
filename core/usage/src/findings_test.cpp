// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/findings.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <thread>

#include "rapt/usage/extractions.hpp"
#include "usage_world.hpp"

namespace rapt::usage {
namespace {

using runtime::run_blocking;
using ::testing::HasSubstr;

// 901 is a conversation in assignment 801 of class 201 by student 304, 902 one without an assignment by the same, 903 a
// run of 304 in assignment 801, 904 a conversation of 306 in the other school, 905 one of teacher 303 in assignment
// 801. 308 is a second student of class 201, who has conversation 906 there; 909 is another class's assignment of 304.
constexpr const char* kWork = R"(
  INSERT INTO tools (id, type, name, group_id, current_version_id) VALUES ('00000000-0000-7000-8000-000000000701', 'chat',
    'Tutor', '00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000701');
  INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES
    ('00000000-0000-7000-8000-000000000701', '00000000-0000-7000-8000-000000000701', '1.0.0', '', '{}');
  INSERT INTO classes (id, group_id, name) VALUES ('00000000-0000-7000-8000-000000000202',
    '00000000-0000-7000-8000-000000000101', 'Physics');
  INSERT INTO class_members (class_id, user_id, role) VALUES
    ('00000000-0000-7000-8000-000000000201', '00000000-0000-7000-8000-000000000308', 'student'),
    ('00000000-0000-7000-8000-000000000202', '00000000-0000-7000-8000-000000000304', 'student');
  INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) SELECT
    ('00000000-0000-7000-8000-000000000' || a)::uuid, ('00000000-0000-7000-8000-000000000' || c)::uuid,
    '00000000-0000-7000-8000-000000000701', '00000000-0000-7000-8000-000000000701', name
    FROM (VALUES (801, 201, 'Fractions'), (802, 202, 'Force')) x (a, c, name);
  INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id) SELECT
    ('00000000-0000-7000-8000-000000000' || s)::uuid, '00000000-0000-7000-8000-000000000701',
    '00000000-0000-7000-8000-000000000701', ('00000000-0000-7000-8000-000000000' || u)::uuid,
    ('00000000-0000-7000-8000-000000000' || a)::uuid
    FROM (VALUES (901, 304, 801), (902, 304, NULL), (904, 306, NULL), (905, 303, 801), (906, 308, 801), (909, 304, 802))
    x (s, u, a);
  INSERT INTO runs (id, tool_id, tool_version_id, user_id, assignment_id, input, output, state, completed_at) VALUES
    ('00000000-0000-7000-8000-000000000903', '00000000-0000-7000-8000-000000000701',
     '00000000-0000-7000-8000-000000000701', '00000000-0000-7000-8000-000000000304',
     '00000000-0000-7000-8000-000000000801', '{}', '{}', 'complete', now());)";

class FindingsTest : public UsageWorld {
 protected:
  FindingsTest() { scratch->script(kWork); }

  void found(int work, const std::string& type, int minute, const std::string& module = "watch") {
    const auto id = "'" + uuid(work) + "'";
    scratch->script("INSERT INTO extractions (session_id, run_id, module, type, data, created_at) VALUES (" +
                    (work == 903 ? "NULL, " + id : id + ", NULL") + ", '" + module + "', '" + type +
                    "', '{}', '2026-11-02T10:00:00Z'::timestamptz + " + std::to_string(minute) +
                    " * interval '1 minute')");
  }
  /// The last three digits of whose work it was, or the sentence that refuses.
  std::string list(int who, FindingFilter filter, int limit = 100, bool oldest_first = false) {
    std::string out, cursor;
    do {
      const auto page = run_blocking(findings.list(actor(who), filter, limit, cursor, oldest_first));
      if (!page) return page.error().message + page.error().log_detail;
      for (const auto& one : page->items)
        out +=
            (one.extraction.session.empty() ? one.extraction.run.str() : one.extraction.session.str()).substr(33) + " ";
      cursor = page->next_cursor.value_or("");
      if (!cursor.empty()) out += "| ";
    } while (!cursor.empty());
    return out;
  }
  FindingFilter of_class(int number = 201) { return {.class_id = ClassId::trusted(uuid(number))}; }
  FindingFilter of_assignment(int number = 801) { return {.assignment = AssignmentId::trusted(uuid(number))}; }

  /// The first column of all rows.
  std::string texts(const std::string& sql) {
    static std::deque<std::string> known;  // statements are known by their name for as long as there is a connection
    const auto& text = known.emplace_back("SELECT string_agg(t || ' ', '') AS all FROM (" + sql + ") x (t)");
    const auto& name = known.emplace_back("test." + std::to_string(known.size()));
    const auto rows = run_blocking((**scratch).query({name.c_str(), text.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().message + " " + rows.error().log_detail);
    return (*rows)[0].text("all");
  }

  Findings findings{**scratch};
};

TEST_F(FindingsTest, AClassHasTheWorkOfItsAssignmentsAndOfItsStudentsWithoutOne) {
  for (const int work : {901, 902, 903, 904, 905, 906, 909}) found(work, "struggle", work);
  EXPECT_EQ(list(303, of_class()), "906 903 902 901 ") << "not the own one, another school's or another class's";
  EXPECT_EQ(list(302, of_class()), "906 903 902 901 ") << "905 is no student's";
  EXPECT_EQ(list(303, of_assignment()), "906 903 901 ");
  EXPECT_EQ(list(305, of_assignment(802)), "909 ");
  EXPECT_EQ(list(303, of_class(), 2), "906 903 | 902 901 ");
  EXPECT_EQ(list(303, of_class(), 3, true), "901 902 903 | 906 ");
}

TEST_F(FindingsTest, FiltersNarrow) {
  found(901, "struggle", 1), found(902, "links", 2), found(903, "struggle", 3, "other"), found(906, "struggle", 4);
  auto filter = of_class();
  filter.type = "struggle";
  EXPECT_EQ(list(303, filter), "906 903 901 ");
  filter.module = "watch";
  EXPECT_EQ(list(303, filter), "906 901 ");
  filter.user = UserId::trusted(uuid(304));
  EXPECT_EQ(list(303, filter), "901 ");
  filter = of_class();
  filter.from = parse_time("2026-11-02T10:02:00Z");
  filter.to = parse_time("2026-11-02T10:04:00Z");
  EXPECT_EQ(list(303, filter), "903 902 ");
}

TEST_F(FindingsTest, WhoDoesNotTeachTheClassSeesNothingOfIt) {
  found(901, "struggle", 1);
  EXPECT_THAT(list(304, of_class()), HasSubstr("Only those who teach"));
  EXPECT_THAT(list(304, of_assignment()), HasSubstr("Only those who teach"));
  EXPECT_THAT(list(303, of_class(202)), HasSubstr("Only those who teach"))
      << "a teacher of the school, not of the class";
  EXPECT_THAT(list(306, of_class()), HasSubstr("There is no such class"));
  EXPECT_THAT(list(307, of_assignment()), HasSubstr("There is no such assignment"));
  EXPECT_THAT(list(301, of_class(299)), HasSubstr("There is no such class"));
  EXPECT_EQ(run_blocking(findings.summary(actor(304), of_class())).error().kind, ErrorKind::kForbidden);
  scratch->script("UPDATE assignments SET deleted_at = now() WHERE id = '" + uuid(801) + "'");
  EXPECT_THAT(list(303, of_assignment()), HasSubstr("There is no such assignment"));
}

TEST_F(FindingsTest, ASummaryCountsFindingsAndPeople) {
  found(901, "struggle", 1), found(901, "struggle", 2), found(906, "struggle", 9), found(903, "links", 3);
  const auto sums = *run_blocking(findings.summary(actor(303), of_class()));
  ASSERT_EQ(sums.size(), 2U);
  EXPECT_EQ(sums[0].module + "/" + sums[0].type, "watch/struggle");
  EXPECT_EQ(sums[0].count, 3);
  EXPECT_EQ(sums[0].people, 2);
  EXPECT_EQ(to_rfc3339(sums[0].last), "2026-11-02T10:09:00.000Z");
  EXPECT_EQ(sums[1].type, "links");
}

TEST_F(FindingsTest, OneConversationIsReadInPages) {
  for (int i = 0; i < 5; ++i) found(901, i % 2 == 0 ? "even" : "odd", i);
  const auto session = SessionId::trusted(uuid(901));
  const auto first = *run_blocking(extractions_of(**scratch, session, {.limit = 2}));
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].type, "even");
  const auto second = *run_blocking(extractions_of(**scratch, session, {.limit = 3, .cursor = *first.next_cursor}));
  ASSERT_EQ(second.items.size(), 3U);
  EXPECT_FALSE(second.next_cursor);
  EXPECT_EQ(run_blocking(extractions_of(**scratch, session, {.type = "odd"}))->items.size(), 2U);
  EXPECT_EQ(run_blocking(extractions_of(**scratch, session, {.cursor = "x"})).error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(run_blocking(extractions_of(**scratch, RunId::trusted(uuid(903)), {}))->items.empty());
}

/// Of a conversation, or of the one that is not there.
Result<void> store_one(store::Transaction& tx, const SessionId& session) {
  return store_extractions(tx, session, {}, {hooks::Extraction{.module = "watch", .type = "note", .data_json = "{}"}});
}

TEST_F(FindingsTest, GoWithTheirConversationAndItsMessagesAlsoWhenItsOwnerGoes) {
  for (const int work : {901, 902, 903, 906}) found(work, "note", work % 10);
  scratch->script("INSERT INTO messages (session_id, seq, role, content) SELECT id, 1, 'user', 'x' FROM chat_sessions");
  EXPECT_EQ(texts("SELECT right(session_id::text, 3) FROM messages ORDER BY 1"), "901 902 904 905 906 909 ");
  scratch->script("DELETE FROM chat_sessions WHERE id = '" + uuid(902) + "'; DELETE FROM users WHERE id = '" +
                  uuid(308) + "'");
  EXPECT_EQ(texts("SELECT right(session_id::text, 3) FROM messages ORDER BY 1"), "901 904 905 909 ");
  EXPECT_EQ(texts("SELECT right(coalesce(session_id, run_id)::text, 3) FROM extractions ORDER BY 1"), "901 903 ");
}

TEST_F(FindingsTest, AreRefusedWhereTheConversationIsGone) {
  const auto stored = (**scratch).transaction_blocking(
      [](store::Transaction& tx) { return store_one(tx, SessionId::trusted(uuid(999))); });
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(texts("SELECT type FROM extractions"), "");
}

TEST_F(FindingsTest, OfAConversationThatIsBeingDeletedGoWithIt) {
  std::thread deleting;
  const auto stored = (**scratch).transaction_blocking([&](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(store_one(tx, SessionId::trusted(uuid(902))));
    deleting = std::thread([&] { scratch->script("DELETE FROM chat_sessions WHERE id = '" + uuid(902) + "'"); });
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (texts("SELECT 'waits' FROM pg_locks WHERE NOT granted LIMIT 1").empty()) {
      if (std::chrono::steady_clock::now() > until) return Error::internal("the deletion did not wait");
    }
    return {};
  });
  deleting.join();
  ASSERT_TRUE(stored) << stored.error().log_detail;
  EXPECT_EQ(texts("SELECT type FROM extractions"), "");
}

}  // namespace
}  // namespace rapt::usage
