// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/usage/reports.hpp"

#include <algorithm>
#include <charconv>

#include "rapt/base/text.hpp"
#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"
#include "rapt/store/page_cursor.hpp"
#include "report_sql.hpp"

namespace rapt::usage {
namespace {

using identity::Action;
using identity::Subject;

constexpr store::Statement kPlaces{
    "usage.places",
    "SELECT (SELECT path::text FROM groups WHERE id = $1::uuid AND deleted_at IS NULL) AS group_path,"
    " (SELECT g.path::text FROM classes c JOIN groups g ON g.id = c.group_id WHERE c.id = $2::uuid AND c.deleted_at IS"
    " NULL) AS class_path"};

constexpr store::Statement kPlanAnew{"usage.plan_anew",
                                     "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"};

/// Planned for these days and this filter each time: a plan for any would read the rows of the whole period.
Task<Result<store::Rows>> ask(store::Database& database, store::Statement statement, store::Params params) {
  auto work = [statement, params = std::move(params)](store::Transaction& tx) -> Result<store::Rows> {
    RAPT_TRY(tx.exec(kPlanAnew));
    return tx.exec(statement, params);
  };
  co_return co_await database.transaction(std::move(work));
}

identity::Scope scope_of(const identity::Actor& actor) {
  return identity::scope_of(actor, Action::kViewUsage, Subject::kClass);
}

Result<void> may_view(const identity::Actor& actor, Subject subject, const identity::Place& place, const char* what) {
  if (place.group_path.empty()) return Error::not_found(what);
  if (can(actor, Action::kViewUsage, Subject::kClass, place)) return {};
  if (!can(actor, Action::kRead, subject, place)) return Error::not_found(what);
  return Error::forbidden(std::string("You may see this ") + what + ", but not what it has used.");
}

Figures figures_of(const store::Row& row) {
  Figures out;
  if (row.is_null("requests")) return out;
  out.requests = row.integer("requests");
  out.unanswered = row.integer("unanswered");
  out.estimated = row.integer("estimated");
  out.unpriced = row.integer("unpriced");
  out.input_tokens = row.integer("input_tokens");
  out.output_tokens = row.integer("output_tokens");
  out.cost = row.text("cost");
  out.latency_ms = out.requests > 0 ? row.integer("latency_ms") / out.requests : 0;
  return out;
}

/// "<cost>_<requests>_<key>", of the last share of a page.
struct ShareCursor {
  std::string cost, key;
  std::int64_t requests = 0;
};

std::string text_of(const Share& last) {
  return last.figures.cost + "_" + std::to_string(last.figures.requests) + "_" + last.key;
}

Result<std::optional<ShareCursor>> parse_cursor(const std::string& text) {
  if (text.empty()) return std::optional<ShareCursor>{};
  const auto first = text.find('_'), second = first == std::string::npos ? first : text.find('_', first + 1);
  const auto fault = Error::invalid("cursor", "is not one that this list has answered");
  if (second == std::string::npos || text.size() > 300) return fault;
  ShareCursor out{text.substr(0, first), text.substr(second + 1)};
  const auto number = text.substr(first + 1, second - first - 1);
  const auto [end, wrong] = std::from_chars(number.data(), number.data() + number.size(), out.requests);
  const bool decimal = !out.cost.empty() && out.cost.size() <= 40 &&
                       std::count(out.cost.begin(), out.cost.end(), '.') <= 1 &&
                       out.cost.find_first_not_of("0123456789.") == std::string::npos && out.cost != ".";
  const bool key_is_text = is_utf8(out.key) && out.key.find('\0') == std::string::npos;
  if (!key_is_text || wrong != std::errc{} || end != number.data() + number.size() || !decimal) return fault;
  return std::optional(std::move(out));
}

void add_cursor(store::Params& params, const std::optional<ShareCursor>& cursor) {
  if (!cursor) {
    params.add_null().add_null().add_null();
  } else {
    params.add(cursor->cost).add(cursor->requests).add(cursor->key);
  }
}

Entry entry_of(const store::Row& row) {
  Entry out;
  out.id = row.text("id");
  out.day = row.text("day");
  out.at = row.time("created_at");
  out.user = row.id<UserId>("user_id");
  out.group = row.id<GroupId>("group_id");
  out.class_id = row.id<ClassId>("class_id");
  out.tool = row.id<ToolId>("tool_id");
  out.session = row.id<SessionId>("session_id");
  out.run = row.id<RunId>("run_id");
  out.assignment = row.id<AssignmentId>("assignment_id");
  out.group_name = row.text("group_name");
  out.class_name = row.text("class_name");
  out.tool_name = row.text("tool_name");
  out.module = row.text("module");
  out.model = row.text("model");
  out.request_type = row.text("request_type");
  out.outcome = row.text("outcome");
  out.input_tokens = row.integer("input_tokens");
  out.output_tokens = row.integer("output_tokens");
  out.estimated = row.boolean("estimated");
  out.cost = row.optional_text("cost");
  if (!row.is_null("latency_ms")) out.latency_ms = row.integer("latency_ms");
  return out;
}

}  // namespace

Task<Result<void>> Reports::check_reach(const identity::Actor& actor, const Filter& filter) {
  if (scope_of(actor).empty()) co_return Error::forbidden("Only administrators and teachers may see what AI has used.");
  if (filter.group.empty() && filter.class_id.empty()) co_return Result<void>{};
  const auto places = co_await database_.query(kPlaces, store::params(filter.group, filter.class_id));
  if (!places) co_return places.error();
  const auto row = (*places)[0];
  if (!filter.group.empty())
    RAPT_CO_TRY(may_view(actor, Subject::kGroup, {.group_path = row.text("group_path")}, "group"));
  const auto class_path = row.text("class_path");
  const auto class_id = class_path.empty() ? ClassId{} : filter.class_id;
  if (!filter.class_id.empty())
    RAPT_CO_TRY(may_view(actor, Subject::kClass, {.group_path = class_path, .class_id = class_id}, "class"));
  co_return Result<void>{};
}

Task<Result<Summary>> Reports::summary(identity::Actor actor, Filter filter) {
  RAPT_CO_TRY(co_await check_reach(actor, filter));
  const auto scope = scope_of(actor);
  const auto statement = summary_statement(reach_of(scope, filter), filter);
  Summary out;
  out.as_of = clock_.now();
  const auto now = co_await ask(database_, statement, report_params(scope, filter));
  if (!now) co_return now.error();
  out.figures = figures_of((*now)[0]);
  filter.days = out.before_days = days_before(filter.days);
  const auto before = co_await ask(database_, statement, report_params(scope, filter));
  if (!before) co_return before.error();
  out.before = figures_of((*before)[0]);
  co_return out;
}

Task<Result<SharePage>> Reports::by(identity::Actor actor, Dimension dimension, Filter filter, int limit,
                                    std::string cursor) {
  const auto after = parse_cursor(dimension == Dimension::kDay ? "" : cursor);
  if (!after) co_return after.error();
  RAPT_CO_TRY(co_await check_reach(actor, filter));
  const auto scope = scope_of(actor);
  const bool paged = dimension != Dimension::kDay;
  auto params = report_params(scope, filter);
  add_cursor(params, *after);
  params.add(paged ? limit + 1 : 2000);
  if (dimension == Dimension::kUser)
    identity::add_scope(params, identity::scope_of(actor, Action::kRead, Subject::kUser));
  SharePage page;
  page.as_of = clock_.now();
  const auto rows =
      co_await ask(database_, share_statement(reach_of(scope, filter), dimension, filter), std::move(params));
  if (!rows) co_return rows.error();
  for (std::size_t i = 0; i < rows->size() && (!paged || i < static_cast<std::size_t>(limit)); ++i) {
    const auto row = (*rows)[i];
    page.items.push_back({row.text("key"), row.optional_text("name"), figures_of(row)});
  }
  if (rows->size() > page.items.size()) page.next_cursor = text_of(page.items.back());
  co_return page;
}

Task<Result<EntryPage>> Reports::list(identity::Actor actor, Filter filter, int limit, std::string cursor,
                                      bool oldest_first) {
  const auto after = store::PageCursor::parse(cursor);
  if (!after) co_return after.error();
  RAPT_CO_TRY(co_await check_reach(actor, filter));
  const auto scope = scope_of(actor);
  auto params = report_params(scope, filter);
  store::add_page(params, *after).add(limit + 1);
  const auto rows = co_await ask(database_, list_statement(reach_of(scope, filter), oldest_first), std::move(params));
  if (!rows) co_return rows.error();
  EntryPage page;
  for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(limit); ++i)
    page.items.push_back(entry_of((*rows)[i]));
  if (rows->size() > page.items.size())
    page.next_cursor = store::PageCursor{page.items.back().at, page.items.back().id}.text();
  co_return page;
}

}  // namespace rapt::usage
