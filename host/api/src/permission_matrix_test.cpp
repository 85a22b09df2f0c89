// SPDX-License-Identifier: AGPL-3.0-or-later
// Who may do what: every route that needs a login, asked by every role, about things of the own school, of a sibling
// school and of another district. What may not be seen is answered like what does not exist.
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "routes.hpp"
#include "test_site.hpp"

namespace rapt::api {
namespace {

// Columns: the system's administrator, the administrator of the district, the administrator of the own school, a
// teacher of the own school who teaches the own class, a student of that class. In each: own school, sibling school,
// another district.
constexpr const char* kTable = R"(
GET    /groups                                                    200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
POST   /groups {"parent_id":"GROUP","name":"N","type":"custom"}   201 201 201  201 201 404  201 404 404  403 404 404  403 404 404
GET    /groups/GROUP                                              200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
PATCH  /groups/GROUP {"name":"N"}                                 200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
DELETE /groups/GROUP                                              409 409 409  409 409 404  409 404 404  403 404 404  403 404 404
POST   /groups/GROUP/move {"parent_id":"DISTRICT"}                200 200 200  200 200 404  403 404 404  403 404 404  403 404 404
GET    /groups/GROUP/children                                     200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /groups/GROUP/descendants                                  200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /groups/GROUP/ancestors                                    200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /groups/GROUP/settings/resolved                            200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /groups/GROUP/theme/resolved                               200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
PATCH  /groups/GROUP/theme {"theme":{}}                           200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
GET    /groups/GROUP/members                                      200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
POST   /groups/GROUP/members {"user_id":"SPARE","role":"student"} 201 201 201  201 201 404  201 404 404  403 404 404  403 404 404
PATCH  /groups/GROUP/members/PUPIL {"role":"teacher"}             200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
DELETE /groups/GROUP/members/PUPIL                                204 204 204  204 204 404  204 404 404  403 404 404  403 404 404
GET    /groups/GROUP/classes                                      200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /groups/GROUP/modules                                      200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
GET    /groups/GROUP/modules/filter/settings                      200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
PUT    /groups/GROUP/modules/filter/settings {"settings":{}}      200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
DELETE /groups/GROUP/modules/filter/settings                      204 204 204  204 204 404  204 404 404  403 404 404  403 404 404
GET    /groups/GROUP/modules/filter/settings/resolved             200 200 200  200 200 404  200 404 404  403 404 404  403 404 404
GET    /classes                                                   200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
POST   /classes {"group_id":"GROUP","name":"N"}                   201 201 201  201 201 404  201 404 404  403 404 404  403 404 404
GET    /classes/CLASS                                             200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
PATCH  /classes/CLASS {"name":"N"}                                200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
DELETE /classes/CLASS                                             204 204 204  204 204 404  204 404 404  403 404 404  403 404 404
GET    /classes/CLASS/members                                     200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /classes/CLASS/roster                                      200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
POST   /classes/CLASS/members {"user_id":"SPARE","role":"student"} 201 201 201  201 201 404  201 404 404  201 404 404  403 404 404
PATCH  /classes/CLASS/members/PUPIL {"role":"student"}            200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
DELETE /classes/CLASS/members/PUPIL                               204 204 204  204 204 404  204 404 404  204 404 404  403 404 404
GET    /classes/CLASS/join-codes                                  200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
POST   /classes/CLASS/join-codes {}                               201 201 201  201 201 404  201 404 404  201 404 404  403 404 404
DELETE /classes/CLASS/join-codes/CODE                             204 204 204  204 204 404  204 404 404  204 404 404  403 404 404
POST   /classes/join {"code":"INVITE"}                            200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /tools                                                     200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
POST   /tools {"definition":"YAML","group_id":"GROUP"}            201 201 201  201 201 404  201 404 404  201 404 404  403 404 404
GET    /tools/schema.json                                         200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /tools/TOOL                                                200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /tools/PRODUCT                                             200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
GET    /assignments                                               200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
POST   /sessions {"tool_id":"TOOL","assignment_id":"ASSIGNMENT"}  201 201 201  201 201 404  201 404 404  201 404 404  201 404 404
GET    /sessions                                                  200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /sessions?scope=teaching                                   200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /sessions/SESSION                                          200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
PATCH  /sessions/SESSION {"state":"paused"}                       404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
GET    /sessions/SESSION/extractions                              200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
POST   /sessions/SESSION/messages {"content":"Why?"}              404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
POST   /sessions/SESSION/regenerate {}                            404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
POST   /sessions/SESSION/stop {}                                  404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
GET    /sessions/SESSION/stream                                   404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
POST   /runs {"tool_id":"PRODUCT","input":{}}                     422 422 422  422 422 404  422 404 404  422 404 404  404 404 404
GET    /runs                                                      200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /runs/RUN                                                  200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
GET    /runs/RUN/extractions                                      200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
GET    /extractions/types                                         200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /classes/CLASS/extractions                                 200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /classes/CLASS/extractions/summary                         200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /classes/CLASS/extractions/export                          200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /assignments/ASSIGNMENT/extractions                        200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /assignments/ASSIGNMENT/extractions/summary                200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /assignments/ASSIGNMENT/extractions/export                 200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /exports                                                   400 400 400  400 400 400  400 400 400  400 400 400  400 400 400
GET    /exports?place=class&place_id=CLASS                        200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /exports?place=group&place_id=GROUP                        200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /exports?place=assignment&place_id=ASSIGNMENT              200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /exports?place=session&place_id=SESSION                    200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
GET    /exports?place=home                                        200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /exports?place=system                                      200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /modules/filter/exports/FILE                               404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
GET    /users                                                     200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /users/USER                                                200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
PATCH  /users/USER {"name":"N"}                                   200 200 200  200 200 404  200 404 404  403 404 404  404 404 404
DELETE /users/USER                                                204 204 204  204 204 404  204 404 404  403 404 404  404 404 404
GET    /ai/models                                                 200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/models                                           200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/ai/models {}                                        400 400 400  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/ai/models/MODEL                                     404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
PATCH  /admin/ai/models/MODEL {"active":true}                     404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/ai/models/MODEL                                     404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/ai/settings                                         200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
PATCH  /admin/ai/settings {}                                      200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/ai/settings/GROUP                                   200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
PATCH  /admin/ai/settings/GROUP {"tokens_per_day":9}              200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
GET    /admin/ai/settings/resolved                                200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/ai/settings/GROUP/resolved                          200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
GET    /classes/CLASS/ai-settings/resolved                        200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /classes/CLASS/ai-settings                                 200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
PATCH  /classes/CLASS/ai-settings {"requests_per_day":9}          200 200 200  200 200 404  200 404 404  200 404 404  403 404 404
GET    /admin/auth-providers                                      200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/auth-providers {}                                   400 400 400  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/auth-providers/modules                              200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/auth-providers/none                                 404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
PATCH  /admin/auth-providers/none {"title":"T"}                   404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/auth-providers/none                                 404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/users                                               200 200 200  200 200 200  200 200 200  403 403 403  403 403 403
POST   /admin/users {"email":"n@n.example","name":"N","group_id":"GROUP"} 201 201 201  201 201 404  201 404 404  403 403 403  403 403 403
POST   /admin/users/import {}                                     415 415 415  415 415 415  415 415 415  403 403 403  403 403 403
GET    /admin/users/imports                                       200 200 200  200 200 200  200 200 200  403 403 403  403 403 403
GET    /admin/users/imports/GROUP                                 404 404 404  404 404 404  404 404 404  403 403 403  403 403 403
GET    /admin/users/imports/GROUP/lines                           404 404 404  404 404 404  404 404 404  403 403 403  403 403 403
POST   /admin/users/USER/reset-password                           202 202 202  202 202 404  202 404 404  403 403 403  403 403 403
GET    /admin/users/USER                                          200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
PATCH  /admin/users/USER {"status":"suspended"}                   200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
DELETE /admin/users/USER                                          204 204 204  204 204 404  204 404 404  403 403 403  403 403 403
POST   /admin/users/USER/deactivate                               200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
POST   /admin/users/USER/reactivate                               200 200 200  200 200 404  200 404 404  403 403 403  403 403 403
GET    /admin/ai/usage                                            200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/summary                                    200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/by-group                                   200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/by-user                                    200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/by-model                                   200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/by-tool                                    200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/by-module                                  200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/by-day                                     200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/export                                     200 200 200  200 200 200  200 200 200  200 200 200  403 403 403
GET    /admin/ai/usage/export?group_id=GROUP                      200 200 200  200 200 404  200 404 404  403 404 404  403 403 403
GET    /panels                                                    200 200 200  200 200 200  200 200 200  200 200 200  200 200 200
GET    /panels?place=class&place_id=CLASS                         200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /panels?place=group&place_id=GROUP                         200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /panels?place=assignment&place_id=ASSIGNMENT               200 200 200  200 200 404  200 404 404  200 404 404  200 404 404
GET    /panels?place=session&place_id=SESSION                     200 200 200  200 200 404  200 404 404  200 404 404  404 404 404
GET    /panels?place=system                                       200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /modules/none/panels/MODEL                                 404 404 404  404 404 404  404 404 404  404 404 404  404 404 404
GET    /admin/platform                                            200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/platform/updates {"version":"1.0.0","consent":true} 409 409 409  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/platform/updates/GROUP                              404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/platform/updates/GROUP                              404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/platform/rollback {"consent":true}                  409 409 409  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/platform/look {}                                    202 202 202  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/platform/holds/9.9.9                                404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/marketplace                                     200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/marketplace/modules                             409 409 409  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/marketplace/modules/none                        409 409 409  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/module-plans {"install":[]}                     400 400 400  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/module-uploads {}                               415 415 415  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/module-operations {"plan":{},"plan_id":"a"}     400 400 400  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/module-operations                               200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/module-operations/GROUP                         404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/modules/none                                    404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules                                             200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/none                                        404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/filter/settings                             200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
PUT    /admin/modules/filter/settings {"settings":{}}             200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/modules/filter/settings                             204 204 204  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/filter/settings/resolved                    200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/none/policy                                 404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
PUT    /admin/modules/none/policy {"auto_update":"manual","channel":"stable"} 404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/advisories                                          200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
PATCH  /admin/modules/none {"enabled":true}                       404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/none/routes                                 404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/none/logs                                   404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/none/jobs                                   404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/modules/filter/jobs                                 200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/modules/filter/jobs/GROUP/retry                     404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
DELETE /admin/modules/filter/jobs/GROUP                           404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/modules/none/release                                404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
POST   /admin/modules/none/rollback                               404 404 404  403 403 403  403 403 403  403 403 403  403 403 403
GET    /admin/tools/TOOL/plan                                     200 200 200  403 403 403  403 403 403  403 403 403  403 403 403
)";

constexpr std::array kRoles{"system", "district", "school", "teacher", "student"};
constexpr std::array kPlaces{"own", "sibling", "other district"};

struct Row {
  std::string method, path, body;
  std::vector<int> expected;
};

std::vector<Row> table() {
  std::vector<Row> rows;
  std::istringstream text(kTable);
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    Row row;
    if (!(words >> row.method >> row.path)) continue;
    std::string word;
    while (words >> word) word.starts_with('{') ? row.body = word : (row.expected.push_back(std::stoi(word)), row.body);
    rows.push_back(row);
  }
  return rows;
}

std::string uuid(int number) {
  return "00000000-0000-7000-8000-000000001" + std::to_string(number);
}

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  }
  return text;
}

class PermissionMatrix : public Site {
 protected:
  PermissionMatrix() {
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
      const std::string email = new_uuid() + "@example.org";
      scratch->script("INSERT INTO users (id, email, name, password_hash) SELECT '" + uuid(300 + static_cast<int>(i)) +
                      "', '" + email + "', '" + kRoles[i] + "', password_hash FROM users WHERE email = '" + ada + "'");
      cookies_.push_back(cookie_of(email));
    }
    for (const auto& [id, name] : {std::pair{310, "spare"}, {311, "pupil1"}, {312, "pupil2"}, {321, "pupil3"}})
      scratch->script("INSERT INTO users (id, email, name) VALUES ('" + uuid(id) + "', '" + name + "@example.org', '" +
                      name + "')");
    scripted.describe(
        {"filter", "1.0.0", "Filter", "", R"({"type":"object","properties":{"note":{"type":"string"}}})"});
    scratch->script(
        "INSERT INTO modules (name, version, digest, manifest) VALUES ('filter', '1.0.0', repeat('a', 64), '{}')");
  }

  /// Groups 100 to 102 are the own district and its schools, 110 and 111 the other district and its school; class
  /// 2xx stands in group 1xx.
  void reset() {
    scratch->script(R"(
      DELETE FROM users WHERE email = 'n@n.example';
      UPDATE users SET deleted_at = NULL, status = 'active';
      DELETE FROM chat_sessions; DELETE FROM runs; DELETE FROM assignments; DELETE FROM tools;
      DELETE FROM class_members; DELETE FROM class_join_codes; DELETE FROM classes;
      DELETE FROM group_members WHERE user_id::text LIKE '%00001___';
      DELETE FROM groups WHERE name = 'N' AND path::text LIKE '%0000000011%' AND nlevel(path) > 2;
      DELETE FROM groups WHERE nlevel(path) > 2;)");
    std::string sql = "INSERT INTO groups (id, parent_id, name, type) VALUES ";
    sql += "('" + uuid(100) + "', NULL, 'D', 'custom'), ('" + uuid(110) +
           "', NULL, 'E', 'custom') ON CONFLICT DO NOTHING;";
    for (const auto& [id, parent] : {std::pair{101, 100}, {102, 100}, {111, 110}})
      sql += "INSERT INTO groups (id, parent_id, name, type) VALUES ('" + uuid(id) + "', '" + uuid(parent) +
             "', 'S', 'custom') ON CONFLICT DO NOTHING;";
    const auto member = [&](int user, int group, const char* role) {
      sql += "INSERT INTO group_members (user_id, group_id, role) VALUES ('" + uuid(user) + "', '" + uuid(group) +
             "', '" + role + "');";
    };
    member(300, 100, "system_admin"), member(301, 100, "group_admin"), member(302, 101, "group_admin");
    member(303, 101, "teacher"), member(304, 101, "student"), member(310, 100, "student");
    for (const int school : {101, 102, 111}) {
      const int pupil = school + 210;
      member(pupil, school, "student");
      const std::string id = uuid(school + 100);
      sql += "INSERT INTO classes (id, group_id, name) VALUES ('" + id + "', '" + uuid(school) + "', 'C');" +
             "INSERT INTO class_members (class_id, user_id, role) VALUES ('" + id + "', '" + uuid(pupil) +
             "', 'student');" +
             "INSERT INTO class_join_codes (id, class_id, code, created_at, expires_at, max_uses) VALUES ('" +
             uuid(school + 300) + "', '" + id + "', 'CDEFG" + std::to_string(222 + school) +
             "', '2026-03-01T07:00:00Z', '2026-03-02T07:00:00Z', 5);";
    }
    for (const int school : {101, 102, 111}) sql += work_of(school);
    for (const auto& [user, role] : {std::pair{303, "teacher"}, {304, "student"}})
      sql += "INSERT INTO class_members (class_id, user_id, role) VALUES ('" + uuid(201) + "', '" + uuid(user) +
             "', '" + role + "');";
    sql +=
        "INSERT INTO module_settings (module) VALUES ('filter') ON CONFLICT DO NOTHING;"
        "INSERT INTO module_settings (module, group_id) SELECT 'filter', id FROM groups ON CONFLICT DO NOTHING;";
    scratch->script(sql);
  }

  /// A chat tool that is assigned to the school's class, a product tool that is not, and what the pupil did with both.
  static std::string work_of(int school) {
    const auto tool = [&](int number, const char* type, const char* more) {
      return "INSERT INTO tools (id, type, name, group_id, current_version_id) VALUES ('" + uuid(number) + "', '" +
             type + "', 'T', '" + uuid(school) + "', '" + uuid(number) + "');" +
             "INSERT INTO tool_versions (id, tool_id, version, definition_yaml, parsed) VALUES ('" + uuid(number) +
             "', '" + uuid(number) + "', '1.0.0', 'name: T\ntype: " + type + "\nversion: 1.0.0\n" + more + "', '{}');";
    };
    const std::string pinned = "'" + uuid(school + 400) + "', '" + uuid(school + 400) + "'";
    const std::string ran = "'" + uuid(school + 500) + "', '" + uuid(school + 500) + "'";
    return tool(school + 400, "chat", "behavior: Ask.") +
           tool(school + 500, "product",
                "behavior: Plan.\ninput_schema: {type: object, properties: {}}\noutput_schema: {type: object, "
                "properties: {a: "
                "{type: string}}, required: [a]}") +
           "INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) VALUES ('" + uuid(school + 600) +
           "', '" + uuid(school + 100) + "', " + pinned + ", 'A');" +
           "INSERT INTO chat_sessions (id, tool_id, tool_version_id, user_id, assignment_id) VALUES ('" +
           uuid(school + 700) + "', " + pinned + ", '" + uuid(school + 210) + "', '" + uuid(school + 600) + "');" +
           "INSERT INTO runs (id, tool_id, tool_version_id, user_id, state, input, output, completed_at) VALUES ('" +
           uuid(school + 800) + "', " + ran + ", '" + uuid(school + 210) +
           "', 'complete', '{}', '{}', '2026-03-01T07:00:00Z');";
  }

  static std::map<std::string, std::string> values(std::size_t place) {
    const int school = std::array{101, 102, 111}.at(place);
    return {{"DISTRICT", uuid(school < 110 ? 100 : 110)},
            {"GROUP", uuid(school)},
            {"CLASS", uuid(school + 100)},
            {"CODE", uuid(school + 300)},
            {"MODEL", "none"},
            {"INVITE", "CDEFG" + std::to_string(222 + school)},
            {"SPARE", uuid(310)},
            {"PUPIL", uuid(school + 210)},
            {"USER", uuid(school + 210)},
            {"TOOL", uuid(school + 400)},
            {"PRODUCT", uuid(school + 500)},
            {"ASSIGNMENT", uuid(school + 600)},
            {"SESSION", uuid(school + 700)},
            {"RUN", uuid(school + 800)},
            {"YAML", R"({\"name\":\"N\",\"type\":\"chat\",\"version\":\"1.0.0\",\"behavior\":\"Ask.\"})"}};
  }

  std::vector<std::string> cookies_;
};

TEST_F(PermissionMatrix, EveryRoleReachesWhatTheTableSaysAndNothingElse) {
  for (const auto& row : table()) {
    ASSERT_EQ(row.expected.size(), kRoles.size() * kPlaces.size()) << row.method << " " << row.path;
    for (std::size_t cell = 0; cell < row.expected.size(); ++cell) {
      reset();
      const std::size_t role = cell / kPlaces.size(), place = cell % kPlaces.size();
      const auto heard =
          ask(row.method, "/api/v1" + filled(row.path, values(place)), cookies_[role], filled(row.body, values(place)));
      EXPECT_EQ(heard.status, row.expected[cell]) << row.method << " " << row.path << " as " << kRoles[role]
                                                  << " about " << kPlaces[place] << ": " << heard.body;
    }
  }
}

TEST_F(PermissionMatrix, NoRouteThatNeedsALoginIsMissingInTheTable) {
  std::set<std::string> covered;
  const std::map<std::string, std::string> names{
      {"GROUP", ":id"},  {"CLASS", ":id"}, {"TOOL", ":id"},       {"PRODUCT", ":id"},  {"SESSION", ":id"},
      {"RUN", ":id"},    {"MODEL", ":id"}, {"none", ":name"},     {"filter", ":name"}, {"PUPIL", ":user"},
      {"CODE", ":code"}, {"USER", ":id"},  {"ASSIGNMENT", ":id"}, {"FILE", ":export"}, {"9.9.9", ":version"}};
  for (const auto& row : table()) covered.insert(row.method + " " + filled(row.path, names));
  for (const auto& route : routes()) {
    const std::string pattern = route.pattern;
    if (route.access == Access::kPublic || pattern.starts_with("/auth")) continue;
    EXPECT_EQ(covered.count(std::string(route.method) + " " + pattern), 1u) << route.method << " " << pattern;
  }
}

TEST_F(PermissionMatrix, WithoutALoginNothingButThePublicRoutesAnswers) {
  for (const auto& route : routes()) {
    if (route.access == Access::kPublic) continue;
    const auto path =
        filled(route.pattern, {{":id", uuid(101)}, {":user", uuid(311)}, {":code", uuid(401)}, {":name", "x"}});
    EXPECT_EQ(ask(route.method, "/api/v1" + path).status, 401) << route.method << " " << path;
  }
}

}  // namespace
}  // namespace rapt::api
