// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/assignments/assignment_service.hpp"

#include <algorithm>
#include <utility>

#include "rapt/identity/ability.hpp"
#include "rapt/store/database.hpp"

namespace rapt::assignments {
namespace {

#define RAPT_ASSIGNMENT_HEAD                                                                               \
  "SELECT a.id, a.name, a.instructions, a.class_id, c.name AS class_name, a.tool_id, a.tool_version_id,"   \
  " t.name AS tool_name, t.type AS tool_type, a.available_at, a.due_at, a.closes_at, g.path::text AS path" \
  " FROM assignments a JOIN classes c ON c.id = a.class_id JOIN tools t ON t.id = a.tool_id"               \
  " JOIN groups g ON g.id = c.group_id"                                                                    \
  " WHERE a.deleted_at IS NULL AND c.deleted_at IS NULL AND t.deleted_at IS NULL AND " RAPT_IN_SCOPE(      \
      "g.path", "a.class_id", "NULL::uuid", "$1", "$2", "$3", "$4", "$5", "$6")

constexpr store::Statement kList{"assignments.list", RAPT_ASSIGNMENT_HEAD
                                 " AND ($7::uuid IS NULL OR (a.created_at, a.id) < (SELECT l.created_at, l.id FROM "
                                 "assignments l WHERE l.id = $7::uuid))"
                                 " ORDER BY a.created_at DESC, a.id DESC LIMIT $8::bigint"};
constexpr store::Statement kFind{"assignments.find", RAPT_ASSIGNMENT_HEAD " AND a.id = $7::uuid"};

#undef RAPT_ASSIGNMENT_HEAD

store::Params readable_by(const identity::Actor& actor) {
  store::Params params;
  identity::add_scope(params, identity::scope_of(actor, identity::Action::kRead, identity::Subject::kAssignment));
  return params;
}

Assignment assignment_of(const store::Row& row, TimePoint now) {
  Assignment out;
  out.id = row.id<AssignmentId>("id");
  out.name = row.text("name");
  out.instructions = row.text("instructions");
  out.class_id = row.id<ClassId>("class_id");
  out.class_name = row.text("class_name");
  out.group_path = row.text("path");
  out.tool = row.id<ToolId>("tool_id");
  out.tool_version = row.id<ToolVersionId>("tool_version_id");
  out.tool_name = row.text("tool_name");
  out.tool_type = row.text("tool_type");
  out.available_at = row.optional_time("available_at");
  out.due_at = row.optional_time("due_at");
  out.closes_at = row.optional_time("closes_at");
  out.state = state_at(now, out.available_at, out.closes_at);
  return out;
}

}  // namespace

std::string_view name(AssignmentState state) {
  switch (state) {
    case AssignmentState::kUpcoming:
      return "upcoming";
    case AssignmentState::kClosed:
      return "closed";
    case AssignmentState::kOpen:
      break;
  }
  return "open";
}

AssignmentState state_at(TimePoint now, const std::optional<TimePoint>& available_at,
                         const std::optional<TimePoint>& closes_at) {
  if (available_at && now < *available_at) return AssignmentState::kUpcoming;
  if (closes_at && now >= *closes_at) return AssignmentState::kClosed;
  return AssignmentState::kOpen;
}

Task<Result<AssignmentPage>> AssignmentService::list(identity::Actor actor, int limit, std::string cursor) {
  const auto after = cursor.empty() ? std::optional<AssignmentId>(AssignmentId()) : AssignmentId::parse(cursor);
  if (!after) co_return Error::invalid("cursor", "is not one that this list has answered");
  const int count = std::clamp(limit, 1, 100);
  auto params = readable_by(actor);
  params.add(*after).add(count + 1);
  auto rows = co_await database_.query(kList, std::move(params));
  if (!rows) co_return rows.error();
  AssignmentPage page;
  const TimePoint now = clock_.now();
  const std::size_t shown = std::min(rows->size(), static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < shown; ++i) page.items.push_back(assignment_of((*rows)[i], now));
  if (rows->size() > shown) page.next_cursor = page.items.back().id.str();
  co_return page;
}

Task<Result<Assignment>> AssignmentService::get(identity::Actor actor, AssignmentId id) {
  auto params = readable_by(actor);
  params.add(id);
  auto rows = co_await database_.query(kFind, std::move(params));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return Error::not_found("assignment");
  co_return assignment_of((*rows)[0], clock_.now());
}

Task<Result<Assignment>> AssignmentService::get_for_start(identity::Actor actor, AssignmentId id) {
  auto found = co_await get(actor, id);
  if (!found) co_return found;
  const identity::Place place{.group_path = found->group_path, .class_id = found->class_id};
  if (identity::can(actor, identity::Action::kUpdate, identity::Subject::kAssignment, place)) co_return found;
  if (found->state == AssignmentState::kUpcoming) {
    co_return Error::conflict("This assignment opens at " + to_rfc3339(*found->available_at) + ".");
  }
  if (found->state == AssignmentState::kClosed) {
    co_return Error::conflict("This assignment closed at " + to_rfc3339(*found->closes_at) + ".");
  }
  co_return found;
}

Task<Result<PinnedTool>> pin_tool(tools::ToolService& tools, AssignmentService assignments, identity::Actor actor,
                                  ToolId tool, AssignmentId assignment_or_empty) {
  if (assignment_or_empty.empty()) {
    auto found = co_await tools.find(std::move(actor), std::move(tool));
    if (!found) co_return found.error();
    co_return PinnedTool{found->version, found->definition};
  }
  auto assignment = co_await assignments.get_for_start(std::move(actor), std::move(assignment_or_empty));
  if (!assignment) co_return assignment.error();
  if (assignment->tool != tool) co_return Error::invalid("assignment_id", "belongs to another tool");
  auto definition = co_await tools.definition(assignment->tool_version);
  if (!definition) co_return definition.error();
  co_return PinnedTool{assignment->tool_version, *definition};
}

}  // namespace rapt::assignments
