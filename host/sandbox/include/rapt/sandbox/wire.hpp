// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

/// The private layout of the two memory areas that host and runner share. Both are built together, so nothing here is a
/// promise; the C ABI is. The request area is written by the host alone: the kernel refuses the runner a writable
/// mapping. The reply area is the enemy's: what stands in it is copied once and then checked (reply_reader.hpp).
namespace rapt::sandbox::wire {

/// Address space of each area. They are sparse memory files: an untouched page costs nothing.
inline constexpr std::size_t kRequestBytes = std::size_t{4} << 20;
/// 32 extractions of 64 KiB, a replacement of 1 MiB, instructions and log lines fit together.
inline constexpr std::size_t kReplyBytes = std::size_t{4} << 20;

inline constexpr std::uint32_t kMaxTexts = 32;   ///< above the largest rapt_field
inline constexpr std::uint32_t kMaxNumbers = 8;  ///< above the largest rapt_number
inline constexpr std::uint32_t kMaxExtractions = 32;
inline constexpr std::uint32_t kMaxInstructions = 16;
inline constexpr std::uint32_t kLogSlots = 32;
inline constexpr std::size_t kMaxTypeBytes = 64;
inline constexpr std::size_t kMaxExtractionBytes = 64u << 10;
inline constexpr std::size_t kMaxReplacementBytes = 1u << 20;
inline constexpr std::size_t kMaxReasonBytes = 1u << 10;
inline constexpr std::size_t kMaxInstructionBytes = 4u << 10;
inline constexpr std::size_t kMaxLogBytes = 1u << 10;
inline constexpr unsigned kMaxJsonDepth = 64;

/// Bytes within the area that the span stands in. Offset 0 means "absent": a header is there, never a text.
struct Span {
  std::uint32_t offset;
  std::uint32_t size;
};

enum class Command : std::uint32_t { kCall = 1, kShutdown = 2 };

struct MessageEntry {
  Span role, content;
  std::int64_t seq, created_at_ms;
};

/// Start of the request area; texts and the table of messages follow it.
struct RequestHeader {
  std::atomic<std::uint64_t> sequence;  ///< grows by one a request; stored last
  std::uint32_t command, hook;
  std::uint32_t message_count, messages_offset;
  Span texts[kMaxTexts];              ///< by rapt_field
  std::int64_t numbers[kMaxNumbers];  ///< by rapt_number, -1 when absent
};

enum class RunnerState : std::uint32_t {
  kStarting = 0,
  kReady = 1,
  kRefused = 2  ///< `text` says why; the process ends
};

struct ExtractionEntry {
  Span type, data;
};

/// What the runner says besides the module's texts. All of it may be a lie.
struct ReplyBody {
  std::uint32_t verdict;
  Span text;
  std::uint32_t instruction_count, extraction_count;
  Span instructions[kMaxInstructions];
  ExtractionEntry extractions[kMaxExtractions];
  std::uint32_t held_bytes;  ///< chat:on_delta: the end of the window that is kept back
};

struct LogSlot {
  std::uint32_t level, size;
  char line[kMaxLogBytes];
};

/// Start of the reply area; texts follow it.
struct ReplyHeader {
  std::atomic<std::uint64_t> sequence;        ///< of the request that `body` answers; stored last
  std::atomic<std::uint32_t> state;           ///< RunnerState
  std::atomic<std::uint32_t> log_written;     ///< lines ever written; the newest kLogSlots are in `log`
  std::atomic<std::uint32_t> last_words;      ///< LastWords, left behind before the process ends
  std::atomic<std::uint32_t> forbidden_call;  ///< number of the system call, with LastWords::kForbiddenCall
  ReplyBody body;
  LogSlot log[kLogSlots];
};

enum class LastWords : std::uint32_t { kNone = 0, kForbiddenCall = 1, kAborted = 2 };

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the areas are shared between processes");
static_assert(sizeof(RequestHeader) % 8 == 0 && sizeof(ReplyHeader) < kReplyBytes / 8);

}  // namespace rapt::sandbox::wire
