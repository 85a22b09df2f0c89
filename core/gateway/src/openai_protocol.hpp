// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "discretion.hpp"
#include "failure.hpp"
#include "rapt/base/result.hpp"

namespace rapt::gateway {

/// The JSON of OpenAI's answers. All of it is hostile.

/// Tokens as they were reported; servers leave out either.
struct ReportedUsage {
  std::optional<std::int64_t> input_tokens{};
  std::optional<std::int64_t> output_tokens{};
};

/// What one chunk of a stream, or a whole answer, says.
struct Piece {
  std::string content;
  std::string finish_reason;
  std::string model;
  std::string id;
  ReportedUsage usage;
  std::optional<ReportedError> error;
};

/// A chunk of a stream (`choices[0].delta`) or a whole answer (`choices[0].message`). kUpstream AI_INVALID_RESPONSE
/// when it is neither.
Result<Piece> parse_piece(std::string_view json, const Discretion& discretion);

/// What the body of a failed request says; never fails, the body may be anything.
ReportedError parse_error_body(int status, std::string_view body, const Discretion& discretion);

}  // namespace rapt::gateway
