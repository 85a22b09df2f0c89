// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "rapt/identity/load_actor.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/usage/reports.hpp"

/// For the tests of this room.
namespace rapt::usage {

// District 100 with schools 101 and 102; district 110 stands apart. 301 is the system's administrator, 302 administers
// school 101, 305 district 100, 303 teaches class 201 of school 101, in which 304 is; 306 is in school 102, 307 in 110.
inline constexpr const char* kWorld = R"(
  INSERT INTO groups (id, parent_id, name, type) SELECT id::uuid, parent::uuid, name, 'custom' FROM (VALUES
    ('00000000-0000-7000-8000-000000000100', NULL, 'District'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'School'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000100', 'Other school'),
    ('00000000-0000-7000-8000-000000000110', NULL, 'Far district')) g (id, parent, name);
  INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, n || '@example.org', 'U' || n
    FROM generate_series(301, 308) n;
  INSERT INTO group_members (group_id, user_id, role) SELECT ('00000000-0000-7000-8000-000000000' || g)::uuid,
    ('00000000-0000-7000-8000-000000000' || u)::uuid, role::member_role FROM (VALUES (100, 301, 'system_admin'),
    (101, 302, 'group_admin'), (100, 305, 'group_admin'), (101, 303, 'teacher'), (101, 304, 'student'),
    (102, 306, 'student'), (110, 307, 'student')) m (g, u, role);
  INSERT INTO classes (id, group_id, name) VALUES ('00000000-0000-7000-8000-000000000201',
    '00000000-0000-7000-8000-000000000101', 'Algebra');
  INSERT INTO class_members (class_id, user_id, role) SELECT '00000000-0000-7000-8000-000000000201',
    ('00000000-0000-7000-8000-000000000' || u)::uuid, role::class_role FROM (VALUES (303, 'teacher'), (304, 'student'))
    m (u, role);)";

class UsageWorld : public ::testing::Test {
 protected:
  UsageWorld() { scratch->script(kWorld); }

  /// A call that was settled at `at` (PostgreSQL's words for a time).
  struct Spent {
    int user = 304, group = 101, class_number = 0;
    std::string day = "2026-11-02", at = "now() - interval '1 hour'", model = "m/one", outcome = "answered";
    std::string cost = "0.5";
    int input = 10, output = 4;
  };
  void spend(const Spent& what) {
    const std::string class_id = what.class_number == 0 ? "NULL" : "'" + uuid(what.class_number) + "'";
    scratch->script(
        "INSERT INTO ai_usage (id, user_id, group_id, class_id, model, request_type, outcome, input_tokens,"
        " output_tokens, cost, latency_ms, day, created_at) VALUES ('" +
        new_uuid() + "', '" + uuid(what.user) + "', '" + uuid(what.group) + "', " + class_id + ", '" + what.model +
        "', 'chat', '" + what.outcome + "', " + std::to_string(what.input) + ", " + std::to_string(what.output) + ", " +
        what.cost + ", 200, '" + what.day + "', " + what.at + ")");
  }

  static std::string uuid(int number) { return "00000000-0000-7000-8000-000000000" + std::to_string(number); }
  identity::Actor actor(int number) {
    auto loaded = runtime::run_blocking(identity::load_actor(**scratch, UserId::trusted(uuid(number))));
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return std::move(*loaded);
  }
  std::string value(const std::string& sql) {
    // A name stands for one text on a connection.
    const auto name = "test.value_" + std::to_string(std::hash<std::string>{}(sql));
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  RolledUp roll() {
    auto done = runtime::run_blocking(roll_up_all(**scratch));
    if (!done) throw std::runtime_error(done.error().message + done.error().log_detail);
    return *done;
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  SystemClock clock;
  Reports reports{**scratch, clock};
};

}  // namespace rapt::usage
