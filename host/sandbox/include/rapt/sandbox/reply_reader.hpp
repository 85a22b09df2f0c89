// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/hooks.h>
#include <rapt/log.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rapt/base/result.hpp"
#include "rapt/sandbox/wire.hpp"

namespace rapt::sandbox {

/// A figure that a module counts for the admin.
struct Metric {
  std::string name;  ///< is_metric_name()
  MetricsMethod method{};
  std::int64_t delta = 0;  ///< of a counter, not negative
  double value = 0;        ///< of an observation, finite
};

/// What a module answered, copied out of the enemy's memory and checked.
struct Reply {
  rapt_verdict verdict = RAPT_ERROR;
  std::string text;  ///< the replacement, the reason of a block, or with RAPT_ERROR a sentence (may be empty)
  std::vector<std::string> instructions;
  std::vector<std::pair<std::string, std::string>> extractions;  ///< type and JSON
  std::size_t held_bytes = 0;  ///< chat:on_delta: the end of the window that is kept back
  std::vector<Metric> metrics{};
  std::size_t used = 0;  ///< bytes of the slot up to the end of the last text
};

/// What a call of chat:on_delta was about; what was held back is measured by it. Borrowed.
struct Window {
  std::string_view text{};
  bool last = true;
};

struct LogLine {
  rapt_log_level level = RAPT_LOG_INFO;
  std::string line;  ///< raw bytes of the module's: make them printable before they go anywhere
};

/// Reads what a runner says of itself, out of memory that a hostile process may change at any moment: every number is
/// copied once, then checked, then used; texts are checked after they were copied. take_log() belongs to one thread at
/// a time, the rest is thread-safe.
class ReplyReader {
 public:
  /// `area` begins with a wire::ReplyHeader, aligned to 8, and is borrowed.
  explicit ReplyReader(const void* area) : header_(static_cast<const wire::ReplyHeader*>(area)) {}

  /// The last request that it says it has answered.
  [[nodiscard]] std::uint64_t sequence() const;
  /// How many questions it says it has asked its host.
  [[nodiscard]] std::uint64_t service_asked() const;
  /// The question whose answer it says it sleeps for.
  [[nodiscard]] std::uint64_t service_sleeps() const;
  /// The request that it says it sleeps until.
  [[nodiscard]] std::uint64_t sleeps_until() const;
  [[nodiscard]] wire::RunnerState state() const;
  /// The sentence of a refusal; empty when it is missing or malformed.
  [[nodiscard]] std::string refusal() const;
  /// Lines since the last call, at most kLogSlots; `dropped` grows by those that were overwritten.
  std::vector<LogLine> take_log(std::uint64_t& dropped);
  /// What the process said about its end, and the number of the system call that it tried.
  [[nodiscard]] std::pair<wire::LastWords, int> last_words() const;

 private:
  const wire::ReplyHeader* header_;
  std::uint32_t log_taken_ = 0;
};

/// Reads the reply to a call of `hook`, at chat:on_delta about `window`, as carefully. `slot` begins with a
/// wire::ReplyBody and holds `size` bytes. kInvalid with a sentence saying which part of it is a lie.
Result<Reply> read_reply(const void* slot, std::size_t size, wire::CallNumber hook, const Window& window = {});

/// What a hook may answer, by the comments of rapt/hooks.h; a call of rapt.auth-provider/1 replaces (JSON), nothing
/// else.
bool may_emit(wire::CallNumber hook);
bool may_replace(wire::CallNumber hook);
bool may_block(wire::CallNumber hook);
bool may_instruct(wire::CallNumber hook);
/// Whether the last `bytes` bytes of a window may be held back at that hook: RAPT_OK, or what rapt_stream_1.hold
/// answers.
rapt_status may_hold(wire::CallNumber hook, const Window& window, std::size_t bytes);
/// Whether the text that a hook replaces is JSON.
bool replaces_json(wire::CallNumber hook);

}  // namespace rapt::sandbox
