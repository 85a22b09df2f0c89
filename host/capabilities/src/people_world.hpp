// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/accounts/account_service.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "test_scope.hpp"

/// For the tests of directory, sessions and grades.
namespace rapt::host {

// District 100 with schools 101 and 102; district 110 stands apart. 301 is the system's administrator, 302 administers
// school 101, 303 and 304 teach in it, 305 and 306 study in it, 307 in school 102, 308 in the far district, 309 is in
// no group, but in class 202. Class 201 is 303's with students 305 and 306, class 202 is 304's with 309, both in school
// 101; class 203 is in the far district with 308.
inline constexpr const char* kPeople = R"(
  INSERT INTO groups (id, parent_id, name, type) SELECT id::uuid, parent::uuid, name, 'custom' FROM (VALUES
    ('00000000-0000-7000-8000-000000000100', NULL, 'District'),
    ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'School'),
    ('00000000-0000-7000-8000-000000000102', '00000000-0000-7000-8000-000000000100', 'Other school'),
    ('00000000-0000-7000-8000-000000000110', NULL, 'Far district')) g (id, parent, name);
  INSERT INTO users (id, email, name, email_verified_at, password_hash)
    SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, 'u' || n || '@example.org', 'U' || n, now(), 'the-hash'
    FROM generate_series(301, 309) n;
  INSERT INTO group_members (group_id, user_id, role) SELECT ('00000000-0000-7000-8000-000000000' || g)::uuid,
    ('00000000-0000-7000-8000-000000000' || u)::uuid, role::member_role FROM (VALUES (100, 301, 'system_admin'),
    (101, 302, 'group_admin'), (101, 303, 'teacher'), (101, 304, 'teacher'), (101, 305, 'student'),
    (101, 306, 'student'), (102, 307, 'student'), (110, 308, 'student')) m (g, u, role);
  INSERT INTO classes (id, group_id, name) SELECT ('00000000-0000-7000-8000-000000000' || c)::uuid,
    ('00000000-0000-7000-8000-000000000' || g)::uuid, name FROM (VALUES (201, 101, 'Algebra'), (202, 101, 'Biology'),
    (203, 110, 'Chemistry')) c (c, g, name);
  INSERT INTO class_members (class_id, user_id, role) SELECT ('00000000-0000-7000-8000-000000000' || c)::uuid,
    ('00000000-0000-7000-8000-000000000' || u)::uuid, role::class_role FROM (VALUES (201, 303, 'teacher'),
    (201, 305, 'student'), (201, 306, 'student'), (202, 304, 'teacher'), (202, 309, 'student'),
    (203, 308, 'student')) m (c, u, role);)";

// The module "sample" is attached to both versions of tool 401, to none of 402, to the older version of 403, to the
// newer one of 404, and to the product tool 405; "other" is attached everywhere. Conversation 5nn is of tool 4nn (of
// its older version): 501 is 305's in an assignment (601) of class 201, 502 to 504 are 305's without one, 511 is 309's,
// 512 is 308's of the far district. Runs 521 (305) and 522 (309) are of tool 405.
inline constexpr const char* kWork = R"(
  INSERT INTO tools (id, type, name, current_version_id) SELECT ('00000000-0000-7000-8000-000000000' || t)::uuid,
    CASE t WHEN 405 THEN 'product' ELSE 'chat' END::tool_type, 'T' || t,
    ('00000000-0000-7000-8000-000000001' || t)::uuid FROM generate_series(401, 405) t;
  INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed)
    SELECT ('00000000-0000-7000-8000-00000000' || age || t)::uuid, ('00000000-0000-7000-8000-000000000' || t)::uuid,
           age || '.0.0', '', jsonb_build_object('modules', CASE
      WHEN t IN (401, 405) OR (t = 403 AND age = 2) OR (t = 404 AND age = 1)
      THEN '[{"name": "other"}, {"name": "sample", "config": {}}]' ELSE '[{"name": "other"}]' END::jsonb)
      FROM generate_series(401, 405) t, (VALUES (1), (2)) v (age);
  INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) VALUES ('00000000-0000-7000-8000-000000000601',
    '00000000-0000-7000-8000-000000000201', '00000000-0000-7000-8000-000000000401',
    '00000000-0000-7000-8000-000000002401', 'Essay');
  INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id, started_at, next_seq)
    SELECT ('00000000-0000-7000-8000-000000000' || s)::uuid, ('00000000-0000-7000-8000-000000000' || t)::uuid,
      ('00000000-0000-7000-8000-000000002' || t)::uuid, ('00000000-0000-7000-8000-000000000' || u)::uuid,
      CASE s WHEN 501 THEN '00000000-0000-7000-8000-000000000601' END::uuid,
      '2026-02-01T08:00:00Z'::timestamptz + s * interval '1 minute', 4
    FROM (VALUES (501, 401, 305), (502, 402, 305), (503, 403, 305), (504, 404, 305), (511, 401, 309), (512, 401, 308))
      w (s, t, u);
  INSERT INTO messages (session_id, seq, role, content) SELECT s.id, n, CASE n % 2 WHEN 1 THEN 'user' ELSE 'assistant'
    END::message_role, 'Text ' || n FROM chat_sessions s, generate_series(1, 3) n;
  INSERT INTO extractions (session_id, module, type, data, message_seq) SELECT s.id, m, 'note', '{"n": 7}', seq
    FROM chat_sessions s, (VALUES ('sample', 1), ('sample', 3), ('sample', NULL), ('other', 1)) e (m, seq);
  INSERT INTO runs (id, tool_id, tool_version_id, user_id, state, input, output, created_at, completed_at)
    SELECT ('00000000-0000-7000-8000-000000000' || r)::uuid, '00000000-0000-7000-8000-000000000405',
      '00000000-0000-7000-8000-000000002405', ('00000000-0000-7000-8000-000000000' || u)::uuid, 'complete',
      '{"b": 1, "a": 2}', '{"text": "done"}', '2026-02-01T20:00:00Z', '2026-02-01T20:01:00Z'
    FROM (VALUES (521, 305), (522, 309)) w (r, u);
  INSERT INTO extractions (run_id, module, type, data) SELECT id, 'sample', 'note', '{}' FROM runs;)";

class PeopleWorld : public ::testing::Test {
 protected:
  PeopleWorld() { scratch->script(kPeople); }

  static std::string uuid(int number) { return "00000000-0000-7000-8000-000000000" + std::to_string(number); }
  static nlohmann::json ids(std::initializer_list<int> numbers) {
    auto list = nlohmann::json::array();
    for (const int one : numbers) list.push_back(uuid(one));
    return list;
  }
  std::string value(const std::string& sql) {
    const auto name = "test.value_" + std::to_string(std::hash<std::string>{}(sql));  // a name stands for one text
    const auto rows = runtime::run_blocking((**scratch).query({name.c_str(), sql.c_str()}));
    if (!rows) throw std::runtime_error(rows.error().log_detail);
    return rows->empty() ? "" : (*rows)[0].text("value");
  }
  /// A call of a module's; `who` 0: a job by itself.
  template <class Method>
  static ServiceRequest asking(sandbox::Service service, Method method, int who, std::optional<std::string> text) {
    auto request = service_request(service, method, {std::move(text)}, {});
    request.grants = {"directory", "directory:write", "sessions", "grades"};
    request.scope.point = who == 0 ? hooks::Point::kJob : hooks::Point::kRoute;
    if (who != 0) request.scope.user_id = uuid(who);
    return request;
  }
  static nlohmann::json parsed(const ServiceAnswer& answer) {
    return answer.texts.empty() ? nlohmann::json() : nlohmann::json::parse(answer.texts[0].value_or("null"));
  }
  /// The values of one member of each item.
  static std::vector<std::string> column(const nlohmann::json& items, const char* member) {
    std::vector<std::string> out;
    for (const auto& one : items)
      out.push_back(one.at(member).is_string() ? one.at(member).get<std::string>() : one.at(member).dump());
    return out;
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  TestClock clock;
  security::SecretBox box{"the key of a world that lives for one test"};
  identity::PasswordHasher passwords;
  accounts::AccountService accounts{{**scratch, clock, box, passwords, "http://site.example"}};
};

/// What no request of these services may be answered with success: hostile in shape, not in what it names.
inline std::vector<std::optional<std::string>> hostile_requests() {
  std::vector<std::optional<std::string>> all{std::nullopt,
                                              "",
                                              "null",
                                              "[]",
                                              "1",
                                              "\"x\"",
                                              "{",
                                              "{\"kind\"",
                                              "{}}",
                                              "\xff\xfe",
                                              R"({"more": 1})",
                                              R"({"limit": 0})",
                                              R"({"cursor": 7})",
                                              R"({"id": "' OR 1=1 --"})",
                                              R"({"\u0000": 1})"};
  all.emplace_back(std::string(10u << 20, 'x'));
  all.emplace_back("{\"kind\": \"" + std::string(1u << 20, 'x') + "\"}");
  all.emplace_back(std::string(2000, '[') + std::string(2000, ']'));
  all.emplace_back("{\"where\":" + std::string(50, '[') + std::string(50, ']') + "}");
  return all;
}

}  // namespace rapt::host
