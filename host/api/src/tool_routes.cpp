// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "body.hpp"
#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/assignments/assignment_service.hpp"
#include "rapt/tools/tool_service.hpp"
#include "views.hpp"

namespace rapt::api {

Task<Result<Answer>> get_tools(Call& call) {
  auto page = page_of(call);
  if (!page) co_return page.error();
  auto tools = co_await call.services.tools.list(call.actor, page->limit, page->cursor);
  if (!tools) co_return tools.error();
  co_return list_reply(view_all(tools->items), tools->next_cursor);
}

Task<Result<Answer>> get_tool(Call& call) {
  auto id = path_id<ToolId>(call, "tool");
  if (!id) co_return id.error();
  auto tool = co_await call.services.tools.get(call.actor, *id);
  if (!tool) co_return tool.error();
  co_return data_reply(view(*tool));
}

Task<Result<Answer>> post_tool(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto definition = body->text("definition", tools::kMaxDefinitionBytes);
  const auto group = body->optional_id<GroupId>("group_id");
  if (auto fault = body->fault()) co_return *fault;
  auto tool = co_await call.services.tools.create(call.actor, std::move(definition), group);
  if (!tool) co_return tool.error();
  auto response = data_reply(view(*tool), 201);
  response.headers.set("Location", "/api/v1/tools/" + tool->tool.id.str());
  co_return response;
}

Task<Result<Answer>> get_assignments(Call& call) {
  auto page = page_of(call);
  if (!page) co_return page.error();
  auto assignments = co_await call.services.assignments.list(call.actor, page->limit, page->cursor);
  if (!assignments) co_return assignments.error();
  co_return list_reply(view_all(assignments->items), assignments->next_cursor);
}

}  // namespace rapt::api
