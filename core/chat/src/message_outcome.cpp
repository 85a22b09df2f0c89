// SPDX-License-Identifier: AGPL-3.0-or-later
// What a message leaves behind: its question and answer, what it cost, and the end of its turn.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "async_hooks.hpp"
#include "message_flow.hpp"
#include "rapt/base/log.hpp"
#include "rapt/jobs/outbox.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/usage/extractions.hpp"

namespace rapt::chat {

namespace {

using hooks::Point;
using nlohmann::json;
using std::chrono::milliseconds;

/// While the reader waits: three seconds together.
constexpr int kTriesAtOnce = 5;
constexpr milliseconds kFirstPause{200};
constexpr milliseconds kLaterPause{1000};

json blocked_payload(const hooks::Outcome& outcome) {
  return {{"module", outcome.module}};
}

Reply reply_of(const NewMessage& answer, const gateway::Spent& spent, std::optional<CutOff> cut_off) {
  Message message{answer.id,         answer.role,      answer.content,    answer.seq,
                  answer.created_at, answer.meta_json, answer.request_id, {}};
  return {
      std::move(message), {spent.input_tokens, spent.output_tokens, spent.model, spent.estimated}, std::move(cut_off)};
}

Error not_stored(const Error& why) {
  Error error = Error::unavailable("database",
                                   "The answer cannot be stored at the moment. It is kept, and will be in the "
                                   "conversation as soon as the database is back: do not send your message again.",
                                   why.log_detail);
  error.code = kAnswerNotStored;
  return error;
}

/// The transaction of a message that was blocked before the AI saw it.
struct WriteBlocked {
  SessionId session;
  std::string turn;
  std::vector<hooks::Extraction> extractions;
  std::string payload;

  Result<void> operator()(store::Transaction& tx) const {
    RAPT_TRY(usage::store_extractions(tx, session, {}, extractions));
    RAPT_TRY(drop_turn(tx, session, turn));
    return jobs::append_event(tx, {"chat.message_blocked", session.str(), payload});
  }
};

}  // namespace

TurnEffects MessageFlow::effects(usage::Outcome outcome, std::string_view topic, json payload) const {
  payload["session_id"] = open_.session.id.str();
  TurnEffects effects{.session = open_.session.id,
                      .turn = turn_->about().id,
                      .first_seq = open_.next_seq,
                      .replaces_from = start_.replaces_from,
                      .usage = usage_record(outcome),
                      .topic = topic,
                      .payload_json = payload.dump(),
                      .extractions = extractions_,
                      .now = parts_.clock.now()};
  if (asks_again()) return effects;
  effects.messages.push_back(user_message());
  effects.jobs = hook_jobs(parts_.dispatcher, Point::kChatOnMessage, open_.session.id, question_.seq, tool_.modules);
  return effects;
}

/// A module that must not be skipped failed after the AI had written: nothing is kept but what was paid.
Task<Result<void>> MessageFlow::stop_unavailable(const hooks::Outcome& outcome) {
  co_await record_spent(usage::Outcome::kFailed);
  co_return hooks::stopped(outcome);
}

/// Stopped by the reader before anything was shown: there is no answer.
Task<Result<void>> MessageFlow::stop_unshown() {
  co_await record_spent(usage::Outcome::kAbandoned);
  co_return Error::conflict("You stopped this answer before it had begun. Nothing of this message was kept.");
}

/// A block before the AI: nothing of the message is kept, only that it happened and what the modules found.
Task<Result<void>> MessageFlow::stop_before(Point point, const hooks::Outcome& outcome) {
  extractions_.push_back(hooks::block_extraction(outcome, point));
  for (auto& extraction : extractions_) extraction.message_seq = 0;
  auto payload = blocked_payload(outcome);
  payload["session_id"] = open_.session.id.str();
  WriteBlocked writing{open_.session.id, turn_->about().id, std::move(extractions_), payload.dump()};
  const auto stored = co_await parts_.database.transaction(std::move(writing));
  if (!stored) co_return stored.error();
  row_ended_ = true;
  co_return hooks::stopped(outcome);
}

/// A block after the AI: the question stays, the answer does not, and its tokens are paid for. An answer that was to
/// take the place of another one leaves that in its place.
Task<Result<void>> MessageFlow::stop_after(Point point, const hooks::Outcome& outcome) {
  extractions_.push_back(hooks::block_extraction(outcome, point));
  for (auto& extraction : extractions_) extraction.message_seq = question_.seq;
  effects_ = std::make_unique<TurnEffects>(
      effects(usage::Outcome::kBlocked, "chat.message_blocked", blocked_payload(outcome)));
  if (asks_again()) effects_->replaces_from.reset();
  RAPT_CO_TRY(co_await store_patiently());
  co_return hooks::stopped(outcome);
}

Task<Result<Reply>> MessageFlow::store() {
  const auto answer = assistant_message();
  const auto what = cut_off_ ? usage::Outcome::kBlocked : usage::Outcome::kAnswered;
  json payload = {{"message_id", answer.id.str()}, {"seq", answer.seq}};
  effects_ = std::make_unique<TurnEffects>(effects(what, "chat.message_stored", std::move(payload)));
  effects_->messages.push_back(answer);
  auto later = hook_jobs(parts_.dispatcher, Point::kChatAfterAi, open_.session.id, answer.seq, tool_.modules);
  std::move(later.begin(), later.end(), std::back_inserter(effects_->jobs));
  RAPT_CO_TRY(co_await store_patiently());
  remember(answer);
  co_return reply_of(answer, *spent_, cut_off_);
}

/// The next message of this conversation need not read again what is here.
void MessageFlow::remember(const NewMessage& answer) {
  if (asks_again() || start_.replaces_from) return;
  histories_.extend(open_.session.id, {{{question_.role, question_.content, question_.seq, asked_at_},
                                        {answer.role, answer.content, answer.seq, answer.created_at}}});
}

/// A database that is away is waited for, as long as a reader may be expected to wait.
Task<Result<void>> MessageFlow::store_patiently() {
  auto pause = kFirstPause;
  for (int tries = 1;; ++tries) {
    const auto stored = co_await store_once(tries > 1);
    if (stored || stored.error().kind != ErrorKind::kUnavailable) co_return stored;
    if (tries == kTriesAtOnce || stopping_) co_return not_stored(stored.error());
    co_await runtime::sleep_for(pause);
    pause *= 2;
  }
}

/// A connection that breaks after COMMIT leaves open whether it counted; then the message itself tells.
Task<Result<void>> MessageFlow::store_once(bool again) {
  auto stored = co_await store_turn(parts_.database, *effects_);
  if (!stored && again && stored.error().kind == ErrorKind::kConflict && !effects_->messages.empty()) {
    const auto there = co_await has_message(parts_.database, effects_->messages.front().id);
    if (!there) co_return there.error();
    if (*there) stored = Result<void>{};
  }
  if (!stored && stored.error().kind == ErrorKind::kUnavailable) co_return stored;
  row_ended_ = true;  // the statement ends the turn also where it stores nothing
  if (!stored) co_await record_spent(usage::Outcome::kAbandoned);
  effects_.reset();
  co_return stored;
}

Task<void> MessageFlow::store_later() {
  if (!effects_) co_return;
  log::warn("chat.answer_not_stored", {{"turn", turn_->about().id}});
  while (effects_ && !stopping_) {
    co_await runtime::sleep_for(kLaterPause);
    const auto stored = co_await store_once(true);
    if (stored) log::info("chat.answer_stored_late", {{"turn", turn_->about().id}});
  }
}

Task<void> MessageFlow::record_spent(usage::Outcome outcome) {
  if (spent_) {
    co_await usage::settle_alone(parts_.database, usage_record(outcome));
  } else {
    co_await usage::release(parts_.database, grant_.call);
  }
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
  record.model = grant_.model;
  if (!spent_) return record;
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
  return {MessageId::trusted(new_uuid()), question_.seq, "user", question_.content, meta.dump(), asked_at_,
          turn_->about().said.request_id};
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
  if (stopped_) meta["stopped"] = true;
  if (!skipped_.empty()) meta["skipped_modules"] = skipped_;
  if (!grant_.notices.empty()) meta["notices"] = grant_.notices;
  const auto left_out = open_.left_out + static_cast<std::int64_t>(untold_);
  if (left_out > 0) meta["context_messages"] = {{"told", start_.told - untold_}, {"left_out", left_out}};
  return {MessageId::trusted(new_uuid()),
          context_.current->seq,
          "assistant",
          context_.current->content,
          meta.dump(-1, ' ', false, json::error_handler_t::replace),
          parts_.clock.now(),
          asks_again() ? turn_->about().said.request_id : ""};
}

}  // namespace rapt::chat
