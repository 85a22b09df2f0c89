// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/clock.hpp"

namespace rapt::hooks {

/// The hook points, with the numbers of the module ABI. The last ones are no hooks: functions of extensions (login
/// provider, routes, jobs, events, panels, exports), which the host asks over the same road. parse_point() does not
/// know them.
enum class Point : std::uint8_t {
  kChatOnMessage = 1,
  kChatBeforeAi = 2,
  kChatAfterAi = 3,
  kSessionStart = 4,
  kSessionEnd = 5,
  kProductBeforeAi = 6,
  kProductAfterAi = 7,
  kRunComplete = 8,
  kChatOnDelta = 9,
  kAuthStart = 14,
  kAuthStep = 15,
  kRoute = 16,
  kJob = 17,
  kEvent = 18,
  kPanel = 19,
  kExport = 20,
};

inline constexpr std::size_t kPointNumbers = 21;  ///< for tables by number
/// One of the last: it takes a JSON object and answers with one.
constexpr bool is_extension_call(Point point) {
  return point >= Point::kAuthStart;
}
/// "chat:before_ai" and so on.
std::string_view name(Point point);
/// Accepts the older names chat:pre_ai, chat:post_ai, product:pre_ai and product:post_ai as well.
std::optional<Point> parse_point(std::string_view name);
/// What a module may answer at a point, beside emitting.
bool may_replace(Point point);
bool may_block(Point point);
bool may_instruct(Point point);

/// What to do when an attached module cannot be asked, comes late, dies, lies or answers "error".
enum class FailPolicy : std::uint8_t {
  kOpen,   ///< go on without it, and record that
  kClosed  ///< stop: the reader is told that a required module is not available
};

struct Message {
  std::string role{};  ///< "user", "assistant" or "system"
  std::string content{};
  std::int64_t seq = 0;
  TimePoint created_at{};
};

/// A message that was said before the current one. Whoever tells of it keeps its texts.
struct PastMessage {
  std::string_view role{};
  std::string_view content{};
  std::int64_t seq = 0;
  TimePoint created_at{};
};

/// How a module wants an answer cut for chat:on_delta.
struct Window {
  enum class Unit : std::uint8_t {
    kToken,     ///< as the words come from the gateway
    kSentence,  ///< up to the end of a sentence or line
    kSize       ///< `bytes` at a time, cut between words
  } unit = Unit::kSentence;
  std::size_t bytes = 0;  ///< kSize: 16 to 65536
};

/// What a hook is about. The texts are copied into the module's memory; ids of users are pseudonymized on the way.
struct Context {
  struct Tool {
    std::string id, name, type, version, behavior, subject;
  } tool;
  struct User {
    std::string id, role;
  } user;
  struct Group {
    std::string id, name;
  } group;
  struct Session {
    std::string id, state;
    TimePoint started_at{};
  } session;
  std::string run_id;
  std::vector<PastMessage> messages;               ///< history, oldest first, without the current message
  std::vector<std::shared_ptr<const void>> texts;  ///< keep alive what `messages` point to
  std::optional<Message> current;                  ///< the message that the hook is about
  std::optional<std::string> input_json;           ///< product
  std::optional<std::string> output_json;          ///< product
  std::string locale = "en";
  /// chat:on_delta alone: `current` is the window then.
  struct Stream {
    std::string_view released;    ///< the end of what has passed this module so far; its asker keeps it
    std::int64_t window_seq = 0;  ///< from 1
    bool last = false;
  };
  std::optional<Stream> stream;
};

/// Adds to the history a message whose texts nobody else keeps.
void tell(Context& context, Message message);

struct Extraction {
  std::string module{};
  std::string type{};
  std::string data_json{};
  std::int64_t message_seq = 0;  ///< the message concerned, 0 when none
};

/// One module attached to a tool.
struct Attachment {
  std::string module;
  std::string config_json = "{}";
  std::optional<FailPolicy> on_failure{};                 ///< overrides the manifest's
  std::optional<std::chrono::milliseconds> time_limit{};  ///< narrows the manifest's
};

}  // namespace rapt::hooks
