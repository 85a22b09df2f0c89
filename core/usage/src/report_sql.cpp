// SPDX-License-Identifier: AGPL-3.0-or-later
#include "report_sql.hpp"

#include <map>
#include <mutex>
#include <string>

#include "rapt/identity/ability.hpp"

namespace rapt::usage {
namespace {

// Every statement has all of these, whether it reads them or not, so PostgreSQL is told their types here.
constexpr const char* kTypes =
    "WITH types AS (SELECT $1::boolean, $2::ltree[], $3::ltree[], $4::ltree[], $5::uuid[], $6::uuid, $7::date,"
    " $8::date, $9::uuid, $10::boolean, $11::uuid, $12::uuid, $13::uuid, $14::text, $15::request_type,"
    " $16::usage_outcome, $17::text), ";
constexpr const char* kSeen =
    "seen AS MATERIALIZED (SELECT g.id, g.path FROM groups g WHERE " RAPT_IN_SCOPE(
        "g.path", "NULL::uuid", "NULL::uuid", "$1", "$2", "$3", "$4", "$5",
        "$6") " AND ($9::uuid IS NULL OR g.id = $9::uuid OR ($10::boolean AND g.path <@ (SELECT path FROM groups WHERE"
              " id = $9::uuid)))), ";

// The figures as all three tables give them, and what they come to.
constexpr const char* kFigures =
    "requests, unanswered, estimated, unpriced, input_tokens, output_tokens, cost, latency_ms";
constexpr const char* kSums =
    "sum(requests)::bigint AS requests, sum(unanswered)::bigint AS unanswered, sum(estimated)::bigint AS estimated,"
    " sum(unpriced)::bigint AS unpriced, sum(input_tokens)::bigint AS input_tokens,"
    " sum(output_tokens)::bigint AS output_tokens, sum(cost) AS cost, sum(latency_ms)::bigint AS latency_ms";

std::string seen_by(Reach reach) {
  if (reach == Reach::kEverything) return "";
  if (reach == Reach::kGroups) return " AND x.group_id IN (SELECT id FROM seen)";
  return " AND (x.group_id IN (SELECT id FROM seen) OR x.class_id = ANY ($5::uuid[]))";
}

constexpr const char* kModelAndType =
    " AND ($14::text IS NULL OR x.model = $14) AND ($15::request_type IS NULL OR x.request_type = $15::request_type)";
constexpr const char* kDetails =
    " AND ($11::uuid IS NULL OR x.class_id = $11::uuid) AND ($12::uuid IS NULL OR x.user_id = $12::uuid)"
    " AND ($13::uuid IS NULL OR x.tool_id = $13::uuid) AND ($16::usage_outcome IS NULL OR x.outcome ="
    " $16::usage_outcome)";
constexpr const char* kInDays = "x.day BETWEEN $7::date AND $8::date";

// What is newer than the sums. Bounded on both sides, or the planner takes it for a third of all rows.
std::string newer_rows(Reach reach, const std::string& columns, const std::string& from = "ai_usage x",
                       const std::string& until = "until") {
  return "SELECT " + columns +
         ", 1 AS requests, CASE x.outcome WHEN 'answered' THEN 0 ELSE 1 END, x.estimated::integer,"
         " (x.cost IS NULL)::integer, x.input_tokens, x.output_tokens, coalesce(x.cost, 0), coalesce(x.latency_ms, 0)"
         " FROM " +
         from + " WHERE x.created_at > (SELECT " + until + " FROM ai_usage_rollup) AND x.created_at < 'infinity' AND " +
         kInDays + kModelAndType + kDetails + seen_by(reach);
}

constexpr const char* kFromSums =
    ", requests, CASE outcome WHEN 'answered' THEN 0 ELSE requests END AS unanswered, estimated, unpriced,"
    " input_tokens, output_tokens, cost, latency_ms FROM ";

std::string fine(Reach reach, const std::string& columns) {
  return "SELECT " + columns + kFromSums + "ai_usage_daily x WHERE " + kInDays + kModelAndType + kDetails +
         seen_by(reach) + " UNION ALL " + newer_rows(reach, columns);
}

// The months that lie within the days as a whole: from the first, until before the second.
#define RAPT_FIRST_MONTH "date_trunc('month', $7::date + interval '1 month' - interval '1 day')::date"
#define RAPT_END_OF_MONTHS "date_trunc('month', $8::date + interval '1 day')::date"

std::string coarse(Reach reach, const std::string& columns, bool months) {
  const std::string rest = kModelAndType + seen_by(reach);
  const auto part = [&](const char* period, const char* days) {
    return "SELECT " + columns + ", " + kFigures +
           " FROM (SELECT *, starts_on AS day FROM ai_usage_totals) x WHERE x.period = '" + period + "' AND x.day " +
           days + rest + " UNION ALL ";
  };
  if (!months) return part("day", "BETWEEN $7::date AND $8::date") + newer_rows(reach, columns);
  // Ranges, so that no day of a whole month is read: what is before the months, or everything; the months; what is
  // after.
  return part("day", "BETWEEN $7::date AND CASE WHEN " RAPT_FIRST_MONTH " < " RAPT_END_OF_MONTHS
                     " THEN " RAPT_FIRST_MONTH " - 1 ELSE $8::date END") +
         part("month", ">= " RAPT_FIRST_MONTH " AND x.day < " RAPT_END_OF_MONTHS) +
         part("day", "BETWEEN " RAPT_END_OF_MONTHS " AND $8::date AND " RAPT_FIRST_MONTH " < " RAPT_END_OF_MONTHS) +
         newer_rows(reach, columns);
}

constexpr const char* kOfModule = " AND ($17::text IS NULL OR module = $17)";

/// What modules asked for by themselves.
std::string of_modules(Reach reach, const std::string& columns) {
  return "SELECT " + columns + kFromSums + "ai_usage_modules x WHERE " + kInDays + kModelAndType + kDetails +
         kOfModule + seen_by(reach) + " UNION ALL " +
         newer_rows(reach, columns, "ai_usage x JOIN ai_module_calls m ON m.id = x.id", "modules_until") + kOfModule;
}

bool needs_details(Reach reach, const Filter& filter) {
  return reach == Reach::kClasses || !filter.class_id.empty() || !filter.user.empty() || !filter.tool.empty() ||
         !filter.outcome.empty();
}

struct Key {
  const char* name;
  const char* column;
  const char* joined;  ///< of `page p`: a table n with a name
};

Key key_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::kGroup:
      return {"group", "group_id", "LEFT JOIN groups n ON n.id = p.id"};
    case Dimension::kUser:
      return {"user", "user_id",
              "LEFT JOIN users n ON n.id = p.id AND n.deleted_at IS NULL AND (n.id = $27::uuid OR $22::boolean"
              " OR EXISTS (SELECT FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.user_id = n.id AND"
              " g.deleted_at IS NULL AND " RAPT_IN_SCOPE(
                  "g.path", "NULL::uuid", "NULL::uuid", "$22", "$23", "$24", "$25", "$26", "$27") ")"
              " OR EXISTS (SELECT FROM class_members m JOIN classes c ON c.id = m.class_id JOIN groups g ON"
              " g.id = c.group_id WHERE m.user_id = n.id AND c.deleted_at IS NULL AND " RAPT_IN_SCOPE(
                  "g.path", "c.id", "NULL::uuid", "$22", "$23", "$24", "$25", "$26", "$27") "))"};
    case Dimension::kModel:
      return {"model", "model", "LEFT JOIN ai_models n ON n.id = p.id"};
    case Dimension::kTool:
      return {"tool", "tool_id", "LEFT JOIN tools n ON n.id = p.id"};
    case Dimension::kModule:
      return {"module", "module", "LEFT JOIN modules n ON n.name = p.id"};
    case Dimension::kDay:
      return {"day", "day", "LEFT JOIN (SELECT NULL::text AS name) n ON false"};
  }
  return {"day", "day", ""};
}

/// A group's figures with those of the groups below it, for each group above within reach.
std::string with_groups_above() {
  return "below AS (SELECT a.id, f.* FROM (SELECT group_id, " + std::string(kSums) +
         " FROM facts GROUP BY group_id) f LEFT JOIN groups g ON g.id = f.group_id LEFT JOIN LATERAL (SELECT above.id "
         "FROM"
         " generate_series(CASE WHEN $10::boolean THEN 1 ELSE nlevel(g.path) END, nlevel(g.path)) AS level JOIN groups"
         " above ON above.path = subpath(g.path, 0, level) WHERE above.id = g.id OR above.id IN (SELECT id FROM seen)) "
         "a"
         " ON true), sums AS (SELECT id, " +
         kSums + " FROM below GROUP BY id), ";
}

/// A statement's name and text live as long as the program; there are as many as there are kinds of reports.
template <class Make>
store::Statement kept(const std::string& name, Make make) {
  static std::mutex mutex;
  static std::map<std::string, std::string> texts;
  const std::scoped_lock lock(mutex);
  auto found = texts.find(name);
  if (found == texts.end()) found = texts.emplace(name, make()).first;
  return {found->first.c_str(), found->second.c_str()};
}

/// From which rows figures are summed up.
enum class Source : std::uint8_t { kCoarse, kFine, kModules };

Source source_of(Reach reach, const Filter& filter) {
  if (!filter.module.empty()) return Source::kModules;
  return needs_details(reach, filter) ? Source::kFine : Source::kCoarse;
}

std::string facts_of(Source source, Reach reach, const std::string& columns, bool months) {
  if (source == Source::kModules) return of_modules(reach, columns);
  return source == Source::kFine ? fine(reach, columns) : coarse(reach, columns, months);
}

std::string suffix(Reach reach, Source source) {
  const char* kind = source == Source::kFine ? "d" : source == Source::kModules ? "m" : "";
  return "." + std::to_string(static_cast<int>(reach)) + kind;
}

std::string share_text(Reach reach, Dimension dimension, Source source) {
  const auto key = key_of(dimension);
  const std::string column = key.column;
  const bool by_day = dimension == Dimension::kDay;
  const auto facts = facts_of(source, reach, column, !by_day);
  const std::string sums = dimension == Dimension::kGroup
                               ? with_groups_above()
                               : "sums AS (SELECT " + column + " AS id, " + kSums + " FROM facts GROUP BY 1), ";
  const std::string order = by_day ? " ORDER BY key" : " ORDER BY cost DESC, requests DESC, key DESC";
  const std::string after = by_day ? "$18::numeric IS NULL AND $19::bigint IS NULL AND $20::text IS NULL"
                                   : "$18::numeric IS NULL OR (cost, requests, key) < ($18::numeric, $19::bigint,"
                                     " $20::text COLLATE \"C\")";
  return std::string(kTypes) + kSeen + "facts AS (" + facts + "), " + sums +
         "page AS MATERIALIZED (SELECT * FROM (SELECT *, coalesce(id::text, '') COLLATE \"C\" AS key FROM sums) s"
         " WHERE " +
         after + order + " LIMIT $21::bigint) SELECT p.*, n.name FROM page p " + key.joined + order;
}

}  // namespace

Reach reach_of(const identity::Scope& scope, const Filter& filter) {
  if (!filter.group.empty()) return Reach::kGroups;  // the actor may see all of that group
  if (scope.everywhere) return Reach::kEverything;
  return scope.classes.empty() ? Reach::kGroups : Reach::kClasses;
}

store::Params report_params(const identity::Scope& scope, const Filter& filter) {
  const auto some = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  store::Params out;
  identity::add_scope(out, scope).add(filter.days.from).add(filter.days.to).add(filter.group).add(filter.descendants);
  out.add(filter.class_id).add(filter.user).add(filter.tool).add(some(filter.model)).add(some(filter.request_type));
  return out.add(some(filter.outcome)).add(some(filter.module));
}

store::Statement summary_statement(Reach reach, const Filter& filter) {
  const auto source = source_of(reach, filter);
  return kept("usage.summary" + suffix(reach, source), [&] {
    const auto facts = facts_of(source, reach, "1 AS one", true);
    return std::string(kTypes) + kSeen + "facts AS (" + facts + ") SELECT " + kSums + " FROM facts";
  });
}

store::Statement share_statement(Reach reach, Dimension dimension, const Filter& filter) {
  auto source = source_of(reach, filter);
  if (dimension == Dimension::kModule) source = Source::kModules;
  if (source == Source::kCoarse && (dimension == Dimension::kUser || dimension == Dimension::kTool))
    source = Source::kFine;
  return kept(std::string("usage.by_") + key_of(dimension).name + suffix(reach, source),
              [&] { return share_text(reach, dimension, source); });
}

store::Statement list_statement(Reach reach, bool oldest_first) {
  return kept(std::string("usage.list") + (oldest_first ? "_up" : "") + suffix(reach, Source::kFine), [&] {
    const std::string direction = oldest_first ? "" : " DESC", side = oldest_first ? ">" : "<";
    // A day begins at most fourteen hours before it does in Greenwich; a call is settled after it was begun.
    return std::string(kTypes) + kSeen + "begin AS (SELECT coalesce($18::timestamptz, '" +
           (oldest_first ? "-infinity" : "infinity") + "') AS at, coalesce($19::uuid, '" +
           (oldest_first ? "00000000-0000-0000-0000-000000000000" : "ffffffff-ffff-ffff-ffff-ffffffffffff") +
           "') AS id), page AS MATERIALIZED (SELECT x.id, x.day::text AS day, x.created_at, x.user_id, x.group_id, "
           "x.class_id, x.tool_id,"
           " x.session_id, x.run_id, x.assignment_id, x.model, x.request_type::text AS request_type, x.outcome::text AS"
           " outcome, x.input_tokens, x.output_tokens, x.estimated, x.cost, x.latency_ms FROM ai_usage x WHERE " +
           "x.created_at >= $7::date - interval '1 day' AND (x.created_at, x.id) " + side +
           " ((SELECT at FROM begin), (SELECT id FROM begin)) AND " + kInDays + kModelAndType + kDetails +
           " AND ($17::text IS NULL OR EXISTS (SELECT FROM ai_module_calls m WHERE m.id = x.id AND m.module = $17))" +
           seen_by(reach) + " ORDER BY x.created_at" + direction + ", x.id" + direction +
           " LIMIT $20::bigint) SELECT p.*, g.name AS group_name, c.name AS class_name, t.name AS tool_name, m.module "
           "FROM page p"
           " LEFT JOIN groups g ON g.id = p.group_id LEFT JOIN classes c ON c.id = p.class_id LEFT JOIN tools t ON"
           " t.id = p.tool_id LEFT JOIN ai_module_calls m ON m.id = p.id ORDER BY p.created_at" +
           direction + ", p.id" + direction;
  });
}

}  // namespace rapt::usage
