// SPDX-License-Identifier: AGPL-3.0-or-later
// Events as text: "KIND LENGTH:DATA" one after the other, an end's data being its outcome as JSON.
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/json_text.hpp"
#include "turn_log.hpp"

namespace rapt::chat {

namespace {

using nlohmann::json;
using Kind = TurnEvent::Kind;

std::int64_t microseconds(TimePoint time) {
  return time.time_since_epoch().count();
}

void append_reply(std::string& out, const Reply& reply) {
  const auto& message = reply.message;
  JsonObject object(out);
  object.text("id", message.id.str());
  object.text("content", message.content);
  object.number("seq", message.seq);
  object.number("at", microseconds(message.created_at));
  object.text("meta", message.meta_json);
  object.text("request_id", message.request_id);
  object.number("input_tokens", reply.usage.input_tokens);
  object.number("output_tokens", reply.usage.output_tokens);
  object.text("model", reply.usage.model);
  object.boolean("estimated", reply.usage.estimated);
  if (reply.cut_off) {
    append_json_string(object.member("cut_off") += '[', reply.cut_off->module);
    append_json_string(out += ',', reply.cut_off->reason);
    out += ']';
  }
  object.end();
}

void append_error(std::string& out, const Error& error) {
  JsonObject object(out);
  object.number("kind", static_cast<int>(error.kind));
  object.text("code", error.code);
  object.text("message", error.message);
  object.text("part", error.part);
  object.number("retry_after", error.retry_after_seconds);
  object.end();
}

Reply reply_from(const json& in) {
  Reply reply;
  reply.message.id = MessageId::trusted(in.at("id").get<std::string>());
  reply.message.role = "assistant";
  reply.message.content = in.at("content").get<std::string>();
  reply.message.seq = in.at("seq").get<std::int64_t>();
  reply.message.created_at = TimePoint(std::chrono::microseconds(in.at("at").get<std::int64_t>()));
  reply.message.meta_json = in.at("meta").get<std::string>();
  reply.message.request_id = in.at("request_id").get<std::string>();
  reply.usage = {in.at("input_tokens").get<std::int64_t>(), in.at("output_tokens").get<std::int64_t>(),
                 in.at("model").get<std::string>(), in.at("estimated").get<bool>()};
  if (const auto cut = in.find("cut_off"); cut != in.end()) {
    reply.cut_off = CutOff{cut->at(0).get<std::string>(), cut->at(1).get<std::string>()};
  }
  return reply;
}

std::string to_text(const Result<Reply>& outcome) {
  std::string out;
  JsonObject object(out);
  if (outcome) {
    out.reserve(512 + outcome->message.content.size());
    append_reply(object.member("reply"), *outcome);
  } else {
    append_error(object.member("error"), outcome.error());
  }
  object.end();
  return out;
}

Result<Reply> outcome_from(const json& in) {
  if (const auto reply = in.find("reply"); reply != in.end()) return reply_from(*reply);
  const auto& from = in.at("error");
  const auto kind = from.at("kind").get<int>();
  Error error;
  if (kind >= 0 && kind <= static_cast<int>(ErrorKind::kInternal)) error.kind = static_cast<ErrorKind>(kind);
  error.code = from.at("code").get<std::string>();
  error.message = from.at("message").get<std::string>();
  error.part = from.at("part").get<std::string>();
  error.retry_after_seconds = from.at("retry_after").get<int>();
  return error;
}

Error broken_text() {
  return Error::internal("what Redis holds of a turn is broken");
}

bool is_end(Kind kind) {
  return kind == Kind::kDone || kind == Kind::kBlocked || kind == Kind::kError;
}

Result<std::shared_ptr<const Result<Reply>>> parse_outcome(const std::string& text) {
  try {
    return std::make_shared<const Result<Reply>>(outcome_from(json::parse(text)));
  } catch (const json::exception&) {
    return broken_text();
  }
}

}  // namespace

void append_event(std::string& out, const TurnEvent& event) {
  const std::string data = event.outcome ? to_text(*event.outcome) : std::string();
  const std::string_view said = event.outcome ? std::string_view(data) : std::string_view(event.data);
  out += static_cast<char>('a' + static_cast<int>(event.kind));
  out.append(std::to_string(said.size())).append(":").append(said);
}

Result<std::vector<TurnEvent>> parse_events(std::string_view text, std::int64_t first) {
  std::vector<TurnEvent> events;
  while (!text.empty()) {
    const int kind = text.front() - 'a';
    text.remove_prefix(1);
    std::size_t size = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), size);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (kind < 0 || kind > static_cast<int>(Kind::kError) || fault != std::errc{} || digits >= text.size() ||
        text[digits] != ':' || size > text.size() - digits - 1) {
      return broken_text();
    }
    TurnEvent event{first++, static_cast<Kind>(kind), std::string(text.substr(digits + 1, size)), {}};
    text.remove_prefix(digits + 1 + size);
    if (is_end(event.kind)) {
      auto outcome = parse_outcome(event.data);
      if (!outcome) return outcome.error();
      event.outcome = std::move(*outcome);
      event.data.clear();
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace rapt::chat
