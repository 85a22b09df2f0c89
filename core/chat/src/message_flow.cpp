// SPDX-License-Identifier: AGPL-3.0-or-later
#include "message_flow.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "pieces.hpp"
#include "prompt.hpp"
#include "rapt/base/json_text.hpp"
#include "rapt/gateway/tokens.hpp"

namespace rapt::chat {

namespace asio = boost::asio;

namespace {

using hooks::Point;
using Kind = TurnEvent::Kind;
using nlohmann::json;

/// Where nobody says what was spent, a token is taken to be so many bytes.
constexpr std::size_t kUsualBytesPerToken = 4;

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

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

MessageFlow::MessageFlow(const ChatService::Parts& parts, HistoryCache& histories, std::shared_ptr<Turn> turn,
                         TurnStart start, std::shared_ptr<Interruption> interruption, const std::atomic<bool>& stopping)
    : parts_(parts),
      histories_(histories),
      turn_(std::move(turn)),
      start_(std::move(start)),
      tool_(*start_.tool),
      interruption_(std::move(interruption)),
      stopping_(stopping),
      asked_at_(parts_.clock.now()) {}

Task<Result<Reply>> MessageFlow::run() {
  RAPT_CO_TRY(co_await before_ai());
  RAPT_CO_TRY(co_await ask());
  RAPT_CO_TRY(co_await after_ai());
  auto reply = co_await store();
  if (reply && held_) show(reply->message.content);
  if (reply && cut_off_) {
    turn_->add(Kind::kCutOff, text_of({{"module", cut_off_->module}, {"reason", cut_off_->reason}}));
  }
  co_return reply;
}

/// A question that was stored has passed chat:on_message before.
Task<Result<void>> MessageFlow::before_ai() {
  for (auto point : {Point::kChatOnMessage, Point::kChatBeforeAi}) {
    if (point == Point::kChatOnMessage && asks_again()) continue;
    auto outcome = co_await parts_.dispatcher.dispatch(point, context_, tool_.modules);
    if (outcome.kind == hooks::Outcome::Kind::kUnavailable) co_return hooks::stopped(outcome);
    absorb(outcome);
    add_new(modified_question_, outcome.modified_by);
    if (outcome.kind == hooks::Outcome::Kind::kBlocked) co_return co_await stop_before(point, outcome);
    instructions_.insert(instructions_.end(), outcome.instructions.begin(), outcome.instructions.end());
  }
  co_return Result<void>{};
}

Task<Result<void>> MessageFlow::ask() {
  auto request = prompt_for(tool_, context_, open_.history, instructions_);
  begin_answer();
  // As late as can be: a module may have been started or upgraded while the others were asked.
  held_ = parts_.dispatcher.holds_answer(tool_.modules);
  hooks::DeltaFilter filter(parts_.dispatcher.caller(), context_, context_.current->seq, tool_.modules);
  // Nothing has been paid yet.
  if (filter.outcome().kind != hooks::Outcome::Kind::kContinue) co_return hooks::stopped(filter.outcome());
  RAPT_CO_TRY(co_await admit(request));
  turn_->tell_heirs(facts("", ""));
  show_start();
  let_go_of_history();
  AnswerStream stream(filter, *turn_, *interruption_, !held_);
  stream.begun = [this](std::string_view model, std::string_view generation) {
    turn_->tell_heirs(facts(model, generation));
  };
  // In a line of its own: what is asked would stay in this frame until the answer has come.
  auto asking = ask_gateway(parts_.gateway.complete(std::move(request), &stream), stream);
  auto exchange = co_await std::move(asking);
  co_return co_await take_answer(exchange, stream, filter);
}

/// Asks for the permission to spend, as late as can be, and leaves out what the model cannot read.
Task<Result<void>> MessageFlow::admit(gateway::ChatRequest& request) {
  quota::Ask ask{.call_id = turn_->about().id,
                 .user = open_.session.user,
                 .group = open_.payer,
                 .class_id = open_.class_id,
                 .model = tool_.model,
                 .policy_version = start_.policy_version};
  ask.input_tokens = gateway::most_tokens(request.messages.front()) + gateway::most_tokens(request.messages.back());
  ask.earlier_tokens = exchange_tokens(request.earlier);
  auto grant = co_await parts_.admission.admit(std::move(ask));
  if (!grant) co_return grant.error();
  grant_ = std::move(*grant);
  untold_ = leave_out(request.earlier, grant_.left_out);
  for (const auto& message : request.messages) input_bytes_ += message.content.size();
  const auto& earlier = request.earlier;
  for (auto i = earlier.first; i < earlier.last; ++i) input_bytes_ += earlier.of->content(i).size();
  request.call_id = grant_.call.id;
  request.model = grant_.model;
  request.fallback_models = grant_.fallback_models;
  request.max_output_tokens = grant_.max_output_tokens;
  co_return Result<void>{};
}

/// What a host that finds this turn abandoned needs, to pay for it and to keep what was said.
TurnFacts MessageFlow::facts(std::string_view model, std::string_view generation) const {
  TurnFacts facts;
  facts.paid = usage_record(usage::Outcome::kAbandoned);
  if (!model.empty()) facts.paid.model = model;
  facts.generation_id = generation;
  facts.input_bytes = input_bytes_;
  facts.first_seq = open_.next_seq;
  facts.replaces_from = start_.replaces_from;
  facts.regenerate = asks_again();
  facts.modified_by = modified_question_;
  facts.request_id = turn_->about().said.request_id;
  facts.asked_at = asked_at_;
  return facts;
}

void MessageFlow::show_start() {
  const auto& about = turn_->about();
  std::string told;
  JsonObject start(told);
  start.text("question", question_.content);
  if (start_.replaces_from)
    start.number("replaces", *start_.replaces_from);
  else
    start.null("replaces");
  start.text_or_null("request_id", about.said.request_id);
  start.number("seq", question_.seq);
  start.text("turn_id", about.id);
  start.end();
  turn_->add(Kind::kStart, told);
  for (const auto& notice : grant_.notices) turn_->add(Kind::kNotice, text_of({{"message", notice}}));
  turn_->add(Kind::kStatus, R"({"state":"thinking"})");
}

/// The one wait that a reader who has seen enough may end. What was written until then has been paid for.
Task<gateway::Exchange> MessageFlow::ask_gateway(Task<gateway::Exchange> asking, const AnswerStream& stream) {
  std::optional<gateway::Exchange> exchange;
  interruption_->open(true);
  turn_->on_stop(interruption_->trigger());
  try {
    exchange = co_await std::move(asking);
  } catch (const boost::system::system_error& ended) {
    if (ended.code() != asio::error::operation_aborted) throw;
  }
  interruption_->open(false);
  turn_->on_stop(nullptr);
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (exchange) co_return std::move(*exchange);
  gateway::Spent spent{.model = grant_.model, .estimated = true};
  spent.input_tokens = static_cast<std::int64_t>(input_bytes_ / kUsualBytesPerToken);
  spent.output_tokens = static_cast<std::int64_t>((stream.written() + kUsualBytesPerToken - 1) / kUsualBytesPerToken);
  co_return gateway::Exchange{Error::unavailable("gateway", "The answer was stopped."), std::move(spent)};
}

Task<Result<void>> MessageFlow::take_answer(gateway::Exchange& exchange, AnswerStream& stream,
                                            hooks::DeltaFilter& filter) {
  spent_ = std::move(exchange.spent);
  const bool whole = exchange.completion && !stream.refused();
  stopped_ = turn_->stopped() && !whole && filter.outcome().kind == hooks::Outcome::Kind::kContinue;
  if (stopped_) {
    // What was shown is the answer; what modules still held back was not.
    auto shown = stream.text();
    if (held_ || is_blank(shown) || !spent_) co_return co_await stop_unshown();
    co_return co_await take_filtered(std::move(shown), filter.outcome());
  }
  if (!exchange.completion) {
    co_await record_spent(usage::Outcome::kFailed);
    co_return exchange.completion.error();
  }
  finish_reason_ = std::move(exchange.completion->finish_reason);
  co_await stream.finish(exchange.completion->content);
  co_return co_await take_filtered(stream.text(), filter.outcome());
}

/// From here on the modules are told of the question as history and of the answer as the current message.
void MessageFlow::begin_answer() {
  question_ = *context_.current;
  context_.messages.push_back({question_.role, question_.content, question_.seq, question_.created_at});
  const auto seq = open_.next_seq + (asks_again() ? 0 : 1);
  context_.current = hooks::Message{.role = "assistant", .seq = seq, .created_at = parts_.clock.now()};
}

/// An answer takes long to be written, and many are at once. What was said before stays with the gateway until it is
/// sent; after that only modules may want it.
void MessageFlow::let_go_of_history() {
  for (const auto point : {Point::kChatOnDelta, Point::kChatAfterAi})
    if (parts_.dispatcher.history_wanted(point, tool_.modules) > 1) return;  // more than the question
  open_.history = no_history();
  context_.messages = std::vector<hooks::PastMessage>(1, context_.messages.back());
  context_.texts.clear();
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
  if (held_) turn_->add(Kind::kStatus, R"({"state":"checking"})");
  auto outcome = co_await parts_.dispatcher.dispatch(Point::kChatAfterAi, context_, tool_.modules);
  if (outcome.kind == hooks::Outcome::Kind::kUnavailable) co_return co_await stop_unavailable(outcome);
  absorb(outcome);
  add_new(modified_answer_, outcome.modified_by);
  if (outcome.kind == hooks::Outcome::Kind::kBlocked) co_return co_await stop_after(Point::kChatAfterAi, outcome);
  co_return Result<void>{};
}

void MessageFlow::show(const std::string& content) {
  for (auto piece : word_groups(content)) turn_->add(Kind::kDelta, piece);
}

void MessageFlow::absorb(hooks::Outcome& outcome) {
  add_new(skipped_, outcome.skipped);
  std::move(outcome.extractions.begin(), outcome.extractions.end(), std::back_inserter(extractions_));
}

}  // namespace rapt::chat
