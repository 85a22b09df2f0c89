// SPDX-License-Identifier: AGPL-3.0-or-later
#include "message_flow.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "answer_stream.hpp"
#include "async_hooks.hpp"
#include "pieces.hpp"
#include "prompt.hpp"
#include "rapt/jobs/outbox.hpp"

namespace rapt::chat {

namespace {

using hooks::Point;
using nlohmann::json;

json blocked_payload(const hooks::Outcome& outcome) {
  return {{"module", outcome.module}};
}

json stored_payload(const NewMessage& answer) {
  return {{"message_id", answer.id.str()}, {"seq", answer.seq}};
}

Reply reply_of(const NewMessage& answer, const gateway::Spent& spent, std::optional<CutOff> cut_off) {
  return {{answer.id, answer.role, answer.content, answer.seq, answer.created_at, answer.meta_json},
          {spent.input_tokens, spent.output_tokens, spent.model, spent.estimated},
          std::move(cut_off)};
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Modules that removed every word have stopped the answer, whatever they call it.
void block_when_nothing_is_left(const std::string& text, hooks::Outcome& outcome) {
  if (outcome.kind != hooks::Outcome::Kind::kContinue || outcome.modified_by.empty() || !is_blank(text)) return;
  outcome.kind = hooks::Outcome::Kind::kBlocked;
  outcome.module = outcome.modified_by.back();
  outcome.reason = "The module " + outcome.module + " left nothing of this answer.";
}

void add_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const auto& name : more) {
    if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  }
}

Result<void> append_event(store::Transaction& tx, std::string_view topic, const SessionId& session, json payload) {
  payload["session_id"] = session.str();
  return jobs::append_event(tx, {topic, session.str(), payload.dump()});
}

/// The transaction of a message that was blocked before the AI saw it.
struct WriteBlocked {
  SessionId session;
  std::vector<hooks::Extraction> extractions;
  json payload;

  Result<void> operator()(store::Transaction& tx) const {
    RAPT_TRY(usage::store_extractions(tx, session, {}, extractions));
    return append_event(tx, "chat.message_blocked", session, payload);
  }
};

}  // namespace

/// The transaction of a message that reached the AI: all of it, or nothing.
struct MessageFlow::WriteExchange {
  SessionId session;
  std::int64_t first_seq = 0;
  std::vector<NewMessage> messages;
  std::vector<hooks::Extraction> extractions;
  usage::Record usage;
  std::string_view topic;
  json payload;
  TimePoint now{};
  std::vector<jobs::NewJob> later;  ///< the asynchronous hooks about these messages

  Result<void> operator()(store::Transaction& tx) const {
    RAPT_TRY(claim_sequence(tx, session, first_seq, static_cast<int>(messages.size()), now));
    for (const auto& message : messages) RAPT_TRY(insert_message(tx, message));
    RAPT_TRY(jobs::enqueue(tx, later));
    RAPT_TRY(usage::settle(tx, usage));
    RAPT_TRY(usage::store_extractions(tx, session, {}, extractions));
    return append_event(tx, topic, session, payload);
  }
};

MessageFlow::WriteExchange MessageFlow::write_exchange(usage::Outcome outcome, std::string_view topic,
                                                       json payload) const {
  return {open_.session.id,
          open_.next_seq,
          {},
          extractions_,
          usage_record(outcome),
          topic,
          std::move(payload),
          parts_.clock.now(),
          hook_jobs(parts_.dispatcher, Point::kChatOnMessage, open_.session.id, question_.seq, tool_->modules)};
}

MessageFlow::MessageFlow(ChatService::Parts parts, OpenSession open, tools::DefinitionPtr tool, hooks::Context context,
                         MessageSink* sink)
    : parts_(parts),
      open_(std::move(open)),
      tool_(std::move(tool)),
      context_(std::move(context)),
      sink_(sink),
      asked_at_(parts_.clock.now()) {}

Task<Result<Reply>> MessageFlow::run() {
  RAPT_CO_TRY(co_await before_ai());
  RAPT_CO_TRY(co_await ask());
  RAPT_CO_TRY(co_await after_ai());
  auto reply = co_await store();
  if (reply && held_) co_await show(reply->message.content);
  co_return reply;
}

Task<Result<void>> MessageFlow::before_ai() {
  for (auto point : {Point::kChatOnMessage, Point::kChatBeforeAi}) {
    auto outcome = co_await parts_.dispatcher.dispatch(point, context_, tool_->modules);
    if (outcome.kind == hooks::Outcome::Kind::kUnavailable) co_return hooks::stopped(outcome);
    absorb(outcome);
    add_new(modified_question_, outcome.modified_by);
    if (outcome.kind == hooks::Outcome::Kind::kBlocked) co_return co_await stop_before(point, outcome);
    instructions_.insert(instructions_.end(), outcome.instructions.begin(), outcome.instructions.end());
  }
  co_return Result<void>{};
}

Task<Result<void>> MessageFlow::ask() {
  gateway::ChatRequest request{.messages = prompt_for(*tool_, context_, instructions_)};
  begin_answer();
  // As late as can be: a module may have been started or upgraded while the others were asked.
  held_ = parts_.dispatcher.holds_answer(tool_->modules);
  hooks::DeltaFilter filter(parts_.dispatcher.caller(), context_, context_.current->seq, tool_->modules);
  // Nothing has been paid yet.
  if (filter.outcome().kind != hooks::Outcome::Kind::kContinue) co_return hooks::stopped(filter.outcome());
  if (sink_ != nullptr) co_await sink_->status("thinking");
  RAPT_CO_TRY(co_await admit(request));
  co_return co_await ask(std::move(request), filter);
}

/// Asks for the permission to spend, as late as can be.
Task<Result<void>> MessageFlow::admit(gateway::ChatRequest& request) {
  quota::Ask ask{.user = open_.session.user, .group = open_.payer, .class_id = open_.class_id, .model = tool_->model};
  for (const auto& message : request.messages) ask.input_bytes += message.content.size();
  auto grant = co_await parts_.admission.admit(std::move(ask));
  if (!grant) co_return grant.error();
  grant_ = std::move(*grant);
  request.call_id = grant_.call.id;
  request.model = grant_.model;
  request.fallback_models = grant_.fallback_models;
  request.max_output_tokens = grant_.max_output_tokens;
  co_return Result<void>{};
}

Task<Result<void>> MessageFlow::ask(gateway::ChatRequest request, hooks::DeltaFilter& filter) {
  auto* reader = held_ ? nullptr : sink_;
  AnswerStream stream(filter, reader);
  const bool streams = reader != nullptr || filter.active();
  auto exchange = co_await parts_.gateway.complete(std::move(request), streams ? &stream : nullptr);
  spent_ = std::move(exchange.spent);
  if (!exchange.completion) {
    co_await record_spent(usage::Outcome::kFailed);
    co_return exchange.completion.error();
  }
  finish_reason_ = std::move(exchange.completion->finish_reason);
  if (streams) co_await stream.finish();
  auto text = streams ? stream.text() : std::move(exchange.completion->content);
  co_return co_await take_filtered(std::move(text), filter.outcome());
}

/// From here on the modules are told of the question as history and of the answer as the current message.
void MessageFlow::begin_answer() {
  question_ = *context_.current;
  context_.messages.push_back(question_);
  context_.current = hooks::Message{.role = "assistant", .seq = open_.next_seq + 1, .created_at = parts_.clock.now()};
}

/// What the modules with chat:on_delta left of the answer. Cut off: what the reader has seen is the answer. Where
/// nothing has been shown, that is a block like any other.
Task<Result<void>> MessageFlow::take_filtered(std::string text, hooks::Outcome& outcome) {
  block_when_nothing_is_left(text, outcome);
  if (outcome.kind == hooks::Outcome::Kind::kUnavailable) co_return co_await stop_unavailable(outcome);
  absorb(outcome);
  modified_answer_ = outcome.modified_by;
  if (outcome.kind == hooks::Outcome::Kind::kBlocked) {
    if (held_ || is_blank(text)) co_return co_await stop_after(Point::kChatOnDelta, outcome);
    auto fact = hooks::block_extraction(outcome, Point::kChatOnDelta);
    fact.message_seq = context_.current->seq;
    extractions_.push_back(std::move(fact));
    cut_off_ = CutOff{outcome.module, outcome.reason};
    finish_reason_.clear();
  }
  context_.current->content = std::move(text);
  co_return Result<void>{};
}

Task<Result<void>> MessageFlow::after_ai() {
  context_.current->created_at = parts_.clock.now();
  if (held_ && sink_ != nullptr) co_await sink_->status("checking");
  auto outcome = co_await parts_.dispatcher.dispatch(Point::kChatAfterAi, context_, tool_->modules);
  if (outcome.kind == hooks::Outcome::Kind::kUnavailable) co_return co_await stop_unavailable(outcome);
  absorb(outcome);
  add_new(modified_answer_, outcome.modified_by);
  if (outcome.kind == hooks::Outcome::Kind::kBlocked) co_return co_await stop_after(Point::kChatAfterAi, outcome);
  co_return Result<void>{};
}

/// A module that must not be skipped failed after the AI had written: nothing is kept but what was paid.
Task<Result<void>> MessageFlow::stop_unavailable(const hooks::Outcome& outcome) {
  co_await record_spent(usage::Outcome::kFailed);
  co_return hooks::stopped(outcome);
}

/// A block before the AI: nothing of the message is kept, only that it happened and what the modules found.
Task<Result<void>> MessageFlow::stop_before(Point point, const hooks::Outcome& outcome) {
  extractions_.push_back(hooks::block_extraction(outcome, point));
  for (auto& extraction : extractions_) extraction.message_seq = 0;
  WriteBlocked writing{open_.session.id, std::move(extractions_), blocked_payload(outcome)};
  const auto stored = co_await parts_.database.transaction(std::move(writing));
  if (!stored) co_return stored.error();
  co_return hooks::stopped(outcome);
}

/// A block after the AI: the question stays, the answer does not, and its tokens are paid for.
Task<Result<void>> MessageFlow::stop_after(Point point, const hooks::Outcome& outcome) {
  extractions_.push_back(hooks::block_extraction(outcome, point));
  for (auto& extraction : extractions_) extraction.message_seq = question_.seq;
  auto writing = write_exchange(usage::Outcome::kBlocked, "chat.message_blocked", blocked_payload(outcome));
  writing.messages.push_back(user_message());
  const auto stored = co_await parts_.database.transaction(std::move(writing));
  if (stored) co_return hooks::stopped(outcome);
  co_await record_spent(usage::Outcome::kAbandoned);
  co_return stored.error();
}

Task<Result<Reply>> MessageFlow::store() {
  const auto answer = assistant_message();
  const auto what = cut_off_ ? usage::Outcome::kBlocked : usage::Outcome::kAnswered;
  auto writing = write_exchange(what, "chat.message_stored", stored_payload(answer));
  writing.messages.push_back(user_message());
  writing.messages.push_back(answer);
  auto later = hook_jobs(parts_.dispatcher, Point::kChatAfterAi, open_.session.id, answer.seq, tool_->modules);
  std::move(later.begin(), later.end(), std::back_inserter(writing.later));
  const auto stored = co_await parts_.database.transaction(std::move(writing));
  if (!stored) {
    co_await record_spent(usage::Outcome::kAbandoned);
    co_return stored.error();
  }
  co_return reply_of(answer, *spent_, cut_off_);
}

Task<void> MessageFlow::show(const std::string& content) {
  if (sink_ == nullptr) co_return;
  for (auto piece : word_groups(content)) co_await sink_->delta(piece);
}

Task<void> MessageFlow::record_spent(usage::Outcome outcome) {
  if (spent_) {
    co_await usage::settle_alone(parts_.database, usage_record(outcome));
  } else {
    co_await usage::release(parts_.database, grant_.call);
  }
}

void MessageFlow::absorb(hooks::Outcome& outcome) {
  add_new(skipped_, outcome.skipped);
  std::move(outcome.extractions.begin(), outcome.extractions.end(), std::back_inserter(extractions_));
}

usage::Record MessageFlow::usage_record(usage::Outcome outcome) const {
  usage::Record record;
  record.call = grant_.call;
  record.user = open_.session.user;
  record.group = open_.payer;
  record.class_id = open_.class_id;
  record.tool = open_.session.tool.id;
  record.session = open_.session.id;
  record.assignment = open_.session.assignment;
  record.request_type = "chat";
  record.outcome = outcome;
  record.model = spent_->model;
  record.input_tokens = spent_->input_tokens;
  record.output_tokens = spent_->output_tokens;
  record.estimated = spent_->estimated;
  record.latency = spent_->latency;
  return record;
}

NewMessage MessageFlow::user_message() const {
  json meta = json::object();
  if (!modified_question_.empty()) meta["modified_by"] = modified_question_;
  return {MessageId::trusted(new_uuid()),
          open_.session.id,
          question_.seq,
          "user",
          question_.content,
          meta.dump(),
          asked_at_};
}

NewMessage MessageFlow::assistant_message() const {
  json meta = {{"model", spent_->model},
               {"usage",
                {{"input_tokens", spent_->input_tokens},
                 {"output_tokens", spent_->output_tokens},
                 {"total_tokens", spent_->input_tokens + spent_->output_tokens}}},
               {"latency_ms", spent_->latency.count()}};
  if (spent_->estimated) meta["usage"]["estimated"] = true;
  if (!finish_reason_.empty() && finish_reason_ != "stop") meta["finish_reason"] = finish_reason_;
  if (!modified_answer_.empty()) meta["modified_by"] = modified_answer_;
  if (cut_off_) meta["cut_off"] = {{"module", cut_off_->module}, {"reason", cut_off_->reason}};
  if (!skipped_.empty()) meta["skipped_modules"] = skipped_;
  return {MessageId::trusted(new_uuid()), open_.session.id, question_.seq + 1, "assistant",
          context_.current->content,      meta.dump(),      parts_.clock.now()};
}

}  // namespace rapt::chat
