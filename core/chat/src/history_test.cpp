// SPDX-License-Identifier: AGPL-3.0-or-later
#include "history.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

#include "session_store.hpp"
#include "test_world.hpp"

namespace rapt::chat {
namespace {

OpenSession read(std::string_view text) {
  OpenSession open;
  read_history(text, open);
  return open;
}

TEST(History, IsReadByLengthsWhateverTheWordsAre) {
  const auto open = read("4 3 assistant 3 9 2 hiuser 4 1768212000000001 17 5 user 6 \n é 9 4assistant 5 10 0 ");
  ASSERT_EQ(open.history->size(), 2U) << "an answer without its question is not told";
  EXPECT_EQ((*open.history)[0].content, "5 user 6 \n é 9 4");
  EXPECT_EQ((*open.history)[0].seq, 4);
  EXPECT_EQ(to_rfc3339((*open.history)[0].created_at), "2026-01-12T10:00:00.000Z");
  EXPECT_EQ((*open.history)[1].role, "assistant");
  EXPECT_EQ((*open.history)[1].content, "");
  EXPECT_EQ(open.left_out, 2);
  EXPECT_TRUE(read("0 0 ").history->empty());
}

TEST(History, OfSomethingElseIsAFault) {
  for (const auto* text :
       {"", "1", "x 0 ", "1 1 user 1 2 9 short", "1 1 user 1 2 -1 x", "1 1 user", "1 1 user a 2 1 x"})
    EXPECT_THROW(read(text), std::logic_error) << text;
}

/// PostgreSQL writes what is read here, to the microsecond.
TEST_F(World, HistoriesComeBackAsTheyWereWritten) {
  const std::vector<std::string> contents = {"1 2 3", "", "user 1 2 3 x", "é\n\"\\ '", std::string(3000, 'z') + " "};
  run("INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, next_seq) SELECT '" + id(9) +
      "', id, current_version_id, '" + id(1) + "', 6 FROM tools WHERE id = '" + tool.str() + "'");
  for (std::size_t i = 0; i < contents.size(); ++i) {
    run("INSERT INTO messages (session_id, seq, role, content, created_at) VALUES ('" + id(9) + "', " +
        std::to_string(i + 1) + ", '" + (i % 2 == 0 ? "user" : "assistant") + "', $w$" + contents[i] +
        "$w$, timestamptz '2026-01-12T10:00:00Z' + interval '1 microsecond' * (123457 * " + std::to_string(i) +
        " + 1))");
  }
  const auto open =
      runtime::run_blocking(load_open_session(database, UserId::trusted(id(1)), SessionId::trusted(id(9))));
  ASSERT_TRUE(open.has_value()) << open.error().log_detail;
  ASSERT_EQ(open->history->size(), contents.size());
  for (std::size_t i = 0; i < contents.size(); ++i) {
    EXPECT_EQ((*open->history)[i].content, contents[i]);
    EXPECT_EQ((*open->history)[i].created_at, clock.now() + std::chrono::microseconds(123'457 * i + 1));
  }
}

}  // namespace
}  // namespace rapt::chat
