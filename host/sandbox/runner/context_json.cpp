// SPDX-License-Identifier: AGPL-3.0-or-later
#include <iterator>

#include "module.hpp"

namespace rapt::runner {
namespace {

void append_string(std::string& out, rapt_text text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size; ++i) {
    const char c = text.data[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[(c >> 4) & 15];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Members of one object; absent fields are left out.
class Object {
 public:
  Object(std::string& out, const rapt_context& context) : out_(out), context_(context) { out_ += '{'; }
  void key(const char* name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_string(out_, {name, std::char_traits<char>::length(name)});
    out_ += ':';
  }
  void text(const char* name, rapt_field field) { text(name, context_service.text(&context_, field)); }
  void text(const char* name, rapt_text value) {
    if (value.data == nullptr) return;
    key(name);
    append_string(out_, value);
  }
  void json(const char* name, rapt_field field) {
    const rapt_text value = context_service.text(&context_, field);
    if (value.data == nullptr || value.size == 0) return;
    key(name);
    out_.append(value.data, value.size);
  }
  void number(const char* name, std::int64_t value) {
    if (value < 0) return;
    key(name);
    out_ += std::to_string(value);
  }
  void number(const char* name, rapt_number which) { number(name, context_service.number(&context_, which)); }
  void boolean(const char* name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
  const rapt_context& context_;
  bool first_ = true;
};

/// By rapt_hook.
constexpr const char* kHooks[] = {"",
                                  "chat:on_message",
                                  "chat:before_ai",
                                  "chat:after_ai",
                                  "session:start",
                                  "session:end",
                                  "product:before_ai",
                                  "product:after_ai",
                                  "run:complete",
                                  "chat:on_delta"};
static_assert(std::size(kHooks) == RAPT_HOOK_CHAT_ON_DELTA + 1);

void append_messages(std::string& out, const rapt_context& context) {
  out += '[';
  const std::size_t count = context_service.message_count(&context);
  for (std::size_t i = 0; i < count; ++i) {
    const rapt_message message = context_service.message(&context, i);
    if (i != 0) out += ',';
    Object object(out, context);
    object.text("role", message.role);
    object.text("content", message.content);
    object.number("seq", message.seq);
    object.number("created_at_ms", message.created_at_ms);
    object.close();
  }
  out += ']';
}

template <class Fill>
void nested(Object& parent, std::string& out, const rapt_context& context, const char* name, Fill fill) {
  parent.key(name);
  Object object(out, context);
  fill(object);
  object.close();
}

}  // namespace

std::string context_json(const rapt_context& context) {
  std::string out;
  Object all(out, context);
  if (context.header->hook < std::size(kHooks)) {
    const char* hook = kHooks[context.header->hook];
    all.text("hook", {hook, std::char_traits<char>::length(hook)});
  }
  nested(all, out, context, "tool", [](Object& o) {
    o.text("id", RAPT_FIELD_TOOL_ID);
    o.text("name", RAPT_FIELD_TOOL_NAME);
    o.text("type", RAPT_FIELD_TOOL_TYPE);
    o.text("version", RAPT_FIELD_TOOL_VERSION);
    o.text("behavior", RAPT_FIELD_TOOL_BEHAVIOR);
    o.text("subject", RAPT_FIELD_TOOL_SUBJECT);
  });
  nested(all, out, context, "user", [](Object& o) {
    o.text("id", RAPT_FIELD_USER_ID);
    o.text("role", RAPT_FIELD_USER_ROLE);
  });
  nested(all, out, context, "group", [](Object& o) {
    o.text("id", RAPT_FIELD_GROUP_ID);
    o.text("name", RAPT_FIELD_GROUP_NAME);
  });
  nested(all, out, context, "session", [](Object& o) {
    o.text("id", RAPT_FIELD_SESSION_ID);
    o.text("state", RAPT_FIELD_SESSION_STATE);
    o.number("age_ms", RAPT_NUMBER_SESSION_AGE_MS);
  });
  nested(all, out, context, "current", [](Object& o) {
    o.text("role", RAPT_FIELD_CURRENT_ROLE);
    o.text("content", RAPT_FIELD_CURRENT_CONTENT);
    o.number("seq", RAPT_NUMBER_CURRENT_SEQ);
  });
  if (context_service.number(&context, RAPT_NUMBER_WINDOW_SEQ) >= 0) {
    nested(all, out, context, "stream", [&](Object& o) {
      o.text("released", RAPT_FIELD_RELEASED);
      o.number("window_seq", RAPT_NUMBER_WINDOW_SEQ);
      o.boolean("last", context_service.number(&context, RAPT_NUMBER_WINDOW_LAST) == 1);
    });
  }
  all.key("messages");
  append_messages(out, context);
  if (context_service.text(&context, RAPT_FIELD_RUN_ID).data != nullptr) {
    nested(all, out, context, "run", [](Object& o) { o.text("id", RAPT_FIELD_RUN_ID); });
  }
  all.json("input", RAPT_FIELD_INPUT);
  all.json("output", RAPT_FIELD_OUTPUT);
  all.json("config", RAPT_FIELD_CONFIG);
  all.text("locale", RAPT_FIELD_LOCALE);
  all.number("now_ms", RAPT_NUMBER_NOW_MS);
  all.number("deadline_ms", RAPT_NUMBER_DEADLINE_MS);
  all.close();
  return out;
}

}  // namespace rapt::runner
