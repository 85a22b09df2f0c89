// SPDX-License-Identifier: AGPL-3.0-or-later
// Turns whose host died: what was said is kept, and what was spent is paid, once.
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/log.hpp"
#include "turns.hpp"

namespace rapt::chat {

namespace {

using nlohmann::json;

constexpr std::int64_t kBytesPerToken = 4;

/// What readers had seen of a turn.
struct Shown {
  std::string question, answer;
  bool ended = false;  ///< with nothing left to store
};

Shown shown_in(const LoggedTurn& logged) {
  Shown shown;
  for (const auto& event : logged.events) {
    if (event.kind == TurnEvent::Kind::kStart) {
      const auto start = json::parse(event.data, nullptr, false);
      if (start.is_object()) shown.question = start.value("question", "");
    }
    if (event.kind == TurnEvent::Kind::kDelta) shown.answer += event.data;
    if (event.outcome) shown.ended = event.outcome->has_value() || event.outcome->error().code != kAnswerNotStored;
  }
  return shown;
}

std::int64_t tokens(std::size_t bytes) {
  return (static_cast<std::int64_t>(bytes) + kBytesPerToken - 1) / kBytesPerToken;
}

TurnEffects interrupted(const TurnRow& lost, const TurnFacts& facts, Shown shown, TimePoint now) {
  TurnEffects effects{.session = lost.session,
                      .turn = lost.id,
                      .first_seq = facts.first_seq,
                      .usage = facts.paid,
                      .topic = "chat.message_interrupted",
                      .payload_json = json{{"session_id", lost.session.str()}}.dump(),
                      .now = now};
  if (!facts.regenerate) {
    json meta = {{"interrupted", true}};
    if (!facts.modified_by.empty()) meta["modified_by"] = facts.modified_by;
    effects.messages.push_back({MessageId::trusted(new_uuid()), facts.first_seq, "user", std::move(shown.question),
                                meta.dump(), facts.asked_at, facts.request_id});
    effects.replaces_from = facts.replaces_from;
  }
  if (shown.answer.find_first_not_of(" \t\r\n") != std::string::npos) {
    const auto seq = facts.first_seq + static_cast<std::int64_t>(effects.messages.size());
    json meta = {{"interrupted", true}, {"model", facts.paid.model}};
    effects.replaces_from = facts.replaces_from;
    effects.messages.push_back({MessageId::trusted(new_uuid()), seq, "assistant", std::move(shown.answer),
                                meta.dump(-1, ' ', false, json::error_handler_t::replace), now,
                                facts.regenerate ? facts.request_id : std::string()});
  }
  return effects;
}

}  // namespace

/// What the gateway's books say of a lost call; without them, what the words that were seen come to.
Task<void> Turns::find_spent(const TurnRow& lost, std::size_t answered_bytes, TurnFacts& facts) {
  auto& paid = facts.paid;
  for (const auto& name : {facts.generation_id, lost.id}) {
    if (name.empty()) continue;
    const auto found = co_await parts_.gateway.find_spent(name);
    if (!found) log::warn("chat.lost_call_unknown", {{"turn", lost.id}, {"detail", found.error().log_detail}});
    if (!found || !*found) continue;
    paid.model = (*found)->model.empty() ? paid.model : (*found)->model;
    paid.input_tokens = (*found)->input_tokens;
    paid.output_tokens = (*found)->output_tokens;
    paid.estimated = (*found)->estimated;
    co_return;
  }
  paid.input_tokens = tokens(facts.input_bytes);
  paid.output_tokens = tokens(answered_bytes);
  paid.estimated = true;
}

/// Settles the call of a lost turn and keeps what was said, as far as Redis knows it.
Task<Result<void>> Turns::clear_away(TurnRow lost) {
  const auto now = parts_.clock.now();
  const auto taken = co_await take_over(parts_.database, lost, parts_.host, now + kTurnLease);
  if (!taken) co_return taken.error();
  if (!*taken) co_return Result<void>{};  // another host does
  auto logged = co_await log_.read(lost.id, 0);
  if (!logged && logged.error().kind == ErrorKind::kUnavailable) co_return logged.error();  // later, when Redis is back
  auto shown = logged ? shown_in(*logged) : Shown{};
  auto facts = logged ? parse_facts(logged->facts) : std::nullopt;
  if (shown.ended || !facts) co_return co_await forget(lost);
  co_await find_spent(lost, shown.answer.size(), *facts);
  RAPT_CO_TRY(co_await recall(lost, *facts));
  log::warn("chat.turn_interrupted", {{"turn", lost.id}, {"host", lost.host}});
  auto effects = interrupted(lost, *facts, std::move(shown), now);
  auto stored = co_await store_turn(parts_.database, std::move(effects));
  if (stored || stored.error().kind != ErrorKind::kConflict) co_return stored;
  // The conversation has been closed or gone on: what was said has no place in it any more, but it was paid for.
  co_return co_await usage::settle_alone(parts_.database, facts->paid);
}

/// A turn that Redis knows nothing of, or that had ended: what the gateway has booked is paid, and what its host had no
/// time to give back is given back.
Task<Result<void>> Turns::forget(const TurnRow& lost) {
  const auto booked = co_await parts_.gateway.find_spent(lost.id);
  if (booked && *booked) {
    TurnFacts facts;
    facts.paid.user = lost.user;
    facts.paid.session = lost.session;
    facts.paid.request_type = "chat";
    facts.paid.outcome = usage::Outcome::kAbandoned;
    RAPT_CO_TRY(co_await fill_from_session(lost, facts));
    co_await find_spent(lost, 0, facts);
    RAPT_CO_TRY(co_await recall(lost, facts));
    RAPT_CO_TRY(co_await usage::settle_alone(parts_.database, facts.paid));
  }
  usage::Call call;
  call.id = lost.id;
  call.reserved = true;  // perhaps: it may have been settled
  RAPT_CO_TRY(co_await usage::release(parts_.database, std::move(call)));
  co_return co_await drop_turn(parts_.database, lost.session, lost.id);
}

Task<Result<void>> Turns::fill_from_session(const TurnRow& lost, TurnFacts& facts) {
  auto open = co_await load_open_session(parts_.database, lost.user, lost.session);
  if (!open) co_return open.error();
  facts.paid.group = open->payer;
  facts.paid.class_id = open->class_id;
  facts.paid.tool = open->session.tool.id;
  facts.paid.assignment = open->session.assignment;
  co_return Result<void>{};
}

/// The call as it was admitted: its price and its day, and what was reserved for it.
Task<Result<void>> Turns::recall(const TurnRow& lost, TurnFacts& facts) {
  quota::Ask ask{.call_id = lost.id,
                 .user = facts.paid.user,
                 .group = facts.paid.group,
                 .class_id = facts.paid.class_id,
                 .model = facts.paid.model};
  auto call = co_await parts_.admission.recall(std::move(ask));
  if (!call) co_return call.error();
  facts.paid.call = std::move(*call);
  co_return Result<void>{};
}

}  // namespace rapt::chat
