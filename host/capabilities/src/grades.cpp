// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/grades.hpp"

#include <rapt/grades.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "acting.hpp"
#include "asked.hpp"
#include "asked_fields.hpp"
#include "attached.hpp"
#include "json_asked.hpp"
#include "people_page.hpp"

namespace rapt::host {
namespace {

using identity::Action;
using identity::Subject;
using nlohmann::json;
using sandbox::GradesMethod;

// $1 to $6: where assignments are graded, by whoever caused the call; $7 the attachment. Submissions of what has been
// deleted are nobody's to grade.
#define RAPT_GRADABLE                                                                                    \
  " FROM submissions s JOIN assignments a ON a.id = s.assignment_id JOIN classes c ON c.id = a.class_id" \
  " JOIN groups g ON g.id = c.group_id LEFT JOIN submission_grades m ON m.submission_id = s.id"          \
  " WHERE a.deleted_at IS NULL AND c.deleted_at IS NULL AND a.tool_version_id IN " RAPT_ATTACHED_VERSIONS("$7")
#define RAPT_GRADES_SCOPE RAPT_IN_SCOPE("g.path", "a.class_id", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6")

// A student reads the own marks ($8).
constexpr store::Statement kRead{
    "grades.read",
    "SELECT s.id::text AS key, a.tool_id, s.user_id, json_build_object('submission_id', s.id, 'attempt', s.attempt,"
    " 'state', s.state, 'submitted_at_ms', (extract(epoch FROM s.submitted_at) * 1000)::bigint,"
    " 'score', trim_scale(m.score), 'score_of', trim_scale(m.score_of), 'feedback', m.feedback,"
    " 'by', CASE WHEN m.submission_id IS NOT NULL THEN coalesce(m.by_module, 'teacher') END,"
    " 'at_ms', (extract(epoch FROM m.at) * 1000)::bigint)::text AS item" RAPT_GRADABLE " AND (" RAPT_GRADES_SCOPE
    " OR s.user_id = $8::uuid) AND s.assignment_id = $9::uuid AND s.id > $10::uuid"
    " ORDER BY s.id LIMIT $11::bigint"};
constexpr store::Statement kFind{
    "grades.find",
    "SELECT s.id, m.submission_id IS NOT NULL AS graded, m.submission_id IS NOT NULL AND m.by_module IS"
    " NULL AS by_teacher" RAPT_GRADABLE " AND " RAPT_GRADES_SCOPE
    " AND s.state <> 'in_progress' AND s.id = ANY ($8::uuid[]) ORDER BY s.id FOR UPDATE OF s"};
// A teacher's mark that has come meanwhile stays.
constexpr store::Statement kWrite{"grades.write", R"(
  INSERT INTO submission_grades AS m (submission_id, score, score_of, feedback, by_module, at)
  SELECT w.id, w.score, w.score_of, w.feedback, $5, $6::timestamptz
    FROM unnest($1::uuid[], $2::numeric[], $3::numeric[], $4::text[]) AS w (id, score, score_of, feedback)
   ORDER BY w.id
  ON CONFLICT (submission_id) DO UPDATE SET score = excluded.score, score_of = excluded.score_of,
     feedback = excluded.feedback, by_module = excluded.by_module, at = excluded.at, version = m.version + 1
   WHERE m.by_module IS NOT NULL
  RETURNING m.submission_id AS id)"};

/// One mark as the module gives it, and what came of it.
struct Mark {
  std::string submission{}, score{}, score_of{}, feedback{};
  std::string status{}, message{}, field{};
};

/// As text: PostgreSQL takes it as it is written.
std::string number_text(const json& grade, const char* name, AskedFields& fields) {
  const auto found = grade.find(name);
  const bool fits = found != grade.end() && found->is_number() && std::isfinite(found->get<double>()) &&
                    found->get<double>() >= 0 && found->get<double>() <= RAPT_GRADES_MAX_SCORE;
  if (fits) return found->dump();
  fields.fault(name, "It must be a number from 0 to 1000000.");
  return "0";
}

Mark mark_of(const json& grade) {
  Mark mark;
  if (!grade.is_object()) {
    mark.status = "failed", mark.message = "It must be a JSON object.";
    return mark;
  }
  AskedFields fields(grade);
  mark.submission = fields.id("submission_id");
  if (mark.submission.empty()) fields.fault("submission_id", "It is required.");
  fields.expect("score");
  fields.expect("score_of");
  mark.score = number_text(grade, "score", fields);
  mark.score_of = number_text(grade, "score_of", fields);
  if (!fields.failed() && grade.at("score_of").get<double>() < 0.0001)
    fields.fault("score_of", "It must be more than nothing.");
  if (!fields.failed() && grade.at("score").get<double>() > grade.at("score_of").get<double>())
    fields.fault("score", "It must not be more than score_of.");
  mark.feedback = fields.text("feedback", RAPT_GRADES_MAX_FEEDBACK_BYTES).value_or("");
  if (const auto end = fields.end(); !end) {
    mark.status = "failed";
    mark.field = end.error().fields[0].path;
    mark.message = end.error().fields[0].message;
  }
  return mark;
}

Result<std::vector<Mark>> marks_of(const ServiceRequest& request) {
  const auto asked = json_asked(request, {"grades"}, 3);
  if (!asked) return asked.error();
  AskedFields fields(*asked);
  const json* grades = fields.array("grades", 1, RAPT_GRADES_MAX_WRITTEN);
  if (grades == nullptr) fields.fault("grades", "It is required.");
  RAPT_TRY(fields.end());
  std::vector<Mark> marks;
  std::set<std::string> seen;
  for (const auto& one : *grades) {
    Mark mark = mark_of(one);
    if (mark.status.empty() && !seen.insert(mark.submission).second)
      mark = {.submission = mark.submission,
              .status = "failed",
              .message = "It is marked twice in this call.",
              .field = "submission_id"};
    marks.push_back(std::move(mark));
  }
  return marks;
}

void settle(std::vector<Mark>& marks, const store::Rows& found) {
  for (auto& mark : marks) {
    if (!mark.status.empty()) continue;
    mark.status = "failed";
    mark.field = "submission_id";
    mark.message = "There is no such submission that this module may mark here, or it is still in progress.";
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto row = found[i];
      if (row.text("id") != mark.submission) continue;
      if (row.boolean("by_teacher")) {
        mark.message = "A teacher has marked it, and that stays.";
      } else {
        mark.status = row.boolean("graded") ? "updated" : "created";
        mark.field = mark.message = "";
      }
    }
  }
}

/// Settled marks are stored; one that a teacher gave meanwhile is said to stay.
Result<std::vector<Mark>> store_marks(store::Transaction& tx, std::vector<Mark> marks, const store::Params& scope,
                                      const std::string& module, TimePoint now) {
  std::vector<std::string> ids, scores, of, feedback;
  for (const auto& mark : marks) {
    if (mark.status.empty()) ids.push_back(mark.submission);
  }
  store::Params values = scope;
  const auto found = tx.exec(kFind, values.add_array(ids));
  if (!found) return found.error();
  settle(marks, *found);
  ids.clear();
  for (const auto& mark : marks) {
    if (mark.status == "failed") continue;
    ids.push_back(mark.submission);
    scores.push_back(mark.score);
    of.push_back(mark.score_of);
    feedback.push_back(mark.feedback);
  }
  if (ids.empty()) return marks;
  store::Params written;
  written.add_array(ids).add_array(scores).add_array(of).add_array(feedback).add(module).add(now);
  const auto rows = tx.exec(kWrite, written);
  if (!rows) return rows.error();
  std::set<std::string> stored;
  for (std::size_t i = 0; i < rows->size(); ++i) stored.insert((*rows)[i].text("id"));
  for (auto& mark : marks) {
    if (mark.status != "failed" && !stored.contains(mark.submission))
      mark.status = "failed", mark.message = "A teacher has marked it, and that stays.", mark.field = "submission_id";
  }
  return marks;
}

store::Params scope_of(const ServiceRequest& request, const Acting& acting) {
  store::Params values;
  identity::add_scope(values, acting.scope(Action::kUpdate, Subject::kAssignment)).add(attachment_of(request.module));
  return values;
}

Task<Result<std::string>> write(store::Database& database, TimePoint now, ServiceRequest request, Acting acting) {
  auto marks = marks_of(request);
  if (!marks) co_return marks.error();
  auto work = [marks = std::move(*marks), scope = scope_of(request, acting), module = request.module,
               now](store::Transaction& tx) { return store_marks(tx, marks, scope, module, now); };
  const auto done = co_await database.transaction(std::move(work));
  if (!done) co_return done.error();
  json results = json::array();
  for (const auto& mark : *done) {
    json one{{"status", mark.status}};
    if (!mark.message.empty()) one["message"] = mark.message;
    if (!mark.field.empty()) one["field"] = mark.field;
    results.push_back(std::move(one));
  }
  co_return json{{"results", std::move(results)}}.dump();
}

Task<Result<std::string>> read(store::Database& database, const PseudonymOf& pseudonym, ServiceRequest request,
                               Acting acting) {
  const auto asked = json_asked(request, {"assignment_id", "limit", "cursor"}, 1);
  if (!asked) co_return asked.error();
  AskedFields fields(*asked);
  const std::string assignment = fields.id("assignment_id");
  if (assignment.empty()) fields.fault("assignment_id", "It is required.");
  const auto limit = fields.number("limit", 50, 1, RAPT_GRADES_MAX_LISTED);
  const auto cursor = canonical_uuid(fields.text("cursor", 100).value_or("00000000-0000-0000-0000-000000000000"));
  if (!cursor) fields.fault("cursor", "It is not one that this list has answered.");
  RAPT_CO_TRY(fields.end());
  auto values = scope_of(request, acting);
  values.add(acting.actor.id).add(assignment).add(*cursor).add(limit + 1);
  const auto rows = co_await database.query(kRead, std::move(values));
  if (!rows) co_return rows.error();
  co_return page_of(*rows, limit, [&](const store::Row& row) {
    return shown_user(request, pseudonym, row.text("tool_id"), row.text("user_id"));
  });
}

}  // namespace

Task<ServiceAnswer> GradesCapability::call(ServiceRequest request) {
  const bool reads = request.method == static_cast<std::uint32_t>(GradesMethod::kRead);
  if (!reads && request.method != static_cast<std::uint32_t>(GradesMethod::kWrite)) co_return refused(RAPT_E_INVALID);
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  auto acting = co_await acting_of(database_, request.scope);
  if (!acting) co_return refusal(request, acting.error());
  auto asked = reads ? read(database_, pseudonym_, request, std::move(*acting))
                     : write(database_, clock_.now(), request, std::move(*acting));
  auto answer = co_await std::move(asked);
  if (!answer) co_return refusal(request, answer.error());
  co_return answered(std::move(*answer));
}

}  // namespace rapt::host
