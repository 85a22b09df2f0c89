// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rapt/gateway/gateway.hpp"

namespace rapt::gateway {

/// The JSON of OpenAI's chat completions, in and out. All of it is hostile on the way in.

struct ReportedUsage {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

/// A failure in the gateway's own words; for the log.
struct ReportedError {
  int status = 0;  ///< the HTTP status that it stands for, 0 when it names none
  std::string text;
};

/// What one chunk of a stream, or a whole answer, says.
struct Piece {
  std::string content;
  std::string finish_reason;
  std::string model;
  std::optional<ReportedUsage> usage;
  std::optional<ReportedError> error;
};

std::string request_body(const ChatRequest& request, const std::string& default_model);

/// A chunk of a stream (`choices[0].delta`) or a whole answer (`choices[0].message`). kUpstream AI_INVALID_RESPONSE
/// when it is neither.
Result<Piece> parse_piece(std::string_view json);

/// What the body of a failed request says; never fails, the body may be anything.
ReportedError parse_error_body(int status, std::string_view body);

/// The failure that the reader gets for what the gateway reported.
Error to_error(const ReportedError& reported, int retry_after_seconds);

Error invalid_response(std::string log_detail);
Error gateway_error(std::string message, std::string log_detail);

}  // namespace rapt::gateway
