// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/assignments/assignment_service.hpp"
#include "rapt/hooks/module_catalog.hpp"
#include "rapt/tools/check.hpp"
#include "rapt/tools/tool_service.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

json view(const tools::Diagnostic& fault, const std::string& message) {
  return {{"path", fault.path},
          {"message", message},
          {"line", fault.line},
          {"column", fault.column},
          {"excerpt", {{"text", fault.excerpt}, {"column", fault.excerpt_column}, {"width", fault.width}}}};
}

/// The failure of a creation; one of the definition with the place of every fault.
Task<Result<Answer>> with_places(Call& call, Error error, std::string definition, GroupId group) {
  const bool of_definition =
      error.kind == ErrorKind::kInvalid && !error.fields.empty() && error.fields.front().path.starts_with("definition");
  if (!of_definition) co_return error;
  const auto checked = co_await call.services.tools.check(std::move(definition), std::move(group));
  // Somebody has changed something meanwhile: what was found first is told as it is.
  if (!checked || checked->faults.empty()) co_return error;
  const auto told = tools::as_error(checked->faults);
  auto response = error_reply(told, call.request.id);
  auto body = json::parse(response.body);
  auto& fields = body["details"]["fields"] = json::array();
  for (std::size_t i = 0; i < checked->faults.size(); ++i)
    fields.push_back(view(checked->faults[i], told.fields[i].message));
  response.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  co_return response;
}

}  // namespace

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

Task<Result<Answer>> get_tool_schema(Call& call) {
  if (!call.actor.teaches_anything() && !call.actor.administers_anything())
    co_return Error::forbidden("The schema is for those who write tools.");
  http::Response response;
  response.headers.set("Content-Type", "application/schema+json");
  response.body = tools::editor_schema(call.services.catalog.all_facts());
  co_return response;
}

Task<Result<Answer>> post_tool(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto definition = body->text("definition", tools::kMaxDefinitionBytes);
  const auto group = body->optional_id<GroupId>("group_id");
  if (auto fault = body->fault()) co_return *fault;
  auto tool = co_await call.services.tools.create(call.actor, definition, group);
  if (!tool) co_return co_await with_places(call, tool.error(), std::move(definition), group);
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
