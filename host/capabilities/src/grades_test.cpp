// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/grades.hpp"

#include "people_world.hpp"
#include "rapt/host/pseudonym.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;
using sandbox::GradesMethod;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Submissions 701 (305, handed in), 702 (306, in progress) of assignment 601; 703 (309) of 602, in class 202 with the
// tool 402, to which "sample" is not attached.
constexpr const char* kHandedIn = R"(
  INSERT INTO assignments (id, class_id, tool_id, tool_version_id, name) VALUES ('00000000-0000-7000-8000-000000000602',
    '00000000-0000-7000-8000-000000000202', '00000000-0000-7000-8000-000000000402',
    '00000000-0000-7000-8000-000000002402', 'Other');
  INSERT INTO submissions (id, assignment_id, user_id, session_id, state, submitted_at)
    SELECT ('00000000-0000-7000-8000-000000000' || s)::uuid, ('00000000-0000-7000-8000-000000000' || a)::uuid,
      ('00000000-0000-7000-8000-000000000' || u)::uuid, ('00000000-0000-7000-8000-000000000' || c)::uuid,
      state::submission_state, CASE state WHEN 'in_progress' THEN NULL ELSE '2026-02-01T09:00:00Z'::timestamptz END
    FROM (VALUES (701, 601, 305, 501, 'submitted'), (702, 601, 306, 502, 'in_progress'), (703, 602, 309, 511, 'late'))
      w (s, a, u, c, state);)";

class Grades : public PeopleWorld {
 protected:
  Grades() { scratch->script(std::string(kWork) + kHandedIn); }

  ServiceAnswer call(GradesMethod method, int who, std::optional<std::string> text) {
    auto request = asking(sandbox::Service::kGrades, method, who, std::move(text));
    request.module = module;
    request.grants = {"grades"};
    return runtime::run_blocking(grades.call(std::move(request)));
  }
  json read(int who, json query = {{"assignment_id", uuid(601)}}) {
    const auto answer = call(GradesMethod::kRead, who, query.dump());
    EXPECT_EQ(answer.status, RAPT_OK) << (answer.texts.empty() ? "" : *answer.texts[0]);
    return answer.status == RAPT_OK ? parsed(answer) : json{{"items", json::array()}};
  }
  std::vector<std::string> seen(int who, const json& query = {{"assignment_id", uuid(601)}}) {
    auto out = column(read(who, query).at("items"), "submission_id");
    for (auto& one : out) one = one.substr(33);
    return out;
  }
  json give(int who, const json& marks) {
    const auto answer = call(GradesMethod::kWrite, who, json{{"grades", marks}}.dump());
    EXPECT_EQ(answer.status, RAPT_OK) << (answer.texts.empty() ? "" : *answer.texts[0]);
    return answer.status == RAPT_OK ? parsed(answer).at("results") : json::array();
  }
  static json mark(int submission, double score, double of = 10) {
    return {{"submission_id", uuid(submission)}, {"score", score}, {"score_of", of}, {"feedback", "So."}};
  }
  /// What came of one mark.
  std::string one(int who, const json& given) {
    const auto results = give(who, json::array({given}));
    if (results.size() != 1) return "";
    const std::string status = results[0].at("status");
    return status == "failed" ? "failed " + results[0].value("field", "-") : status;
  }

  std::string module = "sample";
  GradesCapability grades{**scratch, clock,
                          [](const std::string& tool, const std::string& of, const std::string& user) {
                            return pseudonym("key", tool, of, user);
                          }};
};

TEST_F(Grades, AreReadAndGivenByThoseWhoGrade) {
  EXPECT_THAT(seen(0), ElementsAre("701", "702"));
  EXPECT_THAT(seen(303), ElementsAre("701", "702"));
  EXPECT_THAT(seen(302), ElementsAre("701", "702")) << "who administers the school";
  EXPECT_THAT(seen(305), ElementsAre("701")) << "the own one";
  for (const int far : {304, 307, 308, 309}) EXPECT_THAT(seen(far), IsEmpty()) << far;
  for (const int not_theirs : {304, 305, 306, 307, 308, 309})
    EXPECT_EQ(one(not_theirs, mark(701, 10)), "failed submission_id") << not_theirs;
  EXPECT_EQ(one(303, mark(701, 7.5)), "created");
  EXPECT_EQ(one(0, mark(701, 8)), "updated");
  const auto item = read(303).at("items")[0];
  EXPECT_EQ(item.at("score"), 8);
  EXPECT_EQ(item.at("score_of"), 10);
  EXPECT_EQ(item.at("feedback"), "So.");
  EXPECT_EQ(item.at("by"), "sample");
  EXPECT_EQ(item.at("state"), "submitted");
  EXPECT_EQ(item.at("at_ms"), 1769932800000);
  EXPECT_EQ(item.at("user"), pseudonym("key", uuid(401), "sample", uuid(305)));
  EXPECT_EQ(read(303).at("items")[1].at("score"), nullptr);
  EXPECT_EQ(read(303).at("items")[1].at("by"), nullptr);
  EXPECT_EQ(value("SELECT version::text AS value FROM submission_grades"), "2");
}

TEST_F(Grades, AreOnlyThoseOfToolsThatTheModuleIsAttachedTo) {
  EXPECT_THAT(seen(0, {{"assignment_id", uuid(602)}}), IsEmpty());
  EXPECT_EQ(one(0, mark(703, 1)), "failed submission_id");
  EXPECT_EQ(one(0, mark(702, 1)), "failed submission_id") << "still in progress";
  module = "stranger";
  EXPECT_THAT(seen(301), IsEmpty());
  EXPECT_EQ(one(301, mark(701, 1)), "failed submission_id");
  module = "other";
  EXPECT_EQ(one(0, mark(703, 1)), "created");
}

TEST_F(Grades, ATeachersMarkStays) {
  scratch->script("INSERT INTO submission_grades (submission_id, score, score_of, by_user, at) VALUES ('" + uuid(701) +
                  "', 3, 5, '" + uuid(303) + "', now())");
  EXPECT_EQ(one(0, mark(701, 10)), "failed submission_id");
  EXPECT_EQ(one(303, mark(701, 10)), "failed submission_id") << "not even in the teacher's own call";
  EXPECT_EQ(read(303).at("items")[0].at("by"), "teacher");
  scratch->script("DELETE FROM users WHERE id = '" + uuid(303) + "'");
  EXPECT_EQ(one(0, mark(701, 10)), "failed submission_id") << "also when the teacher has gone";
  EXPECT_EQ(value("SELECT score::text AS value FROM submission_grades"), "3.0000");
}

TEST_F(Grades, ABadMarkSpoilsNothing) {
  const auto results = give(
      0, json::array(
             {mark(701, 10),
              mark(701, 9),
              mark(999, 1),
              7,
              mark(702, -1),
              mark(702, 11),
              mark(702, 0, 0),
              mark(702, 1, 1e7),
              {{"submission_id", uuid(701)}, {"score", "7"}, {"score_of", 10}},
              {{"submission_id", "'; --"}, {"score", 7}, {"score_of", 10}},
              {{"submission_id", uuid(702)}, {"score", 7}, {"score_of", 10}, {"by_user", uuid(303)}},
              {{"submission_id", uuid(702)}, {"score", 7}, {"score_of", 10}, {"feedback", std::string(16385, 'x')}}}));
  EXPECT_EQ(results[0].at("status"), "created");
  std::vector<std::string> fields;
  for (const auto& result : results) fields.push_back(result.value("field", ""));
  EXPECT_THAT(fields, ElementsAre("", "submission_id", "submission_id", "", "score", "score", "score_of", "score_of",
                                  "score", "submission_id", "by_user", "feedback"));
  EXPECT_EQ(value("SELECT score::text AS value FROM submission_grades"), "10.0000");
}

TEST_F(Grades, PageAndRefuseWhatIsNotAsItMustBe) {
  const auto first = read(0, {{"assignment_id", uuid(601)}, {"limit", 1}});
  EXPECT_EQ(first.at("next_cursor"), uuid(701));
  EXPECT_THAT(seen(0, {{"assignment_id", uuid(601)}, {"cursor", uuid(701)}}), ElementsAre("702"));
  for (const auto method : {GradesMethod::kRead, GradesMethod::kWrite, static_cast<GradesMethod>(9)}) {
    for (const auto& hostile : hostile_requests())
      EXPECT_EQ(call(method, 301, hostile).status, RAPT_E_INVALID) << hostile.value_or("nothing").substr(0, 100);
  }
  EXPECT_EQ(parsed(call(GradesMethod::kRead, 301, "{}")).at("field"), "assignment_id");
  EXPECT_EQ(
      parsed(call(GradesMethod::kRead, 301, json{{"assignment_id", uuid(601)}, {"cursor", "x"}}.dump())).at("field"),
      "cursor");
  EXPECT_EQ(parsed(call(GradesMethod::kWrite, 301, R"({"grades": []})")).at("field"), "grades");
}

}  // namespace
}  // namespace rapt::host
