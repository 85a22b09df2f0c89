// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "rapt/accounts/account_service.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/identity/password_hasher.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"
#include "rapt/users/user_service.hpp"

/// For the tests of this room.
namespace rapt::users {

// District 100 with schools 101 and 102; district 110 stands apart. 301 is the system's administrator, 302 administers
// school 101, 303 teaches in it, 304 studies in it, 305 administers district 100, 306 studies in both schools, 307 in
// the far district, 308 is in no group, but in a class of school 101.
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
    (101, 302, 'group_admin'), (101, 303, 'teacher'), (101, 304, 'student'), (100, 305, 'group_admin'),
    (101, 306, 'student'), (102, 306, 'student'), (110, 307, 'student')) m (g, u, role);
  INSERT INTO classes (id, group_id, name) VALUES ('00000000-0000-7000-8000-000000000201',
    '00000000-0000-7000-8000-000000000101', 'Algebra');
  INSERT INTO class_members (class_id, user_id, role) VALUES ('00000000-0000-7000-8000-000000000201',
    '00000000-0000-7000-8000-000000000308', 'student');)";

class UserWorld : public ::testing::Test {
 protected:
  UserWorld() { scratch->script(kWorld); }

  static std::string uuid(int number) { return "00000000-0000-7000-8000-000000000" + std::to_string(number); }
  static UserId user(int number) { return UserId::trusted(uuid(number)); }
  static GroupId group(int number) { return GroupId::trusted(uuid(number)); }
  identity::Actor actor(int number) {
    auto loaded = runtime::run_blocking(identity::load_actor(**scratch, user(number)));
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

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  SystemClock clock;
  security::SecretBox box{"the key of a world that lives for one test"};
  identity::PasswordHasher passwords;
  accounts::AccountService accounts{{**scratch, clock, box, passwords, "http://site.example"}};
  UserService users{**scratch, clock, accounts};
};

}  // namespace rapt::users
