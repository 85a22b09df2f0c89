// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/chat/chat_service.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "async_hooks.hpp"
#include "hook_context.hpp"
#include "in_flight.hpp"
#include "message_flow.hpp"
#include "rapt/assignments/assignment_service.hpp"
#include "rapt/base/text.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/identity/reach.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/tools/tool_service.hpp"
#include "session_store.hpp"

namespace rapt::chat {

namespace {

using hooks::Point;

Result<void> check_content(const std::string& content) {
  if (!is_utf8(content)) {
    return Error{.kind = ErrorKind::kInvalid,
                 .code = "INVALID_UTF8",
                 .message = "The message is not valid UTF-8.",
                 .fields = {{"content", "is not valid UTF-8"}}};
  }
  if (content.find_first_not_of(" \t\r\n") == std::string::npos)
    return Error::invalid("content", "is empty: write a message first");
  if (content.find('\0') != std::string::npos) return Error::invalid("content", "holds a NUL character: remove it");
  if (count_code_points(content) > kMaxMessageCharacters) {
    return Error::invalid("content", "is longer than " + std::to_string(kMaxMessageCharacters) +
                                         " characters: shorten it or send it in parts");
  }
  return {};
}

/// Whether the owner may write now.
Result<void> check_open(const OpenSession& open, const tools::ToolDefinition& tool, TimePoint now) {
  if (open.session.state == SessionState::kPaused)
    return Error::conflict("This conversation is paused: resume it first.");
  if (open.session.state == SessionState::kCompleted)
    return Error::conflict("This conversation has ended: start a new one.");
  if (open.closes_at && now >= *open.closes_at) return Error::conflict("The assignment has closed.");
  const auto& limit = tool.constraints.max_messages;
  if (limit && open.next_seq > 2 * static_cast<std::int64_t>(*limit)) {
    return Error::conflict("This tool allows " + std::to_string(*limit) +
                           " messages in a conversation, and they are used up.");
  }
  return {};
}

Session described(Session session, const tools::ToolDefinition& tool) {
  session.tool.name = tool.name;
  session.tool.type = tools::name(tool.type);
  session.tool_version = tool.version;
  return session;
}

Result<void> append_event(store::Transaction& tx, std::string_view topic, const SessionId& session) {
  return jobs::append_event(tx, {topic, session.str(), nlohmann::json{{"session_id", session.str()}}.dump()});
}

}  // namespace

ChatService::ChatService(Parts parts) : parts_(parts), in_flight_(std::make_shared<InFlight>()) {}

Task<Result<Session>> ChatService::create(identity::Actor actor, ToolId tool, AssignmentId assignment_or_empty) {
  auto pinned =
      co_await assignments::pin_tool(parts_.tools, {parts_.database, parts_.clock}, actor, tool, assignment_or_empty);
  if (!pinned) co_return pinned.error();
  if (pinned->tool->type != tools::ToolType::kChat) {
    co_return Error::invalid("tool_id", "is a product tool: start it with POST /runs");
  }
  OpenSession open;
  open.session.id = SessionId::trusted(new_uuid());
  open.session.tool.id = tool;
  open.session.user = actor.id;
  open.session.assignment = assignment_or_empty;
  open.session.started_at = parts_.clock.now();
  auto context = context_of(actor, open, *pinned->tool);
  const auto outcome = co_await parts_.dispatcher.dispatch(Point::kSessionStart, context, pinned->tool->modules);
  NewSession row{open.session.id, tool, pinned->version, actor.id, assignment_or_empty, open.session.started_at};
  auto later = hook_jobs(parts_.dispatcher, Point::kSessionStart, row.id, 0, pinned->tool->modules);
  auto writing = [row = std::move(row), found = outcome.extractions,
                  later = std::move(later)](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(insert_session(tx, row));
    RAPT_TRY(jobs::enqueue(tx, later));
    RAPT_TRY(usage::store_extractions(tx, row.id, {}, found));
    return append_event(tx, "chat.session_started", row.id);
  };
  const auto stored = co_await parts_.database.transaction(std::move(writing));
  if (!stored) co_return stored.error();
  co_return described(std::move(open.session), *pinned->tool);
}

Task<Result<SessionWithMessages>> ChatService::get(identity::Actor actor, SessionId id) {
  co_return co_await load_readable_session(parts_.database, std::move(actor), std::move(id));
}

Task<Result<SessionPage>> ChatService::list(identity::Actor actor, SessionFilter filter) {
  if (filter.teaching && !identity::reaches_others(actor, identity::Subject::kSession)) {
    co_return Error::forbidden("Only teachers and administrators may list the conversations of students.");
  }
  co_return co_await list_sessions(parts_.database, std::move(actor), std::move(filter));
}

Task<Result<Session>> ChatService::set_state(identity::Actor actor, SessionId id, SessionState state) {
  auto open = co_await load_open_session(parts_.database, actor.id, id);
  if (!open) co_return open.error();
  auto tool = co_await parts_.tools.definition(open->version);
  if (!tool) co_return tool.error();
  if (open->session.state == SessionState::kCompleted)
    co_return Error::conflict("This conversation has ended and stays closed.");
  std::vector<hooks::Extraction> found;
  std::vector<jobs::NewJob> later;
  if (state == SessionState::kCompleted) {
    auto context = context_of(actor, *open, **tool);
    found = (co_await parts_.dispatcher.dispatch(Point::kSessionEnd, context, (*tool)->modules)).extractions;
    later = hook_jobs(parts_.dispatcher, Point::kSessionEnd, id, 0, (*tool)->modules);
  }
  const auto now = parts_.clock.now();
  auto writing = [id, state, now, found, later](store::Transaction& tx) -> Result<void> {
    RAPT_TRY(update_state(tx, id, state, now));
    RAPT_TRY(jobs::enqueue(tx, later));
    RAPT_TRY(usage::store_extractions(tx, id, {}, found));
    return append_event(tx, state == SessionState::kCompleted ? "chat.session_ended" : "chat.session_changed", id);
  };
  const auto stored = co_await parts_.database.transaction(std::move(writing));
  if (!stored) co_return stored.error();
  open->session.state = state;
  if (state == SessionState::kCompleted) open->session.ended_at = now;
  co_return described(std::move(open->session), **tool);
}

Task<Result<std::vector<usage::Extraction>>> ChatService::extractions(identity::Actor actor, SessionId id) {
  RAPT_CO_TRY(co_await check_readable(parts_.database, std::move(actor), id));
  co_return co_await usage::extractions_of(parts_.database, std::move(id));
}

Task<Result<Reply>> ChatService::send_message(identity::Actor actor, SessionId id, std::string content,
                                              MessageSink* sink) {
  RAPT_CO_TRY(check_content(content));
  const auto lease = in_flight_->take({actor.id, id});
  if (!lease) {
    co_return Error::conflict(
        "Your last message in this conversation is still being answered: wait for the answer, then send this one.");
  }
  auto open = co_await load_open_session(parts_.database, actor.id, std::move(id));
  if (!open) co_return open.error();
  auto tool = co_await parts_.tools.definition(open->version);
  if (!tool) co_return tool.error();
  const auto now = parts_.clock.now();
  RAPT_CO_TRY(check_open(*open, **tool, now));
  auto context = context_of(actor, *open, **tool);
  context.current = hooks::Message{"user", std::move(content), open->next_seq, now};
  MessageFlow flow(parts_, std::move(*open), std::move(*tool), std::move(context), sink);
  co_return co_await flow.run();
}

}  // namespace rapt::chat
