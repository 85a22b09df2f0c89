// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include "rapt/hooks/scripted_caller.hpp"
#include "rapt/identity/load_actor.hpp"
#include "rapt/module_settings/live_settings.hpp"
#include "rapt/module_settings/settings.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/security/secret_box.hpp"
#include "rapt/store/scratch_database.hpp"

namespace rapt::module_settings {

inline const std::string kSchema =
    R"({"type": "object", "additionalProperties": false, "required": ["words", "api_key"],
  "properties": {
    "words": {"type": "array", "items": {"type": "string"}, "x-rapt-narrow": "subset"},
    "max_words": {"type": "integer", "minimum": 1, "default": 100, "x-rapt-narrow": "max"},
    "least": {"type": "number", "x-rapt-narrow": "min"},
    "blocked": {"type": "array", "items": {"type": "string"}, "x-rapt-narrow": "superset"},
    "region": {"type": "string", "x-rapt-narrow": "fixed"},
    "note": {"type": "string"},
    "api_key": {"type": "string", "minLength": 4, "x-rapt-secret": true}}})";

/// A district with a school in it; another district; Ada administers the system, Dan the district, Sam is a student of
/// the school. The module "filter" is installed and runs.
class Settled : public ::testing::Test {
 protected:
  Settled() {
    scratch->script(R"(
      INSERT INTO groups (id, parent_id, name, type) VALUES
        ('00000000-0000-7000-8000-000000000100', NULL, 'District', 'district'),
        ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000100', 'School', 'school'),
        ('00000000-0000-7000-8000-000000000102', NULL, 'Elsewhere', 'district');
      INSERT INTO users (id, email, name) SELECT ('00000000-0000-7000-8000-000000000' || n)::uuid, n || '@example.org', 'U' || n
        FROM generate_series(301, 303) n;
      INSERT INTO group_members (group_id, user_id, role) VALUES
        ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000301', 'system_admin'),
        ('00000000-0000-7000-8000-000000000100', '00000000-0000-7000-8000-000000000302', 'group_admin'),
        ('00000000-0000-7000-8000-000000000101', '00000000-0000-7000-8000-000000000303', 'student');
      INSERT INTO modules (name, version, digest, manifest) VALUES ('filter', '1.0.0', repeat('a', 64), '{}');)");
    modules.describe({"filter", "1.0.0", "Filter", "", kSchema});
  }

  static std::string uuid(int number) { return "00000000-0000-7000-8000-000000000" + std::to_string(number); }
  static GroupId group(int number) { return number == 0 ? GroupId() : GroupId::trusted(uuid(number)); }
  identity::Actor actor(int number) {
    return *runtime::run_blocking(identity::load_actor(**scratch, UserId::trusted(uuid(number))));
  }
  Result<Settings> set(int who, int where, const std::string& settings,
                       std::map<std::string, std::optional<std::string>> secrets = {},
                       std::optional<TimePoint> expected = {}) {
    return runtime::run_blocking(administration.replace(actor(who), {"filter", group(where)},
                                                        *ConfigSchema::compile(kSchema), {settings, std::move(secrets)},
                                                        expected));
  }
  std::string resolved(int where) {
    return *runtime::run_blocking(live.resolve("filter", where == 0 ? "" : uuid(where)));
  }
  std::string text(const std::string& sql) {
    const std::string name = "test_" + std::to_string(std::hash<std::string>()(sql));
    return (*runtime::run_blocking((**scratch).query({name.c_str(), sql.c_str()})))[0].text("text");
  }

  std::unique_ptr<store::ScratchDatabase> scratch = store::ScratchDatabase::migrated();
  security::SecretBox box{"the key of settings that live for one test"};
  hooks::ScriptedCaller modules;
  Administration administration{**scratch, box};
  LiveSettings live{**scratch, box, modules};
};

}  // namespace rapt::module_settings
