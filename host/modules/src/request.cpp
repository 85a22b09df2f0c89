// SPDX-License-Identifier: AGPL-3.0-or-later
#include "request.hpp"

#include <algorithm>
#include <span>

#include "rapt/base/clock.hpp"

namespace rapt::host {
namespace {

std::int64_t to_ms(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// Absent rather than empty: a context has these only where they apply.
void text_if_any(sandbox::RequestWriter& writer, rapt_field field, std::string_view value) {
  if (!value.empty()) writer.text(field, value);
}

void write_session(sandbox::RequestWriter& writer, const hooks::Context::Session& session, std::int64_t now_ms) {
  if (session.id.empty()) return;
  writer.text(RAPT_FIELD_SESSION_ID, session.id);
  text_if_any(writer, RAPT_FIELD_SESSION_STATE, session.state);
  if (session.started_at != TimePoint{}) writer.number(RAPT_NUMBER_SESSION_AGE_MS, now_ms - to_ms(session.started_at));
}

/// What a module did not ask for never comes into its memory.
std::span<const hooks::PastMessage> history_for(const hooks::Context& context, const CallDetails& details) {
  const std::span<const hooks::PastMessage> all = context.messages;
  return all.last(std::min(details.history.value_or(all.size()), all.size()));
}

void write_messages(sandbox::RequestWriter& writer, const hooks::Context& context, const CallDetails& details) {
  const auto history = history_for(context, details);
  writer.reserve_messages(history.size());
  for (const auto& message : history) {
    writer.add_message(message.role, message.content, message.seq, to_ms(message.created_at));
  }
  if (!context.current) return;
  writer.text(RAPT_FIELD_CURRENT_ROLE, context.current->role);
  writer.text(RAPT_FIELD_CURRENT_CONTENT, context.current->content);
  writer.number(RAPT_NUMBER_CURRENT_SEQ, context.current->seq);
}

void write_stream(sandbox::RequestWriter& writer, const hooks::Context::Stream& stream) {
  writer.text(RAPT_FIELD_RELEASED, stream.released);
  writer.number(RAPT_NUMBER_WINDOW_SEQ, stream.window_seq);
  writer.number(RAPT_NUMBER_WINDOW_LAST, stream.last ? 1 : 0);
}

}  // namespace

sandbox::Window window_of(const hooks::Context& context) {
  if (!context.stream || !context.current) return {};
  return {.text = context.current->content, .last = context.stream->last};
}

ServiceScope scope_of(const hooks::Context& context, const CallDetails& details) {
  return {details.point, context.tool.id, context.user.id, context.group.id, context.session.id, context.run_id};
}

std::size_t request_bytes(const hooks::Context& context, const CallDetails& details) {
  std::size_t bytes = sizeof(sandbox::wire::RequestHeader) + 8;
  const auto add = [&](const auto&... texts) { bytes += (texts.size() + ... + 0); };
  const auto& tool = context.tool;
  add(tool.id, tool.name, tool.type, tool.version, tool.behavior, tool.subject);
  add(context.user.role, context.group.id, context.group.name, context.session.id, context.session.state);
  add(context.run_id, context.locale, details.config_json, details.user_pseudonym);
  for (const auto& message : history_for(context, details)) {
    add(message.role, message.content);
    bytes += sizeof(sandbox::wire::MessageEntry);
  }
  if (context.current) add(context.current->role, context.current->content);
  if (context.input_json) add(*context.input_json);
  if (context.output_json) add(*context.output_json);
  if (context.stream) add(context.stream->released);
  return bytes;
}

void write_request(sandbox::RequestWriter& writer, const hooks::Context& context, const CallDetails& details) {
  const std::int64_t now_ms = to_ms(SystemClock().now());
  text_if_any(writer, RAPT_FIELD_TOOL_ID, context.tool.id);
  text_if_any(writer, RAPT_FIELD_TOOL_NAME, context.tool.name);
  text_if_any(writer, RAPT_FIELD_TOOL_TYPE, context.tool.type);
  text_if_any(writer, RAPT_FIELD_TOOL_VERSION, context.tool.version);
  text_if_any(writer, RAPT_FIELD_TOOL_BEHAVIOR, context.tool.behavior);
  text_if_any(writer, RAPT_FIELD_TOOL_SUBJECT, context.tool.subject);
  text_if_any(writer, RAPT_FIELD_USER_ID, details.user_pseudonym);
  text_if_any(writer, RAPT_FIELD_USER_ROLE, context.user.role);
  text_if_any(writer, RAPT_FIELD_GROUP_ID, context.group.id);
  text_if_any(writer, RAPT_FIELD_GROUP_NAME, context.group.name);
  text_if_any(writer, RAPT_FIELD_RUN_ID, context.run_id);
  text_if_any(writer, RAPT_FIELD_LOCALE, context.locale);
  if (context.input_json) writer.text(RAPT_FIELD_INPUT, *context.input_json);
  if (context.output_json) writer.text(RAPT_FIELD_OUTPUT, *context.output_json);
  writer.text(RAPT_FIELD_CONFIG, details.config_json);
  writer.number(RAPT_NUMBER_NOW_MS, now_ms);
  writer.number(RAPT_NUMBER_DEADLINE_MS, details.time_limit.count());
  if (context.stream) write_stream(writer, *context.stream);
  write_session(writer, context.session, now_ms);
  write_messages(writer, context, details);
}

}  // namespace rapt::host
