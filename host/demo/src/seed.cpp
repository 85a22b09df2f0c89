// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/demo/seed.hpp"

#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "demo_tools.hpp"
#include "people.hpp"
#include "protocol.hpp"
#include "rapt/security/password.hpp"
#include "rapt/store/database.hpp"
#include "rapt/tools/definition.hpp"

namespace rapt::demo {
namespace {

using nlohmann::json;
using store::Params;
using store::Statement;
using store::Transaction;

constexpr Statement kAccounts{"demo.accounts", "select id::text, password_hash from users where id = any($1::uuid[])"};
constexpr Statement kAddUser{"demo.add_user",
                             "insert into users (id, email, name, given_name, family_name, password_hash)"
                             " values ($1, $2, $3, $4, $5, $6)"
                             " on conflict (id) do update set password_hash = excluded.password_hash"};
constexpr Statement kAddGroup{"demo.add_group",
                              "insert into groups (id, parent_id, name, type) values ($1, $2, $3, $4::group_type)"
                              " on conflict (id) do nothing"};
constexpr Statement kAddMember{"demo.add_member",
                               "insert into group_members (user_id, group_id, role) values ($1, $2, $3::member_role)"
                               " on conflict (user_id, group_id) do nothing"};
constexpr Statement kAddClass{
    "demo.add_class", "insert into classes (id, group_id, name) values ($1, $2, $3) on conflict (id) do nothing"};
constexpr Statement kAddClassMember{
    "demo.add_class_member",
    "insert into class_members (class_id, user_id, role) values ($1, $2, $3::class_role)"
    " on conflict (class_id, user_id) do nothing"};
constexpr Statement kAddTool{"demo.add_tool",
                             "insert into tools (id, type, name, group_id, created_by, current_version_id)"
                             " values ($1, $2::tool_type, $3, $4, $5, $6) on conflict (id) do nothing"};
constexpr Statement kAddVersion{"demo.add_version",
                                "insert into tool_versions (id, tool_id, version, definition_yaml, parsed, created_by)"
                                " values ($1, $2, $3, $4, $5::jsonb, $6) on conflict do nothing"};
constexpr Statement kAddAssignment{"demo.add_assignment",
                                   "insert into assignments (id, class_id, tool_id, tool_version_id, name, "
                                   "instructions, available_at, due_at, created_by)"
                                   " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing"};

constexpr Statement kAddModel{"demo.add_model",
                              "insert into ai_models (id, name, provider, active, input_cost_per_1k, "
                              "output_cost_per_1k) values ($1, 'Demonstration model (made-up price)', 'RaptScallions', "
                              "true, 0.0005, 0.0015) on conflict (id) do nothing"};

struct DemoTool {
  std::string id, version_id, yaml, assignment_id, assignment, instructions;
};

const std::string kDistrict = demo_id(1);
const std::string kSchool = demo_id(2);
const std::string kDepartment = demo_id(3);
const std::string kClass = demo_id(10);
const std::string kTeacher = demo_id(102);
constexpr const char* kClassName = "Algebra I, Period 3";

std::vector<DemoTool> demo_tools() {
  return {
      {demo_id(20), demo_id(21), kTutorYaml, demo_id(30), "Solving linear equations with a tutor",
       "Work through three equations of your own with the tutor. Explain each step in your own words."},
      {demo_id(22), demo_id(23), kLessonYaml, demo_id(31), "Plan a lesson that you would like to have",
       "Choose a topic from this unit and have a lesson plan made. Note two things that you would change, and why."}};
}

/// The hash to store for each person: the present one where the password fits it already.
std::vector<std::string> password_hashes(const std::vector<DemoPerson>& people,
                                         const std::map<std::string, std::string>& present,
                                         const std::string& password) {
  std::vector<std::string> hashes;
  for (const auto& person : people) {
    const auto found = present.find(person.id);
    const bool fits = found != present.end() && security::verify_password(password, found->second);
    hashes.push_back(fits ? found->second : security::hash_password(password));
  }
  return hashes;
}

Result<void> add_people(Transaction& tx, const std::vector<DemoPerson>& people,
                        const std::vector<std::string>& hashes) {
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto& one = people[i];
    const auto whole = one.given_name + " " + one.family_name;
    RAPT_TRY(tx.exec(kAddUser, store::params(one.id, one.email, whole, one.given_name, one.family_name, hashes[i])));
    const bool teaching = one.role == "teacher" || one.role == "student";
    const auto& group = teaching ? kSchool : kDistrict;
    RAPT_TRY(tx.exec(kAddMember, store::params(one.id, group, one.role)));
    if (teaching) RAPT_TRY(tx.exec(kAddClassMember, store::params(kClass, one.id, one.role)));
  }
  return {};
}

Result<void> add_groups(Transaction& tx) {
  RAPT_TRY(tx.exec(kAddGroup, Params().add(kDistrict).add_null().add("Cedar Valley School District").add("district")));
  RAPT_TRY(tx.exec(kAddGroup, store::params(kSchool, kDistrict, "Maple Ridge Middle School", "school")));
  RAPT_TRY(tx.exec(kAddGroup, store::params(kDepartment, kSchool, "Mathematics", "department")));
  RAPT_TRY(tx.exec(kAddClass, store::params(kClass, kDepartment, kClassName)));
  return {};
}

Result<void> add_tool(Transaction& tx, const DemoTool& tool, TimePoint now, json& told) {
  auto definition = tools::parse_definition(tool.yaml);
  if (!definition) return definition.error();
  const std::string type(tools::name(definition->type));
  RAPT_TRY(tx.exec(kAddTool, store::params(tool.id, type, definition->name, kSchool, kTeacher, tool.version_id)));
  RAPT_TRY(tx.exec(kAddVersion, store::params(tool.version_id, tool.id, definition->version, tool.yaml,
                                              tools::to_json(*definition), kTeacher)));
  const TimePoint due = now + std::chrono::days(14);
  RAPT_TRY(tx.exec(kAddAssignment, store::params(tool.assignment_id, kClass, tool.id, tool.version_id, tool.assignment,
                                                 tool.instructions, now, due, kTeacher)));
  told["tools"].push_back({{"name", definition->name}, {"id", tool.id}, {"type", type}});
  told["assignments"].push_back({{"name", tool.assignment}, {"id", tool.assignment_id}, {"tool_id", tool.id}});
  return {};
}

json told_people(const std::vector<DemoPerson>& people, const std::string& password) {
  json accounts = json::array();
  for (const auto& one : people) {
    accounts.push_back({{"role", one.role},
                        {"email", one.email},
                        {"password", password},
                        {"name", one.given_name + " " + one.family_name},
                        {"id", one.id}});
  }
  return accounts;
}

Result<void> read_hashes(Transaction& tx, const std::vector<DemoPerson>& people,
                         std::map<std::string, std::string>& hashes) {
  std::vector<std::string> ids;
  for (const auto& one : people) ids.push_back(one.id);
  auto rows = tx.exec(kAccounts, Params().add_array(ids));
  if (!rows) return rows.error();
  for (std::size_t i = 0; i < rows->size(); ++i) hashes[(*rows)[i].text("id")] = (*rows)[i].text("password_hash");
  return {};
}

Result<void> write_all(Transaction& tx, const std::vector<DemoPerson>& people, const std::vector<std::string>& hashes,
                       TimePoint now, bool with_model, json& told) {
  if (with_model) RAPT_TRY(tx.exec(kAddModel, store::params(kDemoModel)));
  RAPT_TRY(add_groups(tx));
  RAPT_TRY(add_people(tx, people, hashes));
  for (const auto& tool : demo_tools()) RAPT_TRY(add_tool(tx, tool, now, told));
  told["groups"] = {{{"id", kDistrict}, {"type", "district"}},
                    {{"id", kSchool}, {"type", "school"}},
                    {{"id", kDepartment}, {"type", "department"}}};
  told["classes"] = {{{"id", kClass}, {"name", kClassName}}};
  return {};
}

}  // namespace

Result<std::string> seed_demo(store::Database& database, const Clock& clock, const std::string& password,
                              bool with_model) {
  const auto people = demo_people();
  std::map<std::string, std::string> present;
  RAPT_TRY(database.transaction_blocking([&](Transaction& tx) { return read_hashes(tx, people, present); }));
  const auto hashes = password_hashes(people, present, password);
  json told;
  RAPT_TRY(database.transaction_blocking([&](Transaction& tx) {
    told = {{"accounts", told_people(people, password)}};
    return write_all(tx, people, hashes, clock.now(), with_model, told);
  }));
  return told.dump();
}

}  // namespace rapt::demo
