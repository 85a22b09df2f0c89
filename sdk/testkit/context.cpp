// SPDX-License-Identifier: Apache-2.0
#include "host.hpp"

namespace rapt::testkit {
namespace {

rapt_text present(const std::string& text) {
  return {text.data(), text.size()};
}
rapt_text unless_empty(const std::string& text) {
  return text.empty() ? rapt_text{nullptr, 0} : present(text);
}
rapt_text optional(const std::optional<std::string>& text) {
  return text ? present(*text) : rapt_text{nullptr, 0};
}

rapt_text context_text(const rapt_context* context, rapt_field field) {
  const Scene& scene = *context->scene;
  switch (static_cast<int>(field)) {
    case RAPT_FIELD_TOOL_ID:
      return present(scene.tool_id);
    case RAPT_FIELD_TOOL_NAME:
      return present(scene.tool_name);
    case RAPT_FIELD_TOOL_TYPE:
      return present(scene.tool_type);
    case RAPT_FIELD_TOOL_VERSION:
      return present(scene.tool_version);
    case RAPT_FIELD_TOOL_BEHAVIOR:
      return unless_empty(scene.behavior);
    case RAPT_FIELD_TOOL_SUBJECT:
      return unless_empty(scene.subject);
    case RAPT_FIELD_USER_ID:
      return present(scene.user_id);
    case RAPT_FIELD_USER_ROLE:
      return present(scene.user_role);
    case RAPT_FIELD_GROUP_ID:
      return unless_empty(scene.group_id);
    case RAPT_FIELD_GROUP_NAME:
      return unless_empty(scene.group_name);
    case RAPT_FIELD_SESSION_ID:
      return unless_empty(scene.session_id);
    case RAPT_FIELD_SESSION_STATE:
      return unless_empty(scene.session_state);
    case RAPT_FIELD_RUN_ID:
      return unless_empty(scene.run_id);
    case RAPT_FIELD_CURRENT_ROLE:
      return scene.current ? present(scene.current->role) : rapt_text{nullptr, 0};
    case RAPT_FIELD_CURRENT_CONTENT:
      return scene.current ? present(scene.current->content) : rapt_text{nullptr, 0};
    case RAPT_FIELD_INPUT:
      return optional(scene.input);
    case RAPT_FIELD_OUTPUT:
      return optional(scene.output);
    case RAPT_FIELD_CONFIG:
      return present(scene.config);
    case RAPT_FIELD_LOCALE:
      return present(scene.locale);
    case RAPT_FIELD_RELEASED:
      return context->knows_streams ? optional(scene.released) : rapt_text{nullptr, 0};
    default:
      return {nullptr, 0};
  }
}

std::int64_t context_number(const rapt_context* context, rapt_number number) {
  const Scene& scene = *context->scene;
  switch (static_cast<int>(number)) {
    case RAPT_NUMBER_NOW_MS:
      return scene.now_ms;
    case RAPT_NUMBER_DEADLINE_MS:
      return scene.deadline_ms;
    case RAPT_NUMBER_CURRENT_SEQ:
      return scene.current ? static_cast<std::int64_t>(scene.history.size()) + 1 : -1;
    case RAPT_NUMBER_SESSION_AGE_MS:
      return scene.session_id.empty() ? -1 : scene.session_age_ms;
    case RAPT_NUMBER_WINDOW_SEQ:
      return context->knows_streams ? scene.window_seq : -1;
    case RAPT_NUMBER_WINDOW_LAST:
      return context->knows_streams && scene.window_seq > 0 ? (scene.last_window ? 1 : 0) : -1;
    default:
      return -1;
  }
}

std::size_t context_message_count(const rapt_context* context) {
  return context->scene->history.size();
}

rapt_message context_message(const rapt_context* context, std::size_t index) {
  const Scene& scene = *context->scene;
  if (index >= scene.history.size()) return {{nullptr, 0}, {nullptr, 0}, -1, -1};
  const Line& line = scene.history[index];
  return {present(line.role), present(line.content), static_cast<std::int64_t>(index) + 1,
          scene.now_ms - static_cast<std::int64_t>(scene.history.size() - index) * 1000};
}

std::string quoted(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\', out += c;
    } else if (byte < 0x20) {
      out += "\\u00", out += hex[byte >> 4], out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// Members of one object; what is absent is left out.
class Object {
 public:
  explicit Object(const rapt_context& context) : context_(context) {}
  Object& text(const char* name, rapt_field field) { return text(name, context_text(&context_, field)); }
  Object& text(const char* name, rapt_text value) {
    return value.data == nullptr ? *this : raw(name, quoted({value.data, value.size}));
  }
  Object& json(const char* name, rapt_field field) {
    const auto value = context_text(&context_, field);
    return value.size == 0 ? *this : raw(name, std::string(value.data, value.size));
  }
  Object& number(const char* name, std::int64_t value) { return value < 0 ? *this : raw(name, std::to_string(value)); }
  Object& number(const char* name, rapt_number which) { return number(name, context_number(&context_, which)); }
  Object& raw(const char* name, const std::string& json) {
    out_ += (out_.empty() ? "" : ",") + quoted(name) + ":" + json;
    return *this;
  }
  [[nodiscard]] std::string whole() const { return "{" + out_ + "}"; }

 private:
  const rapt_context& context_;
  std::string out_;
};

const char* point(rapt_hook hook) {
  static constexpr const char* names[] = {"chat:on_message",  "chat:before_ai", "chat:after_ai",
                                          "session:start",    "session:end",    "product:before_ai",
                                          "product:after_ai", "run:complete",   "chat:on_delta"};
  const auto index = static_cast<std::size_t>(hook) - 1;
  return index < std::size(names) ? names[index] : "unknown";
}

std::string messages_json(const rapt_context& context) {
  std::string out = "[";
  for (std::size_t i = 0; i < context_message_count(&context); ++i) {
    const auto message = context_message(&context, i);
    out += (i > 0 ? "," : "") + Object(context)
                                    .text("role", message.role)
                                    .text("content", message.content)
                                    .number("seq", message.seq)
                                    .number("created_at_ms", message.created_at_ms)
                                    .whole();
  }
  return out + "]";
}

std::string tool_json(const rapt_context& context) {
  return Object(context)
      .text("id", RAPT_FIELD_TOOL_ID)
      .text("name", RAPT_FIELD_TOOL_NAME)
      .text("type", RAPT_FIELD_TOOL_TYPE)
      .text("version", RAPT_FIELD_TOOL_VERSION)
      .text("behavior", RAPT_FIELD_TOOL_BEHAVIOR)
      .text("subject", RAPT_FIELD_TOOL_SUBJECT)
      .whole();
}

std::string stream_json(const rapt_context& context) {
  return Object(context)
      .text("released", RAPT_FIELD_RELEASED)
      .number("window_seq", RAPT_NUMBER_WINDOW_SEQ)
      .raw("last", context_number(&context, RAPT_NUMBER_WINDOW_LAST) == 1 ? "true" : "false")
      .whole();
}

std::string whole_json(const rapt_context& context) {
  const auto object = [&] { return Object(context); };
  Object all(context);
  all.raw("hook", quoted(point(context.hook))).raw("tool", tool_json(context));
  all.raw("user", object().text("id", RAPT_FIELD_USER_ID).text("role", RAPT_FIELD_USER_ROLE).whole());
  all.raw("group", object().text("id", RAPT_FIELD_GROUP_ID).text("name", RAPT_FIELD_GROUP_NAME).whole());
  all.raw("session", object()
                         .text("id", RAPT_FIELD_SESSION_ID)
                         .text("state", RAPT_FIELD_SESSION_STATE)
                         .number("age_ms", RAPT_NUMBER_SESSION_AGE_MS)
                         .whole());
  all.raw("current", object()
                         .text("role", RAPT_FIELD_CURRENT_ROLE)
                         .text("content", RAPT_FIELD_CURRENT_CONTENT)
                         .number("seq", RAPT_NUMBER_CURRENT_SEQ)
                         .whole());
  if (context_number(&context, RAPT_NUMBER_WINDOW_SEQ) >= 0) all.raw("stream", stream_json(context));
  all.raw("messages", messages_json(context));
  if (context_text(&context, RAPT_FIELD_RUN_ID).data != nullptr)
    all.raw("run", object().text("id", RAPT_FIELD_RUN_ID).whole());
  all.json("input", RAPT_FIELD_INPUT).json("output", RAPT_FIELD_OUTPUT).json("config", RAPT_FIELD_CONFIG);
  all.text("locale", RAPT_FIELD_LOCALE);
  all.number("now_ms", RAPT_NUMBER_NOW_MS).number("deadline_ms", RAPT_NUMBER_DEADLINE_MS);
  return all.whole();
}

rapt_text context_json(const rapt_context* context) {
  if (context->json.empty()) context->json = whole_json(*context);
  return present(context->json);
}

}  // namespace

const rapt_context_1& context_service() {
  static constexpr rapt_context_1 service{context_text, context_number, context_message_count, context_message,
                                          context_json};
  return service;
}

}  // namespace rapt::testkit
