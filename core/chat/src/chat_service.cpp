// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/chat/chat_service.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "async_hooks.hpp"
#include "completion.hpp"
#include "hook_context.hpp"
#include "rapt/assignments/assignment_service.hpp"
#include "rapt/hooks/dispatcher.hpp"
#include "rapt/identity/reach.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/tools/tool_service.hpp"
#include "session_limits.hpp"
#include "session_store.hpp"
#include "turns.hpp"

namespace rapt::chat {

namespace {

using hooks::Point;

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

ChatService::ChatService(Parts parts) : parts_(parts), turns_(std::make_shared<Turns>(std::move(parts))) {}
ChatService::~ChatService() = default;

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

Task<Result<SessionWithMessages>> ChatService::get(identity::Actor actor, SessionId id, bool with_replaced) {
  const auto now = parts_.clock.now();
  auto found = co_await load_readable_session(parts_.database, std::move(actor), std::move(id), with_replaced, now);
  if (!found) co_return found.error();
  const auto tool = co_await parts_.tools.definition(found->version);
  if (!tool) co_return tool.error();
  found->shown.ends_at = ends_at(found->shown.session.started_at, **tool, found->closes_at, found->time_limit);
  co_return std::move(found->shown);
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
  const auto now = parts_.clock.now();
  if (state == SessionState::kCompleted) {
    const CompletionParts parts{parts_.database, parts_.tools, parts_.dispatcher, parts_.clock};
    RAPT_CO_TRY(co_await complete_session(parts, actor, *open, **tool, now, std::nullopt));
  } else {
    RAPT_CO_TRY(co_await change_session(parts_.database, id, state));
  }
  open->session.state = state;
  if (state == SessionState::kCompleted) open->session.ended_at = now;
  co_return described(std::move(open->session), **tool);
}

Task<Result<usage::ExtractionPage>> ChatService::extractions(identity::Actor actor, SessionId id,
                                                             usage::ExtractionFilter which) {
  RAPT_CO_TRY(co_await check_readable(parts_.database, std::move(actor), id));
  co_return co_await usage::extractions_of(parts_.database, std::move(id), std::move(which));
}

Task<Result<std::unique_ptr<TurnReader>>> ChatService::send(identity::Actor actor, SessionId id, NewTurn said,
                                                            std::shared_ptr<OpenedTurn> opened) {
  return turns_->send(std::move(actor), std::move(id), std::move(said), std::move(opened));
}

Task<Result<std::shared_ptr<OpenedTurn>>> ChatService::open(identity::LoginCheck login, SessionId id,
                                                            const NewTurn& said) {
  return turns_->open(std::move(login), std::move(id), said);
}

Task<void> ChatService::withdraw(std::shared_ptr<OpenedTurn> opened) {
  return turns_->withdraw(std::move(opened));
}

Task<Result<std::unique_ptr<TurnReader>>> ChatService::follow(identity::Actor actor, SessionId id,
                                                              std::optional<TurnPlace> behind) {
  co_return co_await turns_->follow(std::move(actor), std::move(id), std::move(behind));
}

Task<Result<bool>> ChatService::stop(identity::Actor actor, SessionId id) {
  co_return co_await turns_->stop(std::move(actor), std::move(id));
}

Task<void> ChatService::tend() {
  co_await turns_->tend();
}

Task<void> ChatService::finish(std::chrono::milliseconds grace) {
  co_await turns_->finish(grace);
}

}  // namespace rapt::chat
