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

rapt_text context_json(const rapt_context* context) {
  if (context->json.empty()) context->json = scene_json(*context->scene, context->hook);
  return present(context->json);
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

std::string field(const char* name, std::string_view text) {
  return quoted(name) + ":" + quoted(text);
}
std::string field(const char* name, std::int64_t number) {
  return quoted(name) + ":" + std::to_string(number);
}

const char* point(rapt_hook hook) {
  static constexpr const char* names[] = {"chat:on_message",  "chat:before_ai", "chat:after_ai",
                                          "session:start",    "session:end",    "product:before_ai",
                                          "product:after_ai", "run:complete",   "chat:on_delta"};
  const auto index = static_cast<std::size_t>(hook) - 1;
  return index < std::size(names) ? names[index] : "unknown";
}

std::string messages_json(const Scene& scene) {
  std::string out = "[";
  for (std::size_t i = 0; i < scene.history.size(); ++i) {
    const auto& line = scene.history[i];
    if (i > 0) out += ',';
    out += "{" + field("role", line.role) + "," + field("content", line.content) + "," +
           field("seq", static_cast<std::int64_t>(i) + 1) + "}";
  }
  return out + "]";
}

}  // namespace

std::string scene_json(const Scene& scene, rapt_hook hook) {
  std::string out = "{" + field("hook", point(hook)) + ",\"tool\":{" + field("id", scene.tool_id) + "," +
                    field("name", scene.tool_name) + "," + field("type", scene.tool_type) + "," +
                    field("version", scene.tool_version) + "," + field("behavior", scene.behavior) + "," +
                    field("subject", scene.subject) + "},\"user\":{" + field("id", scene.user_id) + "," +
                    field("role", scene.user_role) + "},\"group\":{" + field("id", scene.group_id) + "," +
                    field("name", scene.group_name) + "}";
  if (!scene.session_id.empty()) {
    out += ",\"session\":{" + field("id", scene.session_id) + "," + field("state", scene.session_state) + "," +
           field("age_ms", scene.session_age_ms) + "}";
  }
  if (!scene.run_id.empty()) out += ",\"run\":{" + field("id", scene.run_id) + "}";
  out += ",\"messages\":" + messages_json(scene);
  if (scene.current) {
    out += ",\"current\":{" + field("role", scene.current->role) + "," + field("content", scene.current->content) +
           "," + field("seq", static_cast<std::int64_t>(scene.history.size()) + 1) + "}";
  }
  if (scene.input) out += ",\"input\":" + *scene.input;
  if (scene.output) out += ",\"output\":" + *scene.output;
  return out + ",\"config\":" + scene.config + "," + field("locale", scene.locale) + "," +
         field("now_ms", scene.now_ms) + "," + field("deadline_ms", scene.deadline_ms) + "}";
}

const rapt_context_1& context_service() {
  static constexpr rapt_context_1 service{context_text, context_number, context_message_count, context_message,
                                          context_json};
  return service;
}

}  // namespace rapt::testkit
