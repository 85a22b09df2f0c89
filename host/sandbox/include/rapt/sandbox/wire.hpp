// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <rapt/hooks.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "rapt/sandbox/services.hpp"

/// The private layout of the two memory areas that host and runner share. Both are built together, so nothing here is a
/// promise; the C ABI is. The request area is written by the host alone: the kernel refuses the runner a writable
/// mapping. The reply area is the enemy's: what stands in it is copied once and then checked (reply_reader.hpp).
namespace rapt::sandbox::wire {

/// Calls that may be under way at once. A runner answers them one after the other, in the order of their numbers.
inline constexpr std::uint32_t kSlots = 16;
/// What the areas begin with: whole pages for what is common to all calls.
inline constexpr std::size_t kRequestHead = std::size_t{4} << 10;
inline constexpr std::size_t kReplyHead = std::size_t{64} << 10;
/// Most requests are small. A larger one takes slot 0 or waits for it: pages of the request area stay once they were
/// touched (the seal that keeps the runner from writing forbids to hand them back).
inline constexpr std::size_t kLargeRequest = std::size_t{4} << 20;
inline constexpr std::size_t kSmallRequest = std::size_t{128} << 10;
/// 32 extractions of 64 KiB, a replacement of 1 MiB and instructions fit together.
inline constexpr std::size_t kReplySlot = std::size_t{4} << 20;
/// A question of the module to its host lies behind the replies' slots, the answer behind the requests' slots: a
/// ServiceFrame and its texts (at most kMaxServiceBytes). A module has one thread, so there is one at a time.
inline constexpr std::size_t kServiceBytes = (std::size_t{1} << 20) + (std::size_t{4} << 10);
inline constexpr std::size_t kServiceAnswerOffset = kRequestHead + kLargeRequest + (kSlots - 1) * kSmallRequest;
inline constexpr std::size_t kServiceAskOffset = kReplyHead + kSlots * kReplySlot;
/// Address space of each area. They are sparse memory files: an untouched page costs nothing.
inline constexpr std::size_t kRequestBytes = kServiceAnswerOffset + kServiceBytes;
inline constexpr std::size_t kReplyBytes = kServiceAskOffset + kServiceBytes;

constexpr std::size_t request_slot_bytes(std::uint32_t slot) {
  return slot == 0 ? kLargeRequest : kSmallRequest;
}
constexpr std::size_t request_slot_offset(std::uint32_t slot) {
  return slot == 0 ? kRequestHead : kRequestHead + kLargeRequest + (slot - 1) * kSmallRequest;
}
constexpr std::size_t reply_slot_offset(std::uint32_t slot) {
  return kReplyHead + slot * kReplySlot;
}

inline constexpr std::uint32_t kMaxTexts = 32;   ///< above the largest rapt_field
inline constexpr std::uint32_t kMaxNumbers = 8;  ///< above the largest rapt_number
inline constexpr std::uint32_t kMaxExtractions = 32;
inline constexpr std::uint32_t kMaxInstructions = 16;
inline constexpr std::uint32_t kMaxMetrics = 16;
inline constexpr std::uint32_t kLogSlots = 32;
inline constexpr std::size_t kMaxTypeBytes = 64;
inline constexpr std::size_t kMaxExtractionBytes = 64u << 10;
inline constexpr std::size_t kMaxReplacementBytes = 1u << 20;
inline constexpr std::size_t kMaxReasonBytes = 1u << 10;
inline constexpr std::size_t kMaxInstructionBytes = 4u << 10;
inline constexpr std::size_t kMaxLogBytes = 1u << 10;
inline constexpr std::size_t kMaxMetricNameBytes = 64;
inline constexpr unsigned kMaxJsonDepth = 64;

/// Which function is asked: a rapt_hook, or one of the functions of extensions that take a JSON object and answer with
/// one (rapt.auth-provider, routes, jobs, events, panels and exports). The latter's numbers are
/// private: no module sees them, and they move if rapt_hook ever comes near.
using CallNumber = std::uint32_t;
inline constexpr CallNumber kAuthStart = 14, kAuthStep = 15, kRoute = 16, kJob = 17, kEvent = 18, kPanel = 19,
                            kExport = 20;
inline constexpr std::size_t kCallNumbers = 21;  ///< for tables by number
inline constexpr bool is_extension_call(CallNumber call) {
  return call >= kAuthStart && call <= kExport;
}

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

/// One place of the queue of requests.
struct QueueEntry {
  std::atomic<std::uint64_t> sequence;  ///< from 1, grows by one a request; stored last
  std::uint32_t slot;
};

/// Start of the request area.
struct QueueHead {
  /// The host sleeps until this call has been answered, and wants its bell rung then, and when a question is asked
  /// during it. 0: it does not sleep.
  std::atomic<std::uint64_t> host_sleeps_until;
  std::atomic<std::uint64_t> service_answered;  ///< number of the last question that was answered; stored last
  QueueEntry entries[kSlots];                   ///< request number n stands at n % kSlots
};

/// Start of a slot of the request area; texts and the table of messages follow it.
struct RequestHeader {
  std::atomic<std::uint64_t> sequence;   ///< the request's number
  std::atomic<std::uint32_t> withdrawn;  ///< not 0: nobody waits for it any more, it need not be asked
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

/// One question of the module to its host, or the answer; texts follow it.
struct ServiceFrame {
  std::uint64_t request;          ///< of a question: the number of the call that the module is answering
  std::uint32_t service, method;  ///< of a question
  std::int32_t status;            ///< of an answer: rapt_status
  std::uint32_t text_count, number_count;
  Span texts[kMaxServiceTexts];  ///< offsets within the area that the frame begins
  std::int64_t numbers[kMaxServiceNumbers];
};

struct MetricEntry {
  Span name;
  std::uint32_t method;  ///< MetricsMethod
  std::int64_t delta;    ///< of a counter
  double value;          ///< of an observation
};

/// Start of a slot of the reply area; texts follow it. What the runner says besides the module's texts, and all of it
/// may be a lie.
struct ReplyBody {
  std::uint32_t verdict;
  Span text;
  std::uint32_t instruction_count, extraction_count;
  Span instructions[kMaxInstructions];
  ExtractionEntry extractions[kMaxExtractions];
  std::uint32_t held_bytes;  ///< chat:on_delta: the end of the window that is kept back
  std::uint32_t metric_count;
  MetricEntry metrics[kMaxMetrics];
};

struct LogSlot {
  std::uint32_t level, size;
  char line[kMaxLogBytes];
};

/// Start of the reply area. All of it may be a lie.
struct ReplyHeader {
  std::atomic<std::uint64_t> sequence;        ///< of the last request that was answered; stored last
  std::atomic<std::uint64_t> sleeps_until;    ///< the request it wants its bell rung for; 0: it does not sleep
  std::atomic<std::uint64_t> service_asked;   ///< questions to the host so far; grows by one, stored last
  std::atomic<std::uint64_t> service_sleeps;  ///< the question whose answer it wants its bell rung for; 0: none
  std::atomic<std::uint32_t> state;           ///< RunnerState
  std::atomic<std::uint32_t> log_written;     ///< lines ever written; the newest kLogSlots are in `log`
  std::atomic<std::uint32_t> last_words;      ///< LastWords, left behind before the process ends
  std::atomic<std::uint32_t> forbidden_call;  ///< number of the system call, with LastWords::kForbiddenCall
  std::uint32_t refusal_size;
  char refusal[kMaxReasonBytes];
  LogSlot log[kLogSlots];
};

enum class LastWords : std::uint32_t { kNone = 0, kForbiddenCall = 1, kAborted = 2 };

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the areas are shared between processes");
static_assert(sizeof(RequestHeader) % 8 == 0 && sizeof(QueueHead) <= kRequestHead && sizeof(ReplyHeader) <= kReplyHead);
static_assert(sizeof(ServiceFrame) + kMaxServiceBytes <= kServiceBytes && kServiceAskOffset % 4096 == 0 &&
              kServiceAnswerOffset % 4096 == 0);

}  // namespace rapt::sandbox::wire
