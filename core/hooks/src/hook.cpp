// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/hooks/hook.hpp"

#include <array>
#include <utility>

namespace rapt::hooks {

namespace {

using Entry = std::pair<std::string_view, Point>;

constexpr std::array<Entry, 9> kNames{{
    {"chat:on_message", Point::kChatOnMessage},
    {"chat:before_ai", Point::kChatBeforeAi},
    {"chat:after_ai", Point::kChatAfterAi},
    {"session:start", Point::kSessionStart},
    {"session:end", Point::kSessionEnd},
    {"product:before_ai", Point::kProductBeforeAi},
    {"product:after_ai", Point::kProductAfterAi},
    {"run:complete", Point::kRunComplete},
    {"chat:on_delta", Point::kChatOnDelta},
}};

constexpr std::array<Entry, 7> kCalls{{
    {"auth:start", Point::kAuthStart},
    {"auth:step", Point::kAuthStep},
    {"route", Point::kRoute},
    {"job", Point::kJob},
    {"event", Point::kEvent},
    {"panel", Point::kPanel},
    {"export", Point::kExport},
}};

constexpr std::array<Entry, 4> kAliases{{
    {"chat:pre_ai", Point::kChatBeforeAi},
    {"chat:post_ai", Point::kChatAfterAi},
    {"product:pre_ai", Point::kProductBeforeAi},
    {"product:post_ai", Point::kProductAfterAi},
}};

}  // namespace

std::string_view name(Point point) {
  for (const auto& [text, value] : kNames) {
    if (value == point) return text;
  }
  for (const auto& [text, value] : kCalls) {
    if (value == point) return text;
  }
  return "unknown";
}

std::optional<Point> parse_point(std::string_view text) {
  for (const auto& [known, point] : kNames) {
    if (known == text) return point;
  }
  for (const auto& [known, point] : kAliases) {
    if (known == text) return point;
  }
  return std::nullopt;
}

bool may_replace(Point point) {
  switch (point) {
    case Point::kChatOnMessage:
    case Point::kChatBeforeAi:
    case Point::kChatAfterAi:
    case Point::kProductBeforeAi:
    case Point::kProductAfterAi:
    case Point::kChatOnDelta:
      return true;
    default:
      return false;
  }
}

bool may_block(Point point) {
  return may_replace(point);
}

bool may_instruct(Point point) {
  return point == Point::kChatBeforeAi || point == Point::kProductBeforeAi;
}

void tell(Context& context, Message message) {
  const auto kept = std::make_shared<const Message>(std::move(message));
  context.messages.push_back({kept->role, kept->content, kept->seq, kept->created_at});
  context.texts.push_back(kept);
}

}  // namespace rapt::hooks
