// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "finding_filter.hpp"
#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/chat/chat_service.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

json view(const std::optional<chat::TurnInfo>& turn) {
  if (!turn) return nullptr;
  return {{"id", turn->id},
          {"request_id", turn->request_id.empty() ? json(nullptr) : json(turn->request_id)},
          {"started_at", to_rfc3339(turn->started_at)}};
}

}  // namespace

Task<Result<Answer>> post_session(Call& call) {
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto tool = body->id<ToolId>("tool_id");
  const auto assignment = body->optional_id<AssignmentId>("assignment_id");
  if (auto fault = body->fault()) co_return *fault;
  auto session = co_await call.services.chat.create(call.actor, tool, assignment);
  if (!session) co_return session.error();
  auto response = data_reply(view(*session), 201);
  response.headers.set("Location", "/api/v1/sessions/" + session->id.str());
  co_return response;
}

Task<Result<Answer>> get_sessions(Call& call) {
  auto page = page_of(call);
  if (!page) co_return page.error();
  chat::SessionFilter filter;
  filter.limit = page->limit;
  filter.cursor = page->cursor;
  const auto scope = call.request.query_value("scope").value_or("own");
  if (scope != "own" && scope != "teaching") co_return Error::invalid("scope", "must be \"own\" or \"teaching\"");
  filter.teaching = scope == "teaching";
  auto class_id = query_id<ClassId>(call, "class_id");
  if (!class_id) co_return class_id.error();
  filter.class_id = *class_id;
  auto tool_id = query_id<ToolId>(call, "tool_id");
  if (!tool_id) co_return tool_id.error();
  filter.tool_id = *tool_id;
  if (const auto state = call.request.query_value("state")) {
    filter.state = chat::parse_session_state(*state);
    if (!filter.state) co_return Error::invalid("state", "must be one of active, paused, completed");
  }
  auto sessions = co_await call.services.chat.list(call.actor, std::move(filter));
  if (!sessions) co_return sessions.error();
  co_return list_reply(view_all(sessions->items), sessions->next_cursor);
}

Task<Result<Answer>> get_session(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) co_return id.error();
  const auto include = call.request.query_value("include");
  if (include && *include != "replaced") co_return Error::invalid("include", "must be \"replaced\"");
  auto found = co_await call.services.chat.get(call.actor, *id, include.has_value());
  if (!found) co_return found.error();
  auto data = view(found->session);
  data["turn"] = view(found->turn);
  data["ends_at"] = found->ends_at ? json(to_rfc3339(*found->ends_at)) : json(nullptr);
  data["user"] = {{"id", found->session.user.str()}, {"name", found->user_name}};
  data["messages"] = view_all(found->messages);
  co_return data_reply(data);
}

Task<Result<Answer>> patch_session(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) co_return id.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  const auto state = chat::parse_session_state(body->one_of("state", {"active", "paused", "completed"}));
  if (auto fault = body->fault()) co_return *fault;
  auto session = co_await call.services.chat.set_state(call.actor, *id, *state);
  if (!session) co_return session.error();
  co_return data_reply(view(*session));
}

Task<Result<Answer>> get_session_extractions(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) co_return id.error();
  auto which = extraction_filter(call);
  if (!which) co_return which.error();
  auto found = co_await call.services.chat.extractions(call.actor, *id, std::move(*which));
  if (!found) co_return found.error();
  co_return list_reply(view_all(found->items), found->next_cursor);
}

}  // namespace rapt::api
