// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/store/sql_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rapt::store {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> parts(std::string_view script) {
  std::vector<std::string> out;
  for (const auto& part : split_script(script)) out.push_back(std::to_string(part.line) + ": " + part.sql);
  return out;
}

TEST(SqlText, CutsAtTheEndsOfStatements) {
  EXPECT_THAT(parts("CREATE TABLE a (b text);\n\n-- a note; not an end\nINSERT INTO a VALUES (';');SELECT 1"),
              ElementsAre("1: CREATE TABLE a (b text)", "4: INSERT INTO a VALUES (';')", "4: SELECT 1"));
  EXPECT_THAT(parts(" ;; -- nothing\n/* ; /* nested; */ ; */ ;"), ElementsAre());
  EXPECT_THAT(parts("SELECT E'\\';', 'it''s;', \"a;\"\"b\"; SELECT $1;"),
              ElementsAre("1: SELECT E'\\';', 'it''s;', \"a;\"\"b\"", "1: SELECT $1"));
  EXPECT_THAT(parts("DO $$ BEGIN; END $$;\nDO $x$ ; $$ ; $x$;"),
              ElementsAre("1: DO $$ BEGIN; END $$", "2: DO $x$ ; $$ ; $x$"));
  EXPECT_THAT(parts("CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2);"),
              ElementsAre("1: CREATE RULE r AS ON INSERT TO a DO (SELECT 1; SELECT 2)"));
  EXPECT_THAT(parts("CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT "
                    "3; END; BEGIN; END"),
              ElementsAre("1: CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; "
                          "SELECT 3; END",
                          "1: BEGIN", "1: END"));
}

TEST(SqlText, EndsWithTextThatDoesNot) {
  for (const char* open : {"SELECT 'a;", "SELECT \"a;", "SELECT $$ a;", "/* a;", "SELECT E'\\", "SELECT (;"})
    EXPECT_LE(parts(open).size(), 1U) << open;
}

TEST(SqlText, KnowsTheFirstWord) {
  EXPECT_EQ(first_word(" -- set\n/* set */ ((SeLeCt 1))"), "select");
  EXPECT_EQ(first_word("--\rSET x = \nselect"), "set") << "a comment ends there for PostgreSQL, too";
  EXPECT_EQ(first_word("with_x AS"), "with_x");
  EXPECT_EQ(first_word("\"select\" 1"), "");
  EXPECT_EQ(first_word("E'select'"), "");
  EXPECT_EQ(first_word("; SELECT 1"), "");
  EXPECT_EQ(first_word(""), "");
}

}  // namespace
}  // namespace rapt::store
