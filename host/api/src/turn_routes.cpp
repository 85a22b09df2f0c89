// SPDX-License-Identifier: AGPL-3.0-or-later
// What is said in a conversation, and how its answer is followed: at once, as a stream, or again after a lost one.
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "parameters.hpp"
#include "rapt/api/body.hpp"
#include "rapt/api/error_reply.hpp"
#include "rapt/base/json_text.hpp"
#include "rapt/chat/chat_service.hpp"
#include "reply_text.hpp"
#include "views.hpp"

namespace rapt::api {
namespace {

using chat::TurnEvent;
using Kind = TurnEvent::Kind;
using nlohmann::json;

/// Bytes of the longest message: the service counts characters, four bytes each at most.
constexpr std::size_t kMaxMessageBytes = 4 * chat::kMaxMessageCharacters;
constexpr int kMostMessages = 1'000'000;

std::string data_of(const TurnEvent& event, std::string_view request_id) {
  std::string out;
  if (event.kind == Kind::kDelta) {
    JsonObject object(out);
    object.text("content", event.data);
    object.end();
  } else if (!event.outcome) {
    out = event.data;
  } else if (*event.outcome) {
    append_reply(out, **event.outcome);
  } else {
    out = error_body(event.outcome->error(), request_id);
  }
  return out;
}

Task<bool> send_events(http::EventStream& stream, const std::string& turn, const std::vector<TurnEvent>& events,
                       std::string_view request_id) {
  std::vector<std::string> texts;
  texts.reserve(2 * events.size());  // they are pointed to
  std::vector<http::ServerSentEvent> out;
  for (const auto& event : events) {
    const auto& data = texts.emplace_back(data_of(event, request_id));
    const auto& id = texts.emplace_back(turn + ":" + std::to_string(event.number));
    out.push_back({name(event.kind), data, id});
  }
  co_return co_await stream.send_all(out);
}

/// The stream opens with the first event, so that what fails before is still answered with its status. A reader who has
/// gone changes nothing for the turn.
Task<Result<Answer>> stream_turn(Call& call, chat::TurnReader& reader) {
  http::EventStream* stream = nullptr;
  for (;;) {
    const auto events = co_await reader.next();
    if (!events && stream == nullptr) co_return events.error();
    if (!events) {
      const auto body = error_body(events.error(), call.request.id);
      co_await stream->send("error", body);
      co_return Answer{};
    }
    if (events->empty()) co_return stream == nullptr ? Answer{no_content()} : Answer{};
    const auto& last = events->back();
    if (stream == nullptr && last.number == 1 && last.kind == Kind::kError) co_return last.outcome->error();
    if (stream == nullptr) {
      stream = co_await call.responder.open_event_stream({});
      call.request.headers = {};  // of no use any more, and an answer may take minutes
    }
    const bool heard = co_await send_events(*stream, reader.turn(), *events, call.request.id);
    if (!heard || last.outcome) co_return Answer{};
  }
}

/// The client's name for what it asks: in the body, or as Idempotency-Key where that is a UUID.
std::string request_id_of(Call& call, Body& body) {
  auto id = body.optional_id<MessageId>("request_id").str();
  if (!id.empty()) return id;
  return canonical_uuid(call.request.headers.get("Idempotency-Key").value_or("")).value_or("");
}

struct Asked {
  SessionId session;
  chat::NewTurn said;
};

// What has been read is let go of before the answer begins, which may take minutes.
Result<Asked> read_message(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) return id.error();
  auto body = Body::parse(call.request);
  if (!body) return body.error();
  chat::NewTurn said{.content = body->text("content", kMaxMessageBytes)};
  said.request_id = request_id_of(call, *body);
  said.replaces = body->optional_number("replaces", 1, kMostMessages);
  if (auto fault = body->fault()) return *fault;
  std::string().swap(call.request.body);
  return Asked{std::move(*id), std::move(said)};
}

Result<Asked> read_regenerate(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) return id.error();
  auto body = Body::parse(call.request);
  if (!body) return body.error();
  chat::NewTurn said{.content = {}, .request_id = request_id_of(call, *body), .regenerate = true};
  if (auto fault = body->fault()) return *fault;
  return Asked{std::move(*id), std::move(said)};
}

Task<Result<Answer>> wait_for_reply(chat::TurnReader& reader) {
  auto reply = co_await reader.outcome();
  if (!reply) co_return reply.error();
  co_return reply_response(*reply);
}

/// A message that has been read, and whose turn may have been taken.
class OpenedMessage final : public Opened {
 public:
  OpenedMessage(chat::ChatService& chat, Asked asked) : asked(std::move(asked)), chat_(chat) {}
  Task<void> withdraw() override {
    if (turn) co_await chat_.withdraw(std::move(turn));
  }
  Asked asked;
  std::shared_ptr<chat::OpenedTurn> turn{};

 private:
  chat::ChatService& chat_;
};

Task<Result<Answer>> answer_turn(Call& call, Result<Asked> asked, std::shared_ptr<chat::OpenedTurn> opened = {}) {
  if (!asked) co_return asked.error();
  // In two lines, as elsewhere: what a call is given stays in the frame of a task that waits for it in the same one.
  auto sending =
      call.services.chat.send(call.actor, std::move(asked->session), std::move(asked->said), std::move(opened));
  auto reader = co_await std::move(sending);
  if (!reader) co_return reader.error();
  if (call.request.accepts_explicitly("text/event-stream")) co_return co_await stream_turn(call, **reader);
  co_return co_await wait_for_reply(**reader);
}

}  // namespace

Task<Result<std::optional<identity::CheckedLogin>>> open_message(Call& call, identity::LoginCheck login) {
  auto asked = read_message(call);
  if (!asked) co_return std::optional<identity::CheckedLogin>();
  auto message = std::make_unique<OpenedMessage>(call.services.chat, std::move(*asked));
  auto& opened = *message;
  call.opened = std::move(message);
  auto turn = co_await call.services.chat.open(std::move(login), opened.asked.session, opened.asked.said);
  if (!turn) co_return turn.error();
  if (!*turn) co_return std::optional<identity::CheckedLogin>();
  opened.turn = std::move(*turn);
  co_return std::move(opened.turn->login);
}

Task<Result<Answer>> post_message(Call& call) {
  const auto opened = std::move(call.opened);
  if (!opened) return answer_turn(call, read_message(call));
  auto& message = static_cast<OpenedMessage&>(*opened);
  return answer_turn(call, std::move(message.asked), std::move(message.turn));
}

Task<Result<Answer>> post_regenerate(Call& call) {
  return answer_turn(call, read_regenerate(call));
}

Task<Result<Answer>> post_stop(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) co_return id.error();
  auto body = Body::parse(call.request);
  if (!body) co_return body.error();
  if (auto fault = body->fault()) co_return *fault;
  const auto stopped = co_await call.services.chat.stop(call.actor, *id);
  if (!stopped) co_return stopped.error();
  co_return data_reply(json{{"stopped", *stopped}});
}

Task<Result<Answer>> get_stream(Call& call) {
  auto id = path_id<SessionId>(call, "session");
  if (!id) co_return id.error();
  std::optional<chat::TurnPlace> behind;
  const auto after = call.request.query_value("after");
  const auto last = call.request.headers.get("Last-Event-ID");
  if (after || last) {
    const auto text = after ? *after : std::string(*last);
    behind = chat::TurnPlace::parse(text);
    if (!behind) co_return Error::invalid(after ? "after" : "Last-Event-ID", "must be the id of an event: TURN:NUMBER");
  }
  auto reader = co_await call.services.chat.follow(call.actor, *id, std::move(behind));
  if (!reader) co_return reader.error();
  if (!*reader) co_return no_content();
  co_return co_await stream_turn(call, **reader);
}

}  // namespace rapt::api
