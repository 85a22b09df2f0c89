// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "openai_protocol.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/gateway/tokens.hpp"
#include "rapt/http/client.hpp"
#include "sse_parser.hpp"

namespace rapt::gateway {

/// What has come of an answer, also when it broke off.
struct Answer {
  bool begun = false;  ///< something of it came, were it only a role
  std::size_t bytes = 0;
  std::string content;   ///< for a sink that joins, only what it has not been told
  EstimatedTokens told;  ///< what such a sink has been told
  std::string finish_reason;
  std::string model;
  std::string generation_id;
  ReportedUsage usage;
};

/// Reads one answer, streamed or whole.
class AnswerReader {
 public:
  /// Longest answer, in bytes.
  static constexpr std::size_t kMaxContentBytes = 256 * 1024;

  struct Limits {
    std::chrono::steady_clock::time_point first_words_by;
    std::chrono::milliseconds between_words;
  };

  /// All must outlive the reader.
  AnswerReader(http::ClientStream& stream, DeltaSink* sink, Limits limits, Discretion& discretion)
      : stream_(stream), sink_(sink), limits_(limits), discretion_(discretion) {}

  /// Reads to the end.
  Task<void> read();
  /// Of an answer that broke off, or that says nothing. It stands here once, and in none of the tasks that wait.
  [[nodiscard]] std::optional<Failure>& failure() { return failure_; }
  /// What came, for good.
  [[nodiscard]] Answer& answer() { return answer_; }

 private:
  Task<void> read_events(std::string first);
  Task<void> read_whole(std::string first);
  /// The first bytes that are no blanks, with what stood before them; empty when there are none.
  Task<std::string> read_first();
  Task<void> take_all(SseParser& parser, std::string_view bytes);
  std::optional<Failure> take(const SseEvent& event);
  [[nodiscard]] bool joins() const { return sink_ != nullptr && sink_->joins(); }
  Task<bool> hand_on();
  void note(Piece& piece);
  void expect_by(std::chrono::steady_clock::time_point deadline);
  void expect_more();
  [[nodiscard]] std::optional<Failure> emptiness() const;

  http::ClientStream& stream_;
  DeltaSink* sink_;
  const Limits limits_;
  Discretion& discretion_;  ///< forgets what was asked once an answer has begun: nothing is asked again then
  Answer answer_;
  std::optional<Failure> failure_;
  std::string untold_;  ///< without a sink that joins: what has not been handed on
  bool done_ = false;
  std::chrono::steady_clock::time_point expected_by_{};
};

/// The whole body, at most `limit` bytes. AI_INVALID_RESPONSE beyond that, else why it broke off.
Task<Result<std::string>> read_body(http::ClientStream& stream, std::string begin, std::size_t limit);

}  // namespace rapt::gateway
