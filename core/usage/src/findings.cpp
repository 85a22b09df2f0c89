// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/findings.hpp"

#include <utility>

#include "extraction_row.hpp"
#include "rapt/identity/reach.hpp"
#include "rapt/store/page_cursor.hpp"

namespace rapt::usage {
namespace {

using identity::Action;
using identity::Subject;

constexpr store::Statement kPlace{
    "findings.place",
    "SELECT c.id AS class_id, g.path::text AS path FROM classes c JOIN groups g ON g.id = c.group_id WHERE c.deleted_at"
    " IS NULL AND (c.id = $1::uuid OR c.id = (SELECT class_id FROM assignments WHERE id = $2::uuid AND deleted_at IS"
    " NULL))"};

// The work of the class ($1) or the assignment ($2) that the actor ($3) reaches ($4 to $6), with one table of it, and
// what was found there. The ids are looked for first, by their indexes.
#define RAPT_FOUND_IN(table, subject)                                                                            \
  "SELECT e.*, w.user_id, w.tool_id, w.assignment_id FROM " table                                                \
  " w LEFT JOIN assignments a ON a.id = w.assignment_id JOIN extractions e ON e." subject                        \
  " = w.id WHERE w.id IN (SELECT o.id FROM assignments c JOIN " table                                            \
  " o ON o.assignment_id = c.id WHERE c.class_id = $1::uuid OR c.id = $2::uuid UNION ALL"                        \
  " SELECT o.id FROM class_members m JOIN " table                                                                \
  " o ON o.user_id = m.user_id AND o.assignment_id IS NULL WHERE m.class_id = $1::uuid AND m.role = 'student')"  \
  " AND w.user_id <> $3::uuid AND ($7::uuid IS NULL OR w.user_id = $7::uuid)"                                    \
  " AND ($8::text IS NULL OR e.type = $8) AND ($9::text IS NULL OR e.module = $9)"                               \
  " AND ($10::timestamptz IS NULL OR e.created_at >= $10) AND ($11::timestamptz IS NULL OR e.created_at < $11) " \
  "AND " RAPT_IN_REACH("w", "$4", "$5", "$6")

#define RAPT_FOUND \
  "WITH found AS (" RAPT_FOUND_IN("chat_sessions", "session_id") " UNION ALL " RAPT_FOUND_IN("runs", "run_id") ")"

#define RAPT_FINDING_PAGE(side, direction)                                                                            \
  RAPT_FOUND ", page AS MATERIALIZED (SELECT * FROM found WHERE $12::timestamptz IS NULL OR (created_at, id) " side   \
             " ($12, $13::uuid) ORDER BY created_at" direction ", id" direction                                       \
             " LIMIT $14::bigint) SELECT p.*, u.name AS user_name, t.name AS tool_name, n.name AS assignment_name"    \
             " FROM page p JOIN users u ON u.id = p.user_id JOIN tools t ON t.id = p.tool_id LEFT JOIN assignments n" \
             " ON n.id = p.assignment_id ORDER BY p.created_at" direction ", p.id" direction

constexpr store::Statement kNewestFirst{"findings.list", RAPT_FINDING_PAGE("<", " DESC")};
constexpr store::Statement kOldestFirst{"findings.list_up", RAPT_FINDING_PAGE(">", "")};
constexpr store::Statement kSummary{
    "findings.summary", RAPT_FOUND
    " SELECT module, type, count(*) AS findings, count(DISTINCT user_id) AS people, max(created_at) AS last FROM found"
    " GROUP BY module, type ORDER BY findings DESC, module, type LIMIT 1000"};

#undef RAPT_FINDING_PAGE
#undef RAPT_FOUND
#undef RAPT_FOUND_IN

store::Params params_of(const identity::Actor& actor, const FindingFilter& filter) {
  const auto some = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  auto out = store::params(filter.class_id, filter.assignment, actor.id);
  identity::add_reach(out, actor, Subject::kSession).add(filter.user).add(some(filter.type)).add(some(filter.module));
  return out.add(filter.from).add(filter.to);
}

Finding finding_of(const store::Row& row) {
  return Finding{.extraction = extraction_from(row),
                 .user = row.id<UserId>("user_id"),
                 .user_name = row.text("user_name"),
                 .tool = row.id<ToolId>("tool_id"),
                 .tool_name = row.text("tool_name"),
                 .assignment = row.id<AssignmentId>("assignment_id"),
                 .assignment_name = row.text("assignment_name")};
}

}  // namespace

Task<Result<void>> Findings::check_reach(const identity::Actor& actor, const FindingFilter& filter) {
  const bool of_class = !filter.class_id.empty();
  const char* what = of_class ? "class" : "assignment";
  const auto places = co_await database_.query(kPlace, store::params(filter.class_id, filter.assignment));
  if (!places) co_return places.error();
  const auto row = places->first();
  if (!row) co_return Error::not_found(what);
  const identity::Place place{.group_path = row->text("path"), .class_id = row->id<ClassId>("class_id")};
  if (can(actor, Action::kRead, Subject::kSession, place)) co_return Result<void>{};
  if (!can(actor, Action::kRead, of_class ? Subject::kClass : Subject::kAssignment, place))
    co_return Error::not_found(what);
  co_return Error::forbidden("Only those who teach this class, and administrators, see what was found in its work.");
}

Task<Result<FindingPage>> Findings::list(identity::Actor actor, FindingFilter filter, int limit, std::string cursor,
                                         bool oldest_first) {
  const auto after = store::PageCursor::parse(cursor);
  if (!after) co_return after.error();
  RAPT_CO_TRY(co_await check_reach(actor, filter));
  auto params = params_of(actor, filter);
  store::add_page(params, *after).add(limit + 1);
  const auto rows = co_await database_.query(oldest_first ? kOldestFirst : kNewestFirst, std::move(params));
  if (!rows) co_return rows.error();
  FindingPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(finding_of((*rows)[i]));
  if (rows->size() > page.items.size()) {
    const auto& last = page.items.back().extraction;
    page.next_cursor = store::PageCursor{last.created_at, last.id.str()}.text();
  }
  co_return page;
}

Task<Result<std::vector<FindingSum>>> Findings::summary(identity::Actor actor, FindingFilter filter) {
  RAPT_CO_TRY(co_await check_reach(actor, filter));
  const auto rows = co_await database_.query(kSummary, params_of(actor, filter));
  if (!rows) co_return rows.error();
  std::vector<FindingSum> out;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto row = (*rows)[i];
    out.push_back(
        {row.text("module"), row.text("type"), row.integer("findings"), row.integer("people"), row.time("last")});
  }
  co_return out;
}

}  // namespace rapt::usage
