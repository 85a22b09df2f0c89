// SPDX-License-Identifier: AGPL-3.0-or-later
#include "contexts.hpp"

#include <array>
#include <string_view>

namespace rapt::author {

using hooks::Context;
using hooks::Point;

namespace {

constexpr unsigned kDepth = 60;  // with what is around them, JSON texts stay within 64 levels
constexpr std::size_t kHuge = std::size_t{1} << 20;
constexpr std::size_t kManyMessages = 2000;

/// Text that is valid and odd: long signs, signs that combine, that turn the direction, that look like the end.
constexpr std::array<std::string_view, 18> kOdd = {
    "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
    "e\xCC\x81\xCC\xA7\xCC\xB1",
    "\xE2\x80\xAEright to left\xE2\x80\xAC",
    "\xEF\xBB\xBF",
    "\xEF\xBF\xBD",
    "\xEF\xBF\xBE",
    "\xF4\x8F\xBF\xBF",
    "\x01\x02\x1b[31m\x7f",
    "\r\n\r",
    "%s%n%d",
    "${jndi:x}",
    "\\\"{}[]'",
    "</script>",
    "\xE2\x80\xA8\xE2\x80\xA9",
    "\xC2\xA0\xC2\xAD",
    "\xD8\xA7\xD9\x84",
    "answer key",
    "!!!"};

bool about_a_run(Point point) {
  return point == Point::kProductBeforeAi || point == Point::kProductAfterAi || point == Point::kRunComplete;
}

bool has_current(Point point) {
  return !about_a_run(point) && point != Point::kSessionStart && point != Point::kSessionEnd;
}

bool has_output(Point point) {
  return about_a_run(point) && point != Point::kProductBeforeAi;
}

std::string role_at(Point point) {
  return point == Point::kChatAfterAi || point == Point::kChatOnDelta ? "assistant" : "user";
}

/// The text that the hook is about, wherever it stands there.
void say(Context& context, Point point, const std::string& text) {
  if (has_current(point)) {
    context.current =
        hooks::Message{.role = role_at(point), .content = text, .seq = 3, .created_at = SystemClock().now()};
  }
}

std::string nested(unsigned depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

Context empty_context(Point point) {
  Context context;
  if (point == Point::kChatOnDelta) say(context, point, "");
  return context;
}

Context huge_context(Point point) {
  auto context = ordinary_context(point);
  std::string text;
  while (text.size() < kHuge) text += "A sentence of a long text, with a comma. ";
  say(context, point, text);
  hooks::tell(context, {.role = "user", .content = text, .seq = 2, .created_at = {}});
  if (about_a_run(point)) context.input_json = "{\"text\": \"" + text + "\"}";
  if (has_output(point)) context.output_json = context.input_json;
  return context;
}

Context long_context(Point point) {
  auto context = ordinary_context(point);
  context.messages.clear();
  for (std::size_t i = 0; i < kManyMessages; ++i) {
    context.messages.push_back({.role = i % 2 == 0 ? "user" : "assistant",
                                .content = "Message.",
                                .seq = static_cast<std::int64_t>(i) + 1,
                                .created_at = {}});
  }
  if (context.current) context.current->seq = kManyMessages + 1;
  return context;
}

Context odd_context(Point point) {
  auto context = ordinary_context(point);
  std::string text;
  for (const auto piece : kOdd) text += std::string(piece) + " ";
  say(context, point, text);
  context.tool.name = context.tool.behavior = context.group.name = text;
  context.locale = "x-" + std::string(500, 'q');
  return context;
}

Context deep_context(Point point) {
  auto context = ordinary_context(point);
  const auto json = nested(kDepth);
  say(context, point, json);
  if (about_a_run(point)) context.input_json = json;
  if (has_output(point)) context.output_json = json;
  return context;
}

Context one_sign_context(Point point) {
  auto context = ordinary_context(point);
  say(context, point, "\xF0\x9F\x98\x80");
  if (about_a_run(point)) context.input_json = "null";
  if (has_output(point)) context.output_json = "\"\"";
  return context;
}

std::size_t below(std::mt19937_64& random, std::size_t limit) {
  return static_cast<std::size_t>(random() % limit);
}

}  // namespace

std::string random_text(std::mt19937_64& random) {
  const auto wanted = below(random, std::size_t{1} << below(random, 17));
  std::string text;
  while (text.size() < wanted) {
    if (below(random, 4) == 0) {
      text += kOdd[below(random, kOdd.size())];
    } else {
      for (auto letters = 1 + below(random, 12); letters > 0; --letters)
        text += static_cast<char>('!' + below(random, 94));
      text += below(random, 6) == 0 ? ". " : " ";
    }
  }
  return text;
}

std::string random_json(std::mt19937_64& random, unsigned depth) {
  const auto kind = below(random, depth > 20 ? 3 : 6);
  if (kind == 0) return below(random, 2) == 0 ? "null" : "true";
  if (kind == 1) return std::to_string(static_cast<std::int64_t>(random()));
  if (kind == 2) return "\"" + std::string(below(random, 200), 'a') + "\\n\\u00e9\"";
  std::string out = kind == 3 ? "[" : "{";
  for (auto left = below(random, 5); left > 0; --left) {
    if (kind != 3) out += "\"key" + std::to_string(left) + "\":";
    out += random_json(random, depth + 1) + (left > 1 ? "," : "");
  }
  return out + (kind == 3 ? "]" : "}");
}

std::string odd_text() {
  std::string out;
  for (const auto piece : kOdd) out += piece;
  return out;
}

Context ordinary_context(Point point) {
  Context context;
  const bool run = about_a_run(point);
  // Those of the built-in world (sdk/world/school.json).
  context.tool = {.id = run ? "tool-2" : "tool-1",
                  .name = run ? "Lesson plan" : "Socratic tutor",
                  .type = run ? "product" : "chat",
                  .version = "1",
                  .behavior = "Ask, do not tell.",
                  .subject = "Mathematics"};
  context.user = run ? Context::User{"user-2", "teacher"} : Context::User{"user-1", "student"};
  context.group = {"group-1", "Class 7b"};
  if (run) {
    context.run_id = "run-1";
    context.input_json = R"({"grade": 7, "topic": "Negative numbers"})";
    if (has_output(point)) context.output_json = R"({"title": "Turning around twice", "steps": ["Walk", "Turn"]})";
    return context;
  }
  context.session = {"session-1", point == Point::kSessionEnd ? "completed" : "active",
                     SystemClock().now() - std::chrono::minutes(1)};
  if (point == Point::kSessionStart) return context;
  context.messages = {{.role = "user", .content = "Hello!", .seq = 1, .created_at = {}},
                      {.role = "assistant", .content = "Hello. What are you working on?", .seq = 2, .created_at = {}}};
  say(context, point, "Why do two negative numbers make a positive one? Think of a walk, and turn around twice.");
  return context;
}

std::vector<std::pair<std::string, Context>> hostile_contexts(Point point) {
  return {{"nothing in it", empty_context(point)}, {"one sign", one_sign_context(point)},
          {"odd UTF-8", odd_context(point)},       {"huge texts", huge_context(point)},
          {"many messages", long_context(point)},  {"deep JSON", deep_context(point)}};
}

Context random_context(Point point, std::mt19937_64& random) {
  auto context = ordinary_context(point);
  say(context, point, random_text(random));
  for (auto* text : {&context.tool.name, &context.tool.behavior, &context.tool.subject, &context.group.name,
                     &context.user.role, &context.session.state}) {
    if (below(random, 4) == 0) *text = below(random, 2) == 0 ? "" : random_text(random);
  }
  context.messages.clear();
  for (auto left = below(random, 20); left > 0; --left) {
    hooks::tell(context, {.role = below(random, 3) == 0 ? "system" : "user",
                          .content = random_text(random),
                          .seq = static_cast<std::int64_t>(context.messages.size()) + 1,
                          .created_at = {}});
  }
  if (context.current) context.current->seq = static_cast<std::int64_t>(context.messages.size()) + 1;
  if (about_a_run(point)) context.input_json = random_json(random, 0);
  if (has_output(point)) context.output_json = random_json(random, 0);
  if (below(random, 8) == 0) context.user.id.clear();
  return context;
}

std::string answer_to_cut() {
  return "Good question. An answer has 2 parts: caf\xC3\xA9, \xE6\x97\xA5\xE6\x9C\xAC\xE3\x80\x82 and "
         "\xF0\x9F\x98\x80! "
         "Call 555-0100 or write to a@example.org, https://example.org/x (or not). Is the answer key here? No.\nEnd";
}

}  // namespace rapt::author
