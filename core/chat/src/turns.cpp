// SPDX-License-Identifier: AGPL-3.0-or-later
#include "turns.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include "hook_context.hpp"
#include "rapt/base/log.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/store/redis.hpp"
#include "rapt/tools/tool_service.hpp"
#include "remote_reader.hpp"
#include "session_limits.hpp"
#include "turn_facts.hpp"

namespace rapt::chat {

namespace asio = boost::asio;

namespace {

using Reader = Turns::Reader;
using Kind = TurnEvent::Kind;
using nlohmann::json;

/// A turn that is neither ours nor anybody's has just ended, or did while ours waited for that: it is asked for again.
constexpr int kTries = 3;

Error being_answered() {
  return Error::conflict(
      "Your last message in this conversation is still being answered: wait for the answer, then send this one.");
}

Error other_request() {
  Error error;
  error.kind = ErrorKind::kUnprocessable;
  error.code = "IDEMPOTENCY_KEY_REUSED";
  error.message = "This request_id came with another message before: use a new one for a new message.";
  return error;
}

bool same(const NewTurn& one, const NewTurn& other) {
  return one.content == other.content && one.replaces == other.replaces && one.regenerate == other.regenerate;
}

Result<void> check(const NewTurn& said) {
  if (said.replaces && *said.replaces < 1) return Error::invalid("replaces", "must be the number of a message");
  return said.regenerate ? Result<void>{} : check_content(said.content);
}

/// Takes the last answer, if any, and its question out of the history. False when there is no question.
bool take_last_question(TurnStart& start) {
  auto& told = start.context.messages;
  if (!told.empty() && told.back().role == "assistant") {
    start.replaces_from = told.back().seq;
    told.pop_back();
  }
  if (told.empty() || told.back().role != "user") return false;
  const auto& question = told.back();
  start.context.current =
      hooks::Message{std::string(question.role), std::string(question.content), question.seq, question.created_at};
  told.pop_back();
  return true;
}

Reply reply_from(Message answer) {
  Reply reply;
  const auto meta = json::parse(answer.meta_json, nullptr, false);
  reply.usage.model = meta.value("model", "");
  if (const auto usage = meta.find("usage"); usage != meta.end()) {
    reply.usage.input_tokens = usage->value("input_tokens", 0);
    reply.usage.output_tokens = usage->value("output_tokens", 0);
    reply.usage.estimated = usage->value("estimated", false);
  }
  if (const auto cut = meta.find("cut_off"); cut != meta.end()) {
    reply.cut_off = CutOff{cut->value("module", ""), cut->value("reason", "")};
  }
  reply.message = std::move(answer);
  return reply;
}

/// A module may have changed the text; then nobody can tell whether this is the same.
bool may_be_of(const NewTurn& said, const StoredTurn& stored) {
  if (!stored.question || said.regenerate) return said.regenerate == !stored.question;
  const auto meta = json::parse(stored.question->meta_json, nullptr, false);
  return meta.contains("modified_by") || stored.question->content == said.content;
}

}  // namespace

Turns::Turns(ChatService::Parts parts)
    : parts_(std::move(parts)), log_(parts_.redis, parts_.prefix, parts_.host), started_(parts_.clock.now()) {}

/// The turn of the very request that comes again.
std::shared_ptr<Turn> Turns::running_here(const UserId& owner, const SessionId& session, const NewTurn& said) const {
  if (said.request_id.empty()) return nullptr;
  auto here = hub_.latest(session);
  const bool same_request =
      here && here->about().user == owner && !here->ended() && here->about().said.request_id == said.request_id;
  return same_request ? here : nullptr;
}

Task<Result<std::shared_ptr<Turns::Opened>>> Turns::begin(UserId owner, SessionId session, std::string request_id,
                                                          std::optional<std::int64_t> replaces,
                                                          std::optional<identity::LoginCheck> login) {
  const bool with_login = login.has_value();
  TurnRow row{.id = new_uuid(),
              .session = std::move(session),
              .user = std::move(owner),
              .request_id = std::move(request_id),
              .host = parts_.host,
              .started_at = parts_.clock.now()};
  auto known = histories_.find(row.session);
  auto begun = co_await begin_turn(parts_.database, row, replaces, known.has_value(), std::move(login));
  // Of somebody who may not be logged in it is left to who asks again.
  if (!begun && with_login && begun.error().kind == ErrorKind::kNotFound) co_return std::shared_ptr<Opened>();
  if (!begun) co_return begun.error();
  auto checked = begun->login ? std::move(*begun->login) : identity::CheckedLogin{};
  auto opened = std::make_shared<Opened>(std::move(checked));
  opened->row = std::move(row);
  opened->begun = std::move(*begun);
  opened->known = std::move(known);
  co_return opened;
}

Task<Result<std::shared_ptr<OpenedTurn>>> Turns::open(identity::LoginCheck login, SessionId session,
                                                      const NewTurn& said) {
  if (!check(said) || running_here(login.user, session, said)) co_return std::shared_ptr<OpenedTurn>();
  UserId owner = login.user;
  auto beginning = begin(std::move(owner), std::move(session), said.request_id, said.replaces, std::move(login));
  auto opened = co_await std::move(beginning);
  if (!opened) co_return opened.error();
  co_return std::shared_ptr<OpenedTurn>(std::move(*opened));
}

Task<void> Turns::withdraw(std::shared_ptr<OpenedTurn> opened) {
  auto& turn = static_cast<Opened&>(*opened);
  if (!turn.begun.taken) co_return;
  co_await drop(turn.row.session, turn.row.id);
}

Task<Result<Reader>> Turns::send(identity::Actor owner, SessionId session, NewTurn said,
                                 std::shared_ptr<OpenedTurn> opened) {
  auto turn = std::static_pointer_cast<Opened>(std::move(opened));
  if (!turn) RAPT_CO_TRY(check(said));
  if (auto here = turn ? nullptr : running_here(owner.id, session, said)) {
    if (!same(here->about().said, said)) co_return other_request();
    co_return read_turn(std::move(here), 0);
  }
  for (int tries = 0; tries < kTries; ++tries) {
    if (!turn) {
      auto begun = co_await begin(owner.id, session, said.request_id, said.replaces, std::nullopt);
      if (!begun) co_return begun.error();
      turn = std::move(*begun);
    }
    const auto one = std::exchange(turn, nullptr);
    auto& begun = one->begun;
    if (begun.stale) {
      co_await drop(session, one->row.id);
      continue;
    }
    if (begun.taken) {
      const auto filled = co_await fill_history(begun, one->known, said.replaces.has_value());
      if (filled) co_return co_await start(owner, one->row.id, std::move(begun), std::move(said));
      co_await drop(session, one->row.id);
      co_return filled.error();
    }
    if (begun.known_seq != 0) co_return co_await told_before(session, begun.known_seq, said);
    if (begun.open.session.state != SessionState::kActive) {
      auto tool = co_await parts_.tools.definition(begun.open.version);
      if (!tool) co_return tool.error();
      RAPT_CO_TRY(check_open(owner, begun.open, **tool, one->row.started_at));
    }
    if (!begun.other) continue;
    if (begun.other->expires_at < one->row.started_at) {
      RAPT_CO_TRY(co_await clear_away(*begun.other));
      continue;
    }
    if (said.request_id.empty() || begun.other->request_id != said.request_id) co_return being_answered();
    co_return co_await attach(owner, session, *begun.other, said);
  }
  co_return being_answered();
}

Task<Result<Reader>> Turns::attach(const identity::Actor& owner, const SessionId& session, const TurnRow& row,
                                   const NewTurn& said) {
  if (auto here = hub_.find(row.id)) {
    if (!same(here->about().said, said)) co_return other_request();
    co_return read_turn(std::move(here), 0);
  }
  co_return read_remote_turn(log_, parts_.database, owner.id, session, row.id, 0);
}

/// The stored answer, as a turn that has ended.
Task<Result<Reader>> Turns::told_before(const SessionId& session, std::int64_t seq, const NewTurn& said) {
  auto stored = co_await load_turn(parts_.database, session, seq);
  if (!stored) co_return stored.error();
  if (!may_be_of(said, *stored)) co_return other_request();
  if (!stored->answer) {
    co_return Error{
        .kind = ErrorKind::kConflict,
        .code = "ANSWER_LOST",
        .message = "This message is in the conversation, but its answer was blocked or lost: ask for another one."};
  }
  Turn::About about{.id = stored->answer->id.str(), .session = session, .user = {}, .said = said, .started_at = {}};
  const auto turn = std::make_shared<Turn>(std::move(about));
  turn->add(Kind::kDelta, stored->answer->content);
  turn->end(reply_from(std::move(*stored->answer)));
  co_return read_turn(turn, 0);
}

Task<Result<TurnStart>> Turns::prepare(const identity::Actor& owner, BegunTurn begun, const NewTurn& said) {
  auto tool = co_await parts_.tools.definition(begun.open.version);
  if (!tool) co_return tool.error();
  const auto now = parts_.clock.now();
  RAPT_CO_TRY(check_open(owner, begun.open, **tool, now));
  if (!said.regenerate) RAPT_CO_TRY(check_message_count(begun.open, **tool));
  if (said.replaces && !begun.replaces_own_message) {
    co_return Error::invalid("replaces", "is not the number of a message of yours that can be replaced");
  }
  TurnStart start;
  start.told = begun.open.history->size();
  start.context = context_of(owner, begun.open, **tool);
  start.tool = std::move(*tool);
  start.replaces_from = said.replaces;
  start.regenerate = said.regenerate;
  start.policy_version = begun.policy_version;
  if (!said.regenerate) {
    start.context.current = hooks::Message{"user", said.content, begun.open.next_seq, now};
  } else if (!take_last_question(start)) {
    co_return Error::conflict("There is no message yet that could be answered again.");
  }
  start.open = std::move(begun.open);
  co_return start;
}

/// From memory where that is what the row says too: the turn is ours, so nobody writes to the conversation meanwhile.
Task<Result<void>> Turns::fill_history(BegunTurn& begun, const std::optional<KnownHistory>& known, bool replaces) {
  auto& open = begun.open;
  if (!begun.reads_history && known && known->next_seq == open.next_seq) {
    open.history = known->history;
    open.left_out = known->left_out;
    open.asked = known->asked;
    co_return Result<void>{};
  }
  if (!begun.reads_history) {
    auto read = co_await load_open_session(parts_.database, open.session.user, open.session.id);
    if (!read) co_return read.error();
    open = std::move(*read);
  }
  // What is read for a replacement ends before it.
  if (!replaces) histories_.keep(open.session.id, {open.next_seq, open.history, open.left_out, open.asked});
  co_return Result<void>{};
}

Task<Result<Reader>> Turns::start(const identity::Actor& owner, const std::string& id, BegunTurn begun, NewTurn said) {
  Turn::About about{.id = id,
                    .session = begun.open.session.id,
                    .user = owner.id,
                    .said = std::move(said),
                    .started_at = parts_.clock.now()};
  auto prepared = co_await prepare(owner, std::move(begun), about.said);
  if (!prepared) {
    co_await drop(about.session, about.id);
    co_return prepared.error();
  }
  const auto turn = hub_.begin(std::move(about));
  // On the asker's own executor: a reader there sees each word without another thread.
  auto executor = co_await asio::this_coro::executor;
  const auto interruption = std::make_shared<Interruption>(executor);
  // Not in the task's frame: that would hold what it is made from as well.
  auto flow = std::make_unique<MessageFlow>(parts_, histories_, turn, std::move(*prepared), interruption, stopping_);
  auto running = run(turn, std::move(flow));
  auto ended = [self = shared_from_this(), turn, interruption](const std::exception_ptr& fault) {
    if (fault) {
      log::error("chat.turn_failed", {{"turn", turn->about().id}});
      turn->end(Error::internal("a turn ended by an exception"));
    }
    self->hub_.finished(turn);
  };
  asio::co_spawn(executor, std::move(running), asio::bind_cancellation_slot(interruption->slot(), std::move(ended)));
  co_return read_turn(turn, 0);
}

Task<void> Turns::run(std::shared_ptr<Turn> turn, std::unique_ptr<MessageFlow> flow) {
  auto reply = co_await flow->run();
  const bool pending = !reply && reply.error().code == kAnswerNotStored;
  if (!flow->row_ended() && !pending) co_await drop(turn->about().session, turn->about().id);
  turn->end(std::move(reply));
  if (pending) co_await flow->store_later();
}

/// When that fails the row expires, and is cleared away with those of hosts that died.
Task<void> Turns::drop(SessionId session, std::string turn) {
  const auto dropped = co_await drop_turn(parts_.database, std::move(session), turn);
  if (!dropped) log::warn("chat.turn_not_dropped", {{"turn", turn}, {"detail", dropped.error().log_detail}});
}

Task<Result<Reader>> Turns::follow(identity::Actor owner, SessionId session, std::optional<TurnPlace> behind) {
  const auto here = hub_.latest(session);
  if (here && here->about().user == owner.id) {
    if (behind && behind->turn == here->about().id) co_return read_turn(here, behind->number);
    if (!behind && !here->ended()) co_return read_turn(here, 0);
  }
  const auto row = co_await running_turn(parts_.database, owner.id, session);
  if (!row) co_return row.error();
  if (*row && (!behind || behind->turn == (*row)->id)) {
    const auto seen = behind ? behind->number : 0;
    if (auto ours = hub_.find((*row)->id)) co_return read_turn(std::move(ours), seen);
    co_return read_remote_turn(log_, parts_.database, owner.id, session, (*row)->id, seen);
  }
  if (!behind) co_return Reader{};
  // It has ended; where it is still known, its last words are told.
  const auto logged = co_await log_.read(behind->turn, 0);
  if (!logged) co_return logged.error();
  const auto facts = parse_facts(logged->facts);
  if (!facts || facts->paid.session != session) co_return Reader{};
  co_return read_remote_turn(log_, parts_.database, owner.id, session, behind->turn, behind->number);
}

Task<Result<bool>> Turns::stop(identity::Actor owner, SessionId session) {
  const auto row = co_await running_turn(parts_.database, owner.id, session);
  if (!row) co_return row.error();
  if (!*row) co_return false;
  if (const auto here = hub_.find((*row)->id)) {
    here->stop();
    co_return true;
  }
  RAPT_CO_TRY(co_await log_.ask_to_stop((*row)->host, (*row)->id));
  co_return true;
}

}  // namespace rapt::chat
