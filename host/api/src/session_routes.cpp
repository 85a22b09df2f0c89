// SPDX-License-Identifier: AGPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "body.hpp"
#include "error_reply.hpp"
#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/chat/chat_service.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using nlohmann::json;

/// Bytes of the longest message: the service counts characters, four bytes each at most.
constexpr std::size_t kMaxMessageBytes = 4 * chat::kMaxMessageCharacters;

json member(const char* name, std::string_view value) {
  return json::object({{name, value}});
}

/// Turns what the chat reports into server-sent events. The stream opens with the first of them, so that what fails
/// before is still answered with its status. A reader who has gone changes nothing for the work.
class StreamSink final : public chat::MessageSink {
 public:
  explicit StreamSink(http::Responder& responder) : responder_(responder) {}
  Task<void> status(std::string_view state) override { co_await send("status", member("state", state)); }
  Task<void> delta(std::string_view words) override { co_await send("delta", member("content", words)); }
  Task<void> send(std::string_view event, json data) {
    const auto text = dump(data);
    co_await send_text(event, text);
  }
  Task<void> send_text(std::string_view event, std::string data) {
    if (stream_ == nullptr) stream_ = co_await responder_.open_event_stream({});
    co_await stream_->send(event, data);
  }
  [[nodiscard]] bool opened() const { return stream_ != nullptr; }

 private:
  http::Responder& responder_;
  http::EventStream* stream_ = nullptr;
};

Task<Result<Answer>> stream_message(Call& call, SessionId id, std::string content) {
  StreamSink sink(call.responder);
  auto reply = co_await call.services.chat.send_message(call.actor, id, std::move(content), &sink);
  if (reply) {
    if (const auto& cut = reply->cut_off) {
      const json what = {{"module", cut->module}, {"reason", cut->reason}};
      co_await sink.send("cut_off", what);
    }
    co_await sink.send("done", view(*reply));
    co_return Answer{};
  }
  const bool blocked = reply.error().kind == ErrorKind::kBlocked;
  if (!blocked && !sink.opened()) co_return reply.error();
  co_await sink.send_text(blocked ? "blocked" : "error", error_body(reply.error(), call.request.id));
  co_return Answer{};
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
  auto found = co_await call.services.chat.get(call.actor, *id);
  if (!found) co_return found.error();
  auto data = view(found->session);
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
  auto found = co_await call.services.chat.extractions(call.actor, *id);
  if (!found) co_return found.error();
  co_return list_reply(view_all(*found), std::nullopt);
}

Task<Result<Answer>> post_message(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) co_return id.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  auto content = body->text("content", kMaxMessageBytes);
  if (auto fault = body->fault()) co_return *fault;
  if (call.request.accepts_explicitly("text/event-stream"))
    co_return co_await stream_message(call, *id, std::move(content));
  auto reply = co_await call.services.chat.send_message(call.actor, *id, std::move(content), nullptr);
  if (!reply) co_return reply.error();
  co_return data_reply(view(*reply));
}

}  // namespace rapt::api
