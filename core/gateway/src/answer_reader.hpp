// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "openai_protocol.hpp"
#include "rapt/gateway/gateway.hpp"
#include "rapt/http/client.hpp"
#include "sse_parser.hpp"

namespace rapt::gateway {

/// Reads one answer, streamed or whole, and keeps what has come of it even when it breaks off.
class AnswerReader {
 public:
  /// Longest answer, in bytes.
  static constexpr std::size_t kMaxContentBytes = 256 * 1024;

  /// `secret` is removed from whatever the other side says before it can reach a log. All must outlive the reader.
  AnswerReader(http::ClientStream& stream, DeltaSink* sink, const std::string& secret)
      : stream_(stream), sink_(sink), secret_(secret) {}

  /// Reads to the end. The failure of an answer that broke off, or that says nothing.
  Task<Result<void>> read();
  /// The body of a failed request as a failure.
  Task<Error> read_failure();

  [[nodiscard]] const std::string& content() const { return content_; }
  [[nodiscard]] const std::string& finish_reason() const { return finish_reason_; }
  [[nodiscard]] const std::string& model() const { return model_; }
  [[nodiscard]] const std::optional<ReportedUsage>& usage() const { return usage_; }

 private:
  Task<Result<void>> read_events();
  Task<Result<void>> read_whole();
  Task<Result<std::string>> read_body(std::size_t limit);
  Task<Result<void>> take(std::string json);
  [[nodiscard]] int retry_after_seconds() const;
  [[nodiscard]] std::string scrubbed(std::string text) const;

  http::ClientStream& stream_;
  DeltaSink* sink_;
  const std::string& secret_;
  std::string content_;
  std::string finish_reason_;
  std::string model_;
  std::optional<ReportedUsage> usage_;
  bool done_ = false;
};

/// The client's failures in the gateway's words.
Error transfer_failure(const Error& failure, bool while_answering);

}  // namespace rapt::gateway
