// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "finding_filter.hpp"
#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/runs/run_service.hpp"
#include "views.hpp"

namespace rapt::api {

namespace {

/// RFC 7240: the caller fetches the end later.
bool prefers_async(const http::Request& request) {
  const auto wish = request.headers.get("Prefer");
  return wish && wish->find("respond-async") != std::string_view::npos;
}

}  // namespace

Task<Result<Answer>> post_run(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto tool = body->id<ToolId>("tool_id");
  auto input = body->json_text("input");
  const auto assignment = body->optional_id<AssignmentId>("assignment_id");
  if (auto fault = body->fault()) co_return *fault;
  auto& runs = call.services.runs;
  const bool waits = !prefers_async(call.request);
  auto working = waits ? runs.create(call.actor, tool, std::move(input), assignment)
                       : runs.start(call.actor, tool, std::move(input), assignment);
  auto run = co_await std::move(working);
  if (!run) co_return run.error();
  auto response = data_reply(view(*run), waits ? 201 : 202);
  if (!waits) response.headers.set("Preference-Applied", "respond-async");
  response.headers.set("Location", "/api/v1/runs/" + run->id.str());
  co_return response;
}

Task<Result<Answer>> get_runs(Call& call) {
  auto page = page_of(call);
  if (!page) co_return page.error();
  auto runs = co_await call.services.runs.list(call.actor, page->limit, page->cursor);
  if (!runs) co_return runs.error();
  co_return list_reply(view_all(runs->items), runs->next_cursor);
}

Task<Result<Answer>> get_run(Call& call) {
  auto id = path_id<RunId>(call, "run");
  if (!id) co_return id.error();
  auto run = co_await call.services.runs.get(call.actor, *id);
  if (!run) co_return run.error();
  co_return data_reply(view(*run));
}

Task<Result<Answer>> get_run_extractions(Call& call) {
  auto id = path_id<RunId>(call, "run");
  if (!id) co_return id.error();
  auto which = extraction_filter(call);
  if (!which) co_return which.error();
  auto found = co_await call.services.runs.extractions(call.actor, *id, std::move(*which));
  if (!found) co_return found.error();
  co_return list_reply(view_all(found->items), found->next_cursor);
}

}  // namespace rapt::api
